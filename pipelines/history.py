"""Dagster's run history as the services need it: its tables made once, and no run kept alive that has no process.

A run whose process was killed would stay `STARTED` for ever and hold up the queue. A run of the command line says which
process it is; runs of the queue live in the service that starts them, and building ones hold the home's lock.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import dagster as dg
from sqlalchemy.exc import SQLAlchemyError

from pipelines.home import POSTGRES
from warehouse import home_lock

PROCESS: Final = "process"
"""Tag of a run that runs in the process of a command: machine and number of that process."""

AT_WORK: Final = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
DIED: Final = (
    "The process of this run has died. Nothing of it was published that is not whole; the next run does its work again."
)


class HistoryError(RuntimeError):
    """The run history cannot be reached. The message names the remedy, and no address or password."""


def open_history(home: Path) -> dg.DagsterInstance:
    """Returns Dagster's instance, the tables of the run history made: services that start at once must not race for it.

    Returns:
        The instance, for the caller to close: `with open_history(home) as instance`.

    Raises:
        HistoryError: The database does not answer, or refuses.
    """
    try:
        with home_lock.making_history(home):
            return _asked(dg.DagsterInstance.get())
    except Exception as fault:
        if not is_of_database(fault):
            raise
        raise HistoryError(
            f"The run history cannot be reached ({_first_line(fault)}). With PostgreSQL: start the server, and mind "
            f"{POSTGRES} and PGPASSWORD."
        ) from fault


def _asked(instance: dg.DagsterInstance) -> dg.DagsterInstance:
    """Returns the instance after a question to each of its storages, which makes tables where they are missing."""
    try:
        instance.get_run_records(limit=1)
        instance.has_asset_key(dg.AssetKey("none"))
        instance.all_instigator_state()
    except BaseException:
        instance.dispose()
        raise
    return instance


def is_of_database(fault: BaseException | None) -> bool:
    """Returns whether an error comes from the database of the run history, itself or by its cause."""
    while fault is not None:
        if isinstance(fault, SQLAlchemyError) or type(fault).__name__ == "DagsterPostgresException":
            return True
        fault = fault.__cause__ or fault.__context__
    return False


def this_process() -> dict[str, str]:
    """Returns the tag that says which process a run of the command line is."""
    return {PROCESS: f"{socket.gethostname()} {os.getpid()}"}


def close_dead_runs(instance: dg.DagsterInstance, home: Path, *, runs_start_here: bool = False) -> tuple[str, ...]:
    """Reports runs as failed that are called running and have no process.

    Args:
        instance: The run history.
        home: The home.
        runs_start_here: Whether the caller is the service that starts the runs of the queue, and has just begun: none of
            them can be alive, but one that still holds the home.

    Returns:
        The ids of the runs closed.
    """
    called_running = [record.dagster_run for record in instance.get_run_records(dg.RunsFilter(statuses=AT_WORK))]
    orphaned = runs_start_here and bool(called_running) and _nobody_builds(home)
    dead = [run for run in called_running if _has_died(run.tags, orphaned=orphaned)]
    for run in dead:
        instance.report_run_failed(run, DIED)
    return tuple(run.run_id for run in dead)


def _has_died(tags: Mapping[str, str], *, orphaned: bool) -> bool:
    machine, _, number = tags.get(PROCESS, "").partition(" ")
    if not machine:
        return orphaned
    if machine != socket.gethostname() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _nobody_builds(home: Path) -> bool:
    try:
        with home_lock.alone(home):
            return True
    except home_lock.HomeBusyError:
        return False


def _first_line(fault: BaseException) -> str:
    """Returns what the innermost error says, without the addresses that lie in longer messages."""
    while fault.__cause__ is not None:
        fault = fault.__cause__
    return str(fault).strip().partition("\n")[0][:200]
