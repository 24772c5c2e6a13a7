import csv
import io
import json
from datetime import date
from decimal import Decimal

import duckdb
import polars as pl
import pytest

from warehouse.query import Answer, QueryError, query, write


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("query") / "inventory.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE clusters AS SELECT 'PL-C0001' AS cluster_id, 'Łódź' AS city, 12 AS age_years")
    return path


def _written(answer, form):
    out = io.BytesIO()
    write(answer, form, out)
    return out.getvalue()


def test_a_query_is_answered(database):
    answer = query(database, "SELECT city, age_years FROM clusters")
    assert answer == Answer(("city", "age_years"), (("Łódź", 12),))


def test_columns_of_one_name_are_told_apart(database):
    assert query(database, "SELECT 1 AS n, 2 AS n, 3 AS n_2").columns == ("n", "n_2", "n_2_2")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM glob('/*')",
        "COPY clusters TO '{path}/stolen.csv'",
        "ATTACH '{path}/other.duckdb'",
        "EXPORT DATABASE '{path}/stolen'",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "INSTALL httpfs",
        "DROP TABLE clusters",
        "UPDATE clusters SET city = 'x'",
        "CREATE TABLE mine (a INTEGER)",
        "SELECT 1; DROP TABLE clusters",
        "",
        "SELEKT 1",
        "SELECT colour FROM clusters",
    ],
)
def test_what_would_leave_or_change_the_release_is_refused(database, tmp_path, sql):
    before = database.read_bytes()
    with pytest.raises(QueryError):
        query(database, sql.format(path=tmp_path))
    assert list(tmp_path.iterdir()) == []
    assert database.read_bytes() == before


def test_a_missing_release_is_said(tmp_path):
    with pytest.raises(QueryError, match="build a release first"):
        query(tmp_path / "inventory.duckdb", "SELECT 1")


ROWS = Answer(
    ("text", "number", "day", "none", "list"),
    (("=1+1", Decimal("1.5"), date(2015, 12, 31), None, [1, 2]), ("\x1b[31mŁódź", None, None, None, None)),
)


def test_table_form_lines_up_and_has_no_control_characters():
    lines = _written(ROWS, "table").decode().splitlines()
    assert lines[0].split() == list(ROWS.columns)
    assert "\x1b" not in "".join(lines)
    assert len(lines) == 4


def test_csv_form_is_defused():
    rows = list(csv.reader(io.StringIO(_written(ROWS, "csv").decode())))
    assert rows[1] == ["'=1+1", "1.5", "2015-12-31", "", "[1, 2]"]


def test_json_form_keeps_types():
    rows = json.loads(_written(ROWS, "json"))
    assert rows[0] == {"text": "=1+1", "number": 1.5, "day": "2015-12-31", "none": None, "list": [1, 2]}


def test_parquet_form_can_be_read_back():
    frame = pl.read_parquet(io.BytesIO(_written(ROWS, "parquet")))
    assert frame.columns == list(ROWS.columns)
    assert frame["day"].to_list() == [date(2015, 12, 31), None]
    assert frame["none"].to_list() == [None, None]


@pytest.mark.parametrize("form", ["table", "csv", "json", "parquet"])
def test_an_empty_answer_has_its_columns(form):
    content = _written(Answer(("a", "b"), ()), form)
    assert content
    if form == "parquet":
        assert pl.read_parquet(io.BytesIO(content)).columns == ["a", "b"]


def test_an_unknown_form_is_refused():
    with pytest.raises(QueryError, match="use one of table, csv, json, parquet"):
        _written(ROWS, "xml")
