"""The world of the simulated year: sites on loopback that change and fail, an engineer, a webhook, a clock.

    events of the day -> visits that `daily_visits` asks for -> release that `monthly_release` asks for -> alerts -> diary

Everything but the clock is the product's own: schedules and jobs as Dagster runs them, the crawler over real requests, the
gate, releases on disk, messages at a webhook.
"""

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import polars as pl

from assets.gate import gate_answer
from pipelines import alerts, schedules, settings
from pipelines.conditions import conditions
from sources.archive import Archive, Page
from sources.cards import ROOT, load_cards
from sources.mirror import Served, place_of, served_pages, server
from warehouse.release import Release, releases

NOBODY = "http://127.0.0.1:1/{host}"
"""A port that nothing listens on."""


@dataclass(slots=True)
class Sites(Served):
    """The archives' pages as their sites show them, until somebody changes a page or a host falls ill.

    Attributes:
        ill: Hosts that answer 503 to everything, robots.txt among it.
    """

    ill: set[str] = field(default_factory=set)

    def answer(self, place, known):
        if place.split("/")[1] in self.ill:
            return 503, {"Content-Type": "text/plain"}, b"service unavailable"
        return Served.answer(self, place, known)

    def show(self, url: str, body: bytes) -> None:
        """Puts other bytes at a public address."""
        place = place_of(url)
        page: Page = self.pages[place]
        self.pages[place] = replace(page, body=body, sha256=hashlib.sha256(body).hexdigest())

    def of_source(self, source: str) -> dict[str, Page]:
        """Returns the pages that the hosts of a source show now, by public address."""
        hosts = set(load_cards()[source].hosts)
        return {page.url: page for place, page in self.pages.items() if place.split("/")[1] in hosts}


@contextmanager
def running_sites():
    """Serves every shipped page on loopback; yields the sites and the address to send visits to."""
    sites = Sites(dict(served_pages(ROOT)))
    with _running(server(sites)) as port:
        yield sites, f"http://127.0.0.1:{port}/{{host}}"


@contextmanager
def running_webhook():
    """Takes messages on loopback; yields its address and the list that they come to."""
    came: list[str] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            came.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with _running(ThreadingHTTPServer(("127.0.0.1", 0), Hook)) as port:
        yield f"http://127.0.0.1:{port}/hook", came


@contextmanager
def _running(web: ThreadingHTTPServer):
    with web:
        threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield web.server_port
        web.shutdown()


@dataclass(frozen=True, slots=True)
class Attempt:
    """A release that was tried: its day, and the release, or the findings that closed the gate."""

    day: date
    release: Release | None
    closed_by: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Year:
    """A year that is lived day by day.

    Attributes:
        home: The installation's home.
        sites: What the sites show.
        webhook: Messages that came.
        events: Day to what happens in the world in its early morning: words and deed.
        diary: Day and words of what happened.
        visits: Day, source, and whether its start pages were reached.
        attempts: Releases that were tried.
        mondays: Monday to whether `weekly_build` asked for a build; it is only asked, to save time.
        messages: Day, event (raised, reminded, cleared), kind, source and text of alerts, as they came.
    """

    home: Path
    sites: Sites
    webhook: list[str]
    events: dict[date, list[tuple[str, Callable[["Year"], None]]]]
    diary: list[tuple[date, str]] = field(default_factory=list)
    visits: list[tuple[date, str, bool]] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    mondays: dict[date, bool] = field(default_factory=dict)
    messages: list[tuple[date, str, str, str, str]] = field(default_factory=list)
    today: date = date.min

    def live(self, first: date, last: date) -> None:
        """Lives from one day to another, both included."""
        for number in range((last - first).days + 1):
            self.today = first + timedelta(days=number)
            for words, deed in self.events.get(self.today, ()):
                deed(self)
                self.diary.append((self.today, words))
            self._visit()
            if self.today.weekday() == 0:
                self.mondays[self.today] = bool(self._asked(schedules.weekly_build, 6))
            self._release()
            self._look()

    def _asked(self, schedule, hour: int) -> list[dg.RunRequest]:
        from pipelines.definitions import defs

        moment = datetime(self.today.year, self.today.month, self.today.day, hour, tzinfo=ZoneInfo(schedules.TIMEZONE))
        context = dg.build_schedule_context(scheduled_execution_time=moment, repository_def=defs.get_repository_def())
        return list(schedule.evaluate_tick(context).run_requests)

    def _run(self, job_name: str, config: dict, only=None) -> bool:
        from pipelines.definitions import defs

        config["loggers"].pop("console", None)
        job = defs.resolve_job_def(job_name)
        with dg.DagsterInstance.ephemeral() as instance:  # one that holds a year of events grows slow
            done = job.execute_in_process(
                instance=instance, run_config=config, asset_selection=only, raise_on_error=False
            )
        return done.success

    def _visit(self) -> None:
        from pipelines.definitions import defs

        for request in self._asked(schedules.daily_visits, 5):
            source = request.partition_key
            job = defs.resolve_job_def("refresh_source")
            config = job.partitioned_config.get_run_config_for_partition_key(source)
            config["resources"]["run"]["config"]["moment"] = f"{self.today}T03:15:00+00:00"
            assert self._run("refresh_source", config, only=request.asset_selection), f"{source} broke off"
            self.visits.append((self.today, source, self._reached(source)))

    def _reached(self, source: str) -> bool:
        good = {visit.url for visit in Archive(self.home / "archive" / source).visits()
                if visit.is_good and visit.retrieved_at.startswith(str(self.today))}  # fmt: skip
        return bool(good & set(load_cards()[source].start))

    def _release(self) -> None:
        for request in self._asked(schedules.monthly_release, 7):
            if self._run("release", request.run_config):
                self.attempts.append(Attempt(self.today, releases(self.home)[-1]))
                continue
            told = gate_answer(self.home / "build")
            assert not told["open"], "the release broke off for another reason than the gate"
            closing = {
                (reason["code"], reason["source"] or reason["table"])
                for reason in told["reasons"]
                if reason["severity"] == "critical" and not reason["allowed_by"]
            }
            self.attempts.append(Attempt(self.today, None, tuple(sorted(closing))))

    def _look(self) -> None:
        """What the sensor `needs_a_person` does, at noon; what it sends must have come to the webhook."""
        noon = datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=UTC)
        before = len(self.webhook)
        told = alerts.reconcile(self.home, settings.load().alerts, noon, conditions(self.home, self.today))
        assert self.webhook[before:] == [message.text for message in told]
        self.messages += [
            (self.today, message.event, message.condition.kind, message.condition.about, message.text)
            for message in told
        ]

    def alerts_about(self, kind: str, about: str) -> list[tuple[date, str]]:
        """Returns day and event of the messages about one trouble."""
        return [(day, event) for day, event, of_kind, of, _ in self.messages if (of_kind, of) == (kind, about)]

    def released(self) -> dict[str, Release]:
        """Returns the releases by month (YYYY-MM)."""
        return {f"{attempt.day:%Y-%m}": attempt.release for attempt in self.attempts if attempt.release}

    def ages(self, month: str) -> dict[str, tuple[int, bool]]:
        """Returns age in days and staleness of the sources, as the release of a month shows them."""
        table = pl.read_parquet(self.released()[month].path / "parquet" / "sources.parquet")
        return {row["source_id"]: (row["age_days"], row["stale"]) for row in table.iter_rows(named=True)}


