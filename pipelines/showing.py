"""What the command line shows: progress of a run, its summary, answers of queries, the state of the sources."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from warehouse.query import Answer, write
from warehouse.query import query as ask
from warehouse.release import latest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from pipelines.orders import Order
    from pipelines.running import Outcome
    from pipelines.settings import Settings

UNCHANGED = (
    "nothing changed since the last refresh: no page, no rule, no judgement; nothing was parsed, matched or released "
    "(--from-scratch does it all again, --as-of moves the day of the inventory)"
)
_PAGE = re.compile(r"\bpages/\S+: ")
NO_RELEASE = "No release yet in {home}. Make one with `cluster-inventory refresh` (or name another --home)."


def refresh(settings: Settings, order: Order) -> bool:
    """Runs a refresh with progress bars and ends with a summary; returns whether the gate was open.

    Raises:
        RunFailed: A step broke off.
    """
    from pipelines.running import RunFailed, tell

    started = time.monotonic()
    try:
        outcome = _with_progress(settings, order)
    except RunFailed as failure:
        if order.alert:
            tell(settings, failure)
        raise
    if order.alert:
        tell(settings)
    _verdict(settings, outcome, time.monotonic() - started)
    return outcome.is_open


def _with_progress(settings: Settings, order: Order) -> Outcome:
    from pipelines.running import run_refresh

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("starting", total=None)

        def listen(step: str, happened: str) -> None:
            if happened == "start":
                progress.update(task, description=step.partition("__")[2].replace("_", " ") or step)
            else:
                progress.advance(task)

        return run_refresh(settings, order, listen, lambda total: progress.update(task, total=total, completed=0))


def _verdict(settings: Settings, outcome: Outcome, seconds: float) -> None:
    console, gate, release = Console(), _gate(settings.home), latest(settings.home)
    _troubles(console, gate)
    if release is not None:
        _summary(console, release.path / "inventory.duckdb")
    is_open, verdict = outcome.is_open, "open" if outcome.is_open else "closed"
    console.print(Text(f"gate: {verdict}", style="bold green" if is_open else "bold red"))
    if outcome.is_unchanged:
        console.print(Text(UNCHANGED))
    if is_open and release is not None:
        made = gate.get("released") and not outcome.is_unchanged
        news = "released" if made else "nothing new: the latest release already says this"
        console.print(Text(f"{news}: {release.path} (version {release.version}, {seconds:.1f} s)"))
    elif release is not None:
        console.print(
            Text(f"the last release stays: {release.path} (version {release.version}); the figures above are its own")
        )
    else:
        console.print(Text("nothing was released"))
    refused = sorted((settings.home / "refused").glob("*/quality.html"), key=lambda page: page.stat().st_mtime)
    if not is_open and refused:
        console.print(Text(f"every check with its result: {refused[-1]}"))


def query(home: Path, sql: str, form: str, out: Path | None) -> None:
    """Answers one query on the latest release.

    Raises:
        ValueError: There is no release, the query is refused or wrong, or Parquet is asked for without a file.
    """
    release = latest(home)
    if release is None:
        raise ValueError(NO_RELEASE.format(home=home))
    if form == "parquet" and out is None:
        raise ValueError("Parquet is no text: name a file with --out.")
    answer = ask(release.path / "inventory.duckdb", sql)
    if out is not None:
        with out.open("wb") as file:
            write(answer, form, file)
    elif form == "table":
        _print_rows(answer.columns, answer.rows)
    else:
        write(answer, form, sys.stdout.buffer)


def sources(home: Path, today: date) -> None:
    """Prints the state of every source as the archives hold it: visits, troubles, drift; rows as the latest release has them.

    Args:
        home: The home.
        today: The day to which ages are counted.
    """
    from pipelines.conditions import last_visit, next_visit
    from sources.cards import load_cards
    from sources.drift import drift, layouts

    release = latest(home)
    rows = dict(ask(release.path / "inventory.duckdb", "select source_id, rows from sources").rows) if release else {}
    heading = ("source_id", "publisher", "last_visit", "age_days", "next_visit", "rows", "bounds", "licence")
    lines = []
    for card in load_cards().values():
        last, visited = last_visit(card, home), bool(card.start) and not card.closed
        following = next_visit(card, home)
        lines.append(
            (
                card.id,
                card.publisher,
                last,
                (today - last).days if last else None,
                ("now" if following <= today else following) if visited else "not visited",
                rows.get(card.id),
                f"{card.bounds.rows_min}-{card.bounds.rows_max}",
                card.licence,
            )
        )
    _print_rows(heading, tuple(lines))
    console = Console(soft_wrap=True, highlight=False)
    for source in sorted(path.stem for path in (home / "layouts").glob("*.json")):
        accepted, current = layouts(home, source)
        for said in drift(accepted, current) if accepted and current else ():
            console.print(Text(f"drift of {source}: {said}"))


def runs(home: Path, count: int) -> None:
    """Prints what the last runs cost: one row per run, with its steps, rows, requests and answers by status.

    Args:
        home: The home.
        count: How many runs.
    """
    from assets.measures import by_run

    heading = (
        "moment",
        "job",
        "run",
        "seconds",
        "steps",
        "reused",
        "rows",
        "requests",
        "kB",
        "statuses",
        "slowest step",
    )
    _print_rows(heading, tuple(by_run(home)[-count:]))


def alerts(settings: Settings, *, trial: bool) -> None:
    """Prints what needs a person and since when it was told; a trial sends a message through every channel that is set.

    Raises:
        DeliveryError: The trial reached nobody.
        ValueError: A trial is asked for and no channel is set.
    """
    from pipelines.alerts import Told, deliver, open_alerts
    from pipelines.conditions import Condition

    console = Console(soft_wrap=True, highlight=False)
    if trial:
        condition = Condition("trial", "settings", "a trial message", ("Alerts reach you here.",), "nothing")
        sent = deliver(settings.alerts, Told("raised", condition))
        if not sent:
            raise ValueError(
                "No channel is set: give CLUSTER_INVENTORY_ALERT_WEBHOOK, or alerts.mail_to and alerts.smtp in the settings."
            )
        console.print(Text(f"sent by {', '.join(sent)}"))
    standing = open_alerts(settings.home)
    for line in standing.values():
        console.print(Text(f"{line['moment'][:10]}  {line['kind']}: {line['title']}", style="bold"))
        for reason in line["reasons"]:
            console.print(Text(f"  {reason}"))
        console.print(Text(f"  What to do: {line['remedy']}"))
    if not standing:
        console.print(Text("Nothing needs a person."))


def _gate(home: Path) -> dict[str, Any]:
    path = home / "build" / "gate.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _troubles(console: Console, gate: dict[str, Any]) -> None:
    reasons = gate.get("reasons", [])
    if not reasons:
        return
    table = Table("severity", "where", title="What the gate says", title_justify="left")
    table.add_column("what, and what to do", overflow="fold")  # the name of a page is there to be copied
    for reason, others in _alike(reasons):
        where = " ".join(part for part in (reason.get("source"), reason.get("table"), reason.get("column")) if part)
        said = [reason["message"], *([f"({others} more like it.)"] if others else []), reason["remedy"]]
        allowed = reason.get("allowed_by", "")
        words = Text(" ".join(said) + (f"\nAllowed by {allowed}" if allowed else ""))
        table.add_row("allowed" if allowed else reason["severity"], Text(where), words)
    console.print(table)


def _alike(reasons: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], int]]:
    """Returns each reason with the number of others that say the same of other pages."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for reason in reasons:
        said = {name: _PAGE.sub("", str(value)) for name, value in reason.items()}
        found.setdefault(json.dumps(said, sort_keys=True), []).append(reason)
    return [(same[0], len(same) - 1) for same in found.values()]


