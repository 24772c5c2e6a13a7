"""What the schedules ask for, evaluated by Dagster on days of the test's choosing."""

from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from pipelines import jobs, schedules
from pipelines.definitions import defs
from pipelines.settings import SettingsError
from sources.archive import Archive, Visit
from sources.cards import load_cards


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("CLUSTER_INVENTORY_HOME", str(tmp_path))
    monkeypatch.setenv("CLUSTER_INVENTORY_CONTACT", "data@agency.example")
    monkeypatch.setenv("CLUSTER_INVENTORY_SETTINGS", str(tmp_path / "none.yml"))
    return tmp_path


def asked(schedule, day):
    moment = datetime.fromisoformat(f"{day}T05:15").replace(tzinfo=ZoneInfo(schedules.TIMEZONE))
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_schedule_context(
            instance=instance, scheduled_execution_time=moment, repository_def=defs.get_repository_def()
        )
        return schedule.evaluate_tick(context)


def seen(home, day, *sources):
    for source in sources:
        url = load_cards()[source].start[0]
        Archive(home / "archive" / source).store(Visit(url, f"{day}T05:15:00Z", status=200, crawl="c"), b"page")


def test_every_source_with_a_site_is_due_at_first(home):
    found = asked(schedules.daily_visits, "2026-11-26")
    closed = {card.id for card in load_cards().values() if card.closed}
    assert {request.partition_key for request in found.run_requests} == set(jobs.VISITED) - closed


def test_only_what_is_due_is_visited_alone_and_once_a_day(home):
    seen(home, "2026-05-01", *jobs.VISITED)
    found = asked(schedules.daily_visits, "2026-05-31")
    cadence_30 = {
        card.id for card in load_cards().values() if card.cadence_days == 30 and card.start and not card.closed
    }
    assert {request.partition_key for request in found.run_requests} == cadence_30
    request = next(request for request in found.run_requests if request.partition_key == "esca")
    assert request.run_key == "esca-2026-05-31"
    assert {key.to_user_string() for key in request.asset_selection} == {"raw_esca__pages", "core_esca__records"}


def test_nothing_due_is_said_with_the_next_day(home):
    seen(home, "2026-05-01", *jobs.VISITED)
    found = asked(schedules.daily_visits, "2026-05-02")
    assert not found.run_requests
    assert "The next is eccp, on 2026-05-31" in found.skip_message


def test_the_monthly_release_speaks_of_its_day(home):
    (request,) = asked(schedules.monthly_release, "2026-06-01").run_requests
    config = request.run_config["resources"]["run"]["config"]
    assert (config["as_of"], config["live"], config["home"]) == ("2026-06-01", False, str(home))
    assert config["contact"] == "data@agency.example"


def test_the_january_report_is_of_the_year_before(home):
    (request,) = asked(schedules.yearly_report_in_january, "2027-01-15").run_requests
    assert request.partition_key == "2026"


def test_the_weekly_build_is_asked_for_where_nothing_was_built_yet(home):
    assert len(asked(schedules.weekly_build, "2026-06-01").run_requests) == 1


def test_schedules_and_sensors_start_stopped():
    for one in (*defs.schedules, *defs.sensors):
        assert one.default_status.value == "STOPPED", one.name


def test_a_past_year_is_built_beside_the_present_home(home):
    config = jobs.config_of_year(2015)["resources"]["run"]["config"]
    assert config["home"] == str(home / "years" / "2015")
    assert (config["beside"], config["as_of"]) == (str(home), "2015-12-31")


def test_a_visit_of_one_source_visits_no_other(home):
    job = defs.resolve_job_def("refresh_source")
    told = job.partitioned_config.get_run_config_for_partition_key("esca")["resources"]["run"]["config"]
    assert (told["live"], told["visit"], told["builds"]) == (True, ["esca"], False)


def test_an_installation_sets_its_own_times(home, monkeypatch):
    (home / "own.yml").write_text("schedules:\n  daily_visits: 0 3 * * *\n")
    monkeypatch.setenv("CLUSTER_INVENTORY_SETTINGS", str(home / "own.yml"))
    assert schedules._cron("daily_visits") == "0 3 * * *"
    assert schedules._cron("weekly_build") == schedules.TIMES["weekly_build"]
    (home / "own.yml").write_text("schedules:\n  nightly: 0 3 * * *\n")
    with pytest.raises(SettingsError, match=r"nightly.*daily_visits"):
        schedules._cron("weekly_build")


def test_a_month_has_one_release_and_a_refused_one_is_tried_again_each_morning(home):
    assert len(asked(schedules.monthly_release, "2026-06-02").run_requests) == 1
    (home / "releases" / "2026.06.02").mkdir(parents=True)
    found = asked(schedules.monthly_release, "2026-06-03")
    assert not found.run_requests
    assert "2026.06.02" in found.skip_message
    assert len(asked(schedules.monthly_release, "2026-07-01").run_requests) == 1


def test_the_weekly_build_speaks_of_its_day(home):
    (request,) = asked(schedules.weekly_build, "2026-06-01").run_requests
    assert request.run_config["resources"]["run"]["config"]["as_of"] == "2026-06-01"
