"""A year of an installation, day by day, under a clock of the test's own: what a careful person would want comes out.

`docs/simulated-year.md` is written from here: `WRITE_SIMULATED_YEAR=1 .venv/bin/python -m pytest
tests/integration/test_simulated_year.py`; without the variable the page is compared.
"""

import csv
import io
import logging
import os
from datetime import date
from itertools import pairwise
from pathlib import Path

import duckdb
import polars as pl
import pytest
import yaml

from assets import release as release_assets
from expectations import gate, suites
from inventory.identity.judgements import Judgement, append
from sources import pacing
from sources.archive import Archive, Visit
from sources.cards import load_cards
from sources.drift import accept, drift, layouts
from tests.integration.simulated_world import NOBODY, Year, running_sites, running_webhook, table_of

PAGE = Path(__file__).parents[2] / "docs" / "simulated-year.md"
FIRST, LAST = date(2026, 4, 6), date(2027, 4, 5)
SHOWN = ("eccp", "esca", "kkk", "lublin_city")
MONTHS = [f"{2026 + month // 12}-{month % 12 + 1:02}" for month in range(3, 16)]

LABELLED, LABEL_ENDS = "Gdański Klaster Budowlany", "15 November 2026"
RENAMED, NEW_NAME = "Elbląski Klaster Turystyczny", "Klaster Turystyczny Zalewu Wiślanego"
ENDED = "Przemyski Klaster Turystyczny"
KEPT, MERGED = "Klaster Turystyki Medycznej i Uzdrowiskowej Lewiatan", "Klaster Turystyki Medycznej i uzdrowiskowej"

PAGE_TEXT = """# A simulated year

Written by `tests/integration/test_simulated_year.py`, which lives a year of an installation day by day under a clock of its own: the schedules'
own evaluation says what is visited, built and released, the real crawler asks a server on loopback that shows the shipped pages and is
changed and broken as the second column says, the `release` job runs as it is, and messages go to a webhook on loopback. After a change of the
program that shows here, look at the difference, then write the page again:

    WRITE_SIMULATED_YEAR=1 .venv/bin/python -m pytest tests/integration/test_simulated_year.py

Numbers before a colon are days of the month. Ages are those of the table `sources` of the month's release; *stale* is what is older than its card's
cadence (30 days; 90 for `lublin_city`).

{table}

## The messages

What the engineer's channel got in the whole year, first lines:

{messages}

What they say in full, what is done about each: [runbook.md](runbook.md).
"""

SHELL = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>European Cluster Collaboration Platform</title>
<script src="/assets/app.{build}.js"></script></head><body><div id="root"></div>
<noscript>You need to enable JavaScript to run this app.</noscript></body></html>"""


def messages_of(year):
    return "\n".join(f"    {day}  {text.splitlines()[0]}" for day, *_, text in year.messages)


def print_a_label_that_ends(year):
    url = "https://www.cluster-analysis.org/benchmarked-clusters"
    body = year.sites.of_source("esca")[url].body.decode()
    entry = f"<li><strong>{LABELLED}</strong>"
    assert entry in body
    year.sites.show(url, body.replace(entry, f"{entry} – label valid until {LABEL_ENDS}").encode())


def fall_ill(source):
    return lambda year: year.sites.ill.update(load_cards()[source].hosts)


def recover(source):
    return lambda year: year.sites.ill.difference_update(load_cards()[source].hosts)


def point(source, address):
    return lambda _year: os.environ.__setitem__(f"CLUSTER_INVENTORY_BASE_{source.upper()}", address())


def build_an_app(build):
    def deed(year):
        for url, page in year.sites.of_source("eccp").items():
            if b"<html" in page.body[:500]:
                year.sites.show(url, SHELL.format(build=build).encode())

    return deed


def bring_the_old_pages_back(year):
    for url, page in Archive(load_cards()["eccp"].folder / "archive").latest().items():
        if url in year.sites.of_source("eccp"):
            year.sites.show(url, page.body)


def drop_two_fifths(year):
    """Four of ten entries, from each of the city's three lists."""
    for url, page in year.sites.of_source("lublin_city").items():
        lines = page.body.decode().splitlines(keepends=True)
        entries = [line for line in lines if line.startswith(("<li>", "<tr><td>"))]
        assert len(entries) == 10
        year.sites.show(url, "".join(line for line in lines if line not in entries[-4:]).encode())


