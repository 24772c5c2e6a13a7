"""Yearly series: sums that agree with the totals, intervals that end, years that are never mixed."""

from datetime import date
from itertools import pairwise

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory import series
from inventory.schemas import CLUSTERS, LABELS, empty
from inventory.states import STATES

DAY = date(2020, 6, 30)


def inventory(rows):
    """Clusters and states from (class, founded_year, year of the end, members, day of the members)."""
    clusters = pl.DataFrame(
        [
            {"cluster_id": f"PL-C{at:04d}", "class": kind, "founded_year": founded, "members_total": members,
             "members_as_of": day}
            for at, (kind, founded, _, members, day) in enumerate(rows)
        ],
        schema={name: CLUSTERS[name] for name in ("cluster_id", "class", "founded_year", "members_total", "members_as_of")},
    )  # fmt: skip
    states = pl.DataFrame(
        [
            (f"PL-C{at:04d}", "active" if end == "alive" else "ended", None if end == "alive" else end, None, None)
            for at, (_, _, end, _, _) in enumerate(rows)
        ],
        schema=STATES,
        orient="row",
    )
    return clusters, states


def figures(rows, labels=None):
    clusters, states = inventory(rows)
    frame = series.yearly(clusters, empty(LABELS) if labels is None else labels, states, DAY, "test")
    assert not frame.select("statistic", "as_of", "dimension", "dimension_value").is_duplicated().any()
    assert not frame["n"].has_nulls()
    assert not frame["n_unknown"].has_nulls()
    return {
        tuple(row[:2]): row[2:]
        for row in frame.select("statistic", "dimension_value", "value", "n", "n_unknown").iter_rows()
    }


def test_a_body_is_young_for_five_years_and_exists_until_a_page_says_it_ended():
    found = figures([("cluster", 2008, "2015-03-01", None, None), ("cluster", 2008, None, None, None)])
    by_year = {year: found["existing_at_year_end_of_clusters", str(year)] for year in (2007, 2008, 2014, 2015, 2020)}
    # The second ended nobody knows when: it is unknown in every year.
    assert by_year == {2007: (0, 0, 1), 2008: (1, 1, 1), 2014: (1, 1, 1), 2015: (0, 0, 1), 2020: (0, 0, 1)}
    assert [found["young_at_year_end_of_clusters", str(year)][0] for year in (2008, 2012, 2013)] == [1, 1, 0]


def test_members_of_two_years_are_never_one_sum():
    found = figures([("cluster", 2008, "alive", 40, "2017-05"), ("cluster", 2009, "alive", 30, "2018"),
                     ("cluster", 2009, "alive", 7, None)])  # fmt: skip
    assert found["members_stated_in_year_of_clusters", "2017"] == (40, 1, 2)
    assert found["members_stated_in_year_of_clusters", "2018"] == (30, 1, 2)
    assert found["members_stated_in_year_of_clusters", "2019"] == (None, 0, 3)


def test_labels_count_in_the_years_in_which_they_are_held():
    labels = pl.DataFrame(
        [
            ("PL-C0000", "esca", "gold", "2015-02", "2017-02", "r1", None),
            ("PL-C0000", "kkk", "II", "2016-09", "2019-09", "r2", None),
            ("PL-C0001", "kkk", "round not stated", None, None, "r3", None),
        ],
        schema=LABELS,
        orient="row",
    )
    found = figures([("cluster", 2008, "alive", None, None)] * 2, labels)
    assert [found["label_holders_at_year_end", f"{year}|esca|gold"][0] for year in (2014, 2015, 2016, 2017)] == [
        0,
        1,
        1,
        0,
    ]
    assert found["labelled_at_year_end", "2016"] == (1, 1, 1)
    # Nobody held the national status before its first round.
    assert found["label_holders_at_year_end", "2014|kkk"] == (0, 0, 0)


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["cluster", "potential_cluster"]),
        st.one_of(st.none(), st.integers(2003, 2020)),
        st.sampled_from(["alive", None, "2012", "2016-05", "2020-01-31"]),
        st.one_of(st.none(), st.integers(0, 500)),
        st.sampled_from([None, "2014", "2017-05", "2020-06-30"]),
    ),
    max_size=25,
)


@settings(max_examples=20, deadline=None)
@given(ROWS)
def test_the_series_adds_up(rows):
    found = figures(rows)
    years = [str(year) for year in range(2003, 2021)]
    assert {year for statistic, year in found if "_of_" in statistic} == set(years)
    known = sum(row[1] is not None for row in rows)
    assert sum(found["founded_in_year_of_bodies", year][0] for year in years) == known
    assert all(found["founded_in_year_of_bodies", year][2] == len(rows) - known for year in years)
    for before, year in pairwise(years):
        founded = found["founded_in_year_of_bodies", year][0]
        now, then = (found["existing_at_year_end_of_bodies", one][0] for one in (year, before))
        assert now <= then + founded
        assert found["young_at_year_end_of_bodies", year][0] <= now
    stated = [row for row in rows if row[3] is not None and row[4] is not None]
    assert sum(found["members_stated_in_year_of_bodies", year][1] for year in years) == len(stated)
