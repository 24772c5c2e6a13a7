"""Labelled records for the benchmarks: read from a folder that the environment names, never by the product."""

from __future__ import annotations

import csv
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from inventory.identity.blocking import Candidates, candidates
from inventory.identity.comparison import Compared, compare
from inventory.identity.evidence import Evidence, gather
from inventory.records import frame
from inventory.statements import state
from sources.records import Record, read_records

VARIABLE = "CLUSTER_INVENTORY_LABELS"


@dataclass(frozen=True)
class Labelled:
    """Labelled records with their compared pairs.

    Attributes:
        records: Frame of schema RECORDS.
        statements: Frame of schema STATEMENTS.
        body: Record index to number of its body; -1 for doubtful labels.
        hard: Columns record_a, record_b, same: the hard pairs.
    """

    records: pl.DataFrame
    statements: pl.DataFrame
    evidence: Evidence
    candidates: Candidates
    compared: Compared
    body: NDArray[np.int64]
    hard: pl.DataFrame


def folder() -> Path:
    """Returns the folder of labelled records; ends the program with a clear message if there is none."""
    value = os.environ.get(VARIABLE)
    if not value:
        sys.exit(f"Set {VARIABLE} to the folder with records.jsonl, labels.csv and pairs_hard.csv.")
    return Path(value)


def frames(path: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Returns the frames RECORDS and STATEMENTS of a record file."""
    entries = [r for r in read_records(path) if isinstance(r, Record)]
    return frame(entries), state(entries)


def load() -> Labelled:
    """Reads the labelled records and compares their candidate pairs."""
    records, statements = frames(folder() / "records.jsonl")
    evidence = gather(records, statements)
    found = candidates(evidence)
    with (folder() / "labels.csv").open(encoding="utf-8") as rows:
        gold = {r["record_id"]: r["gold_id"] for r in csv.DictReader(rows) if r["confidence"] != "doubtful"}
    number = {g: i for i, g in enumerate(sorted(set(gold.values())))}
    body = np.array([number[gold[r]] if r in gold else -1 for r in evidence.record_ids], dtype=np.int64)
    hard = pl.read_csv(folder() / "pairs_hard.csv", columns=["record_a", "record_b", "same"])
    return Labelled(records, statements, evidence, found, compare(evidence, found.parts()), body, hard)
