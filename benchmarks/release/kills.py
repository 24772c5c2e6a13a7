"""Kills whole releases at random moments: `python benchmarks/release/kills.py RELEASE [kills] [seed]`.

RELEASE is the folder of a release of the real inventory (`home/releases/latest`). A child process publishes its tables again and
again, each time a little different, with report and site, and writes the ledger before, as the build does; it is killed (SIGKILL)
at seeded moments. After each kill every release and `latest` must be whole, the ledger must load, and what stands there must be the
old state or the new. At the end one run more must clean up and succeed. The test of the suite does the same with 20 kills, without
report and site.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import duckdb

from inventory.identity.ledger import Ledger
from warehouse.release import latest, releases

ROOT = Path(__file__).parents[2]
LONGEST = 12.0
"""Seconds within which the moments lie: as long as a release takes here, report and site included, and the next one's beginning."""

PUBLISHER = """
import sys
from pathlib import Path
import polars as pl
from inventory.identity.ledger import Ledger
from warehouse.findings import GateReport, results_frame
from warehouse.release import Release, publish, stage
from warehouse.report import write_report
from warehouse.site import write_site
source, home, attempt, rounds = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
tables = Release(source.name, source).tables()
about = dict(tables.pop("about").iter_rows())
about = {key: about[key] for key in ("as_of", "method_version", "judgements")}
for made in ("changes", "cluster_history", "source_counts"):
    tables.pop(made)
attached = [lambda told, folder: write_report(told, folder / "report"), lambda told, folder: write_site(told, folder / "site")]
print("ready", flush=True)
for number in range(rounds):
    ledger = Ledger.load(home / "ledger.jsonl")
    event = {"event": "mint", "cluster_id": f"PL-C{ledger.highest + 1:04}", "records": [f"made-{attempt}-{number}"]}
    Ledger.of([*ledger.events, event]).save(home / "ledger.jsonl")
    new = {**tables, "clusters": tables["clusters"].with_columns(coordinator=pl.lit(f"{attempt}-{number}"))}
    publish(stage(home, new, about), GateReport((), results_frame(())), attached=attached)
"""


def main() -> None:
    """Kills, looks, and prints what was met."""
    source = Path(sys.argv[1]).resolve()
    kills, seed = (int(word) for word in (*sys.argv[2:], "100", "20151231")[:2])
    moments = random.Random(seed)  # noqa: S311 - moments to kill at, the same in each run
    met: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as made:
        home = Path(made)
        _child(source, home, "first", 1).wait()
        for attempt in range(kills):
            child = _child(source, home, str(attempt), 1_000)
            time.sleep(moments.uniform(0.05, LONGEST))
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
            met[_where(home)] += 1
            _look(home)
            _keep_few(home)
            print(f"\r{attempt + 1} kills", end="", flush=True)
        last = _child(source, home, "last", 1)
        if last.wait() != 0 or list((home / "releases").glob(".staging-*")):
            raise SystemExit("the run after the kills did not clean up and succeed")
        _look(home)
    print(
        f"\n{kills} kills: every release, latest and the ledger whole after each; the next run cleaned up and succeeded"
    )
    for where, number in met.most_common():
        print(f"  killed {where}: {number}")


def _child(source: Path, home: Path, attempt: str, rounds: int) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, str(source), str(home), attempt, str(rounds)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    if child.stdout is None or child.stdout.readline() != b"ready\n":
        raise SystemExit("the publishing process did not start")
    return child


def _where(home: Path) -> str:
    staging = next((home / "releases").glob(".staging-*"), None)
    if staging is None:
        return "between two releases"
    parts = {
        "SHA256SUMS": "with the checksums written",
        "site": "while the site was written",
        "report": "while the report was written",
        "inventory.duckdb": "while database and pages were written",
    }
    return next((words for part, words in parts.items() if (staging / part).exists()), "while the tables were staged")


def _look(home: Path) -> None:
    in_force = latest(home)
    known = releases(home)
    if in_force is None or in_force.version not in {release.version for release in known}:
        raise SystemExit(f"latest names {in_force}, which is no release of {[release.version for release in known]}")
    Ledger.load(home / "ledger.jsonl")
    for release in known:
        for line in (release.path / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
            digest, name = line.split("  ")
            if hashlib.sha256((release.path / name).read_bytes()).hexdigest() != digest:
                raise SystemExit(f"{release.path / name} is not what was published")
        with duckdb.connect(str(release.database), read_only=True) as reader:
            version = reader.execute("SELECT value FROM about WHERE key = 'version'").fetchone()
            words = reader.execute("SELECT count(DISTINCT coordinator) FROM clusters").fetchone()
        if version != (release.version,) or words != (1,):
            raise SystemExit(f"{release.path} is of two releases: {version}, {words}")


def _keep_few(home: Path) -> None:
    # Each release holds report and site; the newest two are enough to look at.
    for release in releases(home)[:-2]:
        shutil.rmtree(release.path)


if __name__ == "__main__":
    main()
