"""Documents as lines or tables: DOCX, PDF, XLSX and CSV files that publish a list. Bytes in, nothing fetched.

DOCX and XLSX are archives of XML; what they say is in a few members of them. A member of hostile size is not unpacked, and no
entity is expanded. Of a PDF the text is taken, page by page, without what stands on every page; pictures are not read.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from bs4 import BeautifulSoup
from lxml import etree
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from sources.archive import Page
from sources.parsing import LayoutUnknown
from sources.text import decode, markup, squash

LARGEST: Final = 40_000_000
"""Bytes of an unpacked member; the crawler's own limit for an unpacked page."""

PDF_PAGES_MOST: Final = 1000
"""Pages of a PDF; the longest of PARP's reports has some 300."""
PDF_PAGE_LARGEST: Final = 4_000_000
"""Bytes of one page's unpacked drawing instructions; a page of text has some 20,000, and each costs time."""

_ZIP: Final = b"PK\x03\x04"
_PDF: Final = b"%PDF-"
_PDF_START: Final = 1024  # readers allow for junk before the header, up to here
_PDF_FAULTS: Final = (
    PyPdfError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    zlib.error,
)
"""What pypdf raises on broken files, its own errors and Python's."""
_PAGE_NUMBER: Final = re.compile(r"(?:strona|str\.|s\.|page|p\.)?\s*\d+(?:\s*(?:/|z|of)\s*\d+)?", re.IGNORECASE)
_LIGATURES: Final = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"})
_COLUMN: Final = re.compile(r"([A-Z]{1,3})\d+")
_COLUMNS_MOST: Final = 16_384  # the format's own limit
_START: Final = 5000
_MARKUP: Final = re.compile(r"<(?:!doctype|html|head|body|table|div|p|ul|h\d)\b", re.IGNORECASE)
_DELIMITERS: Final = ";\t,|"


def is_pdf(page: Page) -> bool:
    """Returns whether the bytes are a PDF."""
    return _PDF in page.body[:_PDF_START]


def lines_of(page: Page) -> list[str]:
    """Returns the paragraphs of a DOCX file, the printed lines of a PDF, or the lines of plain text, in their order.

    Raises:
        LayoutUnknown: The file is broken, encrypted, too large, or holds no text, or text whose letters its fonts do not tell.
    """
    if is_pdf(page):
        return _pdf_lines(page)
    if not page.body.startswith(_ZIP):
        return decode(page).splitlines()
    paragraphs = (node for node in _member(page, "word/document.xml").iter() if _named(node) == "p")
    return [line for paragraph in paragraphs for line in "".join(_runs(paragraph)).split("\n")]


def _pdf_lines(page: Page) -> list[str]:
    """The printed lines of all pages, without heads, feet and numbers of pages."""
    try:
        texts = list(_pdf_texts(page))
    except LayoutUnknown:
        raise
    except _PDF_FAULTS as fault:
        raise LayoutUnknown(page, f"a PDF that can be read ({type(fault).__name__}: {fault})") from fault
    pages = [[line.rstrip() for line in text.translate(_LIGATURES).splitlines()] for text in texts]
    if not any(line.strip() for lines in pages for line in lines):
        raise LayoutUnknown(page, "a PDF with text in it; this one holds pictures only, have it read first (OCR)")
    if any(_is_unreadable(line) for lines in pages for line in lines):
        raise LayoutUnknown(
            page,
            "a PDF whose fonts tell their letters; lines of this one do not: ask the publisher for another file, or have it "
            "read (OCR)",
        )
    edges = Counter(
        mask for lines in pages for mask in {_masked(line) for line in (*lines[:2], *lines[-2:]) if line.strip()}
    )
    usual = {mask for mask, times in edges.items() if times > 1 and 2 * times >= len(pages)}
    return [
        line
        for lines in pages
        for at, line in enumerate(lines)
        if not (min(at, len(lines) - 1 - at) < 2 and (_masked(line) in usual or _PAGE_NUMBER.fullmatch(squash(line))))
    ]


def _is_unreadable(line: str) -> bool:
    """Whether a line is of a font without a map to letters; a sign or two, such as a bullet, may be."""
    signs = [sign for sign in line if not sign.isspace()]
    lost = sum(sign == "\N{REPLACEMENT CHARACTER}" or unicodedata.category(sign) == "Cc" for sign in signs)
    return lost > 2 and 2 * lost > len(signs)


