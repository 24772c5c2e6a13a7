"""Whether an inventory follows from the one before: no id vanishes unexplained, and not too much changes at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

import polars as pl

from expectations.allowances import entry_for
from warehouse.findings import Issue

Tables = Mapping[str, pl.DataFrame]

LIMIT: Final = 0.20
"""Share of clusters that may change or go from one release to the next, and in each further year between them."""
FLOOR: Final = 5
"""Fewer clusters than this are too few for a share to mean anything."""
_TELLING: Final = ("name_pl", "class", "founded_year", "voivodeship_code")


def check_continuity(new: Tables, old: Tables) -> Iterator[Issue]:
    """Yields what does not follow from the release before.

    Args:
        new: Tables to be published, at least clusters; about, where as_of shows how many years lie between; retired_ids.
        old: Tables of the release before, at least clusters, and about.
    """
    ids, before = set(new["clusters"]["cluster_id"]), set(old["clusters"]["cluster_id"])
    retired = set(new["retired_ids"]["cluster_id"]) if "retired_ids" in new else set()
    vanished = sorted(before - ids - retired)
    if vanished:
        yield Issue(
            "ids_vanished",
            "critical",
            "clusters",
            "cluster_id",
            "",
            f"{len(vanished)} published ids are gone without redirect or tombstone: {', '.join(vanished[:5])}.",
            "Record in the ledger what became of each (merged into, or withdrawn and why).",
        )
    limit = LIMIT * max(1.0, _years(old, new))
    gone, changed = len(before - ids), _changed(new["clusters"], old["clusters"])
    for what, number in (("gone", gone), ("changed", changed)):
        if number >= FLOOR and number > limit * len(before):
            yield Issue(
                f"too_many_{what}",
                "critical",
                "clusters",
                "",
                "",
                f"{number} of {len(before)} published clusters are {what}, more than {limit:.0%}.",
                "Explain it first: see changes by cause. If it is right, write into allowances.yml of the home: "
                + entry_for(f"too_many_{what}", table="clusters"),
            )


def _years(old: Tables, new: Tables) -> float:
    days = [side["about"].filter(pl.col("key") == "as_of")["value"].to_list() for side in (old, new) if "about" in side]
    if len(days) < 2 or not all(days):
        return 0.0
    first, last = (date.fromisoformat(day[0]) for day in days)
    return (last - first).days / 365.25


def _changed(new: pl.DataFrame, old: pl.DataFrame) -> int:
    # Only a value that turned into another or was lost counts: an unknown that became known is what a refresh is for.
    columns = ["cluster_id", *_TELLING]
    both = old.select(columns).join(new.select(columns), on="cluster_id", suffix="_new")
    differs = [pl.col(name).is_not_null() & pl.col(name).ne_missing(pl.col(f"{name}_new")) for name in _TELLING]
    return both.filter(pl.any_horizontal(differs)).height
