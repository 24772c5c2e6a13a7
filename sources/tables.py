"""Tables read by the words of their header, in any order of columns.

A row whose words are known captions is the header, whatever its tags; layout tables around a table and tables inside a cell do
not disturb it. Missing end tags are the business of the parser of the markup, merged cells are spread over the cells they cover.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bs4 import BeautifulSoup, Tag

from sources.captions import says_nothing
from sources.cards import Card
from sources.text import fold, squash

_CELLS: Final = ("td", "th")
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_SPAN_MOST: Final = 1000  # the limit browsers set for colspan; a hostile page may ask for more
_CAPTIONS_LEAST: Final = 2  # one known word may stand in any row; two make a header
_TOTAL: Final = re.compile(r"(?:razem|ogółem|łącznie|suma|in total|total|sum)\b[\s:–-]*[\d\s]*")
_BRACKETS: Final = re.compile(r"[(\[][^)\]]*[)\]]")

Lookup = Callable[[str], str | None]
"""Tells the field of a folded caption, an empty text for one that is ignored on purpose, None for an unknown one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row under a header.

    Attributes:
        cells: Field to the cell under it; a field without a cell is absent.
        element: The row itself.
        group: Text of the nearest row above that is one cell only, such as a region's name; empty where there is none.
        repeated: Field to the caption that every cell of its column repeats before its value, as pages for small screens do.
    """

    cells: dict[str, Tag]
    element: Tag
    group: str = ""
    repeated: Mapping[str, str] = field(default_factory=dict)

    def text(self, field: str) -> str:
        """Returns the text of the cell, one line, empty where there is none."""
        cell = self.cells.get(field)
        said = squash(cell.get_text(" ")) if cell is not None else ""
        said = said[len(self.repeated[field]) :].lstrip(" :") if field in self.repeated else said
        return "" if says_nothing(said) else said


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a known header.

    Attributes:
        fields: Fields of the header's columns, in their order, without ignored and unknown ones.
        rows: The rows below the header that hold more than blanks or are not the header again.
        unknown: Captions of the header that the lookup does not know, as printed.
    """

    fields: tuple[str, ...]
    rows: tuple[Row, ...]
    unknown: tuple[str, ...]


def lookup_of(card: Card) -> Lookup:
    """Returns the lookup of a card's captions; a caption is also known without what stands in brackets or behind a slash."""
    known = {fold(caption): field for caption, field in card.captions.items()} | {
        fold(caption): "" for caption in card.ignored
    }

    def lookup(caption: str) -> str | None:
        bare = fold(_BRACKETS.sub(" ", caption))
        return known.get(caption, known.get(bare, known.get(fold(bare.partition("/")[0]))))

    return lookup


def tables(soup: BeautifulSoup | Tag, lookup: Lookup, least: int = _CAPTIONS_LEAST) -> list[Table]:
    """Returns the tables whose header is known, in the order of the page.

    Args:
        soup: The page or a part of it.
        lookup: Field of a folded caption.
        least: How many captions of the card a header has at least.
    """
    return [found for element in soup.find_all("table") if (found := _read(element, lookup, least)) is not None]


def heading_above(element: Tag) -> str:
    """Returns the text of the caption of the table around a row, else of the nearest heading above, empty where there is none."""
    table = element.find_parent("table")
    caption = table.find("caption") if table is not None else None
    found = caption or element.find_previous(_HEADINGS)
    return squash(found.get_text(" ")) if found is not None else ""


def grid(table: Tag) -> list[tuple[Tag, list[Tag | None]]]:
    """Returns the rows of a table, each with its cells in their columns; a merged cell stands in every place it covers.

    Args:
        table: The table; rows of tables inside it are theirs.
    """
    rows: list[tuple[Tag, list[Tag | None]]] = []
    hanging: dict[int, tuple[Tag, int]] = {}
    for element in table.find_all("tr"):
        if element.find_parent("table") is not table:
            continue
        cells: list[Tag | None] = []
        own = [
            cell
            for cell in element.find_all(_CELLS)
            if cell.find_parent("table") is table and cell.find_parent("tr") is element
        ]
        for cell in own:
            _hang(cells, hanging)
            for _ in range(min(_span(cell, "colspan"), _SPAN_MOST - len(cells))):
                if _span(cell, "rowspan") > 1:
                    hanging[len(cells)] = (cell, _span(cell, "rowspan") - 1)
                cells.append(cell)
        _hang(cells, hanging)
        rows.append((element, cells))
    return rows


def _hang(cells: list[Tag | None], hanging: dict[int, tuple[Tag, int]]) -> None:
    while (column := len(cells)) in hanging:
        cell, left = hanging.pop(column)
        cells.append(cell)
        if left > 1:
            hanging[column] = (cell, left - 1)


def _span(cell: Tag, name: str) -> int:
    value = str(cell.get(name) or "1").strip()
    return max(1, min(int(value), _SPAN_MOST)) if value.isascii() and value.isdecimal() else 1


def _read(element: Tag, lookup: Lookup, least: int) -> Table | None:
    rows = grid(element)
    for place, (_, header) in enumerate(rows):
        captions = [_said(cell) for cell in header]
        if not is_header(captions, lookup, least, marked=all(map(_is_marked, header))):
            continue
        below = rows[place + 1][1] if place + 1 < len(rows) else []
        if _is_second_header(header, below):
            return _under(_joined(captions, below, lookup), rows[place + 2 :], lookup)
        return _under(captions, rows[place + 1 :], lookup)
    return None


def _said(cell: Tag | None) -> str:
    return squash(cell.get_text(" ")) if cell is not None else ""


