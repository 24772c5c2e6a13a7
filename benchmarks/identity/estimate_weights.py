"""Estimates the match weights from labelled records and writes `inventory/identity/weights.yml`; `training` tells the method.

CLUSTER_INVENTORY_LABELS=<folder with records.jsonl, labels.csv> python -m benchmarks.identity.estimate_weights

Slope and shift are those of held-out records.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml

from benchmarks.identity.labelled import load
from benchmarks.identity.quality import held_out
from benchmarks.identity.training import calibrated, pair_weights, train
from inventory.identity.comparison import LEVELS
from inventory.identity.scoring import Weights


def write(weights: Weights, path: Path, note: str) -> None:
    """Writes the weights as a readable file, rounded to a hundredth of a bit."""
    text = {
        "note": note,
        "match": weights.match,
        "review": weights.review,
        "slope": round(weights.slope, 3),
        "shift": round(weights.shift, 3),
        "prior": round(weights.prior, 2),
        "weights": {
            k: dict(zip(LEVELS[k], (round(v, 2) for v in values), strict=True)) for k, values in weights.levels.items()
        },
    }
    path.write_text(yaml.safe_dump(text, sort_keys=False, allow_unicode=True, width=120), encoding="utf-8")


def main() -> None:
    """Estimates, calibrates, writes."""
    labelled = load()
    target = Path(__file__).resolve().parents[2] / "inventory" / "identity" / "weights.yml"
    nobody = np.zeros(len(labelled.body), dtype=bool)
    pairs = int((pair_weights(labelled, labelled.compared)[1] > 0).sum())
    note = (
        "Match weights in bits, by benchmarks/identity/estimate_weights.py,"
        f" on {pairs} labelled candidate pairs of {labelled.body.max() + 1} bodies."
    )
    out = held_out(labelled)
    write(calibrated(train(labelled, nobody), out.weight, out.truth, out.counted), target, note)
    print(f"written to {target}")


if __name__ == "__main__":
    main()
