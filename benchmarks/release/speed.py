"""How long a release of 100,000 clusters and 300,000 records takes, and how long analysts wait for it.

Run `python benchmarks/release/speed.py [clusters] [records]`. The tables are the made ones of the tests, at that size.
"""

from __future__ import annotations

import importlib.util
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from warehouse.findings import GateReport, results_frame
from warehouse.release import publish, stage

ROOT = Path(__file__).parents[2]
ABOUT = {"as_of": "2015-12-31", "method_version": "1"}
OPEN = GateReport((), results_frame(()))


def made_tables(clusters: int, records: int) -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("made", ROOT / "tests" / "unit" / "conftest.py")
    if spec is None or spec.loader is None:
        raise RuntimeError("tests/unit/conftest.py is missing: it makes the tables")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tables: dict[str, Any] = module.published_tables(clusters, records)
    return tables


def timed(what: str, work: Any) -> Any:
    started, computed = time.perf_counter(), time.process_time()
    result = work()
    waited, computed = time.perf_counter() - started, time.process_time() - computed
    print(f"{what:<52} {waited:8.2f} s, {computed:8.2f} s of processor", flush=True)
    return result


def main() -> None:
    clusters, records = (int(word) for word in (*sys.argv[1:], "100000", "300000")[:2])
    tables = made_tables(clusters, records)
    with tempfile.TemporaryDirectory() as made:
        home = Path(made)
        staged = timed(f"stage {clusters} clusters, {records} records (first)", lambda: stage(home, tables, ABOUT))
        timed("publish (first)", lambda: publish(staged, OPEN))
        later = {**ABOUT, "as_of": "2016-12-31"}
        second = timed("stage (with a release before)", lambda: stage(home, tables, later))
        release = timed("publish (second)", lambda: publish(second, OPEN))
        sizes = sorted((path.stat().st_size, path.name) for path in release.path.iterdir() if path.is_file())
        print(", ".join(f"{name} {size / 1e6:.0f} MB" for size, name in sizes[-4:]))
        ask(release.database)


def ask(database: Path) -> None:
    """Times every recipe of the cookbook: the median of seven runs on an open connection."""
    recipes = re.findall(r"```sql\n(.+?)```", (ROOT / "docs" / "cookbook.md").read_text(encoding="utf-8"), re.DOTALL)
    waits = []
    with duckdb.connect(str(database), read_only=True, config={"threads": "2"}) as connection:
        for sql in recipes:
            if "ATTACH" in sql:
                continue
            runs = []
            for _ in range(7):
                started = time.perf_counter()
                connection.execute(sql).fetchall()
                runs.append(time.perf_counter() - started)
            waits.append((statistics.median(runs) * 1000, " ".join(sql.split())[:90]))
    for milliseconds, sql in sorted(waits, reverse=True):
        print(f"{milliseconds:8.1f} ms  {sql}")
    print(
        f"median {statistics.median(wait for wait, _ in waits):.1f} ms, {sum(wait > 20 for wait, _ in waits)} of {len(waits)} over 20 ms"
    )


if __name__ == "__main__":
    main()