def allow(code, source, until, reason):
    entry = {"code": code, "source": source, "reason": reason, "by": "data engineer", "until": until}
    return lambda year: (year.home / "allowances.yml").write_text(yaml.safe_dump([entry], allow_unicode=True))


def take_the_allowance_out(year):
    (year.home / "allowances.yml").write_text("[]\n")


def accept_layout(source):
    return lambda year: accept(year.home, source)


def file_what_was_read(year):
    """A page of single facts that somebody read: one cluster has another name, one is over."""
    rows = [
        (f"https://press.example/{number}", "2026-11-10", name, field, value)
        for number, name, facts in (
            (1, NEW_NAME, {"as_of": "2026-11-02", "former_name": RENAMED, "city": "Elbląg"}),
            (2, ENDED, {"as_of": "2026-11-02", "city": "Przemyśl",
                        "status_note": "Klaster został rozwiązany uchwałą członków z 30 października 2026 r."}),
        )
        for field, value in facts.items()
    ]  # fmt: skip
    page = io.StringIO()
    csv.writer(page, lineterminator="\n").writerows([("url", "retrieved_at", "name", "field", "value"), *rows])
    archive = Archive(year.home / "archive" / "desk_research")
    url = "https://desk-research.example/2026-11.csv"
    visit = Visit(url, "2026-11-10T09:00:00Z", status=200, headers={"content-type": "text/csv"})
    archive.store(visit, page.getvalue().encode())


def judge(verdict, reason):
    def deed(year):
        release = year.released()["2026-12"]
        records = pl.read_parquet(release.path / "parquet" / "cluster_records.parquet").sort("record_id")
        a, b = (records.filter(cluster_id=ids_of(release, name)[0])["record_id"][0] for name in (KEPT, MERGED))
        append(year.home / "judgements.yml", Judgement(*sorted((a, b)), verdict, reason, "analyst", str(year.today)))

    return deed


def events(base):
    return {
        date(2026, 4, 6): [
            ("the schedules are switched on; ESCA prints a label that ends on 15 November", print_a_label_that_ends)
        ],
        date(2026, 5, 2): [("ESCA's host dies: 503 to everything", fall_ill("esca"))],
        date(2026, 5, 18): [("ESCA's host takes no connection any more", point("esca", lambda: NOBODY))],
        date(2026, 5, 20): [
            (
                "the engineer allows ESCA's old data until 31 July",
                allow("source_stale", "esca", date(2026, 7, 31), "the host is down, its owner announced a return in July"),
            )
        ],
        date(2026, 7, 3): [("ESCA's host is back", lambda year: (point("esca", base)(year), recover("esca")(year)))],
        date(2026, 7, 6): [("the engineer takes the allowance out", take_the_allowance_out)],
        date(2026, 7, 20): [("ECCP's pages become a JavaScript shell", build_an_app("3f2a91"))],
        date(2026, 8, 28): [("ECCP's shell is built anew", build_an_app("77c0de"))],
        date(2026, 9, 2): [
            (
                "the engineer allows ECCP's unread pages until 30 September",
                allow("page_unreadable", "eccp", date(2026, 9, 30), "the platform works at it, pages are promised"),
            )
        ],
        date(2026, 9, 25): [("ECCP's old pages are back", bring_the_old_pages_back)],
        date(2026, 9, 28): [("Lublin's lists lose 40 % of their entries", drop_two_fifths)],
        date(2026, 10, 5): [("the engineer takes the allowance out", take_the_allowance_out)],
        date(2026, 10, 12): [("the engineer looked: Lublin did shorten its lists; accepted", accept_layout("lublin_city"))],
        date(2026, 11, 10): [
            ("two press pages are filed: one cluster renamed, one dissolved", file_what_was_read),
        ],
        date(2026, 11, 15): [("the label's last day", lambda _year: None)],
        date(2026, 12, 10): [("an analyst judges two clusters the same", judge("same", "one coordinator, it seems"))],
        date(2027, 1, 31): [("the host of the key clusters' list is down", fall_ill("kkk"))],
        date(2027, 2, 2): [("it is back", recover("kkk"))],
        date(2027, 2, 10): [("the analyst knows better: two clusters", judge("different", "two statutes were found"))],
    }  # fmt: skip


