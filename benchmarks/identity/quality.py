"""Measures the linkage on labelled records: with the shipped weights, and cross-validated by body.

    CLUSTER_INVENTORY_LABELS=<folder> python -m benchmarks.identity.quality [--errors]

Cross-validated: the bodies are dealt into five folds; for each, weights are estimated from pairs that touch no body
of the
fold, all records are linked with them, and only pairs and records that touch the fold are scored.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from itertools import pairwise
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from benchmarks.identity.labelled import Labelled, load
from benchmarks.identity.training import calibrated, pair_weights, train
from inventory.identity.blocking import candidates
from inventory.identity.comparison import compare
from inventory.identity.contradictions import irreconcilable
from inventory.identity.homonyms import Homonyms, vetoes
from inventory.identity.linkage import Run, two_passes
from inventory.identity.scoring import Weights, load_weights, probability, score

FOLDS = 5
Ints = NDArray[np.int64]


def counts(body: Ints, found: Ints, touched: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Returns true, found and right pairs, and sums of B-cubed precision and recall with the records scored."""
    known = np.flatnonzero(body >= 0)
    same_gold = body[known][:, None] == body[known][None, :]
    same_found = found[known][:, None] == found[known][None, :]
    counted = np.triu(np.ones_like(same_gold), 1) & (touched[known][:, None] | touched[known][None, :])
    right = (same_gold & same_found).sum(axis=1)
    rows = touched[known]
    return np.array(
        [
            (same_gold & counted).sum(),
            (same_found & counted).sum(),
            (same_gold & same_found & counted).sum(),
            (right / same_found.sum(axis=1))[rows].sum(),
            (right / same_gold.sum(axis=1))[rows].sum(),
            rows.sum(),
        ],
        dtype=np.float64,
    )


def summary(c: NDArray[np.float64]) -> str:
    """Returns the counts as readable figures."""
    precision, recall, b_p, b_r = c[2] / c[1], c[2] / c[0], c[3] / c[5], c[4] / c[5]
    return f"P {precision:.4f}  R {recall:.4f}  B-cubed P {b_p:.4f} R {b_r:.4f} F1 {2 * b_p * b_r / (b_p + b_r):.4f}"


def hard(labelled: Labelled, found: Ints, touched: NDArray[np.bool_]) -> tuple[int, int]:
    """Returns how many hard pairs are right, and of how many."""
    index = {r: i for i, r in enumerate(labelled.evidence.record_ids)}
    right = total = 0
    for a, b, same in labelled.hard.iter_rows():
        if touched[index[a]] or touched[index[b]]:
            total += 1
            right += int((found[index[a]] == found[index[b]]) == bool(same))
    return right, total


def fold_of(labelled: Labelled) -> Ints:
    """Deals the bodies into folds by a hash of their first record's id."""
    first: dict[int, str] = {}
    for record, body in zip(labelled.evidence.record_ids, labelled.body.tolist(), strict=True):
        first.setdefault(body, record)
    fold = {b: int(hashlib.sha256(r.encode()).hexdigest(), 16) % FOLDS for b, r in first.items()}
    return np.array([fold[b] if b >= 0 else -1 for b in labelled.body.tolist()])


@dataclass(frozen=True)
class HeldOut:
    """Cross-validated results.

    Attributes:
        counts: As `counts` gives them, over all folds.
        hard: Hard pairs right, and all; a pair across two folds counts twice.
        found: For each fold, the records in it and the bodies found.
        weight: Match weights, as reported, of all pairs that touch a fold, by weights that had not seen it; without pairs
            that homonyms or contradictions keep apart whatever they weigh.
        truth: Whether each is a match.
        counted: What each counts: one divided by the pairs of records of the same two pooled bodies.
        fold: The fold that each touches.
    """

    counts: NDArray[np.float64]
    hard: tuple[int, int]
    found: list[tuple[NDArray[np.bool_], Ints]]
    weight: NDArray[np.float64]
    truth: NDArray[np.bool_]
    counted: NDArray[np.float64]
    fold: Ints


def held_out(labelled: Labelled) -> HeldOut:
    """Cross-validates by body, see the top of this module."""
    fold = fold_of(labelled)
    total, right, hard_total = np.zeros(6), 0, 0
    parts, scored = [], []
    for k in range(FOLDS):
        touched = fold == k
        weights = train(labelled, touched)
        run = two_passes(labelled.evidence, labelled.candidates, weights)
        found = run.body
        total += counts(labelled.body, found, touched)
        r, t = hard(labelled, found, touched)
        right, hard_total = right + r, hard_total + t
        scored.append(_scored_pairs(labelled, run, weights, touched))
        parts.append((touched, found))
    weight, truth, counted = (np.concatenate(columns) for columns in zip(*scored, strict=True))
    folds = np.repeat(np.arange(FOLDS), [len(columns[0]) for columns in scored])
    return HeldOut(total, (right, hard_total), parts, weight, truth, counted, folds)


