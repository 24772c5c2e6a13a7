from datetime import date

import polars as pl
import pytest

from expectations.allowances import Allowance
from expectations.gate import audit
from expectations.personal_data import scan
from expectations.source_state import SourceReading
from expectations.suites import check_table
from warehouse.findings import result, results_frame
from warehouse.release import stage

ON = date(2015, 12, 31)


@pytest.fixture(scope="module")
def tables(tmp_path_factory, make_tables, about):
    with stage(tmp_path_factory.mktemp("home"), make_tables(30, 90), about) as made:
        yield made.tables


def _codes(report):
    return {(issue.code, issue.table or issue.source, issue.column) for issue in report.reasons}


def test_sound_tables_open_the_gate(tables):
    report = audit(tables, on=ON)
    assert report.reasons == ()
    assert report.is_open
    assert report.results["success"].all()
    assert set(report.results["suite"]) == {"dictionary", "integrity", "personal_data"}
    assert set(report.results["table"]) == set(tables)


def test_a_folder_is_audited_like_the_frames(tables, tmp_path):
    for name, frame in tables.items():
        frame.write_parquet(tmp_path / f"{name}.parquet")
    assert audit(tmp_path, on=ON).results.equals(audit(tables, on=ON).results)


SPOILED = {
    "a code that is not in the list": (
        "clusters",
        {"class": pl.lit("network")},
        "expect_column_values_to_be_in_set",
        "class",
    ),
    "a code that is empty": (
        "clusters",
        {"state": pl.lit(None, pl.String)},
        "expect_column_values_to_not_be_null",
        "state",
    ),
    "a key twice": ("official_figures", None, "expect_column_values_to_be_unique", "figure_id"),
    "a key of several columns twice": ("labels", None, "expect_compound_columns_to_be_unique", ""),
    "an id of another form": (
        "cluster_names",
        {"cluster_id": pl.lit("7")},
        "expect_column_values_to_match_regex",
        "cluster_id",
    ),
    "an impossible number": (
        "clusters",
        {"members_total": pl.lit(-4, pl.Int32)},
        "expect_column_values_to_be_between",
        "members_total",
    ),
    "an impossible date": ("records", {"as_of": pl.lit("31.12.2015")}, "expect_column_values_to_match_regex", "as_of"),
    "a telephone number": ("clusters", {"coordinator": pl.lit("tel. 601 234 567")}, "no_personal_data", "coordinator"),
    "a personal mailbox": ("statements", {"value": pl.lit("jan.kowalski@firma.example")}, "no_personal_data", "value"),
    "no n": ("statistics", {"n": pl.lit(None, pl.Int64)}, "expect_column_values_to_not_be_null", "n"),
}


@pytest.mark.parametrize("case", SPOILED)
def test_what_the_dictionary_forbids_is_found(tables, tmp_path, case):
    name, values, code, column = SPOILED[case]
    frame = pl.concat([tables[name]] * 2) if values is None else tables[name].with_columns(**values)
    frame.write_parquet(tmp_path / "spoiled.parquet")
    checked = [check_table(name, tmp_path / "spoiled.parquet"), results_frame(scan("personal_data", name, frame))]
    failed = pl.concat(checked).filter(~pl.col("success"))
    assert {(row["expectation"].partition("(")[0], row["column"]) for row in failed.iter_rows(named=True)} == {
        (code, column)
    }
    assert set(failed["severity"]) == {"critical"}
    assert all(failed["remedy"])
    assert all(count > 0 for count in failed["unexpected_count"])


def test_what_is_found_closes_the_gate_with_place_and_remedy(tables):
    clusters = tables["clusters"].with_columns(state=pl.lit("asleep"), coordinator=pl.lit("tel. 601 234 567"))
    report = audit({**tables, "clusters": clusters, "statistics": tables["statistics"].clear()}, on=ON)
    assert {
        ("expect_column_values_to_be_in_set", "clusters", "state"),
        ("no_personal_data", "clusters", "coordinator"),
        # Zero rows are never published in silence.
        ("expect_table_row_count_to_be_between", "statistics", ""),
    } == _codes(report)
    assert all(issue.remedy and issue.message for issue in report.issues)


def test_wrong_shapes_close_the_gate(tables):
    spoiled = {
        **{name: frame for name, frame in tables.items() if name != "labels"},
        "clusters": tables["clusters"].drop("website"),
        "records": tables["records"].with_columns(pl.col("reconstructed").cast(pl.String)),
        "statements": tables["statements"].with_columns(colour=pl.lit("red")),
        "people": tables["clusters"],
    }
    assert {
        ("column_missing", "clusters", "website"),
        ("wrong_type", "records", "reconstructed"),
        ("column_not_described", "statements", "colour"),
        ("table_missing", "labels", ""),
        ("table_not_described", "people", ""),
    } <= _codes(audit(spoiled, on=ON))


@pytest.mark.parametrize("name", ["labels", "changes", "retired_ids"])
def test_empty_and_all_null_columns_are_checked_without_raising(tables, tmp_path, name):
    for frame in (
        tables[name].clear(),
        tables[name].with_columns(pl.lit(None, pl.String).alias(tables[name].columns[-1])),
    ):
        frame.write_parquet(tmp_path / "bare.parquet")
        checked = check_table(name, tmp_path / "bare.parquet")
        assert not checked["observed"].str.contains("could not be checked").any()


def test_sources_and_allowances_are_part_of_the_gate(tables):
    readings = [SourceReading(name, rows=1, failed="503", age_days=400, max_age_days=120) for name in ("esca", "tci")]
    allowances = [
        Allowance("source_failed", "the registry is down", "data engineer", last, source=name)
        for name, last in (("esca", date(2016, 1, 31)), ("tci", date(2015, 6, 30)))
    ]
    report = audit(tables, on=ON, readings=readings, allowances=allowances)
    assert _codes(report) == {("source_failed", "tci", "")}
    assert [(issue.source, issue.allowed_by) for issue in report.issues if issue.allowed_by] == [
        ("esca", "data engineer, until 2016-01-31: the registry is down")
    ]


def test_continuity_is_part_of_the_gate(tables, make_tables):
    report = audit(tables, on=ON, previous=make_tables(31, 93))
    assert _codes(report) == {("ids_vanished", "clusters", "cluster_id")}
    assert "PL-C0031" in report.reasons[0].message


def test_results_of_records_are_part_of_the_gate(tables):
    failed = results_frame([result("records:esca", "records", "rows", success=False, remedy="Open the page.")])
    report = audit(tables, on=ON, record_results=failed)
    assert [(issue.code, issue.source, issue.remedy) for issue in report.reasons] == [
        ("rows", "esca", "Open the page.")
    ]


def test_permuted_rows_give_the_same_report(tables):
    spoiled = {**tables, "clusters": tables["clusters"].with_columns(state=pl.lit("asleep"))}
    permuted = {name: frame.sample(fraction=1, shuffle=True, seed=5) for name, frame in reversed(spoiled.items())}
    assert audit(permuted, on=ON).issues == audit(spoiled, on=ON).issues
