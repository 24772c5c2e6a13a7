import polars as pl

from inventory.identity.judgements import Judgements
from inventory.identity.ledger import Ledger
from inventory.identity.review import rank, with_held
from inventory.schemas import BODIES, MATCHES


def bodies(*groups: str) -> pl.DataFrame:
    rows = [(r, min(g.split()), 1.0, "") for g in groups for r in g.split()]
    return pl.DataFrame(rows, schema=BODIES, orient="row").sort("record_id")


def matches(*rows: tuple[str, str, float, str]) -> pl.DataFrame:
    return pl.DataFrame([(a, b, p, 0.0, d, f"{a}-{b}") for a, b, p, d in rows], schema=MATCHES, orient="row")


def clusters(**ids: str) -> pl.DataFrame:
    return pl.DataFrame(list(ids.items()), schema=["record_id", "cluster_id"], orient="row")


def test_one_row_per_pair_of_bodies_published_pairs_first():
    waiting = matches(
        ("r1", "r3", 0.4, "review"),
        ("r2", "r3", 0.5, "review"),
        ("r1", "r4", 0.9, "review"),
        ("r1", "r2", 1.0, "match"),
    )
    queue = rank(waiting, bodies("r1 r2", "r3", "r4"), clusters(r1="PL-C0001", r2="PL-C0001", r3="PL-C0002"))
    assert queue.select("record_a", "record_b", "effect").rows() == [("r2", "r3", 0.5), ("r1", "r4", 0.09)]
    assert queue["reasons"][0] == "r2-r3 (and 1 more pairs of records of the two)"


def test_unsure_pairs_within_a_body_count_by_the_doubt():
    queue = rank(matches(("r1", "r2", 0.7, "review")), bodies("r1 r2"), clusters(r1="PL-C0001", r2="PL-C0001"))
    assert queue["effect"].to_list() == [0.3]


def test_nothing_waits_in_an_empty_queue():
    assert rank(matches(), bodies(), pl.DataFrame(schema={"record_id": pl.String, "cluster_id": pl.String})).is_empty()


def published(*groups: str) -> Ledger:
    return Ledger().assign(bodies(*groups), bodies(*groups)["body_id"])[0]


def test_a_held_join_waits_once_with_its_likeliest_pair():
    ledger = published("r1 r2", "r3")
    found = matches(("r1", "r3", 0.8, "match"), ("r2", "r3", 0.9, "match"), ("r1", "r2", 1.0, "match"))
    linked = bodies("r1 r2 r3")
    settled, waiting = ledger.settle(linked, found, Judgements())
    review = with_held(found, linked, settled).filter(pl.col("decision") == "review")
    assert len(waiting) == 1
    assert review.select("record_a", "record_b").rows() == [("r2", "r3")]
    assert review["reasons"][0].startswith("now read as one body")


def test_a_held_parting_waits_even_without_a_compared_pair():
    ledger = published("r1 r2 r3")
    linked = bodies("r1 r2", "r3")
    settled, waiting = ledger.settle(linked, matches(("r1", "r2", 1.0, "match")), Judgements())
    review = with_held(matches(("r1", "r2", 1.0, "match")), linked, settled).filter(pl.col("decision") == "review")
    assert len(waiting) == 1
    assert review.select("record_a", "record_b").rows() == [("r1", "r3")]
    assert review["reasons"][0].startswith("now read as two bodies")


def test_without_anything_held_the_matches_stay_as_they_are():
    found = matches(("r1", "r2", 1.0, "match"))
    assert with_held(found, bodies("r1 r2"), bodies("r1 r2")).equals(found)
