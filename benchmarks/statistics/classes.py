"""How long verdicts and classes take: `python -m benchmarks.statistics.classes <home> [clusters]`.

Copies the clusters of the home's last build, under ids of their own, until there are as many as asked for (100,000 unless
told), and times state, criteria and classes.
"""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path

import polars as pl

from assets.records import standings
from inventory.classes import classify
from inventory.criteria import assess
from inventory.profiles import attribute
from inventory.states import judge


def copies(said: pl.DataFrame, clusters: int) -> pl.DataFrame:
    """Returns statements of that many clusters: those given, again and again under other ids."""
    times = -(-clusters // said["cluster_id"].n_unique())
    ids = ("cluster_id", "record_id", "statement_id")
    parts = [
        said.with_columns(pl.format(f"{{}}~{number}", pl.col(name)).alias(name) for name in ids)
        for number in range(times)
    ]
    return pl.concat(parts).sort("statement_id")


def main() -> None:
    """Prints the times."""
    build, size = Path(sys.argv[1]) / "build", int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    terms, day = standings(), date(2025, 12, 31)
    statements = pl.read_parquet(build / "core_inventory__statements.parquet")
    said = copies(attribute(statements, pl.read_parquet(build / "core_identity__cluster_records.parquet"), terms), size)
    print(f"{said['cluster_id'].n_unique()} clusters, {said.height} statements")
    start = time.perf_counter()
    states = judge(said, terms, day)
    judged = time.perf_counter()
    assessments = assess(said, states, terms, day)
    assessed = time.perf_counter()
    classes = classify(said, assessments, terms, day)
    done = time.perf_counter()
    print(f"states {judged - start:.1f} s, criteria {assessed - judged:.1f} s, classes {done - assessed:.1f} s")
    print(f"{assessments.height} verdicts, {classes.height} classes")


if __name__ == "__main__":
    main()
