import csv
from datetime import date
from pathlib import Path

from inventory import official
from inventory.schemas import OFFICIAL_FIGURES


def test_every_published_figure_is_shown_once(build, record):
    found = build([record("a", "Klaster A", "kkk", "2015-10", kkk_round="I")]).official
    assert found.schema == OFFICIAL_FIGURES
    assert found["figure_id"].is_unique().all()
    assert found.height == len(official._published()) == 110


def test_only_like_is_called_comparable(build, record):
    built = build([record("a", "Klaster A", "kkk", "2015-10", kkk_round="I"), record("b", "Klaster B", "press")])
    rows = {row["figure_id"]: row for row in built.official.iter_rows(named=True)}
    assert (rows["kkk_round1"]["ours"], rows["kkk_round1"]["comparable"]) == (1, True)
    assert (rows["inv2015_potential"]["ours"], rows["inv2015_potential"]["comparable"]) == (1, False)
    assert (rows["bench_2022_members"]["ours"], rows["bench_2022_members"]["comparable"]) == (None, False)
    assert not any(row["comparable"] and row["ours"] is None for row in rows.values())


def test_a_figure_after_the_day_of_the_inventory_has_no_counterpart(build, record):
    built = build([record("a", "Klaster A", "kkk", "2015-10", kkk_round="I")], as_of=date(2015, 12, 31))
    rows = {row["figure_id"]: row for row in built.official.iter_rows(named=True)}
    assert rows["kkk_holders_2015"]["ours"] == 1
    assert rows["kkk_holders_2023"]["ours"] is None


def test_comparisons_name_figures_that_exist_and_say_why():
    with (Path(official.__file__).parent / "data" / "official_comparisons.csv").open(encoding="utf-8") as rows:
        comparisons = list(csv.DictReader(rows))
    published = {figure["figure_id"] for figure in official._published()}
    assert {row["figure_id"] for row in comparisons} <= published
    assert all(row["why"] and row["comparable"] in {"yes", "no"} for row in comparisons)
