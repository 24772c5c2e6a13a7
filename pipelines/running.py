"""Runs the Dagster job in this process: what `refresh` and `build` do is what the scheduler does.

Steps are reported while they run, by a Dagster logger that hands them to a listener; the outcome is read from the run
itself and from the gate's own report in the home.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.home import POSTGRES, prepare
from pipelines.orders import Order, run_config, run_of
from warehouse import home_lock

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from pipelines.settings import Settings

StepListener = Callable[[str, str], None]
"""Called with the step's name and one of `start`, `success`, `failure`."""


class RunFailed(RuntimeError):
    """The run broke off. The message names the step and what it said."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a refresh.

    Attributes:
        is_open: Whether the gate is open, so that the latest release says what the inputs say.
        is_unchanged: Whether there was nothing to do: no page, rule or judgement differs from the last time.
    """

    is_open: bool
    is_unchanged: bool = False


def prepare_home(home: Path) -> None:
    """Makes the home ready for runs (see `pipelines.home`) and points Dagster there."""
    address = os.environ.get(POSTGRES, "")
    if address.startswith("postgresql://"):  # SQLAlchemy 2.1 would look for another driver than Dagster brings
        os.environ[POSTGRES] = address.replace("postgresql://", "postgresql+psycopg2://", 1)
    os.environ["DAGSTER_HOME"] = str(prepare(home, os.environ))


def run_refresh(settings: Settings, order: Order, listen: StepListener, expect: Callable[[int], None]) -> Outcome:
    """Visits the sources, where that is asked for, then builds and releases, where anything changed.

    Args:
        settings: The installation's settings.
        order: What the run is asked for.
        listen: Told of every step.
        expect: Told how many steps there will be.

    Raises:
        RunFailed: A step broke off for another reason than a closed gate.
    """
    prepare_home(settings.home)
    from assets.gate import unchanged  # late, with what follows: Dagster takes a second to import
    from assets.records import settled_sources
    from pipelines.history import close_dead_runs, open_history
    from pipelines.jobs import steps_of
    from warehouse.remote import push

    with open_history(settings.home) as instance:
        close_dead_runs(instance, settings.home)
        visited = _to_visit(settings, order) if order.live else []
        if visited:
            visits = replace(order, sources=tuple(visited), builds=False)
            pages = [steps_of(source)[0] for source in visited]
            _execute(instance, "refresh_source", run_config(settings, visits), listen, expect, only=pages)
        order = replace(order, live=False, sources=())
        if order.from_scratch:
            with home_lock.alone(settings.home):  # another run may be relying on what it made
                shutil.rmtree(settings.home / "build" / "made", ignore_errors=True)
                (settings.home / "build" / "gate.json").unlink(missing_ok=True)
        elif unchanged(run_of(settings, order)):
            if settings.remote:  # it may have been away when there was something to copy
                push(settings.home, settings.remote)
            return Outcome(is_open=True, is_unchanged=True)
        settled = settled_sources(run_of(settings, order))
        without = [name for source in settled for name in steps_of(source)]
        return Outcome(_execute(instance, "refresh_all", run_config(settings, order), listen, expect, without=without))


def _to_visit(settings: Settings, order: Order) -> list[str]:
    from pipelines.conditions import due
    from pipelines.jobs import VISITED

    asked = [source for source in VISITED if source in (order.sources or VISITED)]
    if not order.only_due:
        return asked
    now_due = due(settings.home, datetime.now(UTC).date())
    return [source for source in asked if source in now_due]


def tell(settings: Settings, failure: RunFailed | None = None) -> None:
    """Tells the engineer, by the channels of the settings, what needs a person after a run, and what no longer does.

    Args:
        settings: The installation's settings.
        failure: Why the run broke off, where it did.

    Raises:
        DeliveryError: Channels are set, and a message reached nobody.
    """
    from pipelines import alerts
    from pipelines.conditions import Condition, conditions

    home, now = settings.home, datetime.now(UTC)
    if failure is None:
        alerts.clear_one(home, settings.alerts, now, "run_failed", "refresh")
    else:
        remedy = (
            "Mend the cause and run `cluster-inventory refresh` again; logs/ in the home holds the journal of the run."
        )
        condition = Condition("run_failed", "refresh", "A refresh broke off", (str(failure),), remedy)
        alerts.raise_one(home, settings.alerts, now, condition)
    alerts.reconcile(home, settings.alerts, now, conditions(home, now.date()))


def _execute(  # noqa: PLR0913  what, how, and whom to tell
    instance: DagsterInstance,
    job_name: str,
    config: dict[str, Any],
    listen: StepListener,
    expect: Callable[[int], None],
    only: Sequence[str] = (),
    without: Sequence[str] = (),
) -> bool:
    """Runs a job in this process, `only` these assets of it or all but `without`; returns False where the gate stayed closed."""
    from pipelines import definitions
    from pipelines.history import this_process

    definitions.STEP_LISTENERS.append(listen)
    try:
        job = definitions.defs.resolve_job_def(job_name)
        keys = [key for key in job.asset_layer.selected_asset_keys if _is_asked(key.path[-1], only, without)]
        # A check of an asset is a step of its own, named after it.
        expect(len(only) or sum(not node.name.startswith(tuple(without)) for node in job.all_node_defs))
        result = job.execute_in_process(
            instance=instance,
            run_config=config,
            tags=this_process(),
            raise_on_error=False,
            asset_selection=sorted(keys),
        )
    finally:
        definitions.STEP_LISTENERS.remove(listen)
    if result.success:
        return True
    if any(check.check_name == "gate" and not check.passed for check in result.get_asset_check_evaluations()):
        return False
    raise RunFailed(_first_failure(result))


def _is_asked(name: str, only: Sequence[str], without: Sequence[str]) -> bool:
    return name in only if only else name not in without


def _first_failure(result: object) -> str:
    for event in result.all_events:  # type: ignore[attr-defined]
        if event.is_step_failure:
            error = event.step_failure_data.error
            cause = error.cause or error if error else None
            said = cause.message.strip() if cause else "no message"
            return f"{event.step_key}: {said}"
    return "the run stopped before its first step"
