import json
from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from inventory.statistics import UNKNOWN
from warehouse.site.listing import held_labels, listing_script, script


def value_of(text):
    return json.loads(text[text.index("=") + 1 : text.rindex(";")])


@given(st.text() | st.lists(st.text()) | st.dictionaries(st.text(), st.integers() | st.none()))
def test_a_script_gives_back_its_value_and_cannot_be_left(value):
    text = script("X", value)
    assert value_of(text) == value
    assert not set("<>&\u2028\u2029") & set(text.removeprefix('"use strict";\nwindow.X='))
    assert text.count("\n") == 2


def test_rows_hold_what_the_tables_hold(tables):
    rows = value_of(listing_script(tables, date(2015, 12, 31)))["clusters"]
    clusters = tables["clusters"].sort("cluster_id")
    assert [row[0] for row in rows] == clusters["cluster_id"].to_list()
    assert [row[7] for row in rows] == clusters["founded_year"].to_list()
    holders = {row[0]: row[11] for row in rows if row[11]}
    assert set(holders) == set(tables["labels"]["cluster_id"])
    assert all(labels == [["esca", "bronze", 1]] for labels in holders.values())
    assert UNKNOWN not in {row[5] for row in rows}


def test_labels_are_held_by_the_rule_of_the_statistics(tables):
    assert len(held_labels(tables["labels"], date(2015, 12, 31))) == tables["labels"].height
    assert held_labels(tables["labels"], date(2017, 1, 1)) == set()
    assert held_labels(tables["labels"], None) == set()


def test_other_names_are_searchable_and_the_shown_ones_not_repeated(tables):
    alias = pl.DataFrame(
        {"cluster_id": ["PL-C0001"], "name": ["SGPPL"], "lang": ["other"], "kind": ["acronym"], "record_id": [None]}
    )
    names = pl.concat([tables["cluster_names"], alias], how="diagonal_relaxed")
    rows = {row[0]: row[12] for row in value_of(listing_script({**tables, "cluster_names": names}, None))["clusters"]}
    assert "SGPPL" in rows["PL-C0001"]
    assert "Klaster Dolina Lotnicza" not in rows["PL-C0001"]
