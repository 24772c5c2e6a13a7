"""Members by type: what pages state of firms, science and administration, each number with the year it speaks of."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

import polars as pl

from inventory.criteria import method_version, rules
from inventory.schemas import STATISTICS, conform
from inventory.statistics import Figure, rows

_PREFIX: Final = "members_by_type."
OTHER: Final = "other"
"""Types that are of no group of `criteria.yml`, or of more than one."""


def group_of(kind: str) -> str:
    """Returns the group of members that a type of the sources belongs to.

    Args:
        kind: Key of `members_by_type`, such as `universities`.

    Example:
        >>> group_of("universities"), group_of("local_government_and_research")
        ('science', 'other')
    """
    groups = [group for group, pattern in rules()["member_groups"].items() if re.search(pattern, kind)]
    return groups[0] if len(groups) == 1 else OTHER


def by_type(said: pl.DataFrame, clusters: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Returns the members of clusters by group and by the year that the numbers speak of.

    For each cluster one record speaks: the most trusted, then the newest. A page that gives a group as a whole
    (`enterprises`) and by parts (`sme`) is taken at the whole.

    Args:
        said: Statements with cluster_id, trust and day, as `inventory.profiles.attribute` gives them.
        clusters: Schema `CLUSTERS`.
        as_of: The day of the inventory.

    Returns:
        A frame of schema `STATISTICS`: `members_by_type_of_clusters` by the dimension `year_member_group`
        (`2019|enterprises`). No sum goes over two years.
    """
    of_class = clusters.filter(pl.col("class") == "cluster").select("cluster_id")
    counted = (
        said.join(of_class, on="cluster_id", how="semi")
        .filter(pl.col("property").str.starts_with(_PREFIX) & pl.col("value").str.contains(r"^\d+$"))
        .sort("cluster_id", "trust", "day", "record_id", descending=[False, True, True, False])
        .with_columns(
            best=pl.col("record_id").first().over("cluster_id"), kind=pl.col("property").str.strip_prefix(_PREFIX)
        )
        .filter(pl.col("record_id") == pl.col("best"))
        .with_columns(
            pl.col("value").cast(pl.Int64),
            group=pl.col("kind").map_elements(group_of, return_dtype=pl.String),
            year=pl.col("day").str.slice(0, 4),
        )
    )
    is_whole = pl.col("kind") == pl.col("group")
    whole = pl.col("value").filter(is_whole).max()
    of_cluster = counted.group_by("cluster_id", "year", "group").agg(members=pl.coalesce(whole, pl.col("value").sum()))
    summed = of_cluster.group_by("year", "group").agg(pl.col("members").sum(), n=pl.len()).sort("year", "group")
    note = "stated by the most trusted page of each cluster, in the year it speaks of; years are other clusters"
    figures: list[Figure] = [
        ("members_by_type_of_clusters", "year_member_group", f"{year or 'unknown'}|{group}", float(members), n,
         of_class.height - n, "members", note)
        for year, group, members, n in summed.iter_rows()
    ]  # fmt: skip
    return conform(
        rows(figures).with_columns(as_of=pl.lit(as_of.isoformat()), method_version=pl.lit(method_version())), STATISTICS
    )
