"""Schedules: when the jobs run. All are stopped until somebody switches them on, in the UI or with `dg`.

    every day       the sources that are due are visited, a run each
    Mondays         build, where anything changed: is the gate open?
    every month     release: the inventory of the 1st, or of the first day after it on which the gate is open
    15 January      report of the past year

Times are Warsaw's, in the early morning: registries are asked when nobody else is.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

import dagster as dg

from assets.gate import asked_before
from pipelines import jobs, settings
from pipelines.conditions import due, next_visit
from pipelines.orders import Order, run_of
from sources.cards import load_cards
from warehouse.release import releases

TIMEZONE: Final = "Europe/Warsaw"
TIMES: Final = {
    "daily_visits": "15 5 * * *",
    "weekly_build": "30 6 * * 1",
    "monthly_release": "0 7 * * *",
    "yearly_report_in_january": "0 8 15 1 *",
}
"""Name of a schedule to its time as cron writes it; an installation sets others under `schedules` in its settings."""


def _cron(name: str) -> str:
    given = settings.load().schedules
    unknown = sorted(set(given) - set(TIMES))
    if unknown:
        raise settings.SettingsError(f"schedules: no such schedule {', '.join(unknown)}. Known: {', '.join(TIMES)}.")
    return given.get(name, TIMES[name])


def _day(context: dg.ScheduleEvaluationContext) -> date:
    return context.scheduled_execution_time.date()


@dg.schedule(
    job=jobs.refresh_source,
    cron_schedule=_cron("daily_visits"),
    execution_timezone=TIMEZONE,
    description="Every day: visit the sources whose cadence has passed since their last good visit, and those that failed.",
)
def daily_visits(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Asks for a run of `refresh_source` for every source that is due."""
    home, today = settings.load().home, _day(context)
    asked = due(home, today)
    for source in asked:
        yield dg.RunRequest(
            run_key=f"{source}-{today}",
            partition_key=source,
            asset_selection=[dg.AssetKey(asset) for asset in jobs.steps_of(source)],
            tags={"source": source},
        )
    if not asked:
        days = {card.id: next_visit(card, home) for card in load_cards().values() if card.start and not card.closed}
        first = min(days, key=lambda source: (days[source], source))
        yield dg.SkipReason(f"No source is due. The next is {first}, on {days[first]}.")


@dg.schedule(
    job=jobs.build,
    cron_schedule=_cron("weekly_build"),
    execution_timezone=TIMEZONE,
    description="On Mondays: build what the archives hold and ask the gate, so that trouble shows before the release.",
)
def weekly_build(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Asks for a build as of the day where anything changed since the gate was last asked."""
    if asked_before(run_of(settings.load(), Order())):
        return dg.SkipReason("Nothing changed since the gate was last asked: no page, no rule, no judgement.")
    return dg.RunRequest(run_config=jobs.config_of(Order(as_of=_day(context))))


@dg.schedule(
    job=jobs.release,
    cron_schedule=_cron("monthly_release"),
    execution_timezone=TIMEZONE,
    description="Every month: the inventory of the first day on which the gate is open; tried every morning until then.",
)
def monthly_release(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Asks for the release of the day unless the month has one; labels expire and clusters age also where no page changed.

    A gate that was closed on the 1st is asked again every morning: what closed it may be mended, allowed or over.
    """
    today = _day(context)
    out = [one.version for one in releases(settings.load().home) if f"{one.as_of:%Y-%m}" == f"{today:%Y-%m}"]
    if out:
        return dg.SkipReason(f"The release of this month is out: {out[-1]}.")
    return dg.RunRequest(run_key=f"release-{today}", run_config=jobs.config_of(Order(as_of=today)))


@dg.schedule(
    job=jobs.yearly_report,
    cron_schedule=_cron("yearly_report_in_january"),
    execution_timezone=TIMEZONE,
    description="In January: the inventory of 31 December and its report.",
)
def yearly_report_in_january(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Asks for the report of the year that has ended."""
    year = datetime.combine(_day(context), datetime.min.time()) - timedelta(days=31)
    return dg.RunRequest(run_key=f"report-{year:%Y}", partition_key=f"{year:%Y}")


SCHEDULES = [daily_visits, weekly_build, monthly_release, yearly_report_in_january]
