from datetime import date

import polars as pl
import pytest

from warehouse.site.cluster_pages import Citation, citations, cluster_pages

AS_OF = date(2015, 12, 31)


@pytest.fixture
def page(tables):
    return next(cluster_pages(tables, AS_OF))


def test_a_rebuilt_page_is_cited_by_the_pages_behind_it():
    record = {"url": "http://127.0.0.1/rebuilt", "stated_by": "https://a.pl/1 javascript:alert(1) www.b.pl"}
    assert citations(record) == (
        Citation("a.pl", "https://a.pl/1"),
        Citation("javascript:alert(1)", None),
        Citation("b.pl", "http://www.b.pl"),
    )
    assert citations({"url": "https://c.pl/", "stated_by": None}) == (Citation("c.pl", "https://c.pl/"),)
    assert citations(None, "https://d.pl/") == (Citation("d.pl", "https://d.pl/"),)
    assert citations(None) == ()


def test_every_statement_of_the_cluster_is_on_its_page_once(tables):
    for page in cluster_pages(tables, AS_OF):
        mine = tables["statements"].filter(pl.col("cluster_id") == page.cluster["cluster_id"])
        shown = [one["statement_id"] for _, rows in page.facts for row in rows for one in row["stated"]]
        assert sorted(shown) == sorted(mine["statement_id"])
        assert len(page.records) == page.cluster["record_count"]


def test_the_chosen_value_comes_first(tables):
    for page in cluster_pages(tables, AS_OF):
        for _, rows in page.facts:
            chosen = [row["chosen"] for row in rows]
            assert chosen == sorted(chosen, reverse=True)


def test_evidence_of_a_criterion_is_a_statement_with_its_page(page, tables):
    met = [row for row in page.criteria if row["verdict"] == "met"]
    assert met
    assert all(row["pages"] for row in met)


def test_the_timeline_draws_what_is_known_and_no_more(tables):
    label = tables["labels"].filter(pl.col("cluster_id") == "PL-C0001").head(1)
    cases = pl.concat([
        label.with_columns(level=pl.lit(level), valid_from=pl.lit(start, dtype=pl.String), valid_until=pl.lit(end, dtype=pl.String))
        for level, start, end in (("a", "2010", "2012"), ("b", "2013-05-17", None), ("c", None, "2014-03"), ("d", None, None))
    ])  # fmt: skip
    line = next(cluster_pages({**tables, "labels": cases}, AS_OF)).timeline
    bars = {bar.level: bar for bar in line.bars}
    assert set(bars) == {"a", "b", "c"}
    assert [bars[level].open_end for level in "abc"] == [False, True, True]
    assert bars["a"].x + bars["a"].width < bars["b"].x
    assert all(bar.x >= 0 and bar.x + bar.width <= line.width for bar in line.bars)
    assert line.ticks[0][0] == 2010


def test_a_cluster_without_dated_labels_has_no_timeline(tables):
    assert next(cluster_pages({**tables, "labels": tables["labels"].clear()}, AS_OF)).timeline is None
