"""From scored pairs to bodies: records join while, on average, they speak of the same body and no veto stands between.

Not single linkage: a record with a general name agrees with two specific bodies, but those disagree with each other,
and that disagreement counts against joining them. Greedy average linkage within each connected component, strongest
first, ties by record, so the result does not depend on the order of the input.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]

from inventory.identity.rows import Floats, Places

Ints = NDArray[np.int64]

_CLIP = 12.0
UNSEEN = -0.5
"""Weight of two records that were never compared: they share nothing rare, which speaks a little against them."""


@dataclass(frozen=True)
class Scored:
    """Scored pairs of records.

    Attributes:
        count: Number of records.
        a: First record of each pair.
        b: Second record of each pair; a < b.
        weight: Match weight of each pair.
    """

    count: int
    a: Places
    b: Places
    weight: Floats


def resolve(
    scored: Scored,
    threshold: float,
    vetoes: Iterable[tuple[int, int]] = (),
    together: Iterable[tuple[int, int]] = (),
) -> Ints:
    """Returns for each record the smallest record index of its body.

    Args:
        scored: The pairs, in any order.
        threshold: Least mean weight at which two groups join.
        vetoes: Pairs that must stay apart, whatever the weights say.
        together: Pairs that must be in one body, whatever the weights say.
    """
    together = list(together)
    count, a, b, weight = scored.count, scored.a, scored.b, scored.weight
    strong = weight > threshold
    ends = np.array(together, dtype=np.int64).reshape(-1, 2)
    left, right = np.concatenate([a[strong], ends[:, 0]]), np.concatenate([b[strong], ends[:, 1]])
    links = sparse.csr_matrix((np.ones(len(left)), (left, right)), shape=(count, count))
    parts, component = sparse.csgraph.connected_components(links, directed=False)
    sizes = np.bincount(component, minlength=parts)
    barred = np.array(list(vetoes), dtype=np.int64).reshape(-1, 2)
    clear = _clear(component, sizes, np.concatenate([a[strong], b[strong]]).reshape(2, -1), ends, barred)
    inside = (component[a] == component[b]) & ~clear[component[a]]
    groups = _Groups(np.clip(weight, -_CLIP, _CLIP), a, b, np.flatnonzero(inside), ((x, y) for x, y in barred.tolist()))
    groups.join_given(together)
    groups.join_all(threshold)
    body = np.arange(count, dtype=np.int64)
    body[:] = np.where(clear[component], _first(component, parts)[component], body)
    for members in groups.members.values():
        body[members] = min(members)
    return body


def _first(component: Ints, parts: int) -> Ints:
    """Returns the smallest record index of each component."""
    first = np.full(parts, len(component), dtype=np.int64)
    np.minimum.at(first, component, np.arange(len(component)))
    return first


def _clear(component: Ints, sizes: Ints, strong: Ints, together: Ints, vetoes: Ints) -> NDArray[np.bool_]:
    """Tells which components are one body beyond doubt: all their pairs are strong, and nobody has a say on them.

    The mean of strong pairs is strong, so average linkage would join all of such a component.
    """
    count = np.bincount(component[strong[0]], minlength=len(sizes))
    clear = count == sizes * (sizes - 1) // 2
    for said in (together, vetoes):
        clear[component[said].ravel()] = False
    return np.asarray(clear)


class _Groups:
    """Groups of records and the sums of weights between them."""

    def __init__(self, weight: Floats, a: Places, b: Places, pairs: Ints, vetoes: Iterable[tuple[int, int]]) -> None:
        self.between: dict[int, dict[int, tuple[float, int]]] = {}
        self.members: dict[int, list[int]] = {}
        self.apart: dict[int, set[int]] = {}
        for x, y, w in zip(a[pairs].tolist(), b[pairs].tolist(), weight[pairs].tolist(), strict=True):
            self.between.setdefault(x, {})[y] = (w, 1)
            self.between.setdefault(y, {})[x] = (w, 1)
            self.members[x], self.members[y] = [x], [y]
        for x, y in vetoes:
            self.apart.setdefault(x, set()).add(y)
            self.apart.setdefault(y, set()).add(x)

    def mean(self, x: int, y: int) -> float:
        total, seen = self.between[x][y]
        return (total + UNSEEN * (len(self.members[x]) * len(self.members[y]) - seen)) / (
            len(self.members[x]) * len(self.members[y])
        )

    def join_given(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Joins the groups of the given pairs."""
        home = {m: m for m in self.members}
        for x, y in pairs:
            for z in (x, y):
                home.setdefault(z, z)
                self.members.setdefault(home[z], [z])
            first, second = sorted((home[x], home[y]))
            if first != second:
                self._join(first, second)
                for member in self.members[first]:
                    home[member] = first

    def join_all(self, threshold: float) -> None:
        heap = [(-self.mean(x, y), x, y) for x, row in self.between.items() for y in row if x < y]
        heapq.heapify(heap)
        while heap:
            against, x, y = heapq.heappop(heap)
            if -against <= threshold:
                return
            if y not in self.between.get(x, ()) or abs(self.mean(x, y) + against) > 1e-9 or y in self.apart.get(x, ()):
                continue
            self._join(x, y)
            for z in self.between[x]:
                value = self.mean(x, z)
                if value > threshold:
                    heapq.heappush(heap, (-value, min(x, z), max(x, z)))

    def _join(self, x: int, y: int) -> None:
        self.between.setdefault(x, {}).pop(y, None)
        self.between.setdefault(y, {}).pop(x, None)
        for z, (total, seen) in self.between.pop(y).items():
            old_total, old_seen = self.between[x].get(z, (0.0, 0))
            self.between[x][z] = self.between[z][x] = (old_total + total, old_seen + seen)
            del self.between[z][y]
        self.members[x].extend(self.members.pop(y))
        for z in self.apart.pop(y, ()):
            self.apart[z].discard(y)
            self.apart[z].add(x)
            self.apart.setdefault(x, set()).add(z)
