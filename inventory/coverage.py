"""Coverage: how the lists overlap, and how many clusters they may all miss.

Chao's lower bound (Chao, A. 1987. Estimating the population size for capture-recapture data with unequal catchability.
Biometrics 43: 783-791) with its log-normal interval. It assumes a closed population, lists that catch independently,
and right record linkage; unequal chances of being listed make it a lower bound. Lists of one publisher are one witness.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import polars as pl

from inventory.schemas import STATISTICS, conform
from inventory.standings import Standing, standing
from inventory.statistics import Figure, rows

_Z = 1.959963984540054  # normal quantile of a two-sided interval of 95 %


class Bound(NamedTuple):
    """An estimate of a population's size with its interval of 95 %."""

    estimate: float
    low: float
    high: float


def chao_lower_bound(once: int, twice: int, seen: int) -> Bound | None:
    """Returns Chao's lower bound of a population's size, or None where nothing was seen.

    The bias-corrected form is taken where no cluster is on exactly two lists.

    Args:
        once: Clusters on exactly one list.
        twice: Clusters on exactly two lists.
        seen: Clusters on any list.

    Example:
        >>> chao_lower_bound(10, 5, 20).estimate
        30.0
    """
    if seen <= 0:
        return None
    if twice > 0:
        ratio = once / twice
        missed = once * once / (2 * twice)
        variance = twice * (ratio**4 / 4 + ratio**3 + ratio**2 / 2)
    else:
        missed = once * (once - 1) / 2
        variance = missed + once * (2 * once - 1) ** 2 / 4 - once**4 / (4 * (seen + missed))
    if missed <= 0:
        return Bound(float(seen), float(seen), float(seen))
    spread = math.exp(_Z * math.sqrt(math.log1p(max(variance, 0.0) / missed**2)))
    return Bound(seen + missed, seen + missed / spread, seen + missed * spread)


def estimate(  # noqa: PLR0913 - five frames and maps of the inventory, and the version of the method
    clusters: pl.DataFrame,
    cluster_records: pl.DataFrame,
    records: pl.DataFrame,
    standings: Mapping[str, Standing],
    as_of: date,
    method_version: str,
) -> pl.DataFrame:
    """Returns how the sources cover the clusters, how lists overlap, and the estimated number of clusters.

    Args:
        clusters: Schema `CLUSTERS`.
        cluster_records: Schema `CLUSTER_RECORDS`.
        records: Schema `RECORDS`.
        standings: Standing by source id; `list` says which sources are lists of clusters.
        as_of: The day of the inventory.
        method_version: Version of the method.

    Returns:
        A frame of schema `STATISTICS` with `clusters_by_source` (dimension source), `list_overlap` (dimension
        list_pair, value `a|b`) and `estimated_number_of_clusters`, `..._low`, `..._high` (dimension total). No
        estimate is given for fewer than two lists.
    """
    of_class = clusters.filter(pl.col("class") == "cluster").select("cluster_id")
    seen = (
        cluster_records.select("record_id", "cluster_id").join(of_class, on="cluster_id")
        .join(records.select("record_id", "source_id"), on="record_id")
        .select("cluster_id", "source_id").unique()
    )  # fmt: skip
    total = of_class.height
    by_source = sorted(seen.group_by("source_id").len().iter_rows())
    values: list[Figure] = [
        ("clusters_by_source", "source", source, float(n), n, total - n, "clusters", None) for source, n in by_source
    ]
    publisher = {
        source: standing(standings, source).publisher for source, _ in by_source if standing(standings, source).list
    }
    listed: dict[str, set[str]] = {}
    for cluster_id, source in seen.iter_rows():
        if source in publisher:
            listed.setdefault(publisher[source], set()).add(cluster_id)
    values += _overlap(listed, total)
    values += _missed(listed, total)
    return conform(
        rows(values).with_columns(as_of=pl.lit(as_of.isoformat()), method_version=pl.lit(method_version)), STATISTICS
    )


def _overlap(listed: Mapping[str, set[str]], total: int) -> list[Figure]:
    names = sorted(listed)
    return [
        ("list_overlap", "list_pair", f"{a}|{b}", float(len(listed[a] & listed[b])), len(listed[a] & listed[b]),
         total - len(listed[a] | listed[b]), "clusters", "clusters on both lists; n_unknown: clusters on neither")
        for place, a in enumerate(names) for b in names[place:]
    ]  # fmt: skip


def _missed(listed: Mapping[str, set[str]], total: int) -> list[Figure]:
    times = Counter(cluster for members in listed.values() for cluster in members)
    often = Counter(times.values())
    bound = chao_lower_bound(often[1], often[2], len(times)) if len(listed) > 1 else None
    note = (
        f"Chao's lower bound over {len(listed)} publishers of lists: {often[1]} clusters on one, {often[2]} on two; "
        "assumes independent lists and right linkage; lists known in part make it too low or too high"
    )
    names = ("estimated_number_of_clusters", "estimated_number_of_clusters_low", "estimated_number_of_clusters_high")
    figures = bound or (None, None, None)
    return [
        (name, "total", "all", figure, len(times), total - len(times), "clusters",
         note if bound else "no estimate: fewer than two publishers of lists")
        for name, figure in zip(names, figures, strict=True)
    ]  # fmt: skip
