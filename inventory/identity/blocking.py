"""Which pairs of names are worth comparing: those that share a rare or two common concepts, or an acronym.

Belongs here: candidate pairs and figures on them. Does not belong here: how far two names agree.
No block is larger than `LARGEST_BLOCK`: a larger one gives way to those of two concepts, and of three.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from inventory.identity.evidence import Evidence, Matrix

LARGEST_BLOCK = 60
"""Most members of a block: bounds the pairs that one key can bring to 1,770."""


@dataclass(frozen=True)
class Candidates:
    """Pairs of records to be compared.

    Attributes:
        pairs: Columns a, b (record indices, a < b) and name_a, name_b (name indices): the names that made them meet.
        pair_count: Number of pairs of records.
        largest_block: Members of the largest block used.
        dropped_blocks: Keys left out because their blocks were too large.
    """

    pairs: pl.DataFrame
    pair_count: int
    largest_block: int
    dropped_blocks: int


def candidates(evidence: Evidence) -> Candidates:
    """Returns the candidate pairs of records, each with every pair of their names that shares a key."""
    keys = pl.concat([_concept_keys(evidence), _acronym_keys(evidence), _whole_names(evidence)]).unique()
    keys, largest, dropped = _bounded(keys, "name")
    by_name = _self_join(keys, "name")
    bearer = evidence.record_names.select("record", "name")
    pairs = _records_of(by_name, bearer)
    domain, largest_domain, dropped_domains = _bounded(_attribute_keys(evidence, "domain"), "record")
    by_domain = _self_join(domain, "record").rename({"record_a": "a", "record_b": "b"})
    met = (
        by_domain.join(bearer.rename({"record": "a", "name": "name_a"}), on="a")
        .join(bearer.rename({"record": "b", "name": "name_b"}), on="b")
        .select("a", "b", "name_a", "name_b")
    )
    pairs = pl.concat([pairs, met]).unique().sort("a", "b", "name_a", "name_b")
    count = pairs.select(pl.struct("a", "b").n_unique()).item() if len(pairs) else 0
    return Candidates(pairs, count, max(largest, largest_domain), dropped + dropped_domains)


def _columns(matrix: Matrix) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    coo = matrix.tocoo()
    return coo.row.astype(np.int64), coo.col.astype(np.int64)


def _concept_keys(evidence: Evidence) -> pl.DataFrame:
    """Keys of one concept, of two, and of three where a pair of them is too frequent to make a block."""
    name, concept = _columns(evidence.concepts)
    single = pl.DataFrame({"name": name, "concept": concept})
    double = (
        single.join(single, on="name", suffix="_b")
        .filter(pl.col("concept") < pl.col("concept_b"))
        .with_columns(size=pl.len().over("concept", "concept_b"))
    )
    triple = (
        double.filter(pl.col("size") > LARGEST_BLOCK)
        .join(single, on="name", suffix="_c")
        .filter(pl.col("concept_b") < pl.col("concept_c"))
    )
    return pl.concat(
        [
            single.select("name", key=pl.format("1:{}", "concept")),
            double.select("name", key=pl.format("2:{}:{}", "concept", "concept_b")),
            triple.select("name", key=pl.format("3:{}:{}:{}", "concept", "concept_b", "concept_c")),
        ]
    )


def _acronym_keys(evidence: Evidence) -> pl.DataFrame:
    frames = []
    for matrix in (evidence.acronyms, evidence.initials):
        name, acronym = _columns(matrix)
        frames.append(pl.DataFrame({"name": name, "acronym": acronym}).select("name", key=pl.format("a:{}", "acronym")))
    return pl.concat(frames)


def _whole_names(evidence: Evidence) -> pl.DataFrame:
    keys = ["w:" + " ".join(sorted(name.concepts)) for name in evidence.names]
    return pl.DataFrame({"name": np.arange(len(keys)), "key": keys}, schema={"name": pl.Int64, "key": pl.String})


def _attribute_keys(evidence: Evidence, attribute: str) -> pl.DataFrame:
    record, value = _columns(evidence.attributes[attribute])
    return pl.DataFrame({"record": record, "value": value}).select("record", key=pl.format("{}", "value"))


def _bounded(keys: pl.DataFrame, member: str) -> tuple[pl.DataFrame, int, int]:
    sizes = keys.group_by("key").agg(pl.col(member).n_unique().alias("size"))
    used = sizes.filter(pl.col("size").is_between(2, LARGEST_BLOCK))
    largest = used["size"].max() if len(used) else 0
    dropped = sizes.filter(pl.col("size") > LARGEST_BLOCK)
    return keys.join(used.select("key"), on="key"), int(largest or 0), len(dropped)  # type: ignore[arg-type]


def _self_join(keys: pl.DataFrame, member: str) -> pl.DataFrame:
    joined = keys.join(keys, on="key", suffix="_b").filter(pl.col(member) < pl.col(f"{member}_b"))
    return joined.select(pl.col(member).alias(f"{member}_a"), pl.col(f"{member}_b")).unique()


def _records_of(by_name: pl.DataFrame, bearer: pl.DataFrame) -> pl.DataFrame:
    """Turns pairs of names into pairs of records; records of one and the same name are paired as well."""
    same = bearer.select(pl.col("name").unique()).select(name_a="name", name_b="name")
    both = pl.concat([by_name.select("name_a", "name_b"), same])
    met = both.join(bearer.rename({"record": "a", "name": "name_a"}), on="name_a").join(
        bearer.rename({"record": "b", "name": "name_b"}), on="name_b"
    )
    turned = pl.col("a") > pl.col("b")
    return (
        met.filter(pl.col("a") != pl.col("b"))
        .select(
            a=pl.when(turned).then("b").otherwise("a"),
            b=pl.when(turned).then("a").otherwise("b"),
            name_a=pl.when(turned).then("name_b").otherwise("name_a"),
            name_b=pl.when(turned).then("name_a").otherwise("name_b"),
        )
        .unique()
    )
