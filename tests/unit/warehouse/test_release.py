import csv
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from warehouse.findings import GateReport, Issue, results_frame
from warehouse.release import (
    GateClosedError,
    ReleaseError,
    ReleaseLockedError,
    latest,
    predecessor,
    publish,
    releases,
    roll_back,
    stage,
)

OPEN = GateReport((), results_frame(()))
REASON = Issue("source_failed", "critical", "", "", "tci", "The last reading failed (503).", "Visit it again.")
CLOSED = GateReport((REASON,), results_frame(()))


def _renamed(tables, name):
    clusters = tables["clusters"].with_columns(
        name_pl=pl.when(pl.col("cluster_id") == "PL-C0001").then(pl.lit(name)).otherwise(pl.col("name_pl"))
    )
    return {**tables, "clusters": clusters}


def _digests(folder, forms=("csv", "parquet")):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for form in forms
        for path in sorted((folder / form).iterdir())
    }


def test_a_release_has_its_files_and_right_checksums(tmp_path, make_tables, about):
    release = publish(stage(tmp_path, make_tables(), about), OPEN)
    assert release.is_new
    assert release.version == "2015.12.31"
    expected = {"inventory.duckdb", "inventory.xlsx", "datapackage.json", "dcat.jsonld", "dictionary.html", "quality.html", "issues.csv", "notes.md",
                "changes.jsonl", "SHA256SUMS", "parquet", "csv"}  # fmt: skip
    assert expected <= {path.name for path in release.path.iterdir()}
    listed = dict(reversed(line.split("  ")) for line in (release.path / "SHA256SUMS").read_text().splitlines())
    there = {path.relative_to(release.path).as_posix() for path in release.path.rglob("*") if path.is_file()}
    assert set(listed) == there - {"SHA256SUMS"}
    assert all(
        hashlib.sha256((release.path / name).read_bytes()).hexdigest() == digest for name, digest in listed.items()
    )
    assert latest(tmp_path) == releases(tmp_path)[0]
    assert (tmp_path / "releases" / "latest" / "inventory.duckdb").is_file()


def test_built_at_is_the_newest_visit_and_no_clock(tmp_path, make_tables, about):
    facts = publish(stage(tmp_path, make_tables(), about), OPEN).about()
    assert facts["built_at"] == "2026-11-22T09:30:00Z"
    assert facts["gate"] == "open"
    assert facts["version"] == "2015.12.31"


def test_permuted_input_gives_equal_bytes(tmp_path, make_tables, about):
    tables = make_tables(60, 200)
    permuted = {
        name: frame.select(reversed(frame.columns)).sample(fraction=1, shuffle=True, seed=3)
        for name, frame in reversed(tables.items())
    }
    one = publish(stage(tmp_path / "one", tables, about), OPEN)
    two = publish(stage(tmp_path / "two", permuted, dict(reversed(about.items()))), OPEN)
    assert _digests(one.path) == _digests(two.path)
    for name in (
        "inventory.xlsx",
        "datapackage.json",
        "dictionary.html",
        "quality.html",
        "notes.md",
        "changes.jsonl",
        "issues.csv",
    ):
        assert (one.path / name).read_bytes() == (two.path / name).read_bytes()


ANOTHER_DAY = """
import importlib.util, os, sys, time
from pathlib import Path
day = time.time
time.time = lambda: day() + 400 * 86400
time.tzset()
from warehouse.exports import export
from warehouse.findings import GateReport, results_frame
from warehouse.release import publish, stage
spec = importlib.util.spec_from_file_location("made", sys.argv[1])
made = importlib.util.module_from_spec(spec)
spec.loader.exec_module(made)
release = publish(stage(Path(sys.argv[2]), made.published_tables(60, 200), {"as_of": "2015-12-31", "method_version": "1"}),
                  GateReport((), results_frame(())))
export(release, Path(sys.argv[2]) / "statements.jsonl", "jsonl", "SELECT * FROM statements ORDER BY statement_id")
"""