def once_per_content(check):
    """Great Expectations' answer on the same bytes is the same: asked once, for it takes most of a build's time."""
    known = {}

    def asked(name, path, *rest):
        key = (name, path.read_bytes(), repr(rest))
        return known[key] if key in known else known.setdefault(key, check(name, path, *rest))

    return asked


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    home = tmp_path_factory.mktemp("year") / "home"
    with pytest.MonkeyPatch.context() as patch, running_sites() as (sites, base), running_webhook() as (hook, came):
        patch.setenv("CLUSTER_INVENTORY_HOME", str(home))
        patch.setenv("CLUSTER_INVENTORY_SETTINGS", str(home / "none.yml"))
        patch.setenv("CLUSTER_INVENTORY_CONTACT", "data@agency.example")
        patch.setenv("CLUSTER_INVENTORY_ALERT_WEBHOOK", hook)
        for source in load_cards():
            patch.setenv(f"CLUSTER_INVENTORY_BASE_{source.upper()}", base)
        patch.setattr(logging.getLogger("dagster"), "propagate", False)  # pytest would keep a year of it
        patch.setattr(pacing.SHARED, "sleep", lambda _seconds: None)
        patch.setattr(gate, "check_table", once_per_content(suites.check_table))
        patch.setattr(suites, "check_records", once_per_content(suites.check_records))
        patch.setattr(release_assets, "ATTACHED", [])  # the site and the report are made from the tables: tested apart
        lived = Year(home, sites, came, events(lambda: base))
        lived.live(FIRST, LAST)
        yield lived


@pytest.fixture(scope="module")
def released(year):
    return year.released()


def ids_of(release, name):
    names = pl.read_parquet(release.path / "parquet" / "cluster_names.parquet")
    spaced = pl.col("name").str.replace_all(r"\s+", " ")  # names are kept as printed
    return sorted(set(names.filter(spaced == name)["cluster_id"]))


def row_of(release, cluster_id):
    (row,) = pl.read_parquet(release.path / "parquet" / "clusters.parquet").filter(cluster_id=cluster_id).to_dicts()
    return row


def labels_now(release):
    with duckdb.connect(str(release.database), read_only=True) as connection:
        return connection.execute("select cluster_id, label, level, valid_until from labels_now").fetchall()


def test_the_year_is_the_page_of_the_documents(year):
    text = PAGE_TEXT.format(table=table_of(year, SHOWN), messages=messages_of(year))
    if os.environ.get("WRITE_SIMULATED_YEAR"):
        PAGE.write_text(text, encoding="utf-8")
    assert text == PAGE.read_text(encoding="utf-8"), "see the top of this file on how to write the page again"


def test_every_month_has_one_release_and_each_is_complete(year, released):
    assert list(released) == MONTHS
    assert len([attempt for attempt in year.attempts if attempt.release]) == len(MONTHS)
    for release in released.values():
        files = {path.name for path in release.path.iterdir()}
        assert files >= {
            "inventory.duckdb",
            "inventory.xlsx",
            "clusters.geojson",
            "parquet",
            "csv",
            "notes.md",
            "SHA256SUMS",
        }
        assert release.about()["as_of"] == f"{release.as_of}"


def test_no_cluster_vanishes_and_no_id_moves(released):
    """Only a merge takes an id out of the list, and its redirect says where to."""
    before: set[str] = set()
    for month, release in released.items():
        tables = release.tables()
        ids = set(tables["clusters"]["cluster_id"])
        retired = dict(tables["retired_ids"].select("cluster_id", "successor_id").iter_rows())
        assert {retired[one] for one in before - ids} <= ids, month
        assert len(before - ids) == (month == "2027-01")
        before = ids
    first, last = (set(released[month].tables()["clusters"]["cluster_id"]) for month in (MONTHS[0], MONTHS[-1]))
    assert first == last


