"""What stands at an address, and what was overtaken."""

from datetime import date

import polars as pl

from assets.raw import GONE, content_digest, overtaken, pages_digest, stored, version
from assets.records import standing_problems
from assets.tables import PATIENCE_DAYS, source_readings
from sources.archive import Archive, Page, Visit
from sources.cards import load_cards

CARD = load_cards()["esca"]
URL = CARD.start[0]


def visit(home, day, body=b"<html>page</html>", fault=None):
    archive = Archive(home / "archive" / CARD.id)
    seen = Visit(URL, f"{day}T05:00:00Z", status=200, crawl=f"esca-{day}")
    if fault:
        archive.log(Visit(URL, f"{day}T05:00:00Z", outcome="failed", fault=fault, reason="as the test says", crawl="c"))
    else:
        archive.store(seen, body)


def standing(home):
    items = stored(CARD, home)
    left = overtaken(CARD, home, items)
    return [item.body for item in items if isinstance(item, Page) and item.url == URL and version(item) not in left]


def test_what_an_address_showed_last_stands(tmp_path):
    visit(tmp_path, "2026-05-01", b"<html>old</html>")
    assert standing(tmp_path) == [b"<html>old</html>"]
    visit(tmp_path, "2026-06-01", b"<html>app</html>")
    assert standing(tmp_path) == [b"<html>app</html>"]


def test_an_old_page_that_comes_back_stands_again_and_is_news(tmp_path):
    visit(tmp_path, "2026-05-01", b"<html>old</html>")
    first = pages_digest(CARD, tmp_path)
    visit(tmp_path, "2026-05-31", b"<html>old</html>")
    assert pages_digest(CARD, tmp_path) == first, "seen again is no news"
    visit(tmp_path, "2026-06-30", b"<html>app</html>")
    changed = pages_digest(CARD, tmp_path)
    visit(tmp_path, "2026-07-30", b"<html>old</html>")
    assert standing(tmp_path) == [b"<html>old</html>"]
    assert len({first, changed, pages_digest(CARD, tmp_path)}) == 3


def test_nothing_stands_at_an_address_that_is_gone(tmp_path):
    visit(tmp_path, "2026-05-01")
    for fault in GONE:
        visit(tmp_path, "2026-06-01", fault=fault)
        assert standing(tmp_path) == []
    visit(tmp_path, "2026-06-02", fault="server_error")
    assert len(standing(tmp_path)) == 1, "down is not gone"


def test_the_digest_leaves_out_when_a_page_was_seen_again():
    row = {"url": "u", "retrieved_at": "a", "status": 200, "sha256": "s", "path": "p", "fault": None, "stands": True}
    frames = [pl.DataFrame([{**row, "confirmed_at": moment}]) for moment in ("2026-05-01", "2026-06-01")]
    assert content_digest(frames[0]) == content_digest(frames[1])


def account(*pages):
    told = [{"problem": problem, "stands": stands, "retrieved_at": "2026-05-01T05:00:00Z"} for problem, stands in pages]
    return {"rows": 80, "pages": told}


def test_only_what_stands_closes_the_gate_and_the_rest_is_counted():
    told = {"esca": account(("unknown layout", True), ("unknown layout", False), ("", True))}
    assert len(standing_problems(told["esca"])) == 1
    (reading,) = source_readings(told, {"esca": ["2026-05-01"]}, date(2026, 5, 2), None, {"esca"})
    assert (reading.unreadable, reading.overtaken) == (("unknown layout",), 1)


def test_the_gate_has_the_patience_of_the_alerts():
    (reading,) = source_readings({"esca": account()}, {"esca": ["2026-05-01"]}, date(2026, 6, 2), None, {"esca"})
    assert reading.age_days == 32
    assert reading.max_age_days == CARD.cadence_days + PATIENCE_DAYS
