import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.identity.judgements import Judgement, Judgements
from inventory.identity.ledger import Ledger, LedgerError
from inventory.schemas import BODIES, MATCHES, RECORDS, empty


def bodies(**groups: list[str]) -> pl.DataFrame:
    rows = [(r, min(rows), 1.0, "") for rows in groups.values() for r in rows]
    return pl.DataFrame(rows, schema=BODIES, orient="row")


def ids(frame: pl.DataFrame) -> dict[str, str]:
    return dict(frame.iter_rows())


def assign(ledger: Ledger, frame: pl.DataFrame) -> tuple[Ledger, dict[str, str], list[dict]]:
    ledger, found, events = ledger.assign(frame, frame["body_id"].to_list())
    return ledger, ids(found), events


FIRST = bodies(a=["r1", "r2", "r3"], b=["r4", "r5"], c=["r6"])


def test_a_second_run_changes_nothing(tmp_path):
    ledger, found, _ = assign(Ledger(), FIRST)
    ledger.save(tmp_path / "ledger.jsonl")
    again, same, events = assign(Ledger.load(tmp_path / "ledger.jsonl"), FIRST.reverse())
    assert (same, events) == (found, [])
    assert again == ledger


def test_ids_survive_new_and_lost_records():
    ledger, found, _ = assign(Ledger(), FIRST)
    ledger, later, _ = assign(ledger, bodies(a=["r0", "r2"], c=["r6", "r7"], d=["r8"]))
    assert later == {"r0": found["r1"], "r6": found["r6"], "r8": "PL-C0004"}
    _, back, events = assign(ledger, FIRST)
    assert (back, events) == (found, [])


def test_minting_is_by_date_then_name_not_by_row():
    records = pl.DataFrame(
        {"record_id": ["r1", "r4", "r6"], "as_of": ["2017", "2012-05", "2017"], "name": ["B", "Z", "A"]},
    ).pipe(lambda f: pl.concat([empty(RECORDS), f], how="diagonal"))
    _, found, _ = Ledger().assign(FIRST, ["r1", "r4", "r6"], records)
    assert ids(found) == {"r4": "PL-C0001", "r6": "PL-C0002", "r1": "PL-C0003"}


def test_merge_redirects_and_the_number_is_never_used_again():
    ledger, found, _ = assign(Ledger(), FIRST)
    ledger, joined, events = assign(ledger, bodies(a=["r1", "r2", "r3", "r4", "r5"], c=["r6"], d=["r9"]))
    assert [e["event"] for e in events] == ["merge", "mint"]
    assert ledger.resolve(found["r4"]) == joined["r1"] == found["r1"]
    assert joined["r9"] == "PL-C0004"


def test_out_of_scope_bodies_get_no_id():
    _, found, _ = Ledger().assign(FIRST, ["r4"])
    assert ids(found) == {"r4": "PL-C0001"}


def test_withdrawn_ids_leave_a_tombstone_and_can_be_restored():
    ledger, found, _ = assign(Ledger(), FIRST)
    gone = ledger.withdraw(found["r6"], "not a cluster")
    assert gone.resolve(found["r6"]) is None
    assert gone.restore(found["r6"], "it is one").resolve(found["r6"]) == found["r6"]


def matches(*rows: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame([(a, b, p, 0.0, "match", "") for a, b, p in rows], schema=MATCHES, orient="row")


def judged(a: str, b: str, verdict: str) -> Judgements:
    return Judgements((Judgement(a, b, verdict, "seen the statutes", "a reviewer", "2026-11-24"),))


def test_published_ids_join_only_for_a_judgement():
    ledger, found, _ = assign(Ledger(), FIRST)
    joined = bodies(a=["r1", "r2", "r3", "r4", "r5"], c=["r6"])
    kept, waiting = ledger.settle(joined, matches(("r1", "r4", 0.8)), Judgements())
    assert len(waiting) == 1
    assert assign(ledger, kept)[1:] == (found, [])
    merged, waiting = ledger.settle(joined, matches(("r1", "r4", 0.8)), judged("r1", "r4", "same"))
    assert (waiting, merged["body_id"].n_unique()) == ([], 2)


def test_strong_evidence_joins_only_where_a_new_record_brings_it():
    ledger, found, _ = assign(Ledger(), FIRST)
    strong = matches(("r1", "r4", 1.0))
    lost = bodies(a=["r1", "r4"], c=["r6"])
    kept, waiting = ledger.settle(lost, strong, Judgements())
    assert len(waiting) == 1
    assert assign(ledger, kept)[1] == found
    news, waiting = ledger.settle(bodies(a=["r1", "r4", "r7"], c=["r6"]), strong, Judgements())
    assert (waiting, assign(ledger, news)[1]) == ([], {"r1": found["r1"], "r6": found["r6"]})


def test_published_ids_part_only_for_a_judgement():
    ledger, found, _ = assign(Ledger(), FIRST)
    parted = bodies(a=["r1", "r2"], x=["r3"], b=["r4", "r5"], c=["r6"])
    kept, waiting = ledger.settle(parted, matches(("r1", "r3", 0.4)), Judgements())
    assert len(waiting) == 1
    assert assign(ledger, kept)[1:] == (found, [])
    split, waiting = ledger.settle(parted, matches(("r1", "r3", 0.4)), judged("r1", "r3", "different"))
    assert waiting == []
    _, now, events = assign(ledger, split)
    assert (now["r1"], now["r3"]) == (found["r1"], "PL-C0004")
    assert events == [{"event": "split", "from": found["r1"], "cluster_id": "PL-C0004", "records": ["r3"]}]


def test_a_ledger_that_contradicts_itself_is_refused(tmp_path):
    path = tmp_path / "ledger.jsonl"
    line = '{"event": "mint", "cluster_id": "PL-C0001", "records": ["r1"]}\n'
    path.write_text(line + line)
    with pytest.raises(LedgerError, match=r"ledger.jsonl, line 2: PL-C0001 is minted twice"):
        Ledger.load(path)
    path.write_text(line + '{"event": "merge", "cluster_id": "PL-C0001", "into": "PL-C0001"}\n')
    with pytest.raises(LedgerError, match="redirect"):
        Ledger.load(path)
    path.write_text(line + "{broken\n")
    with pytest.raises(LedgerError, match="line 2"):
        Ledger.load(path)


def test_saving_over_somebody_elses_events_is_refused(tmp_path):
    path = tmp_path / "ledger.jsonl"
    theirs = assign(Ledger(), FIRST)[0]
    theirs.save(path)
    with pytest.raises(LedgerError, match="run again"):
        assign(Ledger(), bodies(q=["other"]))[0].save(path)
    assert Ledger.load(path) == theirs


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=5), min_size=1, max_size=5), st.randoms())
def test_every_run_gives_each_body_one_id_of_its_own(runs: list[list[int]], shuffle):
    ledger = Ledger()
    minted: set[str] = set()
    for run in runs:
        groups = {f"g{n % 4}": sorted({f"r{m}" for m in run if m % 4 == n % 4}) for n in run}
        frame = bodies(**groups)
        order = list(range(len(frame)))
        shuffle.shuffle(order)
        ledger, found, _ = assign(ledger, frame[order])
        assert len(set(found.values())) == len(found) == len(groups)
        assert minted <= ledger.ids
        assert all(ledger.resolve(i) in ledger.ids for i in minted)
        minted = set(ledger.ids)
