"""Which pairs of names are worth comparing: those that share a rare or two common concepts, or an acronym.

Belongs here: candidate pairs and figures on them. Does not belong here: how far two names agree.
No block is larger than `LARGEST_BLOCK`: a larger one gives way to those of two concepts, and of three. Pairs of names
are
kept; the pairs of records that bear them come out part by part, so that memory stays bounded at any size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from inventory.identity.evidence import Evidence, Matrix

LARGEST_BLOCK = 60
"""Most members of a block: bounds the pairs that one key can bring to 1,770."""
MOST_BEARERS = 200
"""Most records of one name that are all paired with each other; the largest real body has about 70."""
PART = 50_000
"""Records whose pairs are held at a time."""

_PAIR = ("a", "b", "name_a", "name_b")


@dataclass(frozen=True)
class Candidates:
    """Pairs of groups of records to be compared; a group is a single record until evidence is pooled.

    Attributes:
        by_name: Columns name_a, name_b: names that share a key, each pair in both orders, and each name with itself.
        by_group: Columns a, b: groups that share a web domain, or that are to be compared whatever they share, a < b.
        bearers: Columns group, name, bucket: which group bears which name; of a very frequent name, only groups of
            one bucket meet.
        largest_block: Members of the largest block used.
        dropped_blocks: Keys left out because their blocks were too large.
    """

    by_name: pl.DataFrame
    by_group: pl.DataFrame
    bearers: pl.DataFrame
    largest_block: int
    dropped_blocks: int

    def with_groups(self, pairs: Iterable[tuple[int, int]]) -> Candidates:
        """Returns the candidates with further pairs of groups."""
        ordered = sorted({(min(pair), max(pair)) for pair in pairs})
        extra = pl.DataFrame(ordered, schema=self.by_group.schema, orient="row")
        return replace(self, by_group=pl.concat([self.by_group, extra]).unique())

    def parts(self, size: int = PART) -> Iterator[pl.DataFrame]:
        """Yields the pairs of groups with every pair of their names that shares a key, for `size` groups a at a time.

        Yields:
            Columns a, b (groups, a <= b), name_a, name_b; all pairs of one a are in one part; rows may repeat.
        """
        theirs = self.bearers.rename({"group": "b", "name": "name_b"})
        names = theirs.unique(["b", "name_b"]).drop("bucket")
        count = self.bearers["group"].max()
        for start in range(0, count + 1 if isinstance(count, int) else 0, size):
            ours = self.bearers.filter(pl.col("group").is_between(start, start + size - 1))
            ours = ours.rename({"group": "a", "name": "name_a"})
            met = ours.join(self.by_name, on="name_a").join(theirs, on=["name_b", "bucket"])
            sited = (
                self.by_group.filter(pl.col("a").is_between(start, start + size - 1))
                .join(ours.unique(["a", "name_a"]), on="a")
                .join(names, on="b")
            )
            yield pl.concat([met.filter(pl.col("a") <= pl.col("b")).select(_PAIR), sited.select(_PAIR)])


def candidates(evidence: Evidence) -> Candidates:
    """Returns the candidate pairs of groups, each with every pair of their names that shares a key."""
    found = [_block(keys, "name") for keys in (*_concept_keys(evidence), _acronym_keys(evidence), _meanings(evidence))]
    pairs = pl.concat([pairs for pairs, _, _ in found]).unique()
    same = evidence.record_names.select(name_a=pl.col("name").unique()).with_columns(name_b="name_a")
    by_name = pl.concat([pairs, pairs.select(name_a="name_b", name_b="name_a"), same])
    record, domain = _columns(evidence.attributes["domain"])
    sites = pl.DataFrame({"group": evidence.group[record], "key": domain}).unique()
    sited, *figures = _block(sites, "group")
    return Candidates(
        by_name=by_name,
        by_group=sited.rename({"group_a": "a", "group_b": "b"}),
        bearers=_bearers(evidence),
        largest_block=max(figures[0], *(largest for _, largest, _ in found)),
        dropped_blocks=figures[1] + sum(dropped for _, _, dropped in found),
    )


def _bearers(evidence: Evidence) -> pl.DataFrame:
    """Buckets overlap by half, so that neighbours always meet in one."""
    record, name = (evidence.record_names[column].to_numpy() for column in ("record", "name"))
    bearers = pl.DataFrame({"group": evidence.group[record], "name": name}).unique().sort("group", "name")
    place = pl.int_range(pl.len()).over("name")
    bearers = bearers.with_columns(bucket=2 * (place // MOST_BEARERS), place=place)
    shifted = bearers.filter(pl.len().over("name") > MOST_BEARERS).with_columns(
        bucket=2 * ((pl.col("place") + MOST_BEARERS // 2) // MOST_BEARERS) + 1
    )
    return pl.concat([bearers, shifted]).drop("place")


def _columns(matrix: Matrix) -> tuple[np.ndarray, np.ndarray]:
    coo = matrix.tocoo()
    return coo.row.astype(np.int64), coo.col.astype(np.int64)


def _concept_keys(evidence: Evidence) -> Iterator[pl.DataFrame]:
    """Yields keys of one concept, of two, and of three, always of those that are too frequent to make a block."""
    name, concept = _columns(evidence.concepts)
    width = evidence.concepts.shape[1]
    single = pl.DataFrame({"name": name, "key": concept})
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
    frames = [_columns(matrix) for matrix in (evidence.acronyms, evidence.initials)]
    return pl.concat([pl.DataFrame({"name": name, "key": acronym}) for name, acronym in frames]).unique()


def _meanings(evidence: Evidence) -> pl.DataFrame:
    meaning = evidence.forms.meaning
    return pl.DataFrame({"name": np.arange(len(meaning)), "key": meaning}, schema={"name": pl.Int64, "key": pl.Int64})


def _too_large(keys: pl.DataFrame) -> pl.DataFrame:
    return keys.filter(pl.len().over("key") > LARGEST_BLOCK)


def _block(keys: pl.DataFrame, member: str) -> tuple[pl.DataFrame, int, int]:
    """Returns the pairs of members of one key, the largest block used and the number of those too large."""
    sizes = keys.group_by("key").agg(size=pl.len())
    used = sizes.filter(pl.col("size").is_between(2, LARGEST_BLOCK))
    kept = keys.select(member, "key").join(used.select("key"), on="key")
    pairs = kept.join(kept, on="key", suffix="_b").filter(pl.col(member) < pl.col(f"{member}_b"))
    pairs = pairs.select(pl.col(member).alias(f"{member}_a"), pl.col(f"{member}_b")).unique()
    return pairs, int(used["size"].to_numpy().max(initial=0)), int((sizes["size"] > LARGEST_BLOCK).sum())