def test_records_stay_with_their_ids_all_year(released):
    homes = [
        dict(release.tables()["cluster_records"].select("record_id", "cluster_id").iter_rows())
        for month, release in released.items()
        if month not in ("2027-01", "2027-02")
    ]
    for earlier, later in pairwise(homes):
        assert earlier.items() <= later.items()


def test_a_dead_host_is_told_once_reminded_weekly_until_allowed_and_cleared_once(year):
    assert year.alerts_about("source_failing", "esca") == [
        (date(2026, 5, 9), "raised"),  # three days after the visit that was due
        (date(2026, 5, 16), "reminded"),  # 503 turns into silence on the 18th: the same trouble
        (date(2026, 7, 3), "cleared"),
    ]
    text = next(text for day, _, kind, _, text in year.messages if kind == "source_failing")
    assert "its data is 33 days old, the card asks for 30" in text
    assert "https://www.cluster-analysis.org/benchmarked-clusters" in text
    assert "allow source_stale for esca in allowances.yml with a last day" in text


def test_its_age_grows_while_it_is_down_and_falls_back(year):
    assert [year.ages(month)["esca"] for month in MONTHS[1:5]] == [(25, False), (56, True), (86, True), (29, False)]
    gates = [year.released()[month].about()["gate"] for month in MONTHS[1:5]]
    assert gates == ["open", "open under allowance", "open under allowance", "open"]


def test_it_is_asked_every_day_until_it_answers(year):
    tries = [(day, reached) for day, source, reached in year.visits if source == "esca" and day <= date(2026, 7, 3)]
    down = [date.fromordinal(day) for day in range(date(2026, 5, 6).toordinal(), date(2026, 7, 3).toordinal())]
    assert tries == [(FIRST, True), *((day, False) for day in down), (date(2026, 7, 3), True)]


def test_a_fault_that_passes_within_days_is_told_to_nobody_and_closes_no_gate(year):
    tries = [(day, reached) for day, source, reached in year.visits if source == "kkk" and day >= date(2027, 1, 31)]
    assert tries[:3] == [(date(2027, 1, 31), False), (date(2027, 2, 1), False), (date(2027, 2, 2), True)]
    assert year.alerts_about("source_failing", "kkk") == []
    assert year.ages("2027-02")["kkk"] == (31, True)
    assert year.released()["2027-02"].about()["gate"] == "open"
    assert year.released()["2027-02"].as_of == date(2027, 2, 1)


def test_a_new_layout_is_told_once_and_closes_the_gate_until_it_is_allowed(year):
    assert year.alerts_about("source_changed", "eccp") == [
        (date(2026, 8, 4), "raised"),
        (date(2026, 8, 11), "reminded"),
        (date(2026, 8, 18), "reminded"),
        (date(2026, 8, 25), "reminded"),
        (date(2026, 9, 1), "reminded"),  # allowed from the 2nd to the 30th
        (date(2026, 10, 1), "reminded"),
        (date(2026, 10, 3), "cleared"),
    ]
    closed = [(attempt.day, attempt.closed_by) for attempt in year.attempts if attempt.release is None]
    assert closed == [
        (day, (("page_unreadable", "eccp"),)) for day in (date(2026, 9, 1), date(2026, 10, 1), date(2026, 10, 2))
    ]
    assert [
        (year.released()[month].as_of, year.released()[month].about()["gate"]) for month in ("2026-09", "2026-10")
    ] == [
        (date(2026, 9, 2), "open under allowance"),
        (date(2026, 10, 3), "open"),
    ]


def test_a_closed_gate_that_is_told_with_its_source_is_not_told_twice(year):
    assert {(kind, about) for _, _, kind, about, _ in year.messages} == {
        ("source_failing", "esca"), ("source_changed", "eccp"), ("list_shrank", "lublin_city"),
    }  # fmt: skip


