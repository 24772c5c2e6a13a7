"""Dagster's run history as the services need it: its tables made once, and no run kept alive that has no process.

A run whose process was killed would stay `STARTED` for ever and hold up the queue. Runs hold the home's lock while they
work; where nobody holds it, whatever is called running has died.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import dagster as dg
from sqlalchemy.exc import SQLAlchemyError

from pipelines.home import POSTGRES
from warehouse import home_lock

COMMAND_LINE: Final = {"started_by": "command line"}
"""Tag of runs that run in the process of a command; they hold the home's lock from their first step to their last."""

AT_WORK: Final = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
DIED = (
    "The process of this run has died: nobody works in the home. Nothing of it was published that is not whole; the next "
    "run does its work again."
)


class HistoryError(RuntimeError):
    """The run history cannot be reached. The message names the remedy, and no address or password."""


def make_history(home: Path) -> None:
    """Makes the tables of the run history where they are missing: services that start at once must not race for it.

    Raises:
        HistoryError: The database does not answer, or refuses.
    """
    try:
        with home_lock.making_history(home), dg.DagsterInstance.get() as instance:
            instance.get_run_records(limit=1)
            instance.event_log_storage.get_records_for_run("", limit=1)
            instance.all_instigator_state()
    except Exception as fault:
        if not is_of_database(fault):
            raise
        raise HistoryError(
            f"The run history cannot be reached ({_first_line(fault)}). With PostgreSQL: start the server, and mind "
            f"{POSTGRES} and PGPASSWORD."
        ) from fault


def is_of_database(fault: BaseException | None) -> bool:
    """Returns whether an error comes from the database of the run history, itself or by its cause."""
    while fault is not None:
        if isinstance(fault, SQLAlchemyError) or type(fault).__name__ == "DagsterPostgresException":
            return True
        fault = fault.__cause__ or fault.__context__
    return False


def close_dead_runs(home: Path, tags: Mapping[str, str] | None = None, silent_for: float = 0) -> tuple[str, ...]:
    """Reports runs as failed that are called running while nobody works in the home.

    Args:
        home: The home.
        tags: Tags of the runs looked at: those of the command line, or None for all where none can be working but in it.
        silent_for: Seconds since a run's last change of status after which it may be taken for dead; more than 0 where
            another process could be starting one just now.

    Returns:
        The ids of the runs closed.
    """
    try:
        with home_lock.alone(home), dg.DagsterInstance.get() as instance:
            called_running = instance.get_run_records(filters=dg.RunsFilter(statuses=AT_WORK, tags=tags))
            dead = [one for one in called_running if time.time() - one.update_timestamp.timestamp() >= silent_for]
            for record in dead:
                instance.report_run_failed(record.dagster_run, DIED)
    except home_lock.HomeBusyError:
        return ()
    return tuple(record.dagster_run.run_id for record in dead)


def _first_line(fault: BaseException) -> str:
    """Returns what the innermost error says, without the addresses that lie in longer messages."""
    while fault.__cause__ is not None:
        fault = fault.__cause__
    return str(fault).strip().partition("\n")[0][:200]