def _is_marked(cell: Tag | None) -> bool:
    """Whether a cell is set as a header: `th`, or all of it bold."""
    if cell is None or cell.name == "th":
        return True
    bold = cell.find(["b", "strong"])
    return _said(cell) == (_said(bold) if isinstance(bold, Tag) else "")


def _is_second_header(header: Sequence[Tag | None], below: Sequence[Tag | None]) -> bool:
    """Whether the next row splits captions of a header: a cell of the header reaches down into it, or all of it is marked."""
    reaches = any(cell is not None and cell is under for cell, under in zip(header, below, strict=False))
    spans = len({id(cell) for cell in header}) < len(header)
    return bool(below) and spans and (reaches or all(cell is None or cell.name == "th" for cell in below))


def _joined(captions: Sequence[str], below: Sequence[Tag | None], lookup: Lookup) -> list[str]:
    """The captions of a header in two rows: the lower one where it is known, else the upper one."""
    lower = [_said(cell) for cell in below] + [""] * len(captions)
    return [low if low and lookup(fold(low)) is not None else up for up, low in zip(captions, lower, strict=False)]


def is_header(captions: Sequence[str], lookup: Lookup, least: int = _CAPTIONS_LEAST, *, marked: bool = False) -> bool:
    """Returns whether enough of the printed texts of a row are captions of the card, ignored ones included.

    Args:
        captions: Texts of the row.
        lookup: Field of a folded caption.
        least: How many are known at least.
        marked: Whether the row is set as a header; else most of its texts have to be known.
    """
    printed = list(dict.fromkeys(caption for caption in captions if caption))
    known = sum(lookup(fold(caption)) is not None for caption in printed)
    return known >= least and (marked or 2 * known > len(printed))


def _under(captions: Sequence[str], rows: Sequence[tuple[Tag, list[Tag | None]]], lookup: Lookup) -> Table:
    fields = [lookup(fold(caption)) for caption in captions]
    found: list[Row] = []
    group = ""
    for element, cells in rows:
        texts = [_said(cell) for cell in cells]
        if not any(texts) or texts[: len(captions)] == list(captions):
            continue
        row = _row(fields, captions, cells)
        if row is None:
            group = next(text for text in texts if text)
        else:
            found.append(Row(row, element, group))
    unknown = tuple(dict.fromkeys(c for c, field in zip(captions, fields, strict=True) if field is None and c))
    repeated = _repeated(fields, captions, found)
    rows_read = tuple(Row(row.cells, row.element, row.group, repeated) for row in found)
    return Table(tuple(dict.fromkeys(field for field in fields if field)), rows_read, unknown)


def _row(fields: Sequence[str | None], captions: Sequence[str], cells: Sequence[Tag | None]) -> dict[str, Tag] | None:
    """The cells by field; None for a row of one text over several columns, a heading of a group, and for a total.

    A name may reach over columns of other captions; another value that does is none of them.
    """
    row: dict[str, Tag] = {}
    spread: dict[int, set[str]] = {}
    for caption, cell in zip(captions, cells, strict=False):
        if cell is not None and _said(cell):
            spread.setdefault(id(cell), set()).add(caption)
    if len(spread) == 1 and len(captions) > 1 and all(len(under) > 1 for under in spread.values()):
        return None
    for name, cell in zip(fields, cells, strict=False):
        if cell is not None and name and (len(spread.get(id(cell), ())) < 2 or name == "name"):
            row.setdefault(name, cell)
    return None if "name" in row and _TOTAL.fullmatch(fold(_said(row["name"]))) else row


def _repeated(fields: Sequence[str | None], captions: Sequence[str], rows: Sequence[Row]) -> dict[str, str]:
    """The captions that all cells of their columns repeat before the value, with a colon or in an element of their own."""
    found: dict[str, str] = {}
    for name, caption in zip(fields, captions, strict=True):
        said = [(row.cells[name], row.text(name)) for row in rows if name and name in row.cells and row.text(name)]
        if name and said and all(_repeats(cell, text, caption) for cell, text in said):
            found.setdefault(name, caption)
    return found


def _repeats(cell: Tag, text: str, caption: str) -> bool:
    rest = text[len(caption) :]
    if not text.casefold().startswith(caption.casefold()) or not caption:
        return False
    return rest.lstrip().startswith(":") or any(
        fold(_said(part)) == fold(caption) for part in cell.find_all(["span", "b", "strong", "label", "div", "small"])
    )


def block_tables(soup: BeautifulSoup | Tag, lookup: Lookup, least: int = _CAPTIONS_LEAST) -> list[Table]:
    """Returns the tables that are set in other elements than `table`: a row of captions, then rows of as many cells.

    Args:
        soup: The page or a part of it.
        lookup: Field of a folded caption.
        least: How many captions of the card a header has at least.
    """
    found = []
    for element in soup.find_all(lambda tag: tag.name not in ("table", "thead", "tbody", "tr", "select", "form")):
        cells = _children(element)
        if len(cells) >= least and is_header([squash(cell.get_text(" ")) for cell in cells], lookup, least):
            captions = [squash(cell.get_text(" ")) for cell in cells]
            rows = [(row, list[Tag | None](_children(row))) for row in _after(element, len(cells))]
            if rows:
                found.append(_under(captions, rows, lookup))
    return found


def _after(header: Tag, width: int) -> Iterator[Tag]:
    """Yields the rows below a header: its next siblings, or the children of its wrapper's next siblings."""
    siblings = [tag for tag in header.find_next_siblings() if len(_children(tag)) == width]
    if not siblings and header.parent is not None:
        siblings = [
            tag
            for group in header.parent.find_next_siblings()
            for tag in _children(group)
            if len(_children(tag)) == width
        ]
    yield from siblings


def _children(element: Tag) -> list[Tag]:
    return [child for child in element.children if isinstance(child, Tag)]
