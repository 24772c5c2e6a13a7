"""The run history as services need it: tables made once, and no run called running that has no process."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy.exc import OperationalError

from pipelines.history import PROCESS, HistoryError, close_dead_runs, open_history, this_process
from pipelines.running import prepare_home
from warehouse import home_lock


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("DAGSTER_HOME", "")
    prepare_home(tmp_path)
    open_history(tmp_path).dispose()
    return tmp_path


def _closed(home, **how):
    with open_history(home) as instance:
        return close_dead_runs(instance, home, **how)


@dg.job
def some_job():
    pass


def _running(status, tags):
    with dg.DagsterInstance.get() as instance:
        return instance.create_run_for_job(some_job, tags=tags, status=status).run_id


def _statuses(*runs):
    with dg.DagsterInstance.get() as instance:
        return [instance.get_run_by_id(run).status.value for run in runs]


def _dead_process():
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return {PROCESS: f"{socket.gethostname()} {done.pid}"}


def test_a_run_of_the_command_line_is_closed_when_its_process_is_gone_and_no_other_is_touched(home):
    started = dg.DagsterRunStatus.STARTED
    dead, mine = _running(started, _dead_process()), _running(started, this_process())
    elsewhere = _running(started, {PROCESS: f"another-machine {os.getpid()}"})
    queued, of_the_queue = _running(dg.DagsterRunStatus.NOT_STARTED, {}), _running(started, {})
    assert _closed(home) == (dead,)
    assert _statuses(dead, mine, elsewhere, queued, of_the_queue) == [
        "FAILURE",
        "STARTED",
        "STARTED",
        "NOT_STARTED",
        "STARTED",
    ]
    with dg.DagsterInstance.get() as instance:
        said = [entry.message for entry in instance.all_logs(dead)]
    assert any("has died" in message for message in said)
    assert _closed(home) == ()


def test_a_service_that_starts_runs_closes_those_it_lost_and_leaves_what_waits(home):
    """So a run that died with its service does not hold up the queue, and one that was queued meanwhile is still there."""
    lost = [_running(status, {}) for status in (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING)]
    queued, done = _running(dg.DagsterRunStatus.NOT_STARTED, {}), _running(dg.DagsterRunStatus.SUCCESS, {})
    with home_lock.alone(home):
        assert _closed(home, runs_start_here=True) == (), "somebody builds: it may be one of them"
    assert sorted(_closed(home, runs_start_here=True)) == sorted(lost)
    assert _statuses(*lost, queued, done) == ["FAILURE", "FAILURE", "NOT_STARTED", "SUCCESS"]


def test_services_that_start_at_once_on_an_empty_folder_do_not_break_each_other(tmp_path):
    code = (
        "import pathlib, sys; from pipelines.running import prepare_home; from pipelines.history import open_history\n"
        "home = pathlib.Path(sys.argv[1]); prepare_home(home); open_history(home).dispose()"
    )
    words = [sys.executable, "-c", code, str(tmp_path / "home")]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    services = [subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [service.communicate(timeout=300)[1] for service in services]
    assert [service.returncode for service in services] == [0, 0, 0], said


def test_a_database_that_is_away_is_told_without_address_or_password(home, monkeypatch):
    def away():
        cause = OSError('connection to server at "db", port 5432 failed: Connection refused\n\tIs the server running?')
        raise OperationalError("select postgresql://dagster:tajne@db", {}, cause) from cause

    monkeypatch.setattr(dg.DagsterInstance, "get", away)
    with pytest.raises(HistoryError, match=r"Connection refused.*start the server") as told:
        open_history(home)
    assert "tajne" not in str(told.value)


def test_another_fault_is_not_taken_for_one_of_the_database(home, monkeypatch):
    monkeypatch.setattr(dg.DagsterInstance, "get", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        open_history(home)
