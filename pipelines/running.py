"""Runs the Dagster job in this process: what `refresh` and `build` do is what the scheduler does.

Steps are reported while they run, by a Dagster logger that hands them to a listener; the outcome is read from the run
itself and from the gate's own report in the home.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.home import POSTGRES, prepare

if TYPE_CHECKING:
    from pipelines.settings import Settings

StepListener = Callable[[str, str], None]
"""Called with the step's name and one of `start`, `success`, `failure`."""


class RunFailed(RuntimeError):
    """The run broke off. The message names the step and what it said."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a run is asked for.

    Attributes:
        as_of: Day the inventory speaks of, or None for the newest date of the inputs.
        live: Visit the sources' sites first.
        sources: Sources to visit; empty for all. All sources are read in any case.
        archive: Read the sources' archives; False: the record file alone.
        records_file: A user's own record file, or None.
    """

    as_of: date | None = None
    live: bool = False
    sources: tuple[str, ...] = ()
    archive: bool = True
    records_file: Path | None = None


def prepare_home(home: Path) -> None:
    """Makes the home ready for runs (see `pipelines.home`) and points Dagster there."""
    address = os.environ.get(POSTGRES, "")
    if address.startswith("postgresql://"):  # SQLAlchemy 2.1 would look for another driver than Dagster brings
        os.environ[POSTGRES] = address.replace("postgresql://", "postgresql+psycopg2://", 1)
    os.environ["DAGSTER_HOME"] = str(prepare(home, os.environ))


def run_config(settings: Settings, order: Order) -> dict[str, object]:
    """Returns the run configuration of Dagster for that order."""
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
                }
            },
        },
        "loggers": {"steps": {}},
    }


def run_refresh(settings: Settings, order: Order, listen: StepListener, expect: Callable[[int], None]) -> bool:
    """Runs the job `refresh_all` in this process.

    Args:
        settings: The installation's settings.
        order: What the run is asked for.
        listen: Told of every step.
        expect: Told how many steps there will be.

    Returns:
        True when the release step ran, False when the gate stayed closed.

    Raises:
        RunFailed: A step broke off for another reason than a closed gate.
    """
    prepare_home(settings.home)
    import dagster as dg  # late: takes a second

    from pipelines import definitions
    from pipelines.history import COMMAND_LINE, close_dead_runs, make_history

    definitions.STEP_LISTENERS.append(listen)
    try:
        job = definitions.defs.resolve_job_def("refresh_all")
        expect(len(job.all_node_defs))
        make_history(settings.home)
        close_dead_runs(settings.home, COMMAND_LINE, silent_for=60)
        with dg.DagsterInstance.get() as instance:
            result = job.execute_in_process(
                instance=instance, run_config=run_config(settings, order), tags=COMMAND_LINE, raise_on_error=False
            )
    finally:
        definitions.STEP_LISTENERS.remove(listen)
    if result.success:
        return True
    if any(check.check_name == "gate" and not check.passed for check in result.get_asset_check_evaluations()):
        return False
    raise RunFailed(_first_failure(result))


def _first_failure(result: object) -> str:
    for event in result.all_events:  # type: ignore[attr-defined]
        if event.is_step_failure:
            error = event.step_failure_data.error
            cause = error.cause or error if error else None
            said = cause.message.strip() if cause else "no message"
            return f"{event.step_key}: {said}"
    return "the run stopped before its first step"
