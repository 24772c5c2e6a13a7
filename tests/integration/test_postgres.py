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

from postgres_server import Server, programs  # noqa: E402

pytestmark = pytest.mark.skipif(programs() is None, reason="no PostgreSQL programs: apt-get install postgresql")

RECORDS = [
    {"record_id": "r1", "source": "esca", "as_of": "2020-01-01", "url": "https://a.example/1", "name": "Klaster Żółtej Łąki",
     "fields": {"city": "Łódź", "founded": "2011-05-04", "coordinator": "Fundacja Łąka"}},
    {"record_id": "r2", "source": "eccp", "as_of": "2021-01-01", "url": "https://b.example/1", "name": "Yellow Meadow Cluster",
     "fields": {"city": "Łódź", "founded": "2011"}},
    {"record_id": "r3", "source": "kkk", "as_of": "2021-01-01", "url": "https://c.example/1", "name": "Klaster Obróbki Metali",
     "fields": {"city": "Białystok", "founded": "2007"}},
]  # fmt: skip
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


def _start(server, *arguments):
    environment = {**os.environ, **server.environment, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", *map(str, arguments)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def _build(server, records, home):
    return _start(server, "build", "--records", records, "--no-archive", "--home", home)


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
    assert _close_dead(server, home), "nobody works in the home: the run is called what it is"
    assert _statuses(server) == ["FAILURE"]

    shaken = _build(server, records, home)
    server.wait_for(STEP_STARTED.format("core_inventory__statements"))
    server.stop("immediate")
    server.start()
    said, _ = shaken.communicate(timeout=120)
    assert shaken.returncode == 0, said
    assert "released" in said
    ledger = (home / "ledger.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["event"] for line in ledger.splitlines()].count("mint") >= 2

    calm = _build(server, records, home)
    said, _ = calm.communicate(timeout=120)
    assert calm.returncode == 0, said
    assert "nothing new" in said, "the shaken run had released exactly what an unshaken one releases"
    assert (home / "ledger.jsonl").read_text(encoding="utf-8") == ledger, "no id is minted twice"
    assert _statuses(server) == ["FAILURE", "SUCCESS", "SUCCESS"], "the history outlived kill and crash"


def _close_dead(server, home):
    code = (
        "import pathlib, sys; from pipelines.running import prepare_home; from pipelines.history import close_dead_runs\n"
        "home = pathlib.Path(sys.argv[1]); prepare_home(home); print(*close_dead_runs(home))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(home)], cwd=ROOT, env={**os.environ, **server.environment},
                          capture_output=True, text=True, check=True)  # fmt: skip
    return done.stdout.split()
