"""What each source names: the published table `source_counts`.

Counted when the release is made: an analyst's question would join every entry with its cluster anew, a tenth of a second for
300,000 entries.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from warehouse.dictionary import publishable


def source_counts(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Returns for each source how many clusters and potential clusters it names, and how many no other source names.

    Args:
        tables: Published tables, at least clusters, cluster_records and records.

    Returns:
        A row per source: source_id, clusters, potential_clusters, only_here (numbers of bodies).
    """
    entries = tables["cluster_records"].select("record_id", "cluster_id")
    named = entries.join(tables["records"].select("record_id", "source_id"), on="record_id")
    named = named.filter(pl.col("source_id").is_not_null()).select("source_id", "cluster_id").unique()
    of_class = tables["clusters"].select("cluster_id", "class", "source_count")
    counted = named.join(of_class, on="cluster_id").group_by("source_id").agg(
        clusters=(pl.col("class") == "cluster").sum(),
        potential_clusters=(pl.col("class") == "potential_cluster").sum(),
        only_here=(pl.col("source_count") == 1).sum(),
    )  # fmt: skip
    return publishable("source_counts", counted)
