"""Documents written by others' writers, and hostile ones."""

import io
import zipfile
from dataclasses import replace

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from sources import documents
from sources.archive import Archive, Page
from sources.cards import load_cards
from sources.documents import lines_of, rows_of, table_of
from sources.listings import listings
from sources.parp_publications.parse import parse
from sources.parsing import LayoutUnknown
from sources.text import decode

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
GUIDE = load_cards()["parp_publications"]
MAZOVIA = load_cards()["regional_mazovia"]
ROWS = [["Lp.", "Nazwa klastra", "Koordynator klastra"], ["1", 'Klaster "Bezpieczna żywność"', "Park; Płońsk"]]


def page(body: bytes) -> Page:
    return Page(url="https://registry.example/lista", body=body, retrieved_at="2024-01-01T00:00:00Z", path="pages/1")


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


def docx(lines: list[str]) -> bytes:
    def paragraph(line: str) -> str:
        text = line.replace("&", "&amp;").replace("<", "&lt;")
        half = len(text) // 2 if "&" not in text else len(text)
        return f'<w:p><w:r><w:t xml:space="preserve">{text[:half]}</w:t></w:r><w:r><w:t xml:space="preserve">{text[half:]}</w:t></w:r></w:p>'

    body = "".join(map(paragraph, lines))
    return zipped(word__document_xml=f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'.encode())


def xlsx(rows: list[list[str]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                sheet.write_string(number * 2, column + 1, text)
    return out.getvalue()


def test_the_guide_as_docx_states_the_same() -> None:
    (guide,) = (item for item in Archive(GUIDE.folder / "archive").pages() if isinstance(item, Page))
    written = replace(guide, body=docx(decode(guide).splitlines()))
    assert parse(written, GUIDE) == parse(guide, GUIDE)


@given(st.lists(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=30), max_size=8))
def test_paragraphs_of_docx_are_lines(lines: list[str]) -> None:
    assert lines_of(page(docx(lines))) == lines


def test_breaks_and_tabs_of_docx() -> None:
    xml = f'<w:document xmlns:w="{W}"><w:p><w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:tab/><w:t>c</w:t></w:r></w:p></w:document>'
    assert lines_of(page(zipped(word__document_xml=xml.encode()))) == ["a", "b\tc"]


def test_sheets_and_separated_values_are_the_same_rows() -> None:
    assert [row[1:] for row in rows_of(page(xlsx(ROWS)))] == ROWS
    for delimiter in ";\t,":
        text = "\r\n".join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in ROWS)
        assert rows_of(page(text.encode())) == ROWS
        assert rows_of(page(text.encode("windows-1250"))) == ROWS


def test_a_sheet_is_read_by_its_captions() -> None:
    (table,) = listings(table_of(page(xlsx(ROWS))), MAZOVIA)
    assert [(row.text("name"), row.text("coordinator")) for row in table.rows] == [
        ('Klaster "Bezpieczna żywność"', "Park; Płońsk")
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"PK\x03\x04 no archive",
        docx(["a"])[:-30],
        zipped(other__thing_xml=b"<a/>"),
        zipped(word__document_xml=b"<a><b></a>", xl__worksheets__sheet1_xml=b"<a><b></a>"),
    ],
)
def test_broken_archives_are_named_errors(body: bytes) -> None:
    for read in (lines_of, rows_of):
        with pytest.raises(LayoutUnknown, match="pages/1"):
            read(page(body))


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "LARGEST", 1000)
    with pytest.raises(LayoutUnknown, match="1000 bytes"):
        lines_of(page(docx(["a" * 2000])))


def test_entities_are_not_expanded() -> None:
    xml = f'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:d xmlns:w="{W}"><w:p><w:t>a&x;b</w:t></w:p></w:d>'
    assert "root" not in "".join(lines_of(page(zipped(word__document_xml=xml.encode()))))


@given(st.binary(max_size=200))
def test_any_bytes_give_rows_or_a_named_error(body: bytes) -> None:
    for start in (b"", b"PK\x03\x04"):
        try:
            assert all(any(row) for row in rows_of(page(start + body)))
        except LayoutUnknown:
            assert start or body.startswith(b"PK")
