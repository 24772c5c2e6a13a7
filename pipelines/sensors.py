"""Sensors: who looks after what runs by itself. All are stopped until somebody switches them on.

needs_a_person      what is wrong in the home --> one message, a reminder after a week, one when it is over
run_failed          a run broke off (a closed gate is no failure of a run: the sensor above tells it)
run_recovered       the same job went through again
decisions_changed   a judgement, correction or allowance was written --> build
"""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import dagster as dg

from assets.gate import decisions
from pipelines import alerts, jobs, settings
from pipelines.conditions import Condition, conditions
from pipelines.orders import Order, run_of
from pipelines.schedules import TIMEZONE

EVERY: Final = 300
"""Seconds between two looks."""


@dg.sensor(
    minimum_interval_seconds=EVERY,
    description="Tells the engineer what needs a person: once, again after a week, and when it is over.",
)
def needs_a_person(_context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Compares what is wrong with what was told; it asks for no run."""
    given, now = settings.load(), datetime.now(UTC)
    told = alerts.reconcile(given.home, given.alerts, now, conditions(given.home, now.date()))
    standing = len(alerts.open_alerts(given.home))
    return dg.SkipReason(f"{len(told)} messages; {standing} conditions need a person.")


@dg.run_failure_sensor(
    monitor_all_code_locations=False, description="Tells the engineer that a run broke off, with its first error."
)
def run_failed(context: dg.RunFailureSensorContext) -> None:
    """Raises an alert, unless the run ended because the gate is closed."""
    if _gate_closed(context):
        return
    given, run = settings.load(), context.dagster_run
    events = context.get_step_failure_events()
    errors = [event.step_failure_data.error for event in events]
    said = [first_line((error.cause or error).message) for error in errors if error]
    said = said or [first_line(context.failure_event.message or "no message")]
    steps = sorted({event.step_key or "" for event in events})
    condition = Condition(
        "run_failed",
        run.job_name,
        f"The job {run.job_name} broke off in {', '.join(steps) or 'its start'}",
        tuple(said),
        f"Open run {run.run_id[:8]} in the UI, or logs/{run.run_id}.jsonl in the home; mend the cause and start the job again.",
        (run.tags.get("source", ""), *steps),
    )
    alerts.raise_one(given.home, given.alerts, datetime.now(UTC), condition)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitor_all_code_locations=False,
    description="Tells the engineer that a job that broke off went through again.",
)
def run_recovered(context: dg.RunStatusSensorContext) -> None:
    """Clears the alerts of the job."""
    given = settings.load()
    alerts.clear_one(given.home, given.alerts, datetime.now(UTC), "run_failed", context.dagster_run.job_name)


@dg.sensor(
    job=jobs.build,
    minimum_interval_seconds=60,
    description="Builds when a judgement, correction or allowance was written, so that its effect shows at once.",
)
def decisions_changed(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Asks for a build when what people decided differs from the last look."""
    given = settings.load()
    now = decisions(run_of(given, Order()))
    if context.cursor in (None, now):
        return dg.SensorResult(skip_reason="No judgement, correction or allowance was written.", cursor=now)
    order = Order(as_of=datetime.now(ZoneInfo(TIMEZONE)).date())  # whether an allowance stands depends on the day
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=now, run_config=jobs.config_of(order))], cursor=now)


def first_line(message: str) -> str:
    """Returns the first line of an error, without the name of its class."""
    line = message.strip().partition("\n")[0]
    return line.partition(": ")[2] or line


def _gate_closed(context: dg.RunFailureSensorContext) -> bool:
    records = context.instance.get_records_for_run(
        context.dagster_run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ).records
    evaluations = [record.event_log_entry.dagster_event for record in records]
    return any(
        event is not None
        and event.asset_check_evaluation_data.check_name == "gate"
        and not event.asset_check_evaluation_data.passed
        for event in evaluations
    )


SENSORS = [needs_a_person, run_failed, run_recovered, decisions_changed]
