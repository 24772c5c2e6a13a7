from datetime import date

import pytest


def state(built):
    return dict(built.states.select("cluster_id", "state").iter_rows())


def test_states_by_dated_evidence(build, record):
    built = build([
        record("a", "Klaster A", as_of="2016-02"),
        record("b", "Klaster B", as_of="2012"),
        record("c", "Klaster C", as_of=None),
        record("d", "Klaster D", as_of="2016", status_note="zawiesił działalność"),
        record("e", "Klaster E", as_of=None, kkk_awarded="2015-10-27"),
    ], as_of=date(2017, 6, 30))  # fmt: skip
    assert state(built) == {"a": "active", "b": "dormant", "c": "unknown", "d": "ended", "e": "active"}


def test_being_lost_from_lists_is_not_being_ended(build, record):
    assert state(build([record("a", "Klaster A", "regional", "2009")], as_of=date(2024, 1, 1))) == {"a": "dormant"}


@pytest.mark.parametrize(("later", "expected"), [("2013", "ended"), ("2016", "active")])
def test_later_evidence_of_life_revives(build, record, later, expected):
    rows = [record("a", "Klaster A", as_of="2014", status_note="suspended"), record("b", "Klaster A", as_of=later)]
    assert state(build(rows, {"b": "a"})) == {"a": expected}


def test_an_undated_end_yields_to_fresh_life_only(build, record):
    rows = [record("a", "Klaster A", as_of=None, status_note="did not develop"), record("b", "Klaster A", as_of="2008")]
    assert state(build(rows, {"b": "a"})) == {"a": "ended"}


def test_a_denial_is_no_end(build, record):
    assert state(build([record("a", "Klaster A", as_of="2016", status_note="was not dissolved")])) == {"a": "active"}
