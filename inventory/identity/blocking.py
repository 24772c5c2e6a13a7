"""Which pairs are worth comparing: those whose names share a rare or two common concepts, or an acronym, or a web domain.

Belongs here: candidate pairs and figures on them. Does not belong here: how far two names agree.
No block is larger than `LARGEST_BLOCK`: a larger one gives way to those of two concepts, and of three. Pairs come out part
by part, so that memory stays bounded at any size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from inventory.identity.evidence import Evidence
from inventory.identity.rows import Ints, Places, Rows, distinct, ranges, starts

LARGEST_BLOCK = 60
"""Most members of a block: bounds the pairs that one key can bring to 1,770."""
MOST_BEARERS = 200
"""Most records of one name that are all paired with each other; the largest real body has about 70."""
PART = 10_000
"""Groups of records whose pairs are held at a time."""


@dataclass(frozen=True)
class Part:
    """Pairs of groups of records with the names under which they meet; rows may repeat.

    Attributes:
        a: First group of each pair.
        b: Second group; a <= b.
        name_a: A name of a.
        name_b: A name of b.
    """

    a: Places
    b: Places
    name_a: Places
    name_b: Places


@dataclass(frozen=True)
class Candidates:
    """Pairs of groups of records to be compared; a group is a single record until evidence is pooled.

    Attributes:
        blocks: Names x blocks.
        members: Blocks x names.
        names: Groups x the names they bear.
        bearers: Names x the groups that bear them.
        sites: Groups x groups that share a web domain, or that are to be compared whatever they share; each pair once,
            the smaller group first.
        largest_block: Members of the largest block used.
        dropped_blocks: Keys left out because their blocks were too large.
    """

    blocks: Rows
    members: Rows
    names: Rows
    bearers: Rows
    sites: Rows
    largest_block: int
    dropped_blocks: int

    def with_groups(self, pairs: Iterable[tuple[int, int]]) -> Candidates:
        """Returns the candidates with further pairs of groups."""
        extra = np.array(sorted({(min(pair), max(pair)) for pair in pairs}), dtype=np.int64).reshape(-1, 2)
        row, value = self.sites.pairs
        a, b = np.concatenate([row, extra[:, 0]]), np.concatenate([value, extra[:, 1]])
        return replace(self, sites=Rows.of(a, b, len(self.sites), self.sites.width))

    def starts(self, size: int = PART) -> range:
        """Returns the first group of each part."""
        return range(0, len(self.names), size)

    def parts(self, size: int = PART) -> Iterator[Part]:
        """Yields all pairs, for `size` groups a at a time; all pairs of one a are in one part."""
        return (self.part(start, size) for start in self.starts(size))

    def part(self, start: int, size: int = PART) -> Part:
        """Returns the pairs of groups whose first is one of `size` groups, with every pair of names that shares a key."""
        groups = np.arange(start, min(start + size, len(self.names)))
        at, ours = self.names.spread(groups)
        a, x = groups[at], ours.astype(np.int64)
        met, y = self._partners(x)
        named = self._borne(a[met], x[met], y)
        at, b = self.sites.spread(groups)
        sited = self._all_names(groups[at], b.astype(np.int64))
        return Part(*(np.concatenate([one, other]) for one, other in zip(named, sited, strict=True)))

    def _partners(self, names: Ints) -> tuple[Ints, Ints]:
        """Returns pairs of a place in `names` and a name that shares a block with that name, itself included."""
        asked, back = np.unique(names, return_inverse=True)
        at, block = self.blocks.spread(asked)
        of, partner = self.members.spread(block)
        width = self.members.width
        key = np.concatenate([at[of] * width + partner, np.arange(len(asked)) * width + asked])
        row, partner = np.divmod(distinct(key), max(width, 1))
        partners = Rows(starts(row, len(asked)), partner.astype(np.int32), width)
        place, found = partners.spread(back)
        return place, found.astype(np.int64)

    def _borne(self, a: Ints, x: Ints, y: Ints) -> tuple[Places, Places, Places, Places]:
        """Adds the groups b that bear y, a <= b; of a very frequent name only those near in order, or the first."""
        crowd = self.bearers.size
        many_x, many_y = crowd[x] > MOST_BEARERS, crowd[y] > MOST_BEARERS
        begin, end = self.bearers.start[y], self.bearers.start[y + 1]
        if many_x.any() or many_y.any():
            rank = self._rank(a, x, many_x)
            same = x == y
            begin = np.where(same & many_y, np.maximum(begin, begin + rank - MOST_BEARERS // 2), begin)
            end = np.where(many_y, np.minimum(end, begin + MOST_BEARERS), end)
            end = np.where(~same & many_x & (rank >= MOST_BEARERS), begin, end)
        at, places = ranges(begin, end)
        b = self.bearers.values[places].astype(np.int64)
        kept = a[at] <= b
        at, b = at[kept], b[kept]
        return a[at], b, x[at], y[at]

    def _rank(self, a: Ints, x: Ints, asked: NDArray[np.bool_]) -> Ints:
        """Returns the place of each group a among the bearers of its name x, where asked."""
        out = np.zeros(len(a), dtype=np.int64)
        width = max(self.bearers.width, 1)
        row, value = self.bearers.pairs
        found = np.searchsorted(row * width + value, x[asked] * width + a[asked])
        out[asked] = found - self.bearers.start[x[asked]]
        return out

    def _all_names(self, a: Ints, b: Ints) -> tuple[Places, Places, Places, Places]:
        at, x = self.names.spread(a)
        a, b, x = a[at], b[at], x.astype(np.int64)
        at, y = self.names.spread(b)
        return a[at], b[at], x[at], y.astype(np.int64)


def candidates(evidence: Evidence, earlier: Candidates | None = None) -> Candidates:
    """Returns the candidate pairs of groups, each with every pair of their names that shares a key.

    Args:
        evidence: What is known.
        earlier: Candidates of the same names before their records were pooled: the blocks of names stay as they are.
    """
    record, name = (evidence.record_names[column].to_numpy() for column in ("record", "name"))
    group, count, names = evidence.group[record], len(evidence.record_ids), len(evidence.concepts)
    blocks, *figures = (earlier.blocks, earlier.largest_block, earlier.dropped_blocks) if earlier else _blocks(evidence)
    sites, *of_sites = _sites(evidence)
    return Candidates(
        blocks=blocks,
        members=earlier.members if earlier else blocks.turned(),
        names=Rows.of(group, name, count, names),
        bearers=Rows.of(name, group, names, count),
        sites=sites,
        largest_block=max(figures[0], of_sites[0]),
        dropped_blocks=figures[1] + of_sites[1],
    )


def _blocks(evidence: Evidence) -> tuple[Rows, int, int]:
    """Returns names x blocks, the largest block used, and the number of keys whose blocks were too large."""
    meaning = evidence.names.meaning
    meanings = pl.DataFrame(
        {"name": np.arange(len(meaning)), "key": meaning}, schema={"name": pl.Int64, "key": pl.Int64}
    )
    used = [_used(keys) for keys in (*_concept_keys(evidence), _acronym_keys(evidence), meanings)]
    offset = np.cumsum([0, *(blocks for _, blocks, _, _ in used)])
    name = np.concatenate([kept["name"].to_numpy() for kept, _, _, _ in used])
    block = np.concatenate([kept["block"].to_numpy() + offset[k] for k, (kept, _, _, _) in enumerate(used)])
    rows = Rows.of(name, block, len(meaning), int(offset[-1]))
    return rows, max(largest for _, _, largest, _ in used), sum(dropped for _, _, _, dropped in used)


def _used(keys: pl.DataFrame) -> tuple[pl.DataFrame, int, int, int]:
    """Returns columns name, block of keys with a block of use; their number, the largest size, the number too large."""
    sizes = keys.group_by("key").agg(size=pl.len())
    used = sizes.filter(pl.col("size").is_between(2, LARGEST_BLOCK)).sort("key")
    kept = keys.join(used.select("key", block=pl.int_range(pl.len())), on="key").select("name", "block")
    largest = int(used["size"].to_numpy().max(initial=0))
    return kept, len(used), largest, int((sizes["size"] > LARGEST_BLOCK).sum())


def _concept_keys(evidence: Evidence) -> Iterator[pl.DataFrame]:
    """Yields keys of one concept, of two, and of three, always of those that are too frequent to make a block."""
    name, concept = evidence.concepts.pairs
    width = evidence.concepts.width
    single = pl.DataFrame({"name": name, "key": concept.astype(np.int64)})
    yield single
    frequent = _too_large(single).select("name", concept="key")
    double = (
        frequent.join(frequent, on="name", suffix="_b")
        .filter(pl.col("concept") < pl.col("concept_b"))
        .select("name", "concept_b", key=pl.col("concept") * width + pl.col("concept_b"))
    )
    yield double.select("name", "key")
    yield (
        _too_large(double)
        .join(frequent, on="name", suffix="_c")
        .filter(pl.col("concept_b") < pl.col("concept"))
        .select("name", key=pl.col("key") * width + pl.col("concept"))
    )


def _acronym_keys(evidence: Evidence) -> pl.DataFrame:
    frames = [rows.pairs for rows in (evidence.acronyms, evidence.initials)]
    return pl.concat(
        [pl.DataFrame({"name": name, "key": acronym.astype(np.int64)}) for name, acronym in frames]
    ).unique()


def _too_large(keys: pl.DataFrame) -> pl.DataFrame:
    return keys.filter(pl.len().over("key") > LARGEST_BLOCK)


def _sites(evidence: Evidence) -> tuple[Rows, int, int]:
    """Returns groups x groups that share a web domain; the largest block used, the number of those too large."""
    record, domain = evidence.attributes["domain"].pairs
    count = len(evidence.record_ids)
    sites = pl.DataFrame({"name": evidence.group[record], "key": domain.astype(np.int64)}).unique()
    kept, blocks, largest, dropped = _used(sites)
    of_group = Rows.of(kept["name"].to_numpy(), kept["block"].to_numpy(), count, blocks)
    a, block = of_group.pairs
    at, b = of_group.turned().spread(block)
    once = a[at] < b
    return Rows.of(a[at][once], b[once], count, count), largest, dropped
