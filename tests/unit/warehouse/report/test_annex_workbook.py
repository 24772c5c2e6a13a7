import re
import zipfile

import pytest
from lxml import etree

from warehouse.report import write_report

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def file(tmp_path_factory, tables):
    [made] = write_report(tables, tmp_path_factory.mktemp("xlsx"), langs=("pl",), formats=("xlsx",))
    return made


@pytest.fixture(scope="module")
def parts(file):
    with zipfile.ZipFile(file) as book:
        return {name: book.read(name) for name in book.namelist()}


def test_annex_list_comes_first_and_names_are_allowed(parts):
    names = [sheet.get("name") for sheet in etree.fromstring(parts["xl/workbook.xml"]).iter(f"{MAIN}sheet")]
    assert names[:3] == ["Informacje", "Wykaz klastrów", "Potencjalne klastry"]
    assert len(names) == len({name.casefold() for name in names})
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)


def test_nothing_is_run_and_no_link_leaves(parts):
    sheets = {name: body for name, body in parts.items() if name.startswith("xl/worksheets/sheet")}
    assert all(b"<f>" not in body for body in sheets.values())
    assert not any(b"http://evil" in body for name, body in parts.items() if name.endswith(".rels"))
    assert b"=HYPERLINK" in parts["xl/sharedStrings.xml"]


def test_head_is_frozen_and_figures_are_numbers(parts, tables):
    sheet = etree.fromstring(parts["xl/worksheets/sheet2.xml"])
    assert sheet.find(f".//{MAIN}pane").get("state") == "frozen"
    assert sheet.find(f".//{MAIN}autoFilter") is not None
    clusters = tables["clusters"].filter(**{"class": "cluster"})
    rows = list(sheet.iter(f"{MAIN}row"))
    assert len(rows) == clusters.height + 1
    years = [
        cell
        for cell in sheet.iter(f"{MAIN}c")
        if cell.get("r").startswith("F") and cell.get("r") != "F1" and cell.get("t") is None
    ]
    told = sorted(int(cell.findtext(f"{MAIN}v")) for cell in years if cell.find(f"{MAIN}v") is not None)
    assert told == sorted(clusters["founded_year"].drop_nulls())


def test_equal_tables_give_equal_bytes(file, tables, tmp_path):
    [again] = write_report(tables, tmp_path, langs=("pl",), formats=("xlsx",))
    assert again.read_bytes() == file.read_bytes()