def test_another_day_time_zone_language_and_hash_seed_give_equal_bytes(tmp_path):
    maker = Path(__file__).parent.parent / "conftest.py"
    for name, zone, seed in (("one", "UTC", "0"), ("two", "Pacific/Kiritimati", "77")):
        environment = {
            **os.environ,
            "TZ": zone,
            "PYTHONHASHSEED": seed,
            "LANG": "C" if name == "one" else "pl_PL.UTF-8",
        }
        code = ANOTHER_DAY if name == "two" else ANOTHER_DAY.replace("400 * 86400", "0")
        subprocess.run(
            [sys.executable, "-c", code, str(maker), str(tmp_path / name)],
            cwd=Path(__file__).parents[3],
            env=environment,
            check=True,
        )
    one, two = (tmp_path / name / "releases" / "2015.12.31" for name in ("one", "two"))
    files = {path.relative_to(one).as_posix() for path in one.rglob("*") if path.is_file()}
    assert files == {path.relative_to(two).as_posix() for path in two.rglob("*") if path.is_file()}
    differing = {name for name in files if (one / name).read_bytes() != (two / name).read_bytes()}
    assert differing == {"inventory.duckdb", "SHA256SUMS"}, "DuckDB files are equal in content, not in bytes"
    assert (tmp_path / "one" / "statements.jsonl").read_bytes() == (tmp_path / "two" / "statements.jsonl").read_bytes()


def test_equal_content_is_no_new_release_and_other_content_of_the_day_is_numbered(tmp_path, make_tables, about):
    tables = make_tables()
    first = publish(stage(tmp_path, tables, about), OPEN)
    again = publish(stage(tmp_path, tables, {**about, "code_version": "0.2.0"}), OPEN)
    assert (again.version, again.is_new) == (first.version, False)
    second = publish(stage(tmp_path, _renamed(tables, "Dolina"), about), OPEN)
    third = publish(stage(tmp_path, _renamed(tables, "Kotlina"), about), OPEN)
    assert [release.version for release in releases(tmp_path)] == ["2015.12.31", "2015.12.31.1", "2015.12.31.2"]
    assert (second.is_new, third.is_new, latest(tmp_path).version) == (True, True, "2015.12.31.2")
    back = publish(stage(tmp_path, tables, about), OPEN)
    assert (back.version, back.is_new, latest(tmp_path).version) == ("2015.12.31", False, "2015.12.31")


def test_versions_sort_as_numbers(tmp_path, make_tables, about):
    tables = make_tables(5, 10)
    for number in range(12):
        publish(stage(tmp_path, _renamed(tables, f"Klaster {number}"), about), OPEN)
    assert [release.version for release in releases(tmp_path)][-2:] == ["2015.12.31.10", "2015.12.31.11"]


def test_a_closed_gate_leaves_the_last_release_and_shows_what_was_refused(tmp_path, make_tables, about):
    tables = make_tables()
    first = publish(stage(tmp_path, tables, about), OPEN)
    before = _digests(first.path)
    with pytest.raises(GateClosedError, match="The last reading failed") as refused:
        publish(stage(tmp_path, _renamed(tables, "Dolina"), about), CLOSED)
    assert latest(tmp_path).version == first.version
    assert [release.version for release in releases(tmp_path)] == [first.version]
    assert _digests(first.path) == before
    assert "Visit it again." in (refused.value.refused / "quality.html").read_text(encoding="utf-8")
    assert "source_failed" in (refused.value.refused / "issues.csv").read_text(encoding="utf-8")
    assert publish(stage(tmp_path, _renamed(tables, "Dolina"), about), OPEN).version == "2015.12.31.1"


def test_a_closed_gate_before_the_first_release_publishes_nothing(tmp_path, make_tables, about):
    with pytest.raises(GateClosedError):
        publish(stage(tmp_path, make_tables(), about), CLOSED)
    assert latest(tmp_path) is None
    assert releases(tmp_path) == ()


def test_an_allowed_issue_is_said_in_about(tmp_path, make_tables, about):
    allowed = Issue(
        "source_failed", "critical", "", "", "tci", "It failed.", "Visit it.", "data engineer, until 2027-01-01: down"
    )
    release = publish(stage(tmp_path, make_tables(), about), GateReport((allowed,), results_frame(())))
    assert release.about()["gate"] == "open under allowance"


