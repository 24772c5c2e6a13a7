"""Which candidate pairs can matter: those that may join, those that may wait for review, and what stands between bodies.

Belongs here: going through all candidate pairs, part by part, and keeping the few worth a full comparison. Does not belong
here: deciding. Of a million records some tens of millions of pairs are candidates, and few of a hundred can matter; the
others are scored and forgotten, so that memory stays bounded. What is kept is exact: a pair that is dropped could neither
join by itself, nor lies between records that pairs which could join connect, nor is likely enough for review.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]

from inventory.identity.blocking import Candidates, Part
from inventory.identity.comparison import NAMED, Compared, best_names, in_order, of_groups, of_records
from inventory.identity.evidence import Evidence
from inventory.identity.rows import Floats, Mask, Places
from inventory.identity.scoring import Weights, score

_SLACK = 1e-3
"""Rounding of the weights while they are screened, in bits."""


@dataclass(frozen=True)
class Screened:
    """What is left of the candidate pairs.

    Attributes:
        compared: The pairs of records that can matter, compared, in the order of a, then b.
        pairs: Number of pairs of groups that were scored.
    """

    compared: Compared
    pairs: int


@dataclass(frozen=True)
class Wanted:
    """Which pairs are to be kept.

    Attributes:
        join: Weight above which two records may join.
        review: Least weight of a pair that is kept whatever it connects.
        asked: Pairs of groups kept in any case.
    """

    join: float
    review: float
    asked: frozenset[tuple[int, int]]


def screen(evidence: Evidence, found: Candidates, weights: Weights, wanted: Wanted) -> Screened:
    """Scores all candidate pairs of groups, and compares those records whose pairs can matter.

    Args:
        evidence: What is known.
        found: The candidate pairs.
        weights: The match weights.
        wanted: Which pairs are to be kept.
    """
    crowd = np.bincount(evidence.group, minlength=len(evidence.record_ids))

    def scored(start: int) -> tuple[Part, NDArray[np.float32]]:
        pairs = best_names(evidence, found.part(start))
        telling = (pairs.a != pairs.b) | (crowd[pairs.a] > 1)
        pairs = Part(*(end[telling] for end in (pairs.a, pairs.b, pairs.name_a, pairs.name_b)))
        weight = _most(evidence, of_groups(evidence, pairs), weights)
        ends = (end.astype(np.int32) for end in (pairs.a, pairs.b, pairs.name_a, pairs.name_b))
        return Part(*ends), weight.astype(np.float32)

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as threads:
        parts = list(threads.map(scored, found.starts() or [0]))
    a, b, x, y = (np.concatenate([getattr(p, end) for p, _ in parts]) for end in ("a", "b", "name_a", "name_b"))
    weight = np.concatenate([w for _, w in parts])
    del parts
    kept = _matter(a, b, weight, wanted.join, len(crowd)) | (weight >= wanted.review - _SLACK)
    kept |= _among(a, b, wanted.asked, len(crowd))
    pairs = Part(*(end[kept].astype(np.int64) for end in (a, b, x, y)))
    return Screened(in_order(of_records(evidence, of_groups(evidence, pairs)), len(crowd)), len(a))


def _most(evidence: Evidence, groups: Compared, weights: Weights) -> Floats:
    """Returns the greatest weight that a pair of records of two groups can have."""
    weight = score(groups, weights)
    gain = {kind: max(0.0, *weights.levels[kind]) for kind in ("host", "listed")}
    hosts = evidence.group_sites
    weight += gain["host"] * hosts.meet(groups.a, hosts, groups.b)
    return weight + gain["listed"] * np.isin(groups.levels["name"], NAMED)


def _matter(a: Places, b: Places, weight: NDArray[np.float32], join: float, count: int) -> Mask:
    """Tells which pairs lie within what the pairs that may join connect."""
    strong = weight > join - _SLACK
    links = sparse.csr_matrix((np.ones(int(strong.sum()), dtype=bool), (a[strong], b[strong])), shape=(count, count))
    component = sparse.csgraph.connected_components(links, directed=False)[1]
    return np.asarray(component[a] == component[b])


def _among(a: Places, b: Places, asked: Iterable[tuple[int, int]], count: int) -> Mask:
    wanted = sorted({min(pair) * count + max(pair) for pair in asked})
    return np.isin(a.astype(np.int64) * count + b, wanted) if wanted else np.zeros(len(a), dtype=bool)
