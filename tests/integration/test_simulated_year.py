"""A year of an installation, day by day, under a clock of the test's own: what a careful person would want comes out.

`docs/simulated-year.md` is written from here: `WRITE_SIMULATED_YEAR=1 .venv/bin/python -m pytest
tests/integration/test_simulated_year.py`; without the variable the page is compared.
"""

import csv
import io
import os
from datetime import date
from pathlib import Path

import pytest
import yaml

from assets import release as release_assets
from expectations import gate, suites
from inventory.identity.judgements import Judgement, append
from sources import pacing
from sources.archive import Archive, Visit
from sources.cards import load_cards
from sources.drift import accept
from tests.integration.simulated_world import NOBODY, Year, running_sites, running_webhook

PAGE = Path(__file__).parents[2] / "docs" / "simulated-year.md"
FIRST, LAST = date(2026, 4, 6), date(2027, 4, 5)
SHOWN = ("eccp", "esca", "kkk", "lublin_city")
MONTHS = [f"{2026 + month // 12}-{month % 12 + 1:02}" for month in range(4, 16)]

LABELLED, LABEL_ENDS = "Gdański Klaster Budowlany", "15 November 2026"
RENAMED, NEW_NAME = "Elbląski Klaster Turystyczny", "Klaster Turystyczny Zalewu Wiślanego"
ENDED = "Przemyski Klaster Turystyczny"
KEPT, MERGED = "Klaster Turystyki Medycznej i Uzdrowiskowej Lewiatan", "Klaster Turystyki Medycznej i uzdrowiskowej"

SHELL = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>European Cluster Collaboration Platform</title>
<script src="/assets/app.{build}.js"></script></head><body><div id="root"></div>
<noscript>You need to enable JavaScript to run this app.</noscript></body></html>"""


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
        tables = year.released()[f"{year.today:%Y-%m}"].tables()
        records = tables["records"].join(tables["cluster_records"], on="record_id")
        (a,), (b,) = (records.filter(name=name)["record_id"].to_list() for name in (KEPT, MERGED))
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
        patch.setattr(pacing.SHARED, "sleep", lambda _seconds: None)
        patch.setattr(gate, "check_table", once_per_content(suites.check_table))
        patch.setattr(suites, "check_records", once_per_content(suites.check_records))
        patch.setattr(release_assets, "ATTACHED", [])  # the site and the report are made from the tables: tested apart
        patch.setattr(release_assets, "_yearly_report", lambda _run: lambda _tables, _folder: None)
        lived = Year(home, sites, came, events(lambda: base))
        lived.live(FIRST, LAST)
        yield lived
