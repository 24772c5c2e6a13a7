import csv
import hashlib
import json
import sqlite3
import zipfile

import polars as pl
import pytest

from warehouse.dictionary import dictionary
from warehouse.exports import FORMS, ExportError, export, whole
from warehouse.findings import GateReport, results_frame
from warehouse.query import QueryError
from warehouse.release import publish, stage

HOSTILE = [
    "<script>alert(1)</script>", '=HYPERLINK("http://x.example")', "'; drop table clusters; --", "../../etc/passwd",
    "\u202egnp.exe", "+1+1", "-2+3", "@SUM(A1)", "\tx", "\rx", "zero\x00byte", 'quote " and , comma\nline', "{{ 7 * 7 }}",
    "%s %d", "＝1+1", "\ufeffmark", "_x0041_", "]]>", "\u2028line", "ł" * 1_000_000,
]  # fmt: skip
EVERYTHING = "SELECT * FROM clusters ORDER BY cluster_id"


@pytest.fixture(scope="module")
def release(tmp_path_factory, make_tables, about):
    tables = make_tables(24, 72)
    names = pl.Series("name_pl", [*HOSTILE, *[f"Klaster {number}" for number in range(24 - len(HOSTILE))]])
    tables["clusters"] = tables["clusters"].with_columns(names)
    return publish(stage(tmp_path_factory.mktemp("home"), tables, about), GateReport((), results_frame(())))


def _names(release):
    return release.tables()["clusters"]["name_pl"].to_list()


def test_a_thing_is_exported_with_its_origin(release, tmp_path):
    out = tmp_path / "clusters.jsonl"
    assert len(export(release, out, "jsonl", EVERYTHING).rows) == 24
    told = json.loads((tmp_path / "clusters.jsonl.about.json").read_text(encoding="utf-8"))
    assert told["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert (told["version"], told["as_of"], told["rows"], told["query"]) == ("2015.12.31", "2015-12-31", 24, EVERYTHING)
    assert {source["source_id"] for source in told["sources"]} == {"esca", "eccp", "parp_map", "kkk"}
    assert all(source["licence"] for source in told["sources"])
    assert {path.name for path in tmp_path.iterdir()} == {"clusters.jsonl", "clusters.jsonl.about.json"}


@pytest.mark.parametrize("form", FORMS)
def test_equal_questions_give_equal_bytes(release, tmp_path, form):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        export(release, tmp_path / name / "out", form, EVERYTHING)
    assert (tmp_path / "one" / "out").read_bytes() == (tmp_path / "two" / "out").read_bytes()


def test_json_lines_and_geojson_hold_hostile_text_as_it_is(release, tmp_path):
    export(release, tmp_path / "a.jsonl", "jsonl", EVERYTHING)
    with (tmp_path / "a.jsonl").open(encoding="utf-8", newline="\n") as file:
        assert [json.loads(line)["name_pl"] for line in file] == _names(release)
    export(release, tmp_path / "a.geojson", "geojson", EVERYTHING)
    found = json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))
    assert [feature["properties"]["name_pl"] for feature in found["features"]] == _names(release)


def test_points_are_of_towns_and_say_so(release, tmp_path):
    rows = "('PL-C0001', 'Warszawa', '14'), ('PL-C0002', 'Nigdzie', '14'), ('PL-C0003', NULL, NULL)"
    export(release, tmp_path / "a.geojson", "geojson",
           f"SELECT * FROM (VALUES {rows}) AS t(cluster_id, city, voivodeship_code)")  # noqa: S608  # fmt: skip
    found = json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))
    assert found["metadata"]["version"] == "2015.12.31"
    assert "GeoNames" in found["metadata"]["positions"]
    placed, *unplaced = found["features"]
    longitude, latitude = placed["geometry"]["coordinates"]
    assert (round(longitude), round(latitude)) == (21, 52)
    assert (placed["id"], placed["properties"]["position"]) == ("PL-C0001", "town")
    assert [(f["geometry"], f["properties"]["position"]) for f in unplaced] == [(None, "unknown")] * 2


def test_the_release_holds_the_map(release):
    found = json.loads((release.path / "clusters.geojson").read_text(encoding="utf-8"))
    assert len(found["features"]) == 24
    assert "clusters.geojson" in (release.path / "SHA256SUMS").read_text(encoding="utf-8")


def test_a_map_needs_towns(release, tmp_path):
    with pytest.raises(ExportError, match="needs the column city"):
        export(release, tmp_path / "a.geojson", "geojson", "SELECT cluster_id FROM clusters")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bom", [False, True])
