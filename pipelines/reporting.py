"""`report`: the yearly report of the latest release, or of the inventory as it could have been published at the end of a year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.text import Text

from pipelines.orders import Order
from pipelines.running import run_refresh
from pipelines.settings import Settings, with_home
from warehouse.release import Release, latest, releases, year_before
from warehouse.report import write_report


def report(
    settings: Settings, year: int | None, langs: Sequence[str], formats: Sequence[str], out: Path | None
) -> bool:
    """Writes the report; returns whether it could be made.

    Args:
        settings: The installation's settings.
        year: Year whose last day the inventory speaks of; None for the latest release as it is.
        langs: `pl`, `en`.
        formats: `html`, `pdf`, `xlsx`.
        out: Folder to write to; `<home>/reports/<version>` by default.

    Raises:
        ValueError: There is no release, or the gate stayed closed for the year asked for.
    """
    release = _of_year(settings, year) if year else latest(settings.home)
    if release is None:
        raise ValueError(f"No release yet in {settings.home}. Make one with `cluster-inventory refresh`.")
    folder = out or settings.home / "reports" / release.version
    folder.mkdir(parents=True, exist_ok=True)
    before = year_before(settings.home, release.as_of)
    written = write_report(
        release.tables(),
        folder,
        langs=tuple(langs),
        formats=tuple(formats),
        previous=before.tables() if before else None,
    )
    console = Console(soft_wrap=True)
    for path in written:
        console.print(Text(str(path)))
    return True


def _of_year(settings: Settings, year: int) -> Release:
    day = date(year, 12, 31)
    known = [release for release in releases(settings.home) if release.as_of == day]
    if known:
        return known[-1]
    home = settings.home / "years" / str(year)
    console = Console(stderr=True)
    console.print(Text(f"building the inventory as of {day}"))
    order = Order(as_of=day, beside=settings.home)
    if not run_refresh(with_home(settings, home), order, lambda _step, _happened: None, lambda _total: None).is_open:
        raise ValueError(
            f"The gate stayed closed for {day}; `cluster-inventory refresh --as-of {day} --home {home}` tells why."
        )
    made = latest(home)
    assert made is not None  # noqa: S101  an open gate has released
    return made
