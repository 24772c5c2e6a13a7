"""What needs a person, read from homes as runs leave them."""

import json
from datetime import date

import pytest

from pipelines.conditions import SHOWN, conditions, due, next_visit
from sources.archive import Archive, Visit
from sources.cards import load_cards
from sources.drift import Layout, accept, observe

CARD = load_cards()["esca"]
START = CARD.start[0]


def visit(home, day, fault=None, url=START, outcome=None):
    archive = Archive(home / "archive" / CARD.id)
    crawl, moment = f"esca-{day}", f"{day}T05:15:00Z"
    if fault is None:
        archive.store(Visit(url, moment, status=200, crawl=crawl), b"<html>page</html>")
    else:
        told = Visit(url, moment, outcome=outcome or "failed", fault=fault, reason="as the test says", crawl=crawl)
        archive.store(told, b"<html>log in</html>") if outcome == "suspicious" else archive.log(told)


def kinds(home, day):
    return [(one.kind, one.about) for one in conditions(home, date.fromisoformat(day))]


def gate(home, *reasons, is_open=False):
    (home / "build").mkdir(exist_ok=True)
    blank = {"severity": "critical", "table": "", "column": "", "source": "", "allowed_by": "", "remedy": "Mend it."}
    told = {"open": is_open, "reasons": [blank | reason for reason in reasons]}
    (home / "build" / "gate.json").write_text(json.dumps(told))


def reading(home, *problems):
    folder = home / "build" / "readings"
    folder.mkdir(parents=True, exist_ok=True)
    pages = [{"path": f"pages/{number}.html", "problem": problem} for number, problem in enumerate(problems)]
    (folder / "esca.json").write_text(json.dumps({"pages": pages}))


def test_a_fresh_home_needs_nobody(tmp_path):
    assert conditions(tmp_path, date(2026, 11, 26)) == []


def test_a_shipped_snapshot_does_not_age_before_the_first_visit(tmp_path):
    assert kinds(tmp_path, "2036-01-01") == []


def test_a_site_that_is_down_is_left_three_days_to_come_back(tmp_path):
    visit(tmp_path, "2026-05-01")
    visit(tmp_path, "2026-06-01", "server_error")
    assert kinds(tmp_path, "2026-06-01") == []
    visit(tmp_path, "2026-06-03", "connect_timeout")
    (told,) = conditions(tmp_path, date(2026, 6, 3))
    assert (told.kind, told.about) == ("source_failing", "esca")
    assert "33 days old, the card asks for 30" in told.title
    assert any("connect_timeout" in reason for reason in told.reasons)
    visit(tmp_path, "2026-06-04")
    assert kinds(tmp_path, "2026-06-04") == []


def test_a_fault_that_does_not_pass_is_told_at_once(tmp_path):
    visit(tmp_path, "2026-05-01")
    visit(tmp_path, "2026-05-31", "login_page", outcome="suspicious")
    assert kinds(tmp_path, "2026-05-31") == [("source_failing", "esca")]


def test_the_same_trouble_keeps_its_key_and_another_one_has_its_own(tmp_path):
    visit(tmp_path, "2026-05-01")
    visit(tmp_path, "2026-05-31", "login_page", outcome="suspicious")
    first = conditions(tmp_path, date(2026, 5, 31))[0].key
    visit(tmp_path, "2026-06-01", "login_page", outcome="suspicious")
    assert conditions(tmp_path, date(2026, 6, 1))[0].key == first
    visit(tmp_path, "2026-06-02", "robots_forbid", outcome="refused")
    assert conditions(tmp_path, date(2026, 6, 2))[0].key != first


@pytest.mark.parametrize("fault", ["not_found", "moved"])
def test_an_entry_that_left_its_list_needs_nobody_but_a_lost_list_does(tmp_path, fault):
    visit(tmp_path, "2026-05-01")
    visit(tmp_path, "2026-05-01", fault, url=f"{START}/entry")
    assert kinds(tmp_path, "2026-05-02") == []
    visit(tmp_path, "2026-05-31", fault)
    assert kinds(tmp_path, "2026-05-31") == [("source_failing", "esca")]


def test_a_source_that_nobody_visits_any_more_is_told(tmp_path):
    visit(tmp_path, "2026-05-01")
    assert kinds(tmp_path, "2026-06-30") == []
    (told,) = conditions(tmp_path, date(2026, 7, 1))
    assert told.reasons == ("No visit was made.",)


def test_a_closed_gate_is_told_with_its_reasons(tmp_path):
    gate(tmp_path, {"code": "not_null", "table": "clusters", "column": "class", "message": "3 rows have no class."})
    (told,) = conditions(tmp_path, date(2026, 5, 1))
    assert told.kind == "gate_closed"
    assert told.reasons == ("clusters class: 3 rows have no class. Mend it.",)
    gate(tmp_path, is_open=True)
    assert conditions(tmp_path, date(2026, 5, 1)) == []


def test_what_an_allowance_lets_pass_is_no_reason(tmp_path):
    said = {"code": "source_stale", "source": "esca", "message": "Old."}
    gate(tmp_path, said | {"allowed_by": "until 2027"}, {"code": "key", "table": "labels", "message": "Twice."})
    (told,) = conditions(tmp_path, date(2026, 5, 1))
    assert told.reasons == ("labels: Twice. Mend it.",)


def test_one_cause_is_one_message(tmp_path):
    reading(tmp_path, "esca: pages/0.html has no table. Mend parse.py.", "")
    gate(tmp_path, {"code": "page_unreadable", "source": "esca", "message": "esca: pages/0.html has no table."})
    (told,) = conditions(tmp_path, date(2026, 5, 1))
    assert (told.kind, told.about) == ("source_changed", "esca")
    assert "1 of 2 stored pages" in told.title
    assert "accept-layout esca" in told.remedy


