"""The figures: published properties of the 2015 report, sums that agree, ages that move with the day."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory import statistics
from inventory.coverage import chao_lower_bound
from inventory.places import voivodeships
from inventory.schemas import CLUSTERS, LABELS, empty

END_OF_2015 = date(2015, 12, 31)


def population(rows):
    """Clusters from (class, founded_year, voivodeship_code, members, state)."""
    return pl.DataFrame(
        [
            {
                "cluster_id": f"PL-C{number:04d}",
                "class": kind,
                "state": state,
                "founded_year": year,
                "voivodeship_code": code,
                "nuts2_code": voivodeships()[code].nuts2[0] if code else None,
                "members_total": members,
            }
            for number, (kind, year, code, members, state) in enumerate(rows)
        ],
        schema={
            name: kind
            for name, kind in CLUSTERS.items()
            if name
            in {"cluster_id", "class", "state", "founded_year", "voivodeship_code", "nuts2_code", "members_total"}
        },
    ).with_columns(sector_code=pl.lit(None, pl.String))


def figures(clusters, as_of=END_OF_2015):
    frame = statistics.compute(clusters, empty(LABELS), as_of, "test")
    assert not frame.select("statistic", "as_of", "dimension", "dimension_value").is_duplicated().any()
    return {
        tuple(row[:3]): row[3:]
        for row in frame.select("statistic", "dimension", "dimension_value", "value", "n", "n_unknown").iter_rows()
    }


def test_the_figures_of_the_inventory_of_2015():
    # 134 clusters founded 2003-2015, over 60 % of them 2011-2015, mean age over 4, and 106 potential clusters.
    years = [
        2003,
        2004,
        *[2006] * 10,
        *[2007] * 12,
        *[2008] * 12,
        *[2009] * 10,
        *[2010] * 7,
        *[2011] * 17,
        *[2012] * 22,
        *[2013] * 18,
        *[2014] * 14,
        *[2015] * 10,
    ]
    rows = [("cluster", year, "24", 45, "active") for year in years] + [
        ("potential_cluster", None, None, None, "active")
    ] * 106
    found = figures(population(rows))
    assert found["number_of_clusters", "total", "all"][0] == 134
    assert found["number_of_potential_clusters", "total", "all"][0] == 106
    assert found["founded_first_of_clusters", "total", "all"][0] == 2003
    assert found["founded_last_of_clusters", "total", "all"][0] == 2015
    assert found["age_max_of_clusters", "total", "all"][0] == 12
    assert 4 < found["age_mean_of_clusters", "total", "all"][0] < 5
    assert 60 < found["share_founded_2011_2015_of_clusters", "total", "all"][0] < 65
    assert (
        found["share_founded_last_five_years_of_clusters", "total", "all"]
        == found["share_founded_2011_2015_of_clusters", "total", "all"]
    )
    assert found["members_total_of_clusters", "total", "all"][0] == pytest.approx(6000, rel=0.01)
    assert found["age_mean_of_potential_clusters", "total", "all"] == (None, 0, 106)


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["cluster", "potential_cluster"]),
        st.one_of(st.none(), st.integers(1995, 2015)),
        st.one_of(st.none(), st.sampled_from(sorted(voivodeships()))),
        st.one_of(st.none(), st.integers(0, 500)),
        st.sampled_from(["active", "dormant", "ended", "unknown"]),
    ),
    max_size=40,
)


@settings(max_examples=12, deadline=None)
@given(ROWS)
def test_parts_add_up_to_the_total(rows):
    found = figures(population(rows))
    for statistic in ("number_of_clusters", "number_of_potential_clusters", "number_of_bodies"):
        total = found[statistic, "total", "all"][0]
        for dimension in ("state", "voivodeship", "nuts2", "sector", "founded_year", "cohort", "voivodeship_class"):
            parts = [value[0] for key, value in found.items() if key[:2] == (statistic, dimension)]
            assert sum(parts) == total
    assert found["number_of_bodies", "total", "all"][0] == len(rows)
    for population_name, n in (("clusters", "cluster"), ("potential_clusters", "potential_cluster")):
        _, known, unknown = found[f"age_mean_of_{population_name}", "total", "all"]
        assert known + unknown == sum(row[0] == n for row in rows)


@settings(max_examples=12, deadline=None)
@given(ROWS)
def test_a_year_later_every_age_is_one_more(rows):
    clusters = population(rows)
    now, later = figures(clusters), figures(clusters, date(2016, 12, 31))
    for key, (value, n, unknown) in now.items():
        if key[0].startswith("age_"):
            assert later[key][1:] == (n, unknown)
            assert (value is None and later[key][0] is None) or later[key][0] == pytest.approx(value + 1)


def test_every_voivodeship_has_a_row_even_without_clusters():
    found = figures(population([("cluster", 2010, "24", None, "active")]))
    assert {key[2] for key in found if key[:2] == ("number_of_clusters", "voivodeship")} == set(voivodeships())
    assert found["number_of_clusters", "voivodeship", "02"] == (0, 0, 0)
    per_million = found["clusters_per_million_inhabitants", "voivodeship", "24"][0]
    assert per_million == pytest.approx(1e6 / voivodeships()["24"].population)


def test_chaos_lower_bound_by_hand():
    # S = 110, f1 = 67, f2 = 25: 110 + 67**2 / 50.
    bound = chao_lower_bound(67, 25, 110)
    assert bound.estimate == pytest.approx(199.78)
    assert 110 < bound.low < bound.estimate < bound.high
    assert chao_lower_bound(0, 5, 20) == (20, 20, 20)
    assert chao_lower_bound(3, 0, 10).estimate == pytest.approx(13)
    assert chao_lower_bound(0, 0, 0) is None


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_the_interval_holds_the_estimate_and_never_less_than_was_seen(once, twice, more):
    seen = once + twice + more
    bound = chao_lower_bound(once, twice, seen)
    assert (bound is None) == (seen == 0)
    if bound:
        assert seen <= bound.low <= bound.estimate <= bound.high
