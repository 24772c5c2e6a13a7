"""Two refreshes of one home that start at the same moment, as a schedule and an impatient person make them: whole processes."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from inventory.identity.ledger import Ledger
from warehouse.release import latest, releases

ROOT = Path(__file__).parents[2]


def start(*arguments):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "NO_COLOR": "1"}
    environment.pop("CLUSTER_INVENTORY_HOME", None)
    return subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", *map(str, arguments)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def ended(process):
    said, _ = process.communicate(timeout=900)
    return process.returncode, said


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def both(home):
    at_once = [start("refresh", "--home", home) for _ in range(2)]
    return [ended(process) for process in at_once]


def test_one_releases_and_the_other_waits_and_finds_nothing_new(both, home):
    assert [code for code, _ in both] == [0, 0], "\n".join(said for _, said in both)
    assert all("gate: open" in said and "Traceback" not in said for _, said in both)
    told = Counter("nothing new" in said for _, said in both)
    assert told == {True: 1, False: 1}
    assert [release.version for release in releases(home)] == [latest(home).version]


def test_the_release_is_whole_and_nothing_half_made_is_left(both, home):
    code, said = ended(start("release", "verify", "--home", home))
    assert code == 0, said
    assert sorted(path.name for path in (home / "releases").glob(".staging*")) == []
    assert not (home / "refused").exists()
    with duckdb.connect(str(latest(home).database), read_only=True) as connection:
        assert connection.execute("SELECT count(*) > 100 FROM clusters").fetchone() == (True,)


def test_no_id_was_minted_twice_and_every_published_id_is_in_the_ledger(both, home):
    ledger = Ledger.load(home / "ledger.jsonl")
    minted = [event["cluster_id"] for event in ledger.events if event["event"] == "mint"]
    published = latest(home).tables()["clusters"]["cluster_id"].to_list()
    assert len(minted) == len(set(minted))
    assert set(published) <= set(minted)
