"""Figures by key: the only door from `statistics` into the report.

A key is `statistic`, or `statistic/dimension=value`, with `#n` or `#n_unknown` behind it for the clusters that stand
behind the figure: `number_of_clusters`, `number_of_clusters/voivodeship=24`, `age_mean_of_clusters#n`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

_KEY: Final = re.compile(
    r"(?P<statistic>[a-z0-9_]+)(?:/(?P<dimension>[a-z0-9_]+)=(?P<value>.+?))?(?:#(?P<part>n|n_unknown))?"
)


class UnknownFigureError(KeyError):
    """A key that no row of `statistics` answers to. The message names the key and the remedy."""

    def __str__(self) -> str:
        """The message without the quotes that a KeyError adds."""
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of `statistics`: value (None where nothing is known), clusters behind it, clusters without the value, unit."""

    value: float | None
    n: int
    n_unknown: int
    unit: str
    note: str


class Figures:
    """The statistics of one release by key."""

    def __init__(self, statistics: pl.DataFrame, origin: str) -> None:
        """Reads the table `statistics` of a release.

        Args:
            statistics: Columns statistic, dimension, dimension_value, value, n, n_unknown, unit, note.
            origin: Which release, for messages: `this release`, `the release compared with`.
        """
        columns = ("statistic", "dimension", "dimension_value", "value", "n", "n_unknown", "unit", "note")
        self._origin = origin
        self._rows: dict[tuple[str, str, str], Figure] = {
            (row[0], row[1], row[2] or "all"): Figure(row[3], row[4], row[5] or 0, row[6], row[7] or "")
            for row in statistics.select(columns).iter_rows()
        }

    def figure(self, key: str) -> Figure:
        """Returns the row behind a key.

        Raises:
            UnknownFigureError: No row has that key.
        """
        statistic, dimension, value, _ = parse_key(key)
        row = self._rows.get((statistic, dimension, value))
        if row is None:
            raise UnknownFigureError(
                f"{self._origin} has no figure `{key}`: statistic {statistic}, dimension {dimension}, value {value}. "
                "Add it to the statistics, or mend the key in warehouse/report"
            )
        return row

    def value(self, key: str) -> float | None:
        """Returns the value behind a key, or the count of clusters where the key ends in `#n` or `#n_unknown`.

        Raises:
            UnknownFigureError: No row has that key.
        """
        row, part = self.figure(key), parse_key(key)[3]
        return {"": row.value, "n": row.n, "n_unknown": row.n_unknown}[part]

    def has(self, key: str) -> bool:
        """Returns whether a row has that key."""
        return parse_key(key)[:3] in self._rows

    def values(self, statistic: str, dimension: str) -> Mapping[str, Figure]:
        """Returns the rows of a statistic by the values of a dimension, sorted by them; none where there are none."""
        return {
            value: row
            for (name, by, value), row in sorted(self._rows.items(), key=lambda item: item[0])
            if (name, by) == (statistic, dimension)
        }

    def ranked(self, statistic: str, dimension: str) -> list[str]:
        """Returns the values of a dimension from the greatest figure down; unknown and empty ones are left out."""
        rows = {value: row.value for value, row in self.values(statistic, dimension).items()}
        known = [(value, number) for value, number in rows.items() if number and value != "unknown"]
        return [value for value, _ in sorted(known, key=lambda item: (-item[1], item[0]))]


def parse_key(key: str) -> tuple[str, str, str, str]:
    """Returns statistic, dimension (`total`), its value (`all`) and the part (`n`, `n_unknown` or empty) of a key.

    Raises:
        UnknownFigureError: It is no key.
    """
    parts = _KEY.fullmatch(key)
    if parts is None:
        raise UnknownFigureError(f"`{key}` is no key: write statistic, or statistic/dimension=value, with #n behind it")
    return parts["statistic"], parts["dimension"] or "total", parts["value"] or "all", parts["part"] or ""


def key_of(statistic: str, dimension: str, value: str) -> str:
    """Returns the key of a figure."""
    return f"{statistic}/{dimension}={value}"
