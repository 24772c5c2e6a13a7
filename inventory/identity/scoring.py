"""What agreement is worth: match weights by level, summed to the weight of a pair, and vetoes before all.

The weights stand in `weights.yml`: base 2 logarithms of how much likelier a level is in two records of one body than in
two of different bodies (Fellegi and Sunter, 1969), given the other evidence. They are estimated by
`benchmarks/identity/estimate_weights.py`; the file says on what, and when.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from inventory.identity.comparison import LEVELS, Compared
from inventory.identity.rows import Floats


@dataclass(frozen=True)
class Weights:
    """Match weights and the thresholds of decision.

    Attributes:
        prior: Weight of a candidate pair before any evidence.
        levels: Evidence to the weight of each of its levels, in the order of `LEVELS`.
        match: Least weight at which records join.
        review: Least probability of a pair for the review queue.
        slope: What a bit of weight is worth in bits of calibrated log odds of a pair of bodies (Platt, 1999).
        shift: Calibrated log odds at weight zero, base 2.
    """

    prior: float
    levels: Mapping[str, tuple[float, ...]]
    match: float = 0.0
    review: float = 0.1
    slope: float = 1.0
    shift: float = 0.0


@cache
def load_weights(path: Path | None = None) -> Weights:
    """Reads the match weights.

    Raises:
        ValueError: A kind of evidence or a level is missing or unknown.
    """
    path = path or Path(__file__).parent / "weights.yml"
    raw = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    levels = {}
    for kind, names in LEVELS.items():
        given = raw["weights"].get(kind, {})
        if set(given) != set(names):
            raise ValueError(
                f"{path.name}: levels of {kind} are {sorted(given)}, not {sorted(names)}; estimate the weights again."
            )
        levels[kind] = tuple(float(given[name]) for name in names)
    single = {key: float(raw[key]) for key in ("prior", "match", "review", "slope", "shift")}
    return Weights(levels=levels, **single)


def score(compared: Compared, weights: Weights) -> Floats:
    """Returns the match weight of each pair: the prior and the weights of its levels, base 2 logarithm."""
    total = np.full(len(compared.a), weights.prior)
    for kind, values in weights.levels.items():
        total += np.array(values)[compared.levels[kind]]
    return total


def weight_of(chance: float, weights: Weights) -> float:
    """Returns the match weight whose calibrated probability this is."""
    return (math.log2(chance / (1.0 - chance)) - weights.shift) / weights.slope


def probability(weight: Floats, weights: Weights) -> Floats:
    """Returns the calibrated probability of a match for a weight: 2^x / (1 + 2^x) with x = slope * weight + shift."""
    return np.asarray(1.0 / (1.0 + np.exp2(-np.clip(weights.slope * weight + weights.shift, -60.0, 60.0))))
