"""`doctor`: what this installation is, whether it is well, and what to do where it is not."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.settings import Settings

PACKAGES = ("dagster", "duckdb", "polars", "great-expectations", "requests", "beautifulsoup4", "lxml")
ROOM_NEEDED = 500 * 2**20


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what it is, whether it is well, what was seen or what to do."""

    subject: str
    well: bool
    said: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Yields what was found, in the order environment, home, sources, releases."""
    version = sys.version_info
    supported = (3, 11) <= version[:2] < (3, 14)
    yield Finding(
        "Python", supported, sys.version.split()[0] if supported else f"{sys.version.split()[0]}: use 3.11 to 3.13"
    )
    for name in PACKAGES:
        yield _package(name)
    yield from _home(settings.home)
    yield _rights(settings.home)
    yield from _archives(settings.home)
    yield _latest(settings.home)
    yield _last_run(settings.home)
    yield _alerts(settings.home)


def doctor(settings: Settings) -> bool:
    """Prints settings and findings; returns whether all is well."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    table = Table(title="Settings in force", title_justify="left")
    for column in ("setting", "value", "from"):
        table.add_column(column)
    rows = [("home", str(settings.home)), ("contact", settings.contact or "(none: needed for --live)")]
    rows += [(f"base_urls.{source}", address) for source, address in sorted(settings.base_urls.items())]
    rows += [
        ("remote", settings.remote or "(none)"),
        ("executor", settings.executor),
        ("run history", history_of(os.environ)),
    ]
    for setting, value in rows:
        table.add_row(setting, Text(value), settings.origin.get(setting, settings.origin.get("base_urls", "default")))
    console.print(table)
    findings = list(examine(settings))
    table = Table(title="Check-up", title_justify="left")
    for column in ("subject", "", "seen, or what to do"):
        table.add_column(column)
    for finding in findings:
        table.add_row(finding.subject, "[green]ok[/]" if finding.well else "[red]no[/]", Text(finding.said))
    console.print(table)
    return all(finding.well for finding in findings)


def history_of(environment: Mapping[str, str]) -> str:
    """Returns where the run history lies, in words without an address."""
    from pipelines.home import POSTGRES

    return f"PostgreSQL ({POSTGRES})" if environment.get(POSTGRES) else "SQLite in the home"


def _rights(home: Path) -> Finding:
    from pipelines.home import PRIVATE

    outer = stat.S_IMODE(home.stat().st_mode) if home.exists() else 0o700
    open_to_all = [
        name for name in PRIVATE if outer & 0o007 and (home / name).is_dir() and (home / name).stat().st_mode & 0o007
    ]
    remedy = f"everybody may read {', '.join(open_to_all)}, where pages name persons: chmod 0700 each"
    return Finding("rights of the home", not open_to_all, remedy if open_to_all else f"{outer:04o}")


def _package(name: str) -> Finding:
    try:
        return Finding(name, well=True, said=metadata.version(name))
    except metadata.PackageNotFoundError:
        return Finding(name, well=False, said="not installed: run `make inventory`, which installs the locked versions")


def _home(home: Path) -> Iterator[Finding]:
    place = home if home.exists() else next(parent for parent in home.parents if parent.exists())
    writable = os.access(place, os.W_OK)
    yield Finding(
        "home",
        writable,
        str(home) if writable else f"{place} cannot be written: mend its permissions or choose another --home",
    )
    free = shutil.disk_usage(place).free
    yield Finding(
        "room on disk",
        free > ROOM_NEEDED,
        f"{free // 2**20} MB free" + ("" if free > ROOM_NEEDED else ": make room, a run needs 500 MB"),
    )


def _archives(home: Path) -> Iterator[Finding]:
    from pipelines.pages import archives

    for source, where, archive in archives(home):
        faults = archive.verify()
        said = f"{sum(1 for _ in archive.visits())} visits, every hash holds" if not faults else str(faults[0])
        yield Finding(f"archive of {source} ({where})", not faults, said)


def _latest(home: Path) -> Finding:
    from warehouse.release import latest

    release = latest(home)
    if release is None:
        return Finding("latest release", well=True, said="none yet: `cluster-inventory refresh` makes one")
    return Finding("latest release", well=True, said=f"{release.version} in {release.path}")


def _last_run(home: Path) -> Finding:
    from assets.measures import by_run

    known = by_run(home)
    if not known:
        return Finding("last run", well=True, said="none yet")
    moment, job, run, seconds, steps, reused, _, requests, received, *_ = known[-1]
    said = f"{job} {run}, ended {moment}: {seconds} s in {steps} steps ({reused} reused), {requests} requests, {received} kB"
    return Finding("last run", well=True, said=said)


def _alerts(home: Path) -> Finding:
    from pipelines.alerts import open_alerts

    standing = [f"{line['kind']} ({line['about']})" for line in open_alerts(home).values()]
    said = f"{', '.join(standing)}: see `cluster-inventory alerts`" if standing else "nothing needs a person"
    return Finding("alerts", well=not standing, said=said)