def _scored_pairs(
    labelled: Labelled, run: Run, weights: Weights, touched: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
    """Returns weight, truth and count of the pairs that touch a fold, see `HeldOut`."""
    compared = compare(run.pooled, candidates(run.pooled, labelled.candidates).parts())
    truth, known = pair_weights(labelled, compared)
    barred = vetoes(run.pooled, compared) | irreconcilable(run.pooled, compared)
    free = np.array([pair not in barred for pair in zip(compared.a.tolist(), compared.b.tolist(), strict=True)])
    inside = (touched[compared.a] | touched[compared.b]) & (known > 0) & free
    a, b = (run.pooled.group[end[inside]] for end in (compared.a, compared.b))
    both = np.minimum(a, b) * len(labelled.body) + np.maximum(a, b)
    _, back, many = np.unique(both, return_inverse=True, return_counts=True)
    return score(compared, weights)[inside], truth[inside], 1.0 / many[back]


def reliability(out: HeldOut, weights: Weights) -> None:
    """Prints predicted against observed share of matches, by band of probability, on held-out pairs of bodies.

    Slope and shift are fitted on the other folds, too: nothing in a line has seen the bodies of its pairs.
    """
    p = np.zeros(len(out.weight))
    for k in range(FOLDS):
        here = out.fold == k
        line = calibrated(weights, out.weight[~here], out.truth[~here], out.counted[~here])
        p[here] = probability(out.weight[here], line)
    print("probability   pairs of records  pairs of bodies  mean predicted  observed")
    edges = (0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1.01)
    for low, high in pairwise(edges):
        band = (p >= low) & (p < high)
        if band.any():
            said, seen = (np.average(x[band], weights=out.counted[band]) for x in (p, out.truth))
            print(
                f"{low:.2f}-{min(high, 1):.2f}  {band.sum():17d}  {out.counted[band].sum():15.1f}  {said:14.3f}  {seen:8.3f}"
            )
    print(f"expected calibration error {calibration_error(p, out.truth, out.counted):.4f}")


def calibration_error(
    p: NDArray[np.float64], truth: NDArray[np.bool_], counted: NDArray[np.float64], bands: int = 20
) -> float:
    """Returns the mean distance of predicted and observed share over bands of equal width, weighed by what pairs count."""
    band = np.minimum((p * bands).astype(int), bands - 1)
    gaps = [abs((counted * (p - truth))[band == k].sum()) for k in range(bands)]
    return float(sum(gaps) / counted.sum())


def print_errors(labelled: Labelled, found: Ints, touched: NDArray[np.bool_]) -> None:
    """Prints wrongly joined and wrongly parted groups of names."""
    name = dict(labelled.records.select("record_id", "name").iter_rows())
    ids, body = labelled.evidence.record_ids, labelled.body
    for title, left, right in (("joined wrongly", found, body), ("parted wrongly", body, found)):
        for group in np.unique(left[touched & (body >= 0)]):
            members = np.flatnonzero((left == group) & (body >= 0))
            parts = [members[right[members] == r] for r in np.unique(right[members])]
            if len(parts) > 1 and any(touched[p].any() for p in parts):
                print(
                    f"{title}:",
                    " <> ".join(f"{len(p)}x " + " | ".join(sorted({name[ids[m]] for m in p}))[:160] for p in parts),
                )


def main() -> None:
    """Prints all figures."""
    labelled = load()
    everything = labelled.body >= 0
    weights: Weights = load_weights()
    truth, _ = pair_weights(labelled, labelled.compared)
    c = counts(labelled.body, labelled.body, everything)
    print(
        f"candidate pairs {len(labelled.compared.a)}, largest block {labelled.candidates.largest_block},"
        f" dropped blocks {labelled.candidates.dropped_blocks}, ceiling recall {truth.sum() / c[0]:.4f}"
    )
    found = two_passes(labelled.evidence, labelled.candidates, weights).body
    print(
        "in-sample ",
        summary(counts(labelled.body, found, everything)),
        " hard pairs",
        hard(labelled, found, everything),
    )
    out = held_out(labelled)
    print("held out  ", summary(out.counts), " hard pairs", out.hard, f"{out.hard[0] / out.hard[1]:.3f}")
    nothing = Homonyms(frozenset(), frozenset())
    with patch("inventory.identity.homonyms.load_homonyms", return_value=nothing):
        bare = held_out(labelled)
    print("no homonyms listed", summary(bare.counts), " hard pairs", bare.hard, f"{bare.hard[0] / bare.hard[1]:.3f}")
    reliability(out, weights)
    if "--errors" in sys.argv:
        for touched, part in out.found:
            print_errors(labelled, part, touched)


if __name__ == "__main__":
    main()