def _pdf_texts(page: Page) -> Iterator[str]:
    reader = PdfReader(io.BytesIO(page.body), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise LayoutUnknown(page, "a PDF that opens without a password; ask the publisher for one")
    if len(reader.pages) > PDF_PAGES_MOST:
        raise LayoutUnknown(page, f"a PDF of at most {PDF_PAGES_MOST} pages, not {len(reader.pages)}")
    for sheet in reader.pages:
        contents = sheet.get_contents()
        if contents is not None and len(contents.get_data()) > PDF_PAGE_LARGEST:
            raise LayoutUnknown(page, f"PDF pages of at most {PDF_PAGE_LARGEST} bytes")
        yield sheet.extract_text()


def _masked(line: str) -> str:
    """A line with the page's number at its end or beginning masked, in which heads and feet differ; not that of a list."""
    return re.sub(r"^\d+(?![.)\d])|(?<!\d)\d+$", "0", squash(line))


def rows_of(page: Page) -> list[list[str]]:
    """Returns the rows of the first sheet of an XLSX file, or of a CSV file; cells are text, empty rows are left out.

    Raises:
        LayoutUnknown: The archive is broken, too large, or holds no sheet.
    """
    rows = _sheet(page) if page.body.startswith(_ZIP) else _separated(decode(page))
    return [row for row in ([squash(cell) for cell in row] for row in rows) if any(row)]


def tree_of(page: Page) -> tuple[BeautifulSoup, str]:
    """Returns the tree of a page that may be a sheet, and its text; a sheet is one table, the text of an XLSX file is empty.

    Raises:
        LayoutUnknown: As `rows_of`.
    """
    if page.body.startswith(_ZIP):
        return table_of(page), ""
    text = decode(page)
    return (table_of(page) if is_separated(text) else markup(text)), text


def is_separated(text: str) -> bool:
    r"""Returns whether a text is separated values: no markup, and the first lines hold a delimiter as often as each other.

    Example:
        >>> is_separated("Lp.;Klaster\n1;A"), is_separated("<p>Lp.;Klaster</p>"), is_separated("A list, of names\nwithout")
        (True, False, False)
    """
    if _MARKUP.search(text[:_START]):
        return False
    lines = [line for line in text[:_START].splitlines() if line.strip()][:3]
    return len(lines) > 1 and any(0 < lines[0].count(mark) == lines[1].count(mark) for mark in _DELIMITERS)


def table_of(page: Page) -> BeautifulSoup:
    """Returns the rows of a sheet as a page with one table, for the readers of pages (`sources.listings`, `sources.tables`).

    Raises:
        LayoutUnknown: As `rows_of`.
    """
    soup = markup("<html><body><table></table></body></html>")
    table = soup.find("table")
    for row in rows_of(page):
        line = soup.new_tag("tr")
        for text in row:
            cell = soup.new_tag("td")
            cell.string = text
            line.append(cell)
        if table is not None:
            table.append(line)
    return soup


def _member(page: Page, name: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        with zipfile.ZipFile(io.BytesIO(page.body)) as archive:
            if archive.getinfo(name).file_size > LARGEST:
                raise LayoutUnknown(page, f"{name} of at most {LARGEST} bytes")
            with archive.open(name) as member:
                content = member.read(LARGEST + 1)  # the announced size may lie
        if len(content) > LARGEST:
            raise LayoutUnknown(page, f"{name} of at most {LARGEST} bytes")
        return etree.fromstring(content, parser)
    except (
        KeyError,
        zipfile.BadZipFile,
        zlib.error,
        etree.XMLSyntaxError,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
    ) as fault:
        raise LayoutUnknown(page, f"a document with a readable {name} ({type(fault).__name__})") from fault


def _named(node: etree._Element) -> str:
    """The name without its namespace; two generations of the formats differ in the namespace only."""
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _runs(paragraph: etree._Element) -> Iterator[str]:
    for node in paragraph.iter():
        match _named(node):
            case "t":
                yield node.text or ""
            case "tab":
                yield "\t"
            case "br" | "cr":
                yield "\n"


def _sheet(page: Page) -> Iterator[list[str]]:
    shared = _shared(page)
    for row in (node for node in _member(page, "xl/worksheets/sheet1.xml").iter() if _named(node) == "row"):
        cells: dict[int, str] = {}
        for cell in row:
            met = _COLUMN.match(cell.get("r") or "")
            column = _number_of(met[1]) if met else len(cells)
            if column < _COLUMNS_MOST:
                cells[column] = _cell(cell, shared)
        yield [cells.get(column, "") for column in range(max(cells, default=-1) + 1)]


def _shared(page: Page) -> list[str]:
    try:
        strings = _member(page, "xl/sharedStrings.xml")
    except LayoutUnknown as fault:
        if isinstance(fault.__cause__, KeyError):  # a sheet of numbers has none
            return []
        raise
    return ["".join(_runs(node)) for node in strings if _named(node) == "si"]


def _cell(cell: etree._Element, shared: Sequence[str]) -> str:
    value = next((node.text or "" for node in cell.iter() if _named(node) == "v"), "")
    if cell.get("t") == "s":
        return shared[int(value)] if value.isdecimal() and int(value) < len(shared) else ""
    return value or "".join(_runs(cell))


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _separated(text: str) -> Iterator[list[str]]:
    """The delimiter is the one that the first line with any has most of: a quoted name holds others."""
    first = next((line for line in text.splitlines() if any(mark in line for mark in _DELIMITERS)), "")
    delimiter = max(_DELIMITERS, key=first.count)
    limit = csv.field_size_limit()
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        yield from (line[:limit].split(delimiter) for line in text.splitlines())
