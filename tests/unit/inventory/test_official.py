import csv
import re
from datetime import date
from pathlib import Path

import pytest

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
    assert {row["figure_id"] for row in comparisons} <= published | {""}
    assert all(row["why"] and row["comparable"] in {"yes", "no"} for row in comparisons)


def _digits(text):
    """Returns the runs of digits, sorted: a date has its parts in another order in Polish, a number another separator."""
    return sorted(re.findall(r"\d+", re.sub(r"(?<=\d)[,\N{NO-BREAK SPACE}](?=\d{3}\b)", "", text)))


@pytest.mark.parametrize("column", ["statistic", "population", "note", "publisher"])
def test_what_is_said_of_a_figure_is_said_in_polish_with_the_same_digits(build, record, column):
    told = build([record("a", "Klaster A", "kkk", "2015-10", kkk_round="I")]).official
    for row in told.iter_rows(named=True):
        english, polish = row[column], row[f"{column}_pl"]
        assert polish, row["figure_id"]
        assert polish.count(";") == english.count(";"), row["figure_id"]  # as many remarks
        assert _digits(polish) == _digits(english), row["figure_id"]


def test_only_proper_names_and_addresses_are_the_same_in_both_languages():
    for figure in official._published():
        assert figure["statistic_pl"] != figure["statistic"], figure["figure_id"]
        assert figure["population_pl"] != figure["population"], figure["figure_id"]
    same = {
        figure["note"] for figure in official._published() if figure["note"] and figure["note"] == figure["note_pl"]
    }
    assert same == {"Bydgoski Klaster Przemysłowy", "Pomorski Klaster ICT, Bałtycki Klaster Ekoenergetyczny"}
    assert all(row["why_pl"] not in {"", row["why"]} for row in official._comparisons().values())
