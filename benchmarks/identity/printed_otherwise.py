"""Links the labelled records with 40 % of their names printed otherwise, and scores them; shipped weights, in-sample.

    CLUSTER_INVENTORY_LABELS=<folder> python -m benchmarks.identity.printed_otherwise

A line for each change; the draws are fixed by three seeds, and the figures are of the three runs together.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl

from benchmarks.identity.labelled import folder
from benchmarks.identity.quality import counts, summary
from inventory.identity.linkage import link
from inventory.records import frame
from inventory.statements import state
from sources.records import Record, read_records

SHARE = 0.4
SEEDS = (7, 8, 9)
_SHORTEST = 8


def plain(name: str) -> str:
    """Returns the name without diacritics."""
    text = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L"))
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def misprint(draw: random.Random, name: str) -> str:
    """Returns the name with a letter dropped, swapped with its neighbour (blanks too), or added."""
    if len(name) < _SHORTEST:
        return name
    at = draw.randrange(2, len(name) - 2)
    added = name[:at] + draw.choice("aeiorstn") + name[at:]
    return draw.choice((name[:at] + name[at + 1 :], name[:at] + name[at + 1] + name[at] + name[at + 2 :], added))


CHANGES: dict[str, Callable[[random.Random, str], str]] = {
    "none": lambda _, name: name,
    "capitals": lambda _, name: name.upper(),
    "no diacritics": lambda _, name: plain(name),
    "a misprint": misprint,
    "Stowarzyszenie ... before": lambda _, name: f"Stowarzyszenie {name}",
    "reprezentowany przez ... added": lambda _, name: f"{name} reprezentowany przez Centrum Innowacji i Transferu",
}


def main() -> None:
    """Prints a line for each change."""
    entries = [r for r in read_records(folder() / "records.jsonl") if isinstance(r, Record)]
    labels = pl.read_csv(folder() / "labels.csv").filter(pl.col("confidence") != "doubtful")
    gold = dict(labels.select("record_id", pl.col("gold_id").rank("dense").cast(pl.Int64)).iter_rows())
    for title, change in CHANGES.items():
        total = np.zeros(6)
        for seed in SEEDS:
            draw = random.Random(seed)  # noqa: S311
            printed = [replace(e, name=change(draw, e.name)) if draw.random() < SHARE else e for e in entries]
            bodies = link(frame(printed), state(printed)).bodies.sort("record_id")
            body = np.array([gold.get(record, -1) for record in bodies["record_id"]])
            total += counts(body, bodies["body_id"].rank("dense").cast(pl.Int64).to_numpy(), body >= 0)
        print(f"{title:32}{summary(total)}", flush=True)


if __name__ == "__main__":
    main()
