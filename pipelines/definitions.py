"""Dagster's entry point: everything that one installation runs.

sources' pages -> records -> one inventory -> candidate -> gate -> release
"""

import logging
import warnings
from typing import Any

import dagster as dg

from assets import figures, gate, inventory, raw, records, release
from assets.remote import remote_assets
from assets.run import parquet_hand_over
from pipelines import executors, settings
from pipelines.home import open_home
from pipelines.jobs import JOBS
from pipelines.journal import journal
from pipelines.orders import Order, run_of
from pipelines.schedules import SCHEDULES
from pipelines.sensors import SENSORS

warnings.filterwarnings("ignore", category=dg.BetaWarning)

STEP_LISTENERS: list[Any] = []
"""Who is told of the steps of runs in this process: (step, what happened) -> None."""

_HAPPENED = {"STEP_START": "start", "STEP_SUCCESS": "success", "STEP_FAILURE": "failure"}


class _StepHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        event = (getattr(record, "dagster_meta", None) or {}).get("dagster_event")
        happened = _HAPPENED.get(event.event_type_value) if event else None
        if event and happened:
            for listen in STEP_LISTENERS:
                listen(event.step_key, happened)


@dg.logger
def steps(_context: dg.InitLoggerContext) -> logging.Logger:
    """Returns a logger that tells `STEP_LISTENERS` of steps and prints nothing itself."""
    logger = logging.Logger("steps")  # noqa: LOG001  one of its own, so that nothing is printed by the root
    logger.addHandler(_StepHandler())
    return logger


_settings = settings.load()
open_home(_settings.home)

defs = dg.Definitions(
    assets=[
        *raw.ASSETS,
        *records.ASSETS,
        *inventory.ASSETS,
        *figures.ASSETS,
        *release.ASSETS,
        *remote_assets(_settings.remote),
    ],
    asset_checks=[*records.CHECKS, *gate.CHECKS],
    jobs=JOBS,
    schedules=SCHEDULES,
    sensors=SENSORS,
    resources={
        "run": run_of(_settings, Order()),
        "io_manager": parquet_hand_over,
    },
    loggers={"console": dg.colored_console_logger, "steps": steps, "journal": journal},
    executor=executors.chosen(_settings.executor, _settings.executor_config),
)
