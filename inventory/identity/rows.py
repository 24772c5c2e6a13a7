"""Rows of few values: which values two rows share, for millions of pairs of rows at a time.

Belongs here: the arrays and how they meet. Does not belong here: what the values are.
Most rows have one value or a few; a sparse matrix pays for each row it looks up what an array pays for a hundred.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Places = NDArray[np.int64] | NDArray[np.int32]
Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]

_NARROW = 8


@dataclass(frozen=True)
class Rows:
    """Rows of distinct values, as in a compressed sparse row matrix of ones.

    Attributes:
        start: For each row and one more, where its values begin in `values`.
        values: The values of all rows, each row sorted.
        width: How many values there are at all.
    """

    start: Ints
    values: NDArray[np.int32]
    width: int

    @classmethod
    def of(cls, row: Places, value: Places, height: int, width: int) -> Rows:
        """Returns rows from pairs of row and value, in any order; repeated pairs count once."""
        rows, values = np.divmod(distinct(row.astype(np.int64) * max(width, 1) + value), max(width, 1))
        return cls(starts(rows, height), values.astype(np.int32), width)

    def __len__(self) -> int:
        """Returns the number of rows."""
        return len(self.start) - 1

    @cached_property
    def size(self) -> NDArray[np.int32]:
        """Number of values of each row."""
        return np.diff(self.start).astype(np.int32)

    @cached_property
    def pairs(self) -> tuple[Ints, NDArray[np.int32]]:
        """All pairs of row and value."""
        return np.repeat(np.arange(len(self)), self.size), self.values

    @cached_property
    def _columns(self) -> list[NDArray[np.int32]]:
        """For each place in a row up to `_NARROW`: the values there, -1 where a row is shorter."""
        columns = []
        for k in range(min(int(self.size.max(initial=0)), _NARROW)):
            column = np.full(len(self), -1, dtype=np.int32)
            there = self.size > k
            column[there] = self.values[self.start[:-1][there] + k]
            columns.append(column)
        return columns

    def column(self, k: int, rows: Places) -> NDArray[np.int32]:
        """Returns the value at place k of the given rows, -1 where a row is shorter."""
        if k < _NARROW:
            columns = self._columns
            return columns[k][rows] if k < len(columns) else np.full(len(rows), -1, dtype=np.int32)
        there = self.size[rows] > k
        out = np.full(len(rows), -1, dtype=np.int32)
        out[there] = self.values[self.start[rows[there]] + k]
        return out

    def hits(self, i: Places, other: Rows, j: Places) -> list[tuple[Ints, NDArray[np.int32], Mask]]:
        """Returns, for each place in the rows i, which pairs have a value there, which, and whether the row j has it.

        Returns:
            Of each place: positions of the pairs whose row i has a value there, these values, and whether row j of the
            other rows has the value too.
        """
        found = []
        longest = int(self.size[i].max(initial=0))
        length = other.size[j]
        for k in range(longest):
            at = np.flatnonzero(self.size[i] > k)
            value = self.column(k, i[at])
            met = np.zeros(len(at), dtype=bool)
            theirs, width = j[at], length[at]
            for place in range(int(width.max(initial=0))):
                if place < 2:
                    met |= other.column(place, theirs) == value
                else:
                    left = np.flatnonzero((width > place) & ~met)
                    if not len(left):
                        break
                    met[left] = other.column(place, theirs[left]) == value[left]
            found.append((at, value, met))
        return found

    def meet(self, i: Places, other: Rows, j: Places) -> Mask:
        """Tells for each pair of a row i and a row j of the other rows whether they share a value."""
        out = np.zeros(len(i), dtype=bool)
        both = np.flatnonzero((self.size[i] > 0) & (other.size[j] > 0))
        for at, _, met in self.hits(i[both], other, j[both]):
            out[both[at[met]]] = True
        return out

    def keep(self, wanted: Mask) -> Rows:
        """Returns the rows with the wanted values alone."""
        row, value = self.pairs
        kept = wanted[value]
        return Rows.of(row[kept], value[kept], len(self), self.width)

    def count(self) -> Ints:
        """Returns in how many rows each value is."""
        return np.bincount(self.values, minlength=self.width)

    def spread(self, rows: Places) -> tuple[Ints, NDArray[np.int32]]:
        """Returns, for each of the given rows, its place among them and each of its values."""
        at, places = ranges(self.start[rows], self.start[rows + 1])
        return at, self.values[places]

    def turned(self) -> Rows:
        """Returns values x rows."""
        row, value = self.pairs
        order = np.argsort(value, kind="stable")
        return Rows(starts(value, self.width), row[order].astype(np.int32), len(self))

    def pooled(self, group: Ints) -> Rows:
        """Returns the rows in which what one row of a group has, all have."""
        row, value = self.pairs
        of_group = Rows.of(group[row], value, len(self), self.width)
        at, values = of_group.spread(group)
        return Rows(starts(at, len(self)), values, self.width)


def distinct(key: Ints) -> Ints:
    """Returns the different numbers among those given, sorted; sorts in place, which is faster than a hash."""
    key.sort()
    if not len(key):
        return key
    return np.asarray(key[np.concatenate([[True], key[1:] != key[:-1]])])


def ranges(begin: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Returns each place in each of the given ranges, and before it the number of its range."""
    sizes = np.maximum(end - begin, 0)
    at = np.repeat(np.arange(len(sizes)), sizes)
    return at, np.arange(len(at)) - np.repeat(np.cumsum(sizes) - sizes - begin, sizes)


def starts(row: Places, height: int) -> Ints:
    """Returns for each row and one more where it begins, given the row of each value."""
    start = np.zeros(height + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=height), out=start[1:])
    return start