def test_a_list_that_lost_two_fifths_is_told_and_loses_no_cluster(year):
    assert year.alerts_about("list_shrank", "lublin_city") == [
        (date(2026, 10, 3), "raised"),
        (date(2026, 10, 10), "reminded"),
        (date(2026, 10, 12), "cleared"),  # somebody looked, and accepted it
    ]
    text = next(text for _, event, kind, _, text in year.messages if kind == "list_shrank" and event == "raised")
    assert "its pages list 18 entries, 30 when its layout was last accepted" in text
    assert "entries: 30 -> 18" in text
    assert drift(*layouts(year.home, "lublin_city")) == []
    records = {month: year.released()[month].tables()["records"].filter(source_id="lublin_city") for month in MONTHS}
    assert records["2026-09"].height == records["2026-11"].height == 30


def test_a_label_is_held_to_its_last_day_and_expired_after(released):
    (cluster,) = ids_of(released["2026-11"], LABELLED)
    expected = (cluster, "esca", "bronze", "2026-11-15")
    held = {month: expected in labels_now(release) for month, release in released.items()}
    assert [month for month in MONTHS if held[month]] == MONTHS[:8]
    kept = released["2027-04"].tables()["labels"].filter(cluster_id=cluster, valid_until="2026-11-15")
    assert kept.height == 1, "what was held stays on record"


def test_a_renamed_cluster_keeps_its_id(released):
    (cluster,) = ids_of(released["2026-11"], RENAMED)
    assert RENAMED in row_of(released["2026-11"], cluster)["name_pl"]
    assert ids_of(released["2026-12"], NEW_NAME) == [cluster]
    # Which of the two is shown follows declared trust: the city's own list still prints the old one.
    names = released["2026-12"].tables()["cluster_names"].filter(cluster_id=cluster, name=RENAMED)
    assert "former" in set(names["kind"])
    assert row_of(released["2026-12"], cluster)["state"] == "active", "a page speaks of it again"


def test_one_reported_dissolved_is_ended_and_stays_listed(released):
    (cluster,) = ids_of(released["2026-11"], ENDED)
    states = [row_of(released[month], cluster)["state"] for month in ("2026-11", "2026-12", "2027-04")]
    assert states == ["dormant", "ended", "ended"]


def test_a_merge_redirects_and_comes_undone(year, released):
    (kept,), (merged,) = (ids_of(released["2026-12"], name) for name in (KEPT, MERGED))
    assert kept != merged
    assert ids_of(released["2027-01"], MERGED) == ids_of(released["2027-01"], KEPT)
    (one,) = ids_of(released["2027-01"], KEPT)
    (gone,) = {kept, merged} - {one}
    retired = released["2027-01"].tables()["retired_ids"].filter(cluster_id=gone).to_dicts()
    assert [(row["retired_as"], row["successor_id"]) for row in retired] == [("merged", one)]
    assert (ids_of(released["2027-03"], KEPT), ids_of(released["2027-03"], MERGED)) == ([kept], [merged])
    assert gone not in released["2027-03"].tables()["retired_ids"]["cluster_id"].to_list()
    told = {
        month: released[month].tables()["changes"].filter(pl.col("cluster_id") == gone)
        for month in ("2027-01", "2027-03")
    }
    assert told["2027-01"].select("kind", "cause").rows() == [("merged", "judgement")]
    assert set(told["2027-03"]["cause"]) == {"judgement"}


def test_a_build_is_asked_for_where_something_changed_since_the_gate_was_asked(year):
    """Asked again each Monday until the next release, for here no build is run."""
    changed = [(FIRST, date(2026, 4, 6)), (date(2026, 5, 20), date(2026, 6, 1)), (date(2026, 7, 6), date(2026, 8, 1)),
               (date(2026, 8, 4), date(2026, 9, 2)), (date(2026, 9, 3), date(2026, 10, 1)),
               (date(2026, 10, 5), date(2026, 11, 1)), (date(2026, 11, 10), date(2026, 12, 1)),
               (date(2026, 12, 10), date(2027, 1, 1)), (date(2027, 2, 10), date(2027, 3, 1))]  # fmt: skip
    expected = {day for day in year.mondays if any(first <= day <= last for first, last in changed)}
    assert {day for day, asked in year.mondays.items() if asked} == expected
