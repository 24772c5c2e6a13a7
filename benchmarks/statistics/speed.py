"""How long the figures take: `python -m benchmarks.statistics.speed [clusters]` (100,000 unless told)."""

from __future__ import annotations

import random
import sys
import time
from datetime import date

import polars as pl

from inventory.places import voivodeships
from inventory.schemas import CLUSTERS, LABELS
from inventory.sectors import sectors
from inventory.statistics import compute


def population(size: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Returns made-up clusters and labels of that size, the same on every run."""
    draw = random.Random(2015)  # noqa: S311 - data for a benchmark, no secret
    codes, branches = [*sorted(voivodeships()), None], [*sorted(sectors()), None]
    rows = [
        {
            "cluster_id": f"PL-C{number:06d}",
            "class": draw.choice(("cluster", "potential_cluster")),
            "state": draw.choice(("active", "dormant", "ended", "unknown")),
            "founded_year": draw.choice((None, *range(1998, 2026))),
            "voivodeship_code": draw.choice(codes),
            "sector_code": draw.choice(branches),
            "members_total": draw.choice((None, *range(5, 400))),
        }
        for number in range(size)
    ]
    clusters = pl.DataFrame(rows, schema_overrides={name: CLUSTERS[name] for name in rows[0]})
    missing = [pl.lit(None, kind).alias(name) for name, kind in CLUSTERS.items() if name not in clusters.columns]
    labels = clusters.select("cluster_id", label=pl.lit("esca"), level=pl.lit("bronze"), valid_until=pl.lit("2024-05"))
    unset = [pl.lit(None, kind).alias(name) for name, kind in LABELS.items() if name not in labels.columns]
    return clusters.with_columns(missing), labels.with_columns(unset)


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    clusters, labels = population(size)
    start = time.perf_counter()
    figures = compute(clusters, labels, date(2025, 12, 31), "benchmark")
    print(f"{size} clusters: {figures.height} figures in {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
