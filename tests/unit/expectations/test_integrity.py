import polars as pl
import pytest

from expectations.integrity import check_integrity, rules
from warehouse.release import stage


@pytest.fixture(scope="module")
def staged(tmp_path_factory, make_tables, about):
    with stage(tmp_path_factory.mktemp("home"), make_tables(30, 90), about) as made:
        yield made.tables


def _broken(frames, folder):
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")
    return {(row["expectation"], row["table"], row["column"]) for row in check_integrity(folder) if not row["success"]}


def _first(column, value):
    return pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)


BREAKS = {
    "age_is_year_less_founding": ("clusters", lambda frame: frame.with_columns(age_years=pl.col("age_years") + 1)),
    "founded_date_in_founded_year": ("clusters", lambda frame: frame.with_columns(founded_date=pl.date(1999, 1, 1))),
    "cluster_has_a_name": (
        "clusters",
        lambda frame: frame.with_columns(_first("name_pl", None), _first("name_en", None)),
    ),
    "record_count_adds_up": ("clusters", lambda frame: frame.with_columns(record_count=pl.col("record_count") + 1)),
    "record_in_one_place": ("excluded", lambda frame: frame.head(1)),
    "label_ends_after_it_begins": ("labels", lambda frame: frame.with_columns(valid_until=pl.lit("2013"))),
    "met_has_its_proof": ("assessments", lambda frame: frame.with_columns(statement_id=pl.lit(None, pl.String))),
    "statements_agree_with_records": ("statements", lambda frame: frame.with_columns(cluster_id=pl.lit("PL-C0001"))),
    "pair_in_order": ("review_queue", lambda frame: frame.rename({"record_a": "record_b", "record_b": "record_a"})),
    "no_statistic_without_n": ("statistics", lambda frame: frame.with_columns(n=pl.lit(0, pl.Int64))),
    "cluster_totals_agree": ("statistics", lambda frame: frame.with_columns(n=pl.lit(31, pl.Int64))),
    "counts_add_up": ("reconciliation", lambda frame: frame.head(2)),
    "retired_is_gone": ("retired_ids", lambda frame: _retired(frame, "PL-C0001", "PL-C0002")),
    "redirect_arrives": ("retired_ids", lambda frame: _retired(frame, "PL-C0900", "PL-C0901")),
    "refers_to_sectors": ("clusters", lambda frame: frame.with_columns(sector_code=pl.lit("alchemy"))),
    "refers_to_statements": ("assessments", lambda frame: frame.with_columns(statement_id=pl.lit("nothing"))),
    "refers_to_records": ("labels", lambda frame: frame.with_columns(record_id=pl.lit("nothing"))),
    "refers_to_clusters": ("cluster_names", lambda frame: frame.with_columns(cluster_id=pl.lit("PL-C9999"))),
}


def _retired(frame, cluster, successor):
    row = {"cluster_id": cluster, "retired_as": "merged", "successor_id": successor, "reason": "the same body"}
    return pl.DataFrame([row], schema=frame.schema)


def test_sound_tables_break_no_rule(staged, tmp_path):
    assert _broken(staged, tmp_path) == set()


def test_every_rule_is_tried():
    assert {rule.name for rule in rules()} <= set(BREAKS)


@pytest.mark.parametrize("rule", BREAKS)
def test_a_rule_is_broken_by_what_it_forbids(staged, tmp_path, rule):
    table, spoil = BREAKS[rule]
    broken = _broken({**staged, table: spoil(staged[table])}, tmp_path)
    assert rule in {name for name, _, _ in broken}


def test_a_broken_rule_says_rows_and_remedy(staged, tmp_path):
    _broken({**staged, "clusters": staged["clusters"].with_columns(sector_code=pl.lit("alchemy"))}, tmp_path)
    row = next(row for row in check_integrity(tmp_path) if not row["success"])
    assert (row["table"], row["column"], row["severity"], row["unexpected_count"]) == (
        "clusters",
        "sector_code",
        "critical",
        1,
    )
    assert row["sample"] == "alchemy"
    assert row["remedy"]
