"""Sensitivity: how the counts would stand under stricter and looser tables of classes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from inventory.classes import classify
from inventory.criteria import method_version, rules
from inventory.schemas import STATISTICS, conform
from inventory.standings import Standing
from inventory.statistics import Figure, rows


def under_other_rules(
    said: pl.DataFrame, assessments: pl.DataFrame, standings: Mapping[str, Standing], as_of: date
) -> pl.DataFrame:
    """Returns the number of clusters and potential clusters under each table of `criteria.yml`.

    Args:
        said: Statements with cluster_id, as `inventory.profiles.attribute` gives them.
        assessments: Schema `ASSESSMENTS`; the verdicts are the same under every table.
        standings: Standing by source id.
        as_of: The day of the inventory.

    Returns:
        A frame of schema `STATISTICS`: `number_of_clusters` and `number_of_potential_clusters` by the dimension
        `rule_table` (published, stricter, looser).
    """
    figures: list[Figure] = []
    for table, rule in rules()["classes"].items():
        found = classify(said, assessments, standings, as_of, table)["class"]
        for population, kind in (("clusters", "cluster"), ("potential_clusters", "potential_cluster")):
            number = int(found.eq(kind).sum())
            figures.append(
                (f"number_of_{population}", "rule_table", table, float(number), number, 0, "clusters", rule["means"])
            )
    return conform(
        rows(figures).with_columns(as_of=pl.lit(as_of.isoformat()), method_version=pl.lit(method_version())), STATISTICS
    )