def test_a_second_release_at_the_same_time_is_refused(tmp_path, make_tables, about):
    tables = make_tables()
    with stage(tmp_path, tables, about) as first, pytest.raises(ReleaseLockedError, match="wait until it has ended"):
        stage(tmp_path, tables, about)
    assert not first.path.exists()
    assert publish(stage(tmp_path, tables, about), OPEN).is_new


def test_a_failing_stage_lets_the_lock_go(tmp_path, make_tables, about):
    tables = make_tables()
    with pytest.raises(ReleaseError, match=r"as_of.*YYYY-MM-DD"):
        stage(tmp_path, tables, {})
    with pytest.raises(ReleaseError, match="tables labels were not given"):
        stage(tmp_path, {name: frame for name, frame in tables.items() if name != "labels"}, about)
    assert publish(stage(tmp_path, tables, about), OPEN).is_new


def test_readers_of_the_old_file_are_not_disturbed(tmp_path, make_tables, about):
    tables = make_tables()
    publish(stage(tmp_path, tables, about), OPEN)
    with duckdb.connect(str(tmp_path / "releases" / "latest" / "inventory.duckdb"), read_only=True) as reader:
        before = reader.execute("SELECT name_pl FROM clusters WHERE cluster_id = 'PL-C0001'").fetchone()
        publish(stage(tmp_path, _renamed(tables, "Dolina"), about), OPEN)
        assert reader.execute("SELECT name_pl FROM clusters WHERE cluster_id = 'PL-C0001'").fetchone() == before
    with duckdb.connect(str(latest(tmp_path).database), read_only=True) as reader:
        assert reader.execute("SELECT name_pl FROM clusters WHERE cluster_id = 'PL-C0001'").fetchone() == ("Dolina",)


def test_a_look_back_is_compared_with_nothing_later(tmp_path, make_tables, about):
    tables = make_tables()
    publish(stage(tmp_path, tables, about), OPEN)
    earlier = {**about, "as_of": "2014-12-31"}
    assert predecessor(tmp_path, date(2014, 12, 31)) is None
    publish(stage(tmp_path, _renamed(tables, "Dolina"), earlier), OPEN)
    assert latest(tmp_path).version == "2014.12.31"
    assert predecessor(tmp_path, date(2014, 12, 31)).version == "2014.12.31"
    assert predecessor(tmp_path, date(2016, 1, 1)).version == "2014.12.31"


def test_latest_can_be_set_back(tmp_path, make_tables, about):
    tables = make_tables()
    publish(stage(tmp_path, tables, about), OPEN)
    publish(stage(tmp_path, _renamed(tables, "Dolina"), about), OPEN)
    assert roll_back(tmp_path, "2015.12.31").version == latest(tmp_path).version == "2015.12.31"
    with pytest.raises(ReleaseError, match=r"choose one of 2015\.12\.31, 2015\.12\.31\.1"):
        roll_back(tmp_path, "2014.01.01")


def test_without_links_a_text_file_names_the_latest(tmp_path, make_tables, about, monkeypatch):
    def refuse(*_, **__):
        raise OSError("links are not supported")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    release = publish(stage(tmp_path, make_tables(), about), OPEN)
    assert (tmp_path / "releases" / "latest.txt").read_text(encoding="utf-8") == f"{release.version}\n"
    assert latest(tmp_path).version == release.version


HOSTILE = [
    "<script>alert(1)</script>", '=HYPERLINK("http://x.example")', "'; drop table clusters; --", "../../etc/passwd",
    "\u202egnp.exe", "+1+1", "-2+3", "@SUM(A1)", "\tx", "\rx", "zero\x00byte", 'quote " and , comma\nline', "{{ 7 * 7 }}",
    "%s %d", "ł" * 1_000_000,
]  # fmt: skip


