"""Sensors as Dagster evaluates them, on runs that really happened."""

import dagster as dg
import pytest

from pipelines import sensors
from pipelines.alerts import open_alerts
from sources.archive import Archive, Visit


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("CLUSTER_INVENTORY_HOME", str(tmp_path))
    monkeypatch.setenv("CLUSTER_INVENTORY_SETTINGS", str(tmp_path / "none.yml"))
    return tmp_path


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as one:
        yield one


@dg.asset
def pages(context):
    if not context.has_tag("well"):
        raise OSError("No space left on device: make room on the disk.")


@dg.asset(check_specs=[dg.AssetCheckSpec("gate", asset="candidate", blocking=True)])
def candidate():
    yield dg.Output(None)
    yield dg.AssetCheckResult(check_name="gate", passed=False)


@dg.asset(deps=[candidate])
def published():
    raise AssertionError("behind a closed gate")


def after(instance, assets, sensor, event_name, tags=None):
    job = dg.Definitions(assets=assets, jobs=[dg.define_asset_job("release")]).resolve_job_def("release")
    done = job.execute_in_process(instance=instance, raise_on_error=False, tags=tags)
    event = done.get_run_success_event() if event_name == "success" else done.get_run_failure_event()
    context = dg.build_run_status_sensor_context(sensor.name, event, instance, done.dagster_run)
    return sensor(context.for_run_failure() if event_name == "failure" else context)


def test_a_run_that_broke_off_is_told_with_its_first_error_and_cleared_by_the_next(home, instance):
    after(instance, [pages], sensors.run_failed, "failure")
    (line,) = open_alerts(home).values()
    assert line["title"] == "The job release broke off in pages"
    assert line["reasons"] == ["No space left on device: make room on the disk."]
    assert "logs/" in line["remedy"]
    after(instance, [pages], sensors.run_recovered, "success", tags={"well": "1"})
    assert open_alerts(home) == {}


def test_a_closed_gate_is_no_broken_run(home, instance):
    after(instance, [candidate, published], sensors.run_failed, "failure")
    assert open_alerts(home) == {}


def test_the_look_at_the_home_asks_for_no_run(home, instance):
    archive = Archive(home / "archive" / "esca")
    archive.log(Visit("https://x.example/", "2026-01-01T05:00:00Z", outcome="failed", fault="host_unknown", crawl="a"))
    context = dg.build_sensor_context(instance=instance)
    told = sensors.needs_a_person.evaluate_tick(context)
    assert not told.run_requests
    assert told.skip_message == "1 messages; 1 conditions need a person."
    assert sensors.needs_a_person.evaluate_tick(context).skip_message == "0 messages; 1 conditions need a person."


def test_a_new_judgement_asks_for_a_build_once(home, instance):
    def look(cursor):
        return sensors.decisions_changed.evaluate_tick(dg.build_sensor_context(instance=instance, cursor=cursor))

    first = look(None)
    assert not first.run_requests
    (home / "judgements.yml").write_text("- a: x\n")
    second = look(first.cursor)
    assert len(second.run_requests) == 1
    assert second.run_requests[0].run_config["resources"]["run"]["config"]["home"] == str(home)
    assert not look(second.cursor).run_requests
    (home / "allowances.yml").write_text("- code: source_stale\n")
    assert len(look(second.cursor).run_requests) == 1
