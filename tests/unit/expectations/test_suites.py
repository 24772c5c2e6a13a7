import json
from datetime import UTC, datetime

import polars as pl
import pytest

from expectations import suites
from expectations.suites import Bounds, check_records
from warehouse.kept_results import KeptResults

VISIT = "2026-11-22T09:30:00Z"


def _packed(tmp_path, rows):
    """Writes rows as parsers' records are handed over: fields as JSON, several rows of one id are pages of one entry."""
    given = {"record_id": "esca-1", "source": "esca", "url": "https://esca.example/1", "name": "Dolina", "as_of": "2015-12",
             "retrieved_at": VISIT, "fields": "{}"}  # fmt: skip
    path = tmp_path / "records.parquet"
    pl.DataFrame([{**given, **row} for row in rows], schema=dict.fromkeys(given, pl.String)).write_parquet(path)
    return path


def _failed(results):
    return {(row["expectation"].partition("(")[0], row["column"], row["severity"])
            for row in results.filter(~pl.col("success")).iter_rows(named=True)}  # fmt: skip


def _many(number, **values):
    return [{"record_id": f"esca-{place}", **values} for place in range(number)]


def test_good_records_pass(tmp_path):
    rows = _many(20, fields=json.dumps({"city": "Łódź", "email": "biuro@klaster.example"}))
    results = check_records("esca", _packed(tmp_path, rows), Bounds(10, 40, {"city": 1.0, "as_of": 1.0}))
    assert results["success"].all()
    assert set(results["suite"]) == {"records:esca"}


def test_entries_are_counted_not_pages(tmp_path):
    pages = [{"record_id": "esca-1", "fields": "{}"}, {"record_id": "esca-1", "fields": '{"city": "Łódź"}'}] * 5
    results = check_records("esca", _packed(tmp_path, pages), Bounds(2, None, {"city": 1.0}))
    assert _failed(results) == {("expect_column_unique_value_count_to_be_between", "record_id", "critical")}


def test_too_few_close_and_too_many_warn(tmp_path):
    count = "expect_column_unique_value_count_to_be_between"
    path = _packed(tmp_path, _many(20))
    assert _failed(check_records("esca", path, Bounds(21, None))) == {(count, "record_id", "critical")}
    assert _failed(check_records("esca", path, Bounds(1, 19))) == {(count, "record_id", "warning")}


def test_records_of_other_sources_are_left_out(tmp_path):
    rows = [*_many(3), *[{"record_id": f"tci-{place}", "source": "tci", "as_of": "nonsense"} for place in range(9)]]
    path = _packed(tmp_path, rows)
    assert _failed(check_records("esca", path, Bounds(1, 3))) == set()
    assert _failed(check_records("kkk", path, Bounds(1))) == {
        ("expect_column_unique_value_count_to_be_between", "record_id", "critical")
    }


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"as_of": "December 2015"}, "as_of"),
        ({"as_of": "1815"}, "is_too_early"),
        ({"as_of": "2026-12"}, "is_after_visit"),
        ({"as_of": "2026-11-23"}, "is_after_visit"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"name": "Jan, tel. 601 234 567"}, "name"),
        ({"fields": '{"coordinator": "jan.kowalski@firma.example"}'}, "fields"),
    ],
)
def test_what_no_record_may_hold_is_found(tmp_path, values, column):
    results = check_records("esca", _packed(tmp_path, [*_many(9), {"record_id": "esca-x", **values}]), Bounds())
    assert column in {name for _, name, _ in _failed(results)}


@pytest.mark.parametrize("as_of", ["2026", "2026-11", "2026-11-22", None])
def test_the_day_of_the_visit_is_in_range(tmp_path, as_of):
    assert _failed(check_records("esca", _packed(tmp_path, _many(3, as_of=as_of)), Bounds())) == set()


def test_fill_rates_are_measured_per_entry(tmp_path):
    rows = [
        *_many(8, fields='{"city": "Łódź"}'),
        {"record_id": "esca-8"},
        {"record_id": "esca-9", "fields": '{"city": ""}'},
    ]
    path = _packed(tmp_path, rows)
    assert _failed(check_records("esca", path, Bounds(fill={"city": 0.8}))) == set()
    results = check_records("esca", path, Bounds(fill={"city": 0.81, "members_total": 0.1}))
    kind = "expect_column_proportion_of_non_null_values_to_be_between"
    assert _failed(results) == {(kind, "city", "critical"), (kind, "members_total", "critical")}
    assert all(results.filter(~pl.col("success"))["remedy"])


def test_published_records_are_checked_alike(tmp_path, make_tables):
    path = tmp_path / "records.parquet"
    make_tables(10, 40)["records"].write_parquet(path)
    assert _failed(check_records("esca", path, Bounds(10, 20, {"as_of": 1.0}))) == set()
    assert pl.read_parquet(path)["retrieved_at"][0] == datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def test_records_that_were_checked_before_are_not_checked_again(tmp_path, monkeypatch):
    path, bounds = _packed(tmp_path, _many(20)), Bounds(10, 15)
    first = check_records("esca", path, bounds, KeptResults(tmp_path / "kept"))
    assert _failed(first)
    with monkeypatch.context() as patch:
        patch.setattr(suites, "_checked_records", lambda *_: pytest.fail("checked again"))
        again = check_records("esca", path, bounds, KeptResults(tmp_path / "kept"))
    assert again.equals(first)
    assert again.schema == first.schema
    assert not _failed(check_records("esca", path, Bounds(10, 40), KeptResults(tmp_path / "kept")))