def test_hostile_text_is_kept_as_text(tmp_path, make_tables, about):
    tables = make_tables(20, 60)
    names = pl.Series("name_pl", [*HOSTILE, *[f"Klaster {number}" for number in range(20 - len(HOSTILE))]])
    tables["clusters"] = tables["clusters"].with_columns(names)
    tables["cluster_names"] = tables["cluster_names"].with_columns(names.alias("name"))
    issue = Issue("code", "warning", "clusters", "name_pl", "", HOSTILE[0], HOSTILE[1])
    release = publish(stage(tmp_path, tables, about), GateReport((issue,), results_frame(())))
    with duckdb.connect(str(release.database), read_only=True) as reader:
        stored = [name for (name,) in reader.execute("SELECT name_pl FROM clusters ORDER BY cluster_id").fetchall()]
    assert stored == names.to_list()
    assert release.tables()["clusters"]["name_pl"].to_list() == names.to_list()
    csv.field_size_limit(10_000_000)
    with (release.path / "csv" / "clusters.csv").open(encoding="utf-8", newline="") as file:
        cells = [row["name_pl"] for row in csv.DictReader(file)]
    assert [cell.removeprefix("'") for cell in cells] == [name.removeprefix("'") for name in names.to_list()]
    assert [cell for cell in cells if cell[:1] in "=+-@\t\r"] == []
    for page in ("quality.html", "dictionary.html"):
        assert "<script" not in (release.path / page).read_text(encoding="utf-8")
    assert {path.name for path in tmp_path.iterdir()} == {"releases"}


def test_numbers_stay_numbers_in_csv(tmp_path, make_tables, about):
    tables = make_tables()
    tables["statistics"] = tables["statistics"].with_columns(
        value=pl.Series([-1.5, 2.0]), note=pl.Series(["-7", "-7 or so"])
    )
    release = publish(stage(tmp_path, tables, about), OPEN)
    with (release.path / "csv" / "statistics.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["value"], row["note"]) for row in rows] == [("-1.5", "-7"), ("2.0", "'-7 or so")]


PUBLISHER = """
import importlib.util, sys
from pathlib import Path
import polars as pl
from warehouse.findings import GateReport, results_frame
from warehouse.release import publish, stage
spec = importlib.util.spec_from_file_location("made", sys.argv[1])
made = importlib.util.module_from_spec(spec)
spec.loader.exec_module(made)
tables = made.published_tables(60, 200)
about = {"as_of": "2015-12-31", "method_version": "1"}
print("ready", flush=True)
number = 0
while True:
    number += 1
    new = {**tables, "clusters": tables["clusters"].with_columns(coordinator=pl.lit(f"{sys.argv[3]}-{number}"))}
    publish(stage(Path(sys.argv[2]), new, about), GateReport((), results_frame(())))
"""


ATTEMPTS = int(os.environ.get("CLUSTER_INVENTORY_KILLS", "20"))


def test_a_killed_run_leaves_nothing_half_made(tmp_path, make_tables, about):
    maker = Path(__file__).parent.parent / "conftest.py"
    publish(stage(tmp_path, make_tables(60, 200), about), OPEN)
    moments = random.Random(20151231)  # noqa: S311 - moments to kill at, the same in each run
    cut = 0
    for attempt in range(ATTEMPTS):
        child = subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, str(maker), str(tmp_path), str(attempt)], stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
        )  # fmt: skip
        assert child.stdout.readline() == b"ready\n"
        time.sleep(moments.uniform(0.05, 0.6))
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
        cut += any((tmp_path / "releases").glob(".staging-*"))
        for release in releases(tmp_path):
            _assert_whole(release)
        _assert_whole(latest(tmp_path))
    assert cut, "no run was killed while it staged: the test shows nothing"
    release = publish(stage(tmp_path, make_tables(61, 200), about), OPEN)
    _assert_whole(release)
    assert not list((tmp_path / "releases").glob(".staging-*"))


def _assert_whole(release):
    for line in (release.path / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((release.path / name).read_bytes()).hexdigest() == digest
    with duckdb.connect(str(release.database), read_only=True) as reader:
        assert reader.execute('SELECT "value" FROM about WHERE "key" = \'version\'').fetchone() == (release.version,)
        assert reader.execute("SELECT count(*) FROM clusters").fetchone()[0] >= 60
