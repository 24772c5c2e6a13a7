"""Builds an inventory from the labelled records handed in as a file, by the command that a user runs, and scores it.

    CLUSTER_INVENTORY_LABELS=<folder of labels> python -m benchmarks.inventory.records_file [--errors]

`cluster-inventory build --records records.jsonl --no-archive` runs in a temporary home. Two figures: of the linkage (core
table of bodies, all records) and of the published clusters (records that are in one). The hard pairs are scored on the
linkage. A record that the build drops is counted as lost, not left out of recall.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.identity.labelled import folder
from benchmarks.identity.quality import counts, summary

Ints = NDArray[np.int64]


def build(records: Path, home: Path) -> None:
    """Runs the command; its output is shown if it fails."""
    command = [sys.executable, "-m", "pipelines.cli", "build", "--records", str(records), "--no-archive"]
    done = subprocess.run([*command, "--home", str(home)], check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"build failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")


def scored(gold: dict[str, str], found: dict[str, str]) -> str:
    """Returns the figures of a grouping of records; those that are in no group stand alone."""
    ids = sorted(gold)
    numbers = [
        np.unique([groups.get(record, f"alone {record}") for record in ids], return_inverse=True)[1]
        for groups in (gold, found)
    ]
    return summary(counts(numbers[0], numbers[1], np.ones(len(ids), dtype=bool)))


def print_errors(gold: dict[str, str], found: dict[str, str], names: dict[str, str]) -> None:
    """Prints bodies that were joined or parted wrongly."""
    for title, left, right in (("joined wrongly", found, gold), ("parted wrongly", gold, found)):
        groups: dict[str, dict[str, set[str]]] = {}
        for record in sorted(set(gold) & set(found)):
            groups.setdefault(left[record], {}).setdefault(right[record], set()).add(names[record])
        for parts in groups.values():
            if len(parts) > 1:
                print(f"{title}:", " <> ".join(" | ".join(sorted(part))[:160] for part in parts.values()))


def main() -> None:
    """Prints the figures."""
    labels = folder()
    with (labels / "labels.csv").open(encoding="utf-8") as rows:
        gold = {row["record_id"]: row["gold_id"] for row in csv.DictReader(rows) if row["confidence"] != "doubtful"}
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "home"
        build(labels / "records.jsonl", home)
        records = pl.read_parquet(home / "build" / "core_inventory__records.parquet")
        bodies = pl.read_parquet(home / "build" / "core_identity__bodies.parquet")
        clusters = pl.read_parquet(home / "releases" / "latest" / "parquet" / "cluster_records.parquet")
    body = dict(bodies.select("record_id", "body_id").iter_rows())
    cluster = dict(clusters.select("record_id", "cluster_id").iter_rows())
    print(f"labelled {len(gold)}, built {len(records)}, lost {len(set(gold) - set(body))}")
    print("linkage           ", scored(gold, body))
    print("published clusters", scored({r: g for r, g in gold.items() if r in cluster}, cluster))
    with (labels / "pairs_hard.csv").open(encoding="utf-8") as rows:
        hard = [(row["record_a"], row["record_b"], row["same"] == "1") for row in csv.DictReader(rows)]
    right = sum((body.get(a, a) == body.get(b, b)) == same for a, b, same in hard)
    print(f"hard pairs {right} of {len(hard)}")
    if "--errors" in sys.argv:
        print_errors(gold, body, dict(records.select("record_id", "name").iter_rows()))


if __name__ == "__main__":
    main()
