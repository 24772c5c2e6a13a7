import re
import zipfile
from datetime import UTC, datetime

import polars as pl
import pytest

from warehouse.dictionary import dictionary
from warehouse.release import stage
from warehouse.workbook import SHEETS, write_workbook

MADE = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
HOSTILE = ('=HYPERLINK("http://x.example")', "http://x.example/", "\x07bell", "ł" * 40_000, "-5", "12", "<b>")


@pytest.fixture(scope="module")
def tables(tmp_path_factory, make_tables, about):
    with stage(tmp_path_factory.mktemp("home"), make_tables(12, 36), about) as staged:
        names = pl.Series("name_pl", [*HOSTILE, *["Klaster"] * 5])
        yield {**staged.tables, "clusters": staged.tables["clusters"].with_columns(names)}


@pytest.fixture(scope="module")
def book(tmp_path_factory, tables):
    path = tmp_path_factory.mktemp("book") / "inventory.xlsx"
    write_workbook(path, tables, MADE)
    return path


def _sheet(book, name):
    with zipfile.ZipFile(book) as parts:
        order = re.findall(r'<sheet name="(\w+)"', parts.read("xl/workbook.xml").decode())
        return parts.read(f"xl/worksheets/sheet{order.index(name) + 1}.xml").decode()


def test_every_sheet_has_all_its_rows_a_frozen_head_and_filters(book, tables):
    for name in SHEETS:
        sheet = _sheet(book, name)
        assert sheet.count("<row ") - 1 == tables[name].height
        assert 'state="frozen"' in sheet
        assert "<autoFilter" in sheet
    assert _sheet(book, "dictionary").count("<row ") - 1 == sum(
        len(table.columns) for table in dictionary().tables.values()
    )


def test_text_is_text_and_numbers_are_numbers(book):
    sheet = _sheet(book, "clusters")
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    names = [column.name for column in dictionary().tables["clusters"].columns]
    text, number = (chr(ord("A") + names.index(name)) for name in ("name_pl", "founded_year"))
    assert re.findall(rf'<c r="{text}\d+"(?! t="inlineStr")[^>]*>', sheet.partition("</row>")[2]) == []
    assert re.search(rf'<c r="{number}\d+"><v>20\d\d</v></c>', sheet)


def test_equal_tables_give_equal_bytes(book, tables, tmp_path):
    write_workbook(tmp_path / "again.xlsx", tables, MADE)
    assert (tmp_path / "again.xlsx").read_bytes() == book.read_bytes()


def test_a_table_too_large_for_a_sheet_is_pointed_to_and_not_cut(tmp_path, make_tables, about, monkeypatch):
    monkeypatch.setattr("warehouse.workbook.MOST", 30)
    with stage(tmp_path / "home", make_tables(40, 120), about) as staged:
        write_workbook(tmp_path / "inventory.xlsx", staged.tables, MADE)
    with zipfile.ZipFile(tmp_path / "inventory.xlsx") as book:
        first = book.read("xl/worksheets/sheet1.xml").decode()
    assert "40 rows are more than this workbook holds of a table: they are in csv/clusters.csv" in first
    assert "PL-C0001" not in first
