"""Ids stay: linkage, settling and assigning together, on entries of real lists."""

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.identity.judgements import Judgement, Judgements
from inventory.identity.ledger import Ledger
from inventory.identity.linkage import link
from inventory.records import frame
from inventory.statements import state
from sources.records import Record

Entry = tuple[str, str, str, dict]
ENTRIES: list[Entry] = [
    ("a1", "kkk", "Dolina Lotnicza", {"city": "Rzeszów", "voivodeship": "podkarpackie"}),
    ("a2", "esca", "Aviation Valley", {"aliases": ["Dolina Lotnicza"], "website": "http://www.dolinalotnicza.pl"}),
    ("a3", "regional", "Stowarzyszenie Dolina Lotnicza", {"website": "dolinalotnicza.pl"}),
    ("b1", "kkk", "Klaster Obróbki Metali", {"city": "Białystok", "voivodeship": "podlaskie", "founded": "2007-12-04"}),
    ("b2", "esca", "Metal Processing Cluster", {"city": "Białystok", "founded": "2007"}),
    ("c1", "regional", "Wschodni Klaster Obróbki Metali", {"city": "Lublin", "voivodeship": "lubelskie"}),
    ("d1", "kkk", "Polski Klaster Budowlany", {"city": "Białystok", "former_name": ["Wschodni Klaster Budowlany"]}),
    ("d2", "regional", "Wschodni Klaster Budowlany", {"city": "Białystok"}),
    ("e1", "regional", "Bydgoski Klaster Przemysłowy", {"city": "Bydgoszcz"}),
    ("e2", "esca", "Bydgoszcz Industrial Cluster (BIC)", {"city": "Bydgoszcz"}),
]
ADDED: list[Entry] = [
    ("n1", "eccp", "Aviation Valley Association", {"website": "https://www.dolinalotnicza.pl/en"}),
    ("n2", "eccp", "Bydgoszcz Industrial Cluster", {"city": "Bydgoszcz"}),
    ("n3", "eccp", "Klaster Zielarski Beskidu", {"city": "Żywiec"}),
]


def run(entries: list[Entry], ledger: Ledger, judgements: Judgements | None = None) -> tuple[Ledger, dict[str, str]]:
    records = [
        Record(record_id=i, source=s, url=f"https://{s}.example/{i}", name=name, as_of="2017", fields=fields)
        for i, s, name, fields in entries
    ]
    judgements = judgements or Judgements()
    told = frame(records)
    linkage = link(told, state(records), judgements)
    bodies, _ = ledger.settle(linkage.bodies, linkage.matches, judgements)
    ledger, ids, _ = ledger.assign(bodies, bodies["body_id"].unique(), told)
    return ledger, dict(bodies.join(ids, on="body_id").select("record_id", "cluster_id").iter_rows())


FIRST, IDS = run(ENTRIES, Ledger())


def judged(a: str, b: str, verdict: str) -> Judgements:
    return Judgements((Judgement(a, b, verdict, "seen the statutes", "a reviewer", "2026-11-24"),))


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.permutations(ENTRIES))
def test_permuted_input_and_a_second_run_change_nothing(entries: list[Entry]):
    assert run(entries, Ledger()) == (FIRST, IDS)
    assert run(entries, FIRST) == (FIRST, IDS)


def test_an_added_source_changes_no_id():
    _, ids = run(ENTRIES + ADDED, FIRST)
    assert {r: ids[r] for r in IDS} == IDS
    assert (ids["n1"], ids["n2"]) == (IDS["a1"], IDS["e1"])
    assert ids["n3"] not in IDS.values()


@settings(max_examples=3, deadline=None)
@given(st.sampled_from(["kkk", "esca", "regional"]))
def test_a_removed_source_changes_no_id_and_finds_it_when_it_comes_back(source: str):
    ledger, ids = run([e for e in ENTRIES if e[1] != source], FIRST)
    assert ids == {e[0]: IDS[e[0]] for e in ENTRIES if e[1] != source}
    assert run(ENTRIES, ledger)[1] == IDS


def test_a_changed_cleaning_rule_changes_no_id():
    rough = [(i, s, name.upper().replace("KLASTER", "KLASTER  "), fields) for i, s, name, fields in ENTRIES]
    assert run(rough, FIRST)[1] == IDS


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(range(len(ENTRIES))), st.integers(0, 200))
def test_one_misprinted_name_changes_no_id(which: int, at: int):
    i, s, name, fields = ENTRIES[which]
    at %= len(name)
    entries = [*ENTRIES[:which], (i, s, name[:at] + name[at + 1 :], fields), *ENTRIES[which + 1 :]]
    assert run(entries, FIRST)[1] == IDS


def test_a_merge_redirects_undo_restores_and_no_number_is_used_again():
    merged, ids = run(ENTRIES, FIRST, judged("b1", "c1", "same"))
    assert ids["c1"] == ids["b1"]
    gone = ({IDS["b1"], IDS["c1"]} - {ids["b1"]}).pop()
    assert merged.resolve(gone) == ids["b1"]
    undone, back = run(ENTRIES, merged, judged("b1", "c1", "different"))
    assert back == IDS
    later, ids = run(ENTRIES + ADDED, undone)
    assert ids["n3"] not in merged.ids | undone.ids
    minted = [e["cluster_id"] for e in later.events if e["event"] in {"mint", "split"}]
    assert len(minted) == len(set(minted))


def test_ids_are_as_many_as_bodies():
    assert pl.Series(list(IDS.values())).n_unique() == 5
