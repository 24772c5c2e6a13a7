"""Run history in PostgreSQL: a real server, whole processes, killed and restarted in the middle; nothing lost, next run clean."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(Path(__file__).parent))

from postgres_server import PASSWORD, Server, programs  # noqa: E402

from pipelines.settings import SECRETS  # noqa: E402
from warehouse.release import latest  # noqa: E402
from warehouse.remote import check  # noqa: E402
from warehouse.upkeep import verify  # noqa: E402

pytestmark = pytest.mark.skipif(programs() is None, reason="no PostgreSQL programs: apt-get install postgresql")

RECORDS = [
    {"record_id": "r1", "source": "esca", "as_of": "2020-01-01", "url": "https://a.example/1", "name": "Klaster Żółtej Łąki",
     "fields": {"city": "Łódź", "founded": "2011-05-04", "coordinator": "Fundacja Łąka"}},
    {"record_id": "r2", "source": "eccp", "as_of": "2021-01-01", "url": "https://b.example/1", "name": "Yellow Meadow Cluster",
     "fields": {"city": "Łódź", "founded": "2011"}},
    {"record_id": "r3", "source": "kkk", "as_of": "2021-01-01", "url": "https://c.example/1", "name": "Klaster Obróbki Metali",
     "fields": {"city": "Białystok", "founded": "2007"}},
]  # fmt: skip
SECRET = "tajne-a-nigdzie-nie-zapisane"  # noqa: S105  of no service
STEP_STARTED = "select 1 from event_logs join runs using (run_id) where status = 'STARTED' and dagster_event_type = 'STEP_START' and step_key = '{}'"


@pytest.fixture(scope="module")
def server():
    running = Server()
    yield running
    running.close()


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    file = tmp_path_factory.mktemp("records") / "records.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in RECORDS), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("postgres") / "home"


def _build(server, records, home):
    return subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", "build", "--records", str(records), "--no-archive", "--home", str(home)],
        cwd=ROOT, env=_environment(server, home), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def _statuses(server):
    return [row[0] for row in server.ask("select status from runs order by id")]


def test_killed_then_the_database_restarted_and_the_next_run_is_clean(server, records, home):
    """One story, since each run takes seconds: kill -9 in a run, a crash of the database in the next, then peace."""
    killed = _build(server, records, home)
    server.wait_for(STEP_STARTED.format("core_inventory__records"))
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert not (home / "releases" / "latest").exists()
    assert not (home / "ledger.jsonl").exists()
    assert _statuses(server) == ["STARTED"], "nobody could write down that it died"

    shaken = _build(server, records, home)
    server.wait_for(STEP_STARTED.format("core_inventory__statements"))
    server.stop("immediate")
    server.start()
    said, _ = shaken.communicate(timeout=120)
    went_through = shaken.returncode == 0  # Dagster tries reads again; a write that the crash cut off fails the run
    assert went_through or "OperationalError" in said, said
    assert (home / "ledger.jsonl").exists() == (home / "releases" / "latest").exists() == went_through

    calm = _build(server, records, home)
    said, _ = calm.communicate(timeout=120)
    assert calm.returncode == 0, said
    assert verify(latest(home)) == ()
    assert check(_remote(home)) == ()
    assert (home.parent / "copy" / "releases" / "latest.txt").read_text() == f"{latest(home).version}\n", (
        "the run's last step"
    )
    events = [json.loads(line) for line in (home / "ledger.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len({event["cluster_id"] for event in events if event["event"] == "mint"}) == len(events) >= 2, "minted once"
    ended = {"SUCCESS"} if went_through else {"FAILURE", "STARTED"}
    assert _statuses(server)[0] == "FAILURE", "the killed run is called what it is by the next"
    assert set(_statuses(server)[1:2]) <= ended, "the history outlived kill and crash"


def test_no_secret_is_in_the_home_or_in_the_history(server, home):
    """After kills, crashes and releases: every file of the home and every row of the database."""
    secrets = [SECRET, PASSWORD]
    for path in home.rglob("*"):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            assert not any(secret.encode() in content for secret in secrets), path
    dump = subprocess.run(
        [str(server.bin / "pg_dump"), "-d", server.url], env={**os.environ, "PGPASSWORD": PASSWORD},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "refresh_all" in dump
    assert not any(secret in dump for secret in secrets)


def _remote(home):
    return f"file://{home.parent / 'copy'}"


def _environment(server, home):
    others = {name: SECRET for name in SECRETS if name not in server.environment and "WEBHOOK" not in name}
    return {**os.environ, **others, **server.environment, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "200",
            "CLUSTER_INVENTORY_HOME": str(home), "CLUSTER_INVENTORY_REMOTE": _remote(home)}  # fmt: skip