def test_pages_with_one_problem_are_one_line_with_a_page_to_open(tmp_path):
    same = "unknown layout: the list has no names. Open the page."
    reading(tmp_path, *(f"esca: pages/{number}.html: {same}" for number in range(7)))
    (told,) = conditions(tmp_path, date(2026, 5, 1))
    assert told.reasons == (f"pages/0.html and 6 like it: {same}",)
    reading(tmp_path, *(f"esca: pages/{number}.html: {same}" for number in range(9)))
    assert conditions(tmp_path, date(2026, 5, 1))[0].key == told.key, "more of the same is no new trouble"


def test_what_guard_and_parser_both_see_is_one_message(tmp_path):
    visit(tmp_path, "2026-05-31")
    visit(tmp_path, "2026-05-31", "shrunk", outcome="suspicious", url=f"{START}/second")
    assert kinds(tmp_path, "2026-05-31") == [("source_failing", "esca")]
    reading(tmp_path, "esca: pages/0.html: unknown layout")
    assert kinds(tmp_path, "2026-05-31") == [("source_changed", "esca")]
    assert kinds(tmp_path, "2026-08-31") == [("source_changed", "esca"), ("source_failing", "esca")], (
        "and nobody visits"
    )


def test_many_reasons_are_counted_not_listed(tmp_path):
    reading(tmp_path, *(f"esca: page {number}" for number in range(50)))
    (told,) = conditions(tmp_path, date(2026, 5, 1))
    assert len(told.reasons) == SHOWN + 1
    assert told.reasons[-1] == f"... and {50 - SHOWN} more"


def test_what_is_due_follows_the_cards_cadence_and_failures_stay_due(tmp_path):
    assert "esca" in due(tmp_path, date(2026, 5, 1)), "a source that was never visited from this home is due"
    visit(tmp_path, "2026-05-01")
    assert next_visit(CARD, tmp_path) == date(2026, 5, 31)
    assert "esca" not in due(tmp_path, date(2026, 5, 30))
    visit(tmp_path, "2026-05-31", "server_error")
    assert "esca" in due(tmp_path, date(2026, 6, 1))
    assert not {"tci", "desk_research"} & set(due(tmp_path, date(2036, 1, 1))), "closed, or without a site"


def test_a_site_that_is_down_in_another_way_each_day_is_one_trouble(tmp_path):
    visit(tmp_path, "2026-05-01")
    keys = set()
    for day, fault in (("04", "server_error"), ("05", "connection_failed"), ("06", "host_unknown")):
        visit(tmp_path, f"2026-06-{day}", fault)
        keys |= {one.key for one in conditions(tmp_path, date.fromisoformat(f"2026-06-{day}"))}
    assert len(keys) == 1


def test_an_app_that_is_built_anew_is_one_trouble(tmp_path):
    reading(tmp_path, "esca: pages/0.html: unknown layout ('Loading 3f2a')")
    first = conditions(tmp_path, date(2026, 5, 1))[0].key
    reading(tmp_path, "esca: pages/0.html: unknown layout ('Loading 77c0')")
    assert conditions(tmp_path, date(2026, 5, 1))[0].key == first


def test_a_version_that_was_overtaken_needs_nobody(tmp_path):
    reading(tmp_path, "esca: pages/0.html: unknown layout")
    path = tmp_path / "build" / "readings" / "esca.json"
    path.write_text(json.dumps({"pages": [json.loads(path.read_text())["pages"][0] | {"stands": False}]}))
    assert conditions(tmp_path, date(2026, 5, 1)) == []


def test_an_entry_whose_page_says_not_found_needs_nobody(tmp_path):
    visit(tmp_path, "2026-05-01")
    visit(tmp_path, "2026-05-01", "soft_404", url=f"{START}/entry", outcome="suspicious")
    assert kinds(tmp_path, "2026-05-02") == []


def test_a_fault_of_a_fresh_source_is_not_told_as_old_data(tmp_path):
    visit(tmp_path, "2026-05-01")
    visit(tmp_path, "2026-05-31", "login_page", outcome="suspicious")
    assert "1 of its addresses cannot be visited" in conditions(tmp_path, date(2026, 5, 31))[0].title


@pytest.mark.parametrize(
    ("entries", "told"), [(40, []), (31, []), (30, [("list_shrank", "esca")]), (1, [("list_shrank", "esca")])]
)
def test_a_list_that_lost_a_quarter_is_told(tmp_path, entries, told):
    observe(tmp_path, "esca", Layout(entries=40))
    observe(tmp_path, "esca", Layout(entries=entries))
    assert kinds(tmp_path, "2026-05-01") == told
    accept(tmp_path, "esca")
    assert kinds(tmp_path, "2026-05-01") == []


def test_an_allowance_is_noted_with_its_last_day(tmp_path):
    reading(tmp_path, "esca: pages/0.html: unknown layout")
    allowance = "- {code: page_unreadable, source: esca, reason: asked, by: me, until: 2026-06-30}\n"
    (tmp_path / "allowances.yml").write_text(allowance + allowance.replace("esca", "kkk").replace("06-30", "12-31"))
    assert conditions(tmp_path, date(2026, 5, 1))[0].allowed_until == "2026-06-30"
    (tmp_path / "allowances.yml").write_text("- {code: page_unreadable}\n")
    assert conditions(tmp_path, date(2026, 5, 1))[0].allowed_until == "", "a broken file silences nothing"
