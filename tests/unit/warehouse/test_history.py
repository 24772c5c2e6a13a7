from datetime import date

import duckdb
import polars as pl
import pytest

from expectations.gate import audit
from warehouse.dictionary import dictionary
from warehouse.findings import GateReport, results_frame
from warehouse.release import latest, publish, stage

OPEN = GateReport((), results_frame(()))
INTERVAL = ["valid_from_release", "valid_to_release", "valid_from_day", "valid_to_day"]


def _named(tables, cluster_id, name):
    changed = pl.when(pl.col("cluster_id") == cluster_id).then(pl.lit(name)).otherwise(pl.col("name_pl"))
    return {**tables, "clusters": tables["clusters"].with_columns(name_pl=changed)}


@pytest.fixture(scope="module")
def three(tmp_path_factory, make_tables, about):
    """Home with releases of three days: one name changed in the second, changed back in the third, one cluster less at first."""
    home, tables = tmp_path_factory.mktemp("home"), make_tables(6, 12)
    fewer = make_tables(5, 12)
    publish(stage(home, fewer, {**about, "as_of": "2013-12-31"}), OPEN)
    publish(stage(home, _named(tables, "PL-C0002", "Dolina"), {**about, "as_of": "2014-12-31"}), OPEN)
    publish(stage(home, tables, {**about, "as_of": "2015-12-31"}), OPEN)
    return home, fewer, tables


def test_the_columns_are_those_of_clusters_and_the_interval():
    told = dictionary().tables
    assert list(told["cluster_history"].schema) == [*told["clusters"].schema, *INTERVAL]


def _as_of(home, day):
    with duckdb.connect(str(latest(home).database), read_only=True) as opened:
        return opened.execute(
            "SELECT cluster_id, name_pl, record_count FROM inventory_as_of($1) ORDER BY cluster_id", [day]
        ).fetchall()


def test_the_macro_tells_what_was_said_on_a_day(three):
    home, fewer, tables = three
    columns = ("cluster_id", "name_pl", "record_count")
    assert _as_of(home, "2013-12-30") == []
    for day in ("2013-12-31", "2014-12-30"):
        assert _as_of(home, day) == fewer["clusters"].select(columns).rows()
    assert _as_of(home, "2014-12-31") == _named(tables, "PL-C0002", "Dolina")["clusters"].select(columns).rows()
    assert _as_of(home, "2031-01-01") == tables["clusters"].select(columns).rows()


def test_open_rows_are_the_clusters_and_intervals_join(three):
    made = latest(three[0]).tables()
    history = made["cluster_history"]
    standing = history.filter(pl.col("valid_to_release").is_null())
    assert standing.drop(INTERVAL).equals(made["clusters"])
    changed = history.filter(pl.col("cluster_id") == "PL-C0002").select("name_pl", *INTERVAL).rows()
    assert [row[0] for row in changed] == ["Klaster Żółtej Łąki 1", "Dolina", "Klaster Żółtej Łąki 1"]
    assert [row[2] for row in changed] == [*[row[1] for row in changed[1:]], None]
    assert [row[4] for row in changed] == [date(2014, 12, 31), date(2015, 12, 31), None]


def test_a_second_release_of_the_day_replaces_what_the_first_said(tmp_path, make_tables, about):
    tables = make_tables(6, 12)
    publish(stage(tmp_path, tables, about), OPEN)
    publish(stage(tmp_path, _named(tables, "PL-C0002", "Dolina"), about), OPEN)
    assert {row[0]: row[1] for row in _as_of(tmp_path, "2015-12-31")}["PL-C0002"] == "Dolina"
    with stage(tmp_path, tables, about) as back:
        report = audit(back.tables, on=date(2015, 12, 31))
        assert not [issue for issue in report.issues if issue.table == "cluster_history"]


def test_a_cluster_that_went_is_closed(tmp_path, make_tables, about):
    publish(stage(tmp_path, make_tables(6, 12), about), OPEN)
    made = publish(stage(tmp_path, make_tables(5, 12), {**about, "as_of": "2016-12-31"}), OPEN).tables()
    gone = made["cluster_history"].filter(pl.col("cluster_id") == "PL-C0006")
    assert gone.select(INTERVAL).rows() == [("2015.12.31", "2016.12.31", date(2015, 12, 31), date(2016, 12, 31))]


def test_a_release_without_history_gives_its_clusters_as_first_state(tmp_path, make_tables, about):
    tables = make_tables(6, 12)
    first = publish(stage(tmp_path, tables, about), OPEN)
    (first.path / "parquet" / "cluster_history.parquet").unlink()
    made = publish(stage(tmp_path, _named(tables, "PL-C0002", "Dolina"), {**about, "as_of": "2016-12-31"}), OPEN)
    assert made.tables()["cluster_history"]["valid_from_release"].value_counts().sort("count").rows() == [
        ("2016.12.31", 1),
        ("2015.12.31", 6),
    ]
