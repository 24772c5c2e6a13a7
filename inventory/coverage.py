"""Coverage: how the lists overlap, and how many clusters they may all miss.

Two models, each with a log-normal interval of 95 %. Chao's lower bound over all lists (Chao, A. 1987. Estimating the
population size for capture-recapture data with unequal catchability. Biometrics 43: 783-791): unequal chances of being
listed make it a lower bound. Chapman's estimator over the two largest lists that nobody declares dependent (Chapman, D. G.
1951. Some properties of the hypergeometric distribution with applications to zoological sample censuses. University of
California Publications in Statistics 1: 131-160; variance of Seber, G. A. F. 1982. The estimation of animal abundance,
p. 60). Both assume a closed population, lists that catch independently, and right record linkage. Lists of one publisher
are one witness. What is declared dependent stands in `criteria.yml`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from datetime import date
from itertools import combinations
from typing import NamedTuple

import polars as pl

from inventory.criteria import rules
from inventory.places import voivodeships
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
    return _bound(seen, missed, variance)


def chapman(first: int, second: int, both: int) -> Bound | None:
    """Returns Chapman's estimate of a population's size from two independent lists, or None where a list is empty.

    Args:
        first: Clusters on the first list.
        second: Clusters on the second list.
        both: Clusters on both.

    Example:
        >>> chapman(30, 20, 14).estimate
        42.4
    """
    if min(first, second) <= 0:
        return None
    seen = first + second - both
    missed = (first + 1) * (second + 1) / (both + 1) - 1 - seen
    variance = (first + 1) * (second + 1) * (first - both) * (second - both) / ((both + 1) ** 2 * (both + 2))
    return _bound(seen, missed, variance)


def _bound(seen: int, missed: float, variance: float) -> Bound:
    """Returns what was seen plus what was missed, whose logarithm is taken as normal: never less than was seen."""
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
        A frame of schema `STATISTICS` with `clusters_by_source` (dimension source), `list_overlap` and `list_share` (in
        percent; dimension list_pair, value `a|b`), and `estimated_number_of_clusters` with `..._low` and `..._high`:
        Chao's lower bound (dimensions total and voivodeship) and Chapman's estimate (dimension list_pair). Where too
        little was seen the value is null, and the note says so.
    """
    of_class = clusters.filter(pl.col("class") == "cluster").select("cluster_id", "voivodeship_code")
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
    listed: dict[str, set[str]] = {}
    for cluster_id, source in seen.iter_rows():
        if (shown := standing(standings, source)).list:
            listed.setdefault(shown.publisher, set()).add(cluster_id)
    values += _overlap(listed, total)
    values += _missed("total", "all", listed, total)
    for code in voivodeships():
        here = set(of_class.filter(pl.col("voivodeship_code") == code)["cluster_id"])
        values += _missed("voivodeship", code, {name: on & here for name, on in listed.items() if on & here}, len(here))
    values += _missed_by_two(listed, _dependent(standings, as_of), total)
    return conform(
        rows(values).with_columns(as_of=pl.lit(as_of.isoformat()), method_version=pl.lit(method_version)), STATISTICS
    )


def _overlap(listed: Mapping[str, set[str]], total: int) -> list[Figure]:
    names = sorted(listed)
    values: list[Figure] = [
        ("list_overlap", "list_pair", f"{a}|{b}", float(len(listed[a] & listed[b])), len(listed[a] & listed[b]),
         total - len(listed[a] | listed[b]), "clusters", "clusters on both lists; n_unknown: clusters on neither")
        for place, a in enumerate(names) for b in names[place:]
    ]  # fmt: skip
    note = "of the second list's clusters, those that the first holds too"
    return values + [
        ("list_share", "list_pair", f"{a}|{b}", len(listed[a] & listed[b]) / len(listed[b]) * 100, len(listed[b]),
         total - len(listed[b]), "%", note)
        for a in names for b in names if a != b
    ]  # fmt: skip


def _missed(dimension: str, value: str, listed: Mapping[str, set[str]], total: int) -> list[Figure]:
    """Returns Chao's lower bound over the lists of one region, or of all."""
    often = Counter(Counter(cluster for members in listed.values() for cluster in members).values())
    seen, least = sum(often.values()), rules()["coverage"]
    enough = len(listed) > 1 and (
        dimension == "total" or (seen >= least["chao_seen"] and often[2] >= least["chao_on_two"])
    )
    if not enough:
        asked = f"{least['chao_seen']} clusters on lists and {least['chao_on_two']} on two of them"
        why = (
            f"no estimate: fewer than {asked}" if len(listed) > 1 else "no estimate: fewer than two publishers of lists"
        )
        return _estimates(dimension, value, None, seen, total, why)
    note = (
        f"Chao's lower bound over {len(listed)} publishers of lists: {often[1]} clusters on one, {often[2]} on two; "
        f"{total - seen} more are known from no list; assumes independent lists and right linkage; lists known in part "
        "make it too low or too high"
    )
    return _estimates(dimension, value, chao_lower_bound(often[1], often[2], seen), seen, total, note)


def _missed_by_two(listed: Mapping[str, set[str]], dependent: set[frozenset[str]], total: int) -> list[Figure]:
    """Returns Chapman's estimate over the two largest lists that are not declared dependent."""
    by_size = sorted(listed, key=lambda name: (-len(listed[name]), name))
    pairs = [
        (a, b) for place, a in enumerate(by_size) for b in by_size[place + 1 :] if frozenset((a, b)) not in dependent
    ]
    if not pairs:
        return []
    a, b = min(pairs, key=lambda pair: (-min(len(listed[name]) for name in pair), by_size.index(pair[0])))
    both, seen, least = len(listed[a] & listed[b]), len(listed[a] | listed[b]), rules()["coverage"]["chapman_on_both"]
    if both < least:
        why = f"no estimate: fewer than {least} clusters on both lists"
        return _estimates("list_pair", f"{a}|{b}", None, seen, total, why)
    note = (
        f"Chapman's estimate from {len(listed[a])} and {len(listed[b])} clusters, {both} on both; assumes that one list "
        "takes no more clusters of the other than of those not on it; where good clusters are on both it is too low"
    )
    found = chapman(len(listed[a]), len(listed[b]), both)
    if found and found.estimate < total:
        note += f"; it lies below the {total} that are known, so these lists are not independent"
    return _estimates("list_pair", f"{a}|{b}", found, seen, total, note)


def _estimates(  # noqa: PLR0913 - the columns of a figure
    dimension: str, value: str, bound: Bound | None, seen: int, total: int, note: str
) -> list[Figure]:
    names = ("estimated_number_of_clusters", "estimated_number_of_clusters_low", "estimated_number_of_clusters_high")
    return [
        (name, dimension, value, figure, seen, total - seen, "clusters", note)
        for name, figure in zip(names, bound or (None, None, None), strict=True)
    ]


def _dependent(standings: Mapping[str, Standing], as_of: date) -> set[frozenset[str]]:
    """Returns the pairs of publishers whose lists are declared dependent on that day."""
    return {
        frozenset(standing(standings, source).publisher for source in pair)
        for rule in rules()["coverage"]["dependent_lists"]
        if str(rule.get("since", "")) <= as_of.isoformat()
        for pair in combinations(rule["sources"], 2)
    }
