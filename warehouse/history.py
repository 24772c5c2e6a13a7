"""What each release said of each cluster: the row of `clusters` and the releases between which it stood.

A slowly changing history (type 2: one row a state, with its interval). It is carried on from the release before, so a
release answers by itself what the inventory said on a day gone by. No clock: a release counts from its day of the
inventory.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from warehouse.dictionary import publishable

_INTERVAL: Final = ("valid_from_release", "valid_to_release", "valid_from_day", "valid_to_day")


def carried_on(clusters: pl.DataFrame, version: str, day: date, before: pl.DataFrame | None) -> pl.DataFrame:
    """Returns the history up to this release.

    Args:
        clusters: The published clusters of this release.
        version: Version of this release.
        day: Its day of the inventory.
        before: The history of the release before, or None for the first.

    Returns:
        The published table `cluster_history`: rows that still hold stay open, those that do not are closed by this
        release, new states are opened. Over its open rows it equals `clusters`.
    """
    if before is None:
        return _opened(clusters, version, day)
    known = before.with_columns(
        pl.lit(None, kind).alias(name) for name, kind in clusters.schema.items() if name not in before.columns
    ).select(*clusters.columns, *_INTERVAL)
    standing = known.filter(pl.col("valid_to_release").is_null())
    states = clusters.columns
    held = standing.join(clusters, on=states, how="semi", nulls_equal=True)
    ended = standing.join(clusters, on=states, how="anti", nulls_equal=True).with_columns(
        valid_to_release=pl.lit(version), valid_to_day=pl.lit(day)
    )
    fresh = _opened(clusters.join(standing, on=states, how="anti", nulls_equal=True), version, day)
    closed = known.filter(pl.col("valid_to_release").is_not_null())
    return publishable("cluster_history", pl.concat([closed, ended, held, fresh]))


def _opened(clusters: pl.DataFrame, version: str, day: date) -> pl.DataFrame:
    return publishable(
        "cluster_history",
        clusters.with_columns(
            valid_from_release=pl.lit(version),
            valid_to_release=pl.lit(None, pl.String),
            valid_from_day=pl.lit(day),
            valid_to_day=pl.lit(None, pl.Date),
        ),
    )
