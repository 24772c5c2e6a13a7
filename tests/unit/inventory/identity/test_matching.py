import polars as pl

from inventory.identity.linkage import link
from inventory.identity.matching import match
from inventory.records import frame
from inventory.statements import state
from sources.records import Record

INVENTORY = [
    Record(
        "a1",
        "eccp",
        "https://example.org/1",
        "Dolina Lotnicza",
        fields={"city": "Rzeszów", "aliases": ["Aviation Valley"]},
    ),
    Record("b1", "eccp", "https://example.org/2", "Klaster Obróbki Metali", fields={"city": "Białystok"}),
    Record("c1", "eccp", "https://example.org/3", "Wschodni Klaster Obróbki Metali", fields={"city": "Lublin"}),
]
NAMES = ["AVIATION VALLEY", "Eastern Metal Processing Cluster", "Mazowiecki Klaster Peptydowy", None]


def matched(names: pl.DataFrame) -> pl.DataFrame:
    records, statements = frame(INVENTORY), state(INVENTORY)
    return match(names, records, statements, link(records, statements).bodies)


def test_names_are_found_in_another_language_and_order_is_kept():
    found = matched(pl.DataFrame({"name": NAMES}))
    assert found["name"].to_list() == NAMES
    assert found["body_id"].to_list() == ["a1", "c1", None, None]
    assert found["decision"].to_list()[2:] == ["different", "different"]


def test_a_town_beside_the_name_counts():
    names = pl.DataFrame({"name": ["Metal Processing Cluster"] * 2, "city": ["Białystok", "Lublin"]})
    first, second = matched(names).iter_rows(named=True)
    assert (first["body_id"], first["decision"]) == ("b1", "match")
    assert second["probability"] < first["probability"]


def test_an_empty_list_is_matched_to_nothing():
    assert matched(pl.DataFrame({"name": []}, schema={"name": pl.String})).height == 0


def test_a_name_that_a_fact_keeps_apart_says_so():
    found = matched(pl.DataFrame({"name": ["Klaster Obróbki Metali"], "city": ["Gdańsk"]}))
    [row] = found.iter_rows(named=True)
    assert (row["body_id"], row["decision"]) == (None, "different")
    assert "near b1" in row["reason"]
    assert "town: different" in row["reason"]
