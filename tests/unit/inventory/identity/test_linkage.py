"""Linkage on entries of real lists, with what their pages state."""

import polars as pl
import pytest

from inventory.identity.explain import explain
from inventory.identity.judgements import Judgement, JudgementError, Judgements, append
from inventory.identity.linkage import Linkage, link
from inventory.records import frame
from inventory.statements import state
from sources.records import Record

ENTRIES = [
    ("a1", "Dolina Lotnicza", {"city": "Rzeszów", "voivodeship": "podkarpackie"}),
    (
        "a2",
        "Aviation Valley",
        {"city": "Rzeszów", "aliases": ["Dolina Lotnicza"], "website": "http://www.dolinalotnicza.pl"},
    ),
    ("a3", "Stowarzyszenie Dolina Lotnicza", {"website": "dolinalotnicza.pl"}),
    ("b1", "Klaster Obróbki Metali", {"city": "Białystok", "voivodeship": "podlaskie", "founded": "2007-12-04"}),
    ("b2", "Metal Processing Cluster", {"city": "Białystok", "founded": "2007"}),
    ("c1", "Wschodni Klaster Obróbki Metali", {"city": "Lublin", "voivodeship": "lubelskie"}),
    ("c2", "Eastern Metal Processing Cluster", {"city": "Lublin"}),
    ("d1", "Polski Klaster Budowlany", {"city": "Białystok", "former_name": ["Wschodni Klaster Budowlany"]}),
    ("d2", "Wschodni Klaster Budowlany", {"city": "Białystok"}),
    ("e1", "Bydgoski Klaster Przemysłowy", {"city": "Bydgoszcz"}),
    ("e2", "Bydgoszcz Industrial Cluster (BIC)", {"city": "Bydgoszcz"}),
    ("f1", "Zachodniopomorski Klaster Morski", {"city": "Szczecin"}),
    ("f2", "Klaster Morski Pomorza Zachodniego", {"city": "Szczecin"}),
    ("g1", "DKM", {"city": "Legnica"}),
    ("g2", "DKM", {"website": "http://dkm.arleg.eu"}),
]


def records(entries=ENTRIES) -> list[Record]:
    return [
        Record(record_id=i, source="regional", url=f"https://example.org/{i}", name=name, as_of="2017", fields=fields)
        for i, name, fields in entries
    ]


def linked(entries=ENTRIES, judgements: Judgements | None = None) -> Linkage:
    return link(frame(records(entries)), state(records(entries)), judgements)


def groups(linkage: Linkage) -> set[str]:
    by_body = linkage.bodies.sort("record_id").group_by("body_id").agg(pl.col("record_id").str.join(" "))
    return set(by_body["record_id"].to_list())


def test_translations_renames_and_acronyms_join_and_homonyms_do_not():
    assert groups(linked()) == {"a1 a2 a3", "b1 b2", "c1 c2", "d1 d2", "e1 e2", "f1", "f2", "g1", "g2"}


def test_permuted_input_gives_equal_output():
    one, other = linked(), linked(ENTRIES[::-1])
    assert one.bodies.equals(other.bodies)
    assert one.matches.equals(other.matches)
    assert one.report == other.report


def test_every_record_is_in_exactly_one_body():
    bodies = linked().bodies
    assert bodies["record_id"].to_list() == sorted(i for i, _, _ in ENTRIES)


def test_reasons_show_both_names():
    row = linked().matches.filter((pl.col("record_a") == "e1") & (pl.col("record_b") == "e2")).row(0, named=True)
    assert row["decision"] == "match"
    assert "“Bydgoski Klaster Przemysłowy” and “Bydgoszcz Industrial Cluster”" in row["reasons"]
    assert "town: same" in row["reasons"]


def test_a_body_is_explained_with_pages_and_values():
    told = explain(["e1", "e2"], frame(records()), linked().matches)
    assert told[0] == "e1: “Bydgoski Klaster Przemysłowy” as printed by regional (2017), https://example.org/e1"
    assert told[2].startswith("e1 and e2: match, probability ")
    assert "(bydgoszcz and bydgoszcz)" in told[2]


def judged(a: str, b: str, verdict: str) -> Judgements:
    return Judgements((Judgement(a, b, verdict, "seen the statutes", "a reviewer", "2026-11-24"),))


def test_judgements_override_weights():
    assert "f1 f2" in groups(linked(judgements=judged("f1", "f2", "same")))
    apart = linked(judgements=judged("e1", "e2", "different"))
    assert {"e1", "e2"} <= groups(apart)
    row = apart.matches.filter((pl.col("record_a") == "e1") & (pl.col("record_b") == "e2")).row(0, named=True)
    assert (row["decision"], row["probability"]) == ("different", 0.0)
    assert row["reasons"].startswith("judged different by a reviewer on 2026-11-24: seen the statutes")


def test_unsure_waits_in_the_review_queue():
    review = linked(judgements=judged("c1", "e1", "unsure")).review
    assert ("c1", "e1") in set(review.select("record_a", "record_b").iter_rows())


def test_judgement_on_a_lost_record_is_reported():
    assert "gone" in linked(judgements=judged("e1", "zz", "same")).stale_judgements[0]


def test_one_record_and_none():
    assert groups(linked(ENTRIES[:1])) == {"a1"}
    assert linked([]).bodies.height == 0


def test_judgements_file_is_read_back_and_checked(tmp_path):
    path = tmp_path / "judgements.yml"
    entry = Judgement("a1", "a2", "same", "one register number", "a reviewer", "2026-11-24")
    append(path, entry)
    append(path, Judgement("a1", "a2", "different", "two registers", "a reviewer", "2026-11-25"))
    assert [j.verdict for j in Judgements.load(path).entries] == ["different"]
    path.write_text("- {a: a1, b: a2, verdict: maybe, reason: x, by: y, date: 2026-11-24}\n", encoding="utf-8")
    with pytest.raises(JudgementError, match="entry 1: verdict 'maybe'"):
        Judgements.load(path)
    path.write_text("- {a: a1, b: a2, verdict: same}\n", encoding="utf-8")
    with pytest.raises(JudgementError, match="reason, by, date missing"):
        Judgements.load(path)
