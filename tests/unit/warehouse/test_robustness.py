"""What a release must bear: no room, no rights, two at once, readers while releases land, keys of a megabyte."""

import os
import re
import resource
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from expectations.gate import audit
from warehouse.findings import GateReport, results_frame
from warehouse.release import ReleaseError, latest, publish, releases, stage
from warehouse.upkeep import verify

OPEN = GateReport((), results_frame(()))
ROOT = Path(__file__).parents[3]


def _told(tables, word):
    return {**tables, "clusters": tables["clusters"].with_columns(coordinator=pl.lit(word))}


WRITE_WITHIN = """
import importlib.util, resource, sys, signal
from pathlib import Path
from warehouse.findings import GateReport, results_frame
from warehouse.release import ReleaseError, publish, stage
spec = importlib.util.spec_from_file_location("made", sys.argv[1])
made = importlib.util.module_from_spec(spec)
spec.loader.exec_module(made)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    publish(stage(Path(sys.argv[2]), made.published_tables(60, 200), {"as_of": "2016-12-31"}), GateReport((), results_frame(())))
except ReleaseError as fault:
    print(fault)
    raise SystemExit(7)
"""


@pytest.mark.parametrize("room", [10_000, 40_000, 200_000])
def test_a_disk_without_room_is_told_and_loses_nothing(tmp_path, make_tables, about, room):
    first = publish(stage(tmp_path, make_tables(10, 20), about), OPEN)
    maker = ROOT / "tests" / "unit" / "conftest.py"
    child = subprocess.run(
        [sys.executable, "-c", WRITE_WITHIN, str(maker), str(tmp_path), str(room)], cwd=ROOT, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert child.returncode == 7, child.stderr[-2000:]
    assert "Free room on the disk" in child.stdout
    assert latest(tmp_path).version == first.version
    assert verify(first) == ()
    assert not list((tmp_path / "releases").glob(".staging-*"))
    assert publish(stage(tmp_path, make_tables(60, 200), {**about, "as_of": "2016-12-31"}), OPEN).is_new


def test_a_limit_of_file_size_does_not_reach_this_process():
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of its own, of 6 MB, mounted for the test; given as its folder and a function that mounts it anew."""
    disk = tmp_path / "disk"
    disk.mkdir()

    def mount(options):
        return subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)], capture_output=True, check=False
        )

    if os.geteuid() != 0 or mount("size=6m").returncode != 0:
        pytest.skip(
            "a file system can be mounted by root alone, and not in every container: the test by file size runs anyway"
        )
    yield disk, mount
    subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_is_really_full_is_told_and_loses_nothing(small_disk, make_tables, about):
    disk, _ = small_disk
    first = publish(stage(disk, make_tables(10, 20), about), OPEN)
    later = {**about, "as_of": "2016-12-31"}
    ballast = disk / "ballast"
    for room in (20_000, 300_000, 1_000_000):  # while tables, database and pages are written
        free = os.statvfs(disk)
        ballast.write_bytes(b"x" * max(free.f_bavail * free.f_frsize - room, 0))
        with pytest.raises(ReleaseError, match="Free room on the disk"):
            publish(stage(disk, make_tables(60, 200), later), OPEN)
        assert latest(disk).version == first.version
        assert verify(first) == ()
        assert not list((disk / "releases").glob(".staging-*"))
        ballast.unlink()
    assert publish(stage(disk, make_tables(60, 200), later), OPEN).is_new


def test_a_home_that_can_only_be_read_is_told_and_can_be_read(small_disk, make_tables, about):
    disk, mount = small_disk
    first = publish(stage(disk, make_tables(10, 20), about), OPEN)
    assert mount("remount,ro").returncode == 0
    with pytest.raises(ReleaseError, match="mend the rights"):
        publish(stage(disk, make_tables(12, 24), about), OPEN)
    assert verify(first) == ()
    assert latest(disk).version == first.version


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere: rights cannot be taken from it")
def test_a_home_without_rights_is_told(tmp_path, make_tables, about):
    first = publish(stage(tmp_path, make_tables(10, 20), about), OPEN)
    (tmp_path / "releases").chmod(0o500)
    try:
        with pytest.raises(ReleaseError, match="mend the rights"):
            publish(stage(tmp_path, make_tables(12, 24), about), OPEN)
    finally:
        (tmp_path / "releases").chmod(0o700)
    assert verify(first) == ()
    assert latest(tmp_path).version == first.version


def test_a_home_that_is_a_file_is_told(tmp_path, make_tables, about):
    (tmp_path / "home").write_text("no folder")
    with pytest.raises(ReleaseError, match="could not be written"):
        stage(tmp_path / "home", make_tables(10, 20), about)


@pytest.mark.parametrize(("table", "column"), [("records", "record_id"), ("about", "key"), ("clusters", "cluster_id")])
def test_a_key_of_a_megabyte_closes_the_gate_with_a_remedy(tmp_path, make_tables, about, table, column):
    tables, facts = make_tables(10, 20), dict(about)
    if table == "about":
        facts["ł" * 1_000_000] = "long"
    else:
        first = tables[table][column].sort()[0]
        long = pl.when(pl.col(column) == first).then(pl.lit("ł" * 1_000_000)).otherwise(pl.col(column)).alias(column)
        tables = {**tables, table: tables[table].with_columns(long)}
    with stage(tmp_path, tables, facts) as staged:
        report = audit(staged.tables, on=date(2015, 12, 31))
    assert not report.is_open
    reason = next(
        issue for issue in report.reasons if (issue.table, issue.column) == (table, column) and "length" in issue.code
    )
    assert f"give the entry a {column} of at most 1000 characters" in reason.remedy
    assert len(str(reason)) < 2000


READER = """
import sys, time
from pathlib import Path
import duckdb
folder, until = Path(sys.argv[1]), Path(sys.argv[2])
asked, seen = 0, set()
print("ready", flush=True)
while True:
    last = until.exists()
    with duckdb.connect(str((folder / "latest" / "inventory.duckdb").resolve()), read_only=True) as reader:
        for _ in range(3):
            version, words, clusters = reader.execute(
                "SELECT (SELECT value FROM about WHERE key = 'version'), (SELECT string_agg(DISTINCT coordinator) FROM clusters),"
                " (SELECT count(*) FROM clusters)").fetchone()
            assert clusters == 20, clusters
            expected = "2015.12.31" + (f".{words}" if words != "0" else "")
            assert version == expected, (version, words)
            asked += 1
        seen.add(version)
    if last:
        break
    time.sleep(0.1)
print(asked, len(seen))
"""


def test_eight_readers_are_not_disturbed_while_twenty_releases_land(tmp_path, make_tables, about):
    tables, done = make_tables(20, 40), tmp_path / "done"
    publish(stage(tmp_path, _told(tables, "0"), about), OPEN)
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(tmp_path / "releases"), str(done)], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )
        for _ in range(8)
    ]  # fmt: skip
    for reader in readers:
        assert reader.stdout.readline() == "ready\n"
    for number in range(1, 21):
        publish(stage(tmp_path, _told(tables, str(number)), about), OPEN)
    done.touch()
    counts = []
    for reader in readers:
        said, fault = reader.communicate(timeout=120)
        assert reader.returncode == 0, fault[-2000:]
        counts.append(tuple(int(number) for number in re.findall(r"\d+", said)))
    assert all(asked >= 3 for asked, _ in counts)
    assert max(versions for _, versions in counts) > 3, "no reader met several releases: the test shows nothing"
    assert len(releases(tmp_path)) == 21