def table_of(year: Year, shown: tuple[str, ...]) -> str:
    """Returns the year as a Markdown table, a row per calendar month.

    Args:
        year: The year, lived.
        shown: Sources whose ages are shown.
    """
    months = sorted({f"{day:%Y-%m}" for day, _, _ in year.visits} | {f"{one.day:%Y-%m}" for one in year.attempts})
    head = "| month | in the world | visits | release and gate | alerts | ages at the release, days |"
    rows = [
        f"| {month} | {_cell(_happened(year, month))} | {_visited(year, month)} | {_cell(_released(year, month))} "
        f"| {_cell(_told(year, month))} | {_aged(year, month, shown)} |"
        for month in months
    ]
    return "\n".join([head, "| --- | --- | --- | --- | --- | --- |", *rows])


def _cell(lines: list[str]) -> str:
    return "<br>".join(lines) or "-"


def _of(day: date, month: str) -> bool:
    return f"{day:%Y-%m}" == month


def _happened(year: Year, month: str) -> list[str]:
    return [f"{day.day}: {words}" for day, words in year.diary if _of(day, month)]


def _visited(year: Year, month: str) -> str:
    here = [(source, reached) for day, source, reached in year.visits if _of(day, month)]
    failed = Counter(source for source, reached in here if not reached)
    told = [f"{source} not reached on {count} day{'s' * (count > 1)}" for source, count in sorted(failed.items())]
    return "; ".join(told) or "all that were due"


def _released(year: Year, month: str) -> list[str]:
    lines = []
    for attempt in year.attempts:
        if not _of(attempt.day, month):
            continue
        if attempt.release is None:
            words = ", ".join(f"{code} of {about}" for code, about in attempt.closed_by)
            lines.append(f"{attempt.day.day}: gate closed ({words}); the last release stays")
        else:
            gate = attempt.release.about()["gate"]
            news = ", the first" if attempt == year.attempts[0] else _changed(attempt.release)
            lines.append(f"{attempt.day.day}: {attempt.release.version}, gate {gate}{news}")
    return lines


def _changed(release: Release) -> str:
    kinds = Counter(pl.read_parquet(release.path / "parquet" / "changes.parquet").filter(
        ~pl.col("kind").is_in(["changed", "reclassified"]))["kind"].to_list())  # fmt: skip
    return "".join(f", {count} {kind}" for kind, count in sorted(kinds.items()))


def _told(year: Year, month: str) -> list[str]:
    return [f"{day.day}: {kind} {about}, {event}" for day, event, kind, about, _ in year.messages if _of(day, month)]


def _aged(year: Year, month: str, shown: tuple[str, ...]) -> str:
    if month not in year.released():
        return "-"
    ages = year.ages(month)
    return ", ".join(f"{source} {ages[source][0]}{' stale' if ages[source][1] else ''}" for source in shown)
