"""Bounds for the card of a source, suggested from what releases found in it.

A suggestion is for a person to read and to write into the card; nothing here changes one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

Tables = Mapping[str, pl.DataFrame]

LEAST: Final = 0.85
"""Share of the smallest good run below which a list was hardly read whole."""
MOST: Final = 2.0
"""Multiple of the largest good run above which something else was read with it."""
USUAL: Final = 0.5
"""Share of entries with a property from which its absence would be noticed."""


@dataclass(frozen=True, slots=True)
class SuggestedBounds:
    """Bounds for one source.

    Attributes:
        source_id: Id of the source.
        runs: Good runs behind the suggestion.
        rows_min: Fewest entries.
        rows_max: Most entries.
        filled: Property to the least share of entries that state it.
    """

    source_id: str
    runs: int
    rows_min: int
    rows_max: int
    filled: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        """Returns the line as it stands in a card."""
        filled = ", ".join(f"{name}: {share}" for name, share in sorted(self.filled.items()))
        return f"bounds: {{rows_min: {self.rows_min}, rows_max: {self.rows_max}, filled: {{{filled}}}}}"


def suggest(history: Sequence[Tables]) -> tuple[SuggestedBounds, ...]:
    """Returns suggested bounds by source id.

    Args:
        history: Published tables of releases, in any order; `sources` (source_id, rows, stale), `records` (record_id,
            source_id) and `statements` (record_id, property) are read. A run that found nothing, or that the release called
            stale, is no good run.
    """
    rows: dict[str, list[int]] = {}
    shares: dict[str, dict[str, list[float]]] = {}
    told: dict[str, int] = {}  # runs of which any entry has statements
    for tables in history:
        good = tables["sources"].filter((pl.col("rows") > 0) & ~pl.col("stale").fill_null(value=False))
        found = _shares(tables)
        for source, number in good.select("source_id", "rows").iter_rows():
            rows.setdefault(source, []).append(number)
            seen = shares.setdefault(source, {})
            told[source] = told.get(source, 0) + (source in found)
            for name, share in found.get(source, {}).items():
                seen.setdefault(name, []).append(share)
    return tuple(
        SuggestedBounds(
            source_id=source,
            runs=len(numbers),
            rows_min=max(1, math.floor(LEAST * min(numbers))),
            rows_max=math.ceil(MOST * max(numbers)),
            filled={
                name: math.floor(100 * LEAST * min(met)) / 100
                for name, met in sorted(shares[source].items())
                if len(met) == told[source] and min(met) >= USUAL
            },
        )
        for source, numbers in sorted(rows.items())
    )


def _shares(tables: Tables) -> dict[str, dict[str, float]]:
    # Only entries that became part of a cluster have statements; those left out must not count as empty.
    told = tables["statements"].select("record_id", "property").unique()
    owned = tables["records"].select("record_id", "source_id").join(told, on="record_id", how="semi")
    counts = owned.join(told, on="record_id").group_by("source_id", "property").len()
    totals = dict(owned.group_by("source_id").len().iter_rows())
    found: dict[str, dict[str, float]] = {}
    for source, name, number in counts.iter_rows():
        found.setdefault(source, {})[name] = number / totals[source]
    return found
