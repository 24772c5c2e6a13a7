"""Schedules: when the jobs run. All are stopped until somebody switches them on, in the UI or with `dg`.

    every day       the sources that are due are visited, a run each
    Mondays         build, where anything changed: is the gate open?
    1st of a month  release: the inventory of that day
    15 January      report of the past year

Times are Warsaw's, in the early morning: registries are asked when nobody else is.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

import dagster as dg

from pipelines import jobs, settings
from pipelines.conditions import due, next_visit
from pipelines.running import Order, nothing_changed
from sources.cards import load_cards

TIMEZONE: Final = "Europe/Warsaw"
TIMES: Final = {
    "daily_visits": "15 5 * * *",
    "weekly_build": "30 6 * * 1",
    "monthly_release": "0 7 1 * *",
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
            asset_selection=[dg.AssetKey(f"raw_{source}__pages"), dg.AssetKey(f"core_{source}__records")],
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
def weekly_build(_context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Asks for a build where anything changed since the gate was last asked."""
    if nothing_changed(settings.load(), Order()):
        return dg.SkipReason("Nothing changed since the gate was last asked: no page, no rule, no judgement.")
    return dg.RunRequest(run_config=jobs.config_of(Order()))


@dg.schedule(
    job=jobs.release,
    cron_schedule=_cron("monthly_release"),
    execution_timezone=TIMEZONE,
    description="On the first of a month: the inventory of that day, published through an open gate.",
)
def monthly_release(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Asks for the release of the day; labels expire and clusters age also where no page changed."""
    today = _day(context)
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
