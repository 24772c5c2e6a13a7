import polars as pl

from warehouse.site.figures import figure, grids, official_figures, split_statistic, total_grid, year_bars
from warehouse.site.wording import Wording

PL = Wording("pl")


def test_a_statistic_is_a_measure_of_a_population():
    assert split_statistic("age_mean_of_potential_clusters") == ("age_mean", "potential_clusters")
    assert split_statistic("clusters_per_million_inhabitants") == ("per_million_inhabitants", "clusters")
    assert split_statistic("estimated_number_of_clusters_low") == ("estimated_number_low", "clusters")
    assert split_statistic("label_holders") == ("label_holders", "clusters")


def test_figures_show_no_more_precision_than_they_have():
    row = {"statistic": "age_mean_of_clusters", "value": 14.0, "unit": "years"}
    assert figure(row, PL) == "14,0"
    assert figure({**row, "statistic": "number_of_clusters", "value": 1234.0, "unit": "clusters"}, PL) == "1\u00a0234"
    assert figure({**row, "statistic": "founded_first_of_clusters", "value": 2002.0, "unit": "year"}, PL) == "2002"
    assert (
        figure({**row, "statistic": "share_founded_2011_2015_of_clusters", "value": 43.37, "unit": "%"}, PL)
        == "43,4\u00a0%"
    )
    assert (
        figure({**row, "statistic": "estimated_number_of_clusters", "value": 214.08, "unit": "clusters"}, PL) == "214"
    )
    assert figure({**row, "value": None}, PL) == "–"
    assert figure(None, PL) == "–"


OFFICIAL = {
    "figure_id": "a", "value_min": None, "value_max": None, "relation": "exact", "unit": "clusters", "ours": None,
    "comparable": False,
}  # fmt: skip


def _official(**told):
    (shown,) = official_figures(pl.DataFrame([OFFICIAL | told], schema_overrides={"ours": pl.Float64}), PL)
    return shown["published"], shown["our_figure"]


def test_published_figures_that_may_be_compared_come_first():
    rows = [
        OFFICIAL | {"figure_id": "a"},
        OFFICIAL | {"figure_id": "b", "ours": 3.0},
        OFFICIAL | {"figure_id": "c", "ours": 2.0, "comparable": True},
    ]
    assert [row["figure_id"] for row in official_figures(pl.DataFrame(rows), PL)] == ["c", "b", "a"]


def test_a_published_figure_is_shown_with_its_range_qualifier_and_unit():
    assert _official(value_min=134.0, value_max=134.0, ours=121.0) == ("134", "121")
    assert _official(value_min=60.0, relation="over", unit="%", ours=43.4) == ("ponad 60\u00a0%", "43,4\u00a0%")
    assert _official(value_max=620.0, relation="nearly") == ("prawie 620", "–")
    assert _official(value_min=2003.0, value_max=2015.0, unit="year", ours=2002.0) == ("2003–2015", "2002")
    assert _official() == ("–", "–")


def test_every_shown_figure_is_a_row_of_statistics(tables):
    statistics = tables["statistics"]
    total = total_grid(statistics, PL)
    shown = [value for _, values in total.rows for value in values if value != "–"]
    assert sorted(shown) == sorted(
        figure(row, PL) for row in statistics.filter(pl.col("dimension") == "total").to_dicts()
    )
    by_place = next(grid for grid in grids(tables, PL) if grid.dimension == "voivodeship")
    codes = dict(tables["voivodeships"].select("title_pl", "code").iter_rows())
    values = {
        (row["dimension_value"], figure(row, PL))
        for row in statistics.filter(pl.col("dimension") == "voivodeship").to_dicts()
    }
    assert {(codes[heading], figures[0]) for heading, figures in by_place.rows} == values


def test_bars_cover_every_year_and_stand_for_the_counts(tables):
    bars = year_bars(tables["statistics"], 640, 200)
    assert [int(bar.year) for bar in bars] == list(range(int(bars[0].year), int(bars[-1].year) + 1))
    known = tables["clusters"].drop_nulls("founded_year")
    assert sum(bar.clusters + bar.potential_clusters for bar in bars) == known.height
    assert max(bar.clusters_height + bar.potential_height for bar in bars) <= 200.1
    assert year_bars(tables["statistics"].clear(), 640, 200) == []