_SUMMARY = """
select 1, 'records of ' || source_id, count(*)::varchar from records group by 2
union all select 2, 'clusters', count(*)::varchar from clusters where class = 'cluster'
union all select 3, 'potential clusters', count(*)::varchar from clusters where class = 'potential_cluster'
union all select 4, 'excluded: ' || reason, count(*)::varchar from excluded group by 2
union all select 5, 'mean age of clusters, years', coalesce(round(avg(age_years), 1)::varchar, 'unknown') from clusters where class = 'cluster'
union all select 6, 'share of clusters founded 2011-2015', coalesce(round(100 * avg((founded_year between 2011 and 2015)::int))::int || ' %',
  'unknown') from clusters where class = 'cluster' and founded_year is not null
union all select 7, 'pairs in the review queue', count(*)::varchar from review_queue
order by 1, 2
"""


def _summary(console: Console, database: Path) -> None:
    table = Table("figure", "value", title="Summary", title_justify="left")
    table.columns[1].justify = "right"
    for _, figure, value in ask(database, _SUMMARY).rows:
        table.add_row(Text(figure), value)
    console.print(table)


def _print_rows(columns: tuple[str, ...], rows: tuple[tuple[Any, ...], ...]) -> None:
    # A terminal gets a table that fits it; a pipe gets one that a program can cut.
    if not sys.stdout.isatty():
        write(Answer(columns, rows), "table", sys.stdout.buffer)
        return
    table = Table(*columns)
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    Console().print(table)
