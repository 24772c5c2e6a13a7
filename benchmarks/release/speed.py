"""How long a release of 100,000 clusters and 300,000 records takes, report and site with it, and how long analysts wait for it.

Run `python benchmarks/release/speed.py [clusters] [records]`. The tables are the made ones of the tests at that size, with three
names a cluster and the real statistics. Results that were seen: README.md beside this file.
"""

from __future__ import annotations

import importlib.util
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from inventory import coverage, standings
from inventory import statistics as figures
from warehouse.findings import GateReport, results_frame
from warehouse.release import publish, stage
from warehouse.report import write_report
from warehouse.site import write_site

ROOT = Path(__file__).parents[2]
ABOUT = {"as_of": "2015-12-31", "method_version": "1"}
OPEN = GateReport((), results_frame(()))
BAR_MS = 20
TYPICAL = (
    "SELECT class, count(*), avg(age_years) FROM clusters GROUP BY class",
    "SELECT * FROM clusters WHERE cluster_id = 'PL-C5000'",
    "SELECT count(*) FROM clusters WHERE voivodeship = 'podkarpackie' AND class = 'cluster' AND state = 'active'",
    "SELECT * FROM search_clusters('zoltej laki 4999')",
    "SELECT * FROM search_clusters('yellow meadow 77777')",
    "SELECT * FROM search_clusters('Fundacja której nie ma')",
    "SELECT * FROM evidence('PL-C5000')",
    "SELECT count(*) FROM clusters_behind('number_of_clusters/voivodeship=18')",
    "SELECT * FROM clusters_by_voivodeship",
    "SELECT * FROM clusters_by_sector",
    "SELECT * FROM age_pyramid",
    "SELECT label, count(DISTINCT cluster_id) FROM labels_on('2015-12-31') GROUP BY label",
    "SELECT class, count(*) FROM inventory_as_of('2015-12-31') GROUP BY class",
    "SELECT source_id, count(*) FROM records GROUP BY source_id",
    "SELECT \"value\", n FROM statistics WHERE statistic = 'age_mean_of_clusters' AND dimension = 'voivodeship'",
    "SELECT * FROM clusters ORDER BY members_total DESC NULLS LAST LIMIT 20",
)
"""What analysts ask most, beside the recipes of the cookbook."""


def made_tables(clusters: int, records: int) -> dict[str, pl.DataFrame]:
    """Returns published tables of that size, three names a cluster and real statistics in them."""
    spec = importlib.util.spec_from_file_location("made", ROOT / "tests" / "unit" / "conftest.py")
    if spec is None or spec.loader is None:
        raise RuntimeError("tests/unit/conftest.py is missing: it makes the tables")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tables: dict[str, pl.DataFrame] = module.published_tables(clusters, records)
    tables["cluster_names"] = pl.concat(_names(tables["cluster_names"]))
    day, terms = date.fromisoformat(ABOUT["as_of"]), _standings(tables["records"])
    counted = figures.compute(tables["clusters"], tables["labels"], day, "1")
    missed = coverage.estimate(tables["clusters"], tables["cluster_records"], tables["records"], terms, day, "1")
    return {**tables, "statistics": pl.concat([counted, missed])}


def _standings(records: pl.DataFrame) -> dict[str, standings.Standing]:
    return {
        source: standings.Standing(source_id=source, publisher=source, trust=50, list=True)
        for source in records["source_id"].unique().sort()
    }


def _names(official: pl.DataFrame) -> list[pl.DataFrame]:
    number = pl.col("name").str.extract(r"(\d+)$")
    english = pl.concat_str(pl.lit("Yellow Meadow Cluster "), number)
    short = pl.concat_str(pl.lit("KŻŁ-"), number)
    return [
        official,
        official.with_columns(name=english, lang=pl.lit("en"), kind=pl.lit("alias")),
        official.with_columns(name=short, lang=pl.lit("other"), kind=pl.lit("acronym")),
    ]


def timed(what: str, work: Callable[[], Any]) -> Any:
    """Prints how long the work takes, waiting and computing, and returns its result."""
    started, computed = time.perf_counter(), time.process_time()
    result = work()
    waited, computed = time.perf_counter() - started, time.process_time() - computed
    print(f"{what:<52} {waited:8.2f} s, {computed:8.2f} s of processor", flush=True)
    return result


def _report(tables: Any, folder: Path) -> None:
    timed("  of it the report, two languages, three formats", lambda: write_report(tables, folder / "report"))


def _site(tables: Any, folder: Path) -> None:
    timed("  of it the site", lambda: write_site(tables, folder / "site"))


def main() -> None:
    """Makes two releases, one after the other, and asks the second."""
    clusters, records = (int(word) for word in (*sys.argv[1:], "100000", "300000")[:2])
    tables = made_tables(clusters, records)
    with tempfile.TemporaryDirectory() as made:
        home = Path(made)
        for what, about in (("first", ABOUT), ("second, with one before", {**ABOUT, "as_of": "2016-12-31"})):
            changed = tables["clusters"].with_columns(age_years=pl.col("age_years") + (what != "first"))
            given = {**tables, "clusters": changed}
            started = time.perf_counter()
            staged = timed(
                f"stage {clusters} clusters, {records} records ({what})", lambda a=about, g=given: stage(home, g, a)
            )
            release = timed(f"publish ({what})", lambda s=staged: publish(s, OPEN, attached=[_report, _site]))
            print(f"the whole release ({what}): {time.perf_counter() - started:.1f} s (bar 60)")
        sizes = sorted((path.stat().st_size, path.name) for path in release.path.iterdir() if path.is_file())
        print(", ".join(f"{name} {size / 1e6:.0f} MB" for size, name in sizes[-4:]))
        ask(release.database)
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def ask(database: Path) -> None:
    """Times typical questions and every recipe of the cookbook: the median of seven runs on an open connection."""
    page = (ROOT / "docs" / "cookbook.md").read_text(encoding="utf-8")
    recipes = [sql.strip() for sql in re.findall(r"```sql\n(.+?)```", page, re.DOTALL) if "ATTACH" not in sql]
    waits = []
    with duckdb.connect(str(database), read_only=True, config={"threads": "2"}) as connection:
        for sql in (*TYPICAL, *recipes):
            runs = []
            for _ in range(7):
                started = time.perf_counter()
                connection.execute(sql).fetchall()
                runs.append(time.perf_counter() - started)
            waits.append((statistics.median(runs) * 1000, " ".join(sql.split())[:100]))
    for milliseconds, sql in sorted(waits, reverse=True):
        print(f"{milliseconds:8.1f} ms  {sql}")
    slow = sum(wait > BAR_MS for wait, _ in waits)
    print(f"median {statistics.median(wait for wait, _ in waits):.1f} ms, {slow} of {len(waits)} over {BAR_MS} ms")


if __name__ == "__main__":
    main()
