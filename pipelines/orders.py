"""What a run is asked for, and the form in which Dagster and the assets take it. Jobs, schedules and the command line fill it in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assets.run import InventoryRun
    from pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class Order:
    """What a run is asked for.

    Attributes:
        as_of: Day the inventory speaks of, or None for the newest date of the inputs.
        live: Visit the sources' sites first.
        sources: Sources to visit; empty for all. All sources are read in any case.
        archive: Read the sources' archives; False: the record file alone.
        records_file: A user's own record file, or None.
        from_scratch: Do every step again, also where nothing changed.
        builds: Whether the inventory is built; False for visits alone.
        beside: Home whose archive, ledger and judgements this one shares (past years), or None.
        only_due: Of the sources to visit, only those that are due.
        alert: Tell the engineer what needs a person, once the run has ended.
    """

    as_of: date | None = None
    live: bool = False
    sources: tuple[str, ...] = ()
    archive: bool = True
    records_file: Path | None = None
    from_scratch: bool = False
    builds: bool = True
    beside: Path | None = None
    only_due: bool = False
    alert: bool = False


def run_config(settings: Settings, order: Order, loggers: Sequence[str] = ("steps", "journal")) -> dict[str, Any]:
    """Returns the run configuration of Dagster for that order.

    Args:
        settings: The installation's settings.
        order: What the run is asked for.
        loggers: Names of the loggers that the run writes to.
    """
    return {
        "resources": {
            "run": {
                "config": {
                    "home": str(settings.home),
                    "as_of": order.as_of.isoformat() if order.as_of else None,
                    "live": order.live,
                    "visit": list(order.sources),
                    "archive": order.archive,
                    "records_file": str(order.records_file.resolve()) if order.records_file else None,
                    "contact": settings.contact,
                    "base_urls": dict(settings.base_urls),
                    "builds": order.builds,
                    "beside": str(order.beside) if order.beside else None,
                }
            },
        },
        "loggers": {
            # Dagster adds its console where it is not named; the command line says itself what is wrong, once.
            "console": {"config": {"log_level": "CRITICAL"}},
            **{name: {"config": {"home": str(settings.home)}} if name == "journal" else {} for name in loggers},
        },
    }


def run_of(settings: Settings, order: Order) -> InventoryRun:
    """Returns the run that an order stands for, as assets see it, outside of Dagster.

    Args:
        settings: The installation's settings.
        order: What the run is asked for.
    """
    from assets.run import InventoryRun  # late: Dagster takes a second

    return InventoryRun(**run_config(settings, order)["resources"]["run"]["config"])