def test_csv_runs_nothing_and_may_begin_with_a_mark(release, tmp_path, bom):
    export(release, tmp_path / "a.csv", "csv", EVERYTHING, bom=bom)
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf") is bom
    csv.field_size_limit(10_000_000)
    with (tmp_path / "a.csv").open(encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        cells = [row["name_pl"] for row in csv.DictReader(file)]
    assert [cell.removeprefix("'") for cell in cells] == [name.removeprefix("'") for name in _names(release)]
    assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "＝")] == []


def test_sqlite_holds_rows_and_origin(release, tmp_path):
    export(release, tmp_path / "a.db", "sqlite", EVERYTHING)
    connection = sqlite3.connect(tmp_path / "a.db")
    assert [name for (name,) in connection.execute("SELECT name_pl FROM inventory ORDER BY cluster_id")] == _names(
        release
    )
    assert connection.execute("SELECT typeof(founded_year), typeof(founded_date) FROM inventory WHERE founded_date IS "
                              "NOT NULL LIMIT 1").fetchone() == ("integer", "text")  # fmt: skip
    assert connection.execute("SELECT value FROM about WHERE key = 'version'").fetchone() == ("2015.12.31",)
    connection.close()


def test_a_workbook_holds_no_formula_and_no_link(release, tmp_path):
    export(release, tmp_path / "a.xlsx", "xlsx", EVERYTHING)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        pages = {name: book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/")}
    assert len([name for name in pages if name.endswith(".xml")]) == 2
    assert not any("<f>" in page or "<hyperlink" in page for page in pages.values())
    assert "&lt;script&gt;" in pages["xl/worksheets/sheet1.xml"]
    assert "<script" not in pages["xl/worksheets/sheet1.xml"]


@pytest.mark.parametrize("form", [form for form in FORMS if form != "geojson"])
def test_values_of_every_kind_are_written(release, tmp_path, form):
    odd = """SELECT 1::HUGEINT << 70 AS huge, 1.5::DECIMAL(9, 2) AS part, 'NaN'::DOUBLE AS nan, 'inf'::DOUBLE AS inf, [1, NULL] AS several,
        {'a': 1} AS struct, DATE '2015-12-31' AS day, TIME '10:00' AS hour, INTERVAL 1 DAY AS span, 'x'::BLOB AS bytes, NULL AS nothing,
        true AS yes, 1 AS n, 2 AS N, TIMESTAMP '2015-12-31 10:00:00' AS moment, uuid '00000000-0000-0000-0000-000000000001' AS id"""
    assert len(export(release, tmp_path / "out", form, odd).rows) == 1
    assert (tmp_path / "out").stat().st_size > 0


@pytest.mark.parametrize("name", [*dictionary().tables, *dictionary().views])
def test_every_table_and_view_can_be_exported_whole(release, tmp_path, name):
    rows = export(release, tmp_path / "out.parquet", "parquet", whole(name)).rows
    if name in dictionary().tables:
        assert len(rows) == release.tables()[name].height
        assert pl.read_parquet(tmp_path / "out.parquet").height == len(rows)


def test_a_whole_table_is_in_the_order_of_its_file(release, tmp_path):
    export(release, tmp_path / "out.parquet", "parquet", whole("statements"))
    ours = pl.read_parquet(tmp_path / "out.parquet").select("statement_id")
    assert ours.equals(release.tables()["statements"].select("statement_id"))


def test_wrong_questions_are_told_and_leave_nothing(release, tmp_path):
    with pytest.raises(ExportError, match="unknown format docx: use one of csv"):
        export(release, tmp_path / "out", "docx", EVERYTHING)
    with pytest.raises(ExportError, match="no table or view people: choose one of clusters"):
        whole("people")
    with pytest.raises(ExportError, match="belongs to csv"):
        export(release, tmp_path / "out", "jsonl", EVERYTHING, bom=True)
    with pytest.raises(QueryError):
        export(release, tmp_path / "out", "csv", "SELECT nothing FROM nowhere")
    assert list(tmp_path.iterdir()) == []


def test_more_rows_than_a_sheet_holds_are_refused(release, tmp_path):
    with pytest.raises(ExportError, match="do not fit a sheet"):
        export(release, tmp_path / "a.xlsx", "xlsx", "SELECT i FROM range(1048576) AS r(i)")
    assert list(tmp_path.iterdir()) == []
