"""Official figures beside ours, with population and date, so that nobody compares unlike things.

`data/official_figures.csv` holds what was published; `data/official_comparisons.csv` says which of our figures stands
beside it and whether the two speak of the same thing; its row without a `figure_id` speaks for all that have no row.
Both are in English and Polish, the Polish in the columns that end in `_pl`.
"""

from __future__ import annotations

import csv
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import polars as pl

from inventory.dates import last_day
from inventory.labels import held
from inventory.schemas import OFFICIAL_FIGURES, conform

WRITTEN_UNITS: Final = ("%", "PLN")
"""Units that are shown behind the number; the others are in the words of the figure."""
_DATA: Final = Path(__file__).parent / "data"


def compare(statistics: pl.DataFrame, clusters: pl.DataFrame, labels: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Returns the published figures with ours beside them.

    Args:
        statistics: Schema `STATISTICS`.
        clusters: Schema `CLUSTERS`.
        labels: Schema `LABELS`: holders are counted at the day of the published figure, if the inventory reaches it.
        as_of: The day of the inventory.

    Returns:
        A frame of schema `OFFICIAL_FIGURES`. `comparable` is true only where population and day are the same; `note`
        and `note_pl` say why or why not. `ours` is empty where we have no such figure.
    """
    keyed = {
        "|".join(key): value
        for *key, value in statistics.select("statistic", "dimension", "dimension_value", "value").iter_rows()
    }
    rows, comparisons = [], _comparisons()
    for figure in _published():
        comparison = comparisons.get(figure["figure_id"], comparisons[""])
        ours = _ours(comparison, figure, keyed, clusters, labels, as_of)
        comparable = comparison["comparable"] == "yes" and ours is not None
        note, note_pl = (
            "; ".join(part for part in (comparison[f"why{said}"], figure[f"note{said}"]) if part)
            for said in ("", "_pl")
        )
        rows.append((
            figure["figure_id"], figure["statistic"], figure["statistic_pl"], figure["population"],
            figure["population_pl"], figure["as_of"] or None, _number(figure["value_min"]), _number(figure["value_max"]),
            figure["relation"], figure["unit"], ours, comparable, note, note_pl, figure["publisher"],
            figure["publisher_pl"], figure["url"],
        ))  # fmt: skip
    return conform(pl.DataFrame(rows, schema=OFFICIAL_FIGURES, orient="row"), OFFICIAL_FIGURES)


@lru_cache(maxsize=1)
def _published() -> tuple[dict[str, str], ...]:
    with (_DATA / "official_figures.csv").open(encoding="utf-8", newline="") as rows:
        return tuple(csv.DictReader(rows))


@lru_cache(maxsize=1)
def _comparisons() -> dict[str, dict[str, str]]:
    with (_DATA / "official_comparisons.csv").open(encoding="utf-8", newline="") as rows:
        return {row["figure_id"]: row for row in csv.DictReader(rows)}


def _number(text: str) -> float | None:
    return float(text) if text else None


def _ours(  # noqa: PLR0913 - all that a measure may look at
    comparison: dict[str, str],
    figure: dict[str, str],
    keyed: dict[str, Any],
    clusters: pl.DataFrame,
    labels: pl.DataFrame,
    as_of: date,
) -> float | None:
    measure, argument = comparison["measure"], comparison["argument"]
    if measure == "statistic":
        value = keyed.get(argument)
        return None if value is None else float(value)
    if measure == "city":
        return float(clusters.filter(pl.col("city") == argument).height)
    if measure in {"held", "ever"}:
        day = last_day(figure["as_of"])
        if day is None or day > as_of:
            return None
        holders = held(labels, day) if measure == "held" else labels.select("cluster_id", "label", "level")
        return _holders(holders, clusters, argument)
    return None


def _holders(holders: pl.DataFrame, clusters: pl.DataFrame, argument: str) -> float:
    """Returns how many clusters hold `label|level|voivodeship`; levels joined by a plus are counted one by one."""
    label, level, region = (*argument.split("|"), "", "")[:3]
    chosen = holders.filter(pl.col("label") == label)
    if region:
        there = clusters.filter(pl.col("voivodeship") == region)["cluster_id"]
        chosen = chosen.filter(pl.col("cluster_id").is_in(there.to_list()))
    if not level:
        return float(chosen["cluster_id"].n_unique())
    return float(chosen.filter(pl.col("level").is_in(level.split("+"))).select("cluster_id", "level").unique().height)
