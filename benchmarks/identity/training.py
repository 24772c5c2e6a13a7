"""Match weights from labelled records: how they are estimated and calibrated. `estimate_weights` writes them into the product.

Each level of each kind of evidence gets a weight, the base 2 logarithm of its likelihood ratio given the other evidence: a logistic
regression on the levels, with a penalty on large weights and with signs held where only one makes sense (a different city never
speaks for a match). A body with many records would drown the others, so its pairs weigh together no more than `MOST_PAIRS` pairs. The
product compares twice, the second time with evidence pooled by body; so the weights are first estimated on the pairs as they are,
then on these and on the pooled ones together.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from benchmarks.identity.labelled import Labelled
from inventory.identity.blocking import candidates
from inventory.identity.comparison import LEVELS, Compared, compare, concatenated
from inventory.identity.linkage import pooled_by_certain
from inventory.identity.scoring import Weights

MOST_PAIRS = 15.0
PENALTY = 0.15
POOLED_SHARE = 0.5
MATCH, REVIEW = -0.15, 0.1
"""Least weight of a match, in bits: the middle of where held-out figures stay the same (-0.6 to 0.29). Least probability for review."""

FOR = {
    "name": ("same words", "same meaning, other language"),
    "information": (),
    "proper": ("shared",),
    "field": ("shared",),
    "place": ("shared", "one side, confirmed"),
    "direction": ("shared",),
    "scope": ("shared",),
    "acronym": ("printed by both", "formed from the other name"),
    "listed": ("alias of one is name of the other",),
    "domain": ("same", "same, crowded"),
    "host": ("same", "same, crowded"),
    "city": ("same",),
    "voivodeship": ("same",),
    "coordinator": ("same", "alike"),
    "founded": ("same year",),
    "country": ("same",),
    "sector": ("overlap",),
    "page": (),
    "energy": (),
}
"""Levels that can only speak for a match."""

AGAINST = {
    "name": ("nothing shared", "little shared"),
    "proper": ("one side only", "different", "shared, more on both"),
    "field": ("one side only", "different", "shared, more on both"),
    "place": ("nested", "one side only", "one side, contradicted", "different"),
    "direction": ("one side only", "different"),
    "scope": ("one side only",),
    "acronym": ("different",),
    "domain": ("different",),
    "city": ("different",),
    "voivodeship": ("different",),
    "coordinator": ("different",),
    "founded": ("further apart", "one year apart"),
    "country": ("different",),
    "sector": ("different",),
    "page": ("same page, other name",),
    "energy": ("different",),
}
"""Levels that can only speak against one."""

NEUTRAL = {"unknown", "none", "other", "no"}
"""Levels that say nothing and weigh nothing."""


def design(compared: Compared) -> tuple[NDArray[np.float64], list[tuple[str, str]], list[tuple[float, float]]]:
    """Returns the pairs x levels matrix, the levels, and the bounds of their weights (natural logarithms)."""
    columns, names, bounds = [], [], []
    for kind, levels in LEVELS.items():
        for value, level in enumerate(levels):
            if level in NEUTRAL or (kind == "energy" and level == "same"):
                continue
            columns.append(compared.levels[kind] == value)
            names.append((kind, level))
            bounds.append(
                (0.0 if level in FOR.get(kind, ()) else -12.0, 0.0 if level in AGAINST.get(kind, ()) else 12.0)
            )
    return np.column_stack(columns).astype(np.float64), names, bounds


def fit(compared: Compared, truth: NDArray[np.bool_], weight: NDArray[np.float64]) -> Weights:
    """Returns the weights that fit labelled pairs best.

    Args:
        compared: The pairs.
        truth: Whether each is a match.
        weight: What each counts; zero leaves it out.
    """
    x, names, bounds = design(compared)
    used = weight > 0
    x, y, w = x[used], truth[used].astype(np.float64), weight[used]

    def loss(beta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = x @ beta[1:] + beta[0]
        value = (w * (np.logaddexp(0.0, z) - y * z)).sum() + PENALTY * (beta[1:] ** 2).sum()
        slope = w * (1.0 / (1.0 + np.exp(-z)) - y)
        return float(value), np.concatenate([[slope.sum()], x.T @ slope + 2 * PENALTY * beta[1:]])

    start = np.zeros(x.shape[1] + 1)
    found = optimize.minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=[(None, None), *bounds], options={"maxiter": 800}
    )
    bits = found.x / np.log(2.0)
    by_level = dict(zip(names, bits[1:], strict=True))
    levels = {k: tuple(float(by_level.get((k, level), 0.0)) for level in names_) for k, names_ in LEVELS.items()}
    return Weights(prior=float(bits[0]), levels=levels, match=MATCH, review=REVIEW)


def pair_weights(labelled: Labelled, compared: Compared) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Returns truth and weight of each pair; pairs with a doubtful record weigh nothing."""
    body_a, body_b = labelled.body[compared.a], labelled.body[compared.b]
    truth = (body_a == body_b) & (body_a >= 0)
    count = np.bincount(body_a[truth], minlength=labelled.body.max() + 1)
    weight = np.where(truth, np.minimum(1.0, MOST_PAIRS / np.maximum(count[body_a], 1)), 1.0)
    return truth, np.where((body_a < 0) | (body_b < 0), 0.0, weight)


def train(labelled: Labelled, held_out: NDArray[np.bool_]) -> Weights:
    """Returns weights estimated on pairs of which neither record is held out.

    Args:
        labelled: Labelled records.
        held_out: Whether each record is held out.
    """
    first = labelled.compared
    truth, weight = pair_weights(labelled, first)
    weight = np.where(held_out[first.a] | held_out[first.b], 0.0, weight)
    evidence = pooled_by_certain(labelled.evidence, labelled.candidates, fit(first, truth, weight))
    second = compare(evidence, candidates(evidence, labelled.candidates).parts())
    truth_again, weight_again = pair_weights(labelled, second)
    weight_again = np.where(held_out[second.a] | held_out[second.b], 0.0, weight_again) * POOLED_SHARE
    return fit(
        concatenated([first, second]), np.concatenate([truth, truth_again]), np.concatenate([weight, weight_again])
    )


def calibrated(
    weights: Weights, weight: NDArray[np.float64], truth: NDArray[np.bool_], counted: NDArray[np.float64]
) -> Weights:
    """Returns the weights with the slope and shift that turn held-out weights into observed shares (Platt, 1999).

    A pair of large bodies has hundreds of pairs of records that all say the same, so pairs of bodies are what counts.

    Args:
        weights: The weights.
        weight: Match weight of each pair by weights that had not seen its bodies.
        truth: Whether each is a match.
        counted: What each counts.
    """
    clipped = np.clip(weight, -20.0, 20.0) * np.log(2.0)

    def loss(line: NDArray[np.float64]) -> float:
        z = line[0] * clipped + line[1]
        return float(np.average(np.logaddexp(0.0, z) - truth * z, weights=counted))

    slope, shift = optimize.minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    return replace(weights, slope=float(slope), shift=float(shift / np.log(2.0)))
