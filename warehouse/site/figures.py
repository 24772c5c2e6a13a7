"""The statistics page: rows of `statistics` laid out as tables, one a dimension, and the bars of founding years."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from inventory.official import WRITTEN_UNITS
from warehouse.site.wording import Wording, alphabet

Tables = Mapping[str, pl.DataFrame]

_POPULATIONS: Final = ("clusters", "potential_clusters", "bodies")
_OF_POPULATION: Final = re.compile(r"^(?P<measure>.+)_of_(?P<population>clusters|potential_clusters|bodies)$")
_PER_MILLION: Final = re.compile(
    r"^(?P<population>clusters|potential_clusters|bodies)_(?P<measure>per_million_inhabitants)$"
)
_FRACTIONAL: Final = re.compile(r"_mean|_median|_per_million|^share_")
"""Statistics that stand with one decimal even where it is zero, so that columns line up."""
_ROUNDED: Final = re.compile(r"^estimated_")
"""Estimates, whose decimals would claim a precision that they do not have."""
_NOT_KNOWN: Final = frozenset({"", "unknown"})
_SHOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "class": ("number_of_bodies",),
    "state": ("number_of_clusters", "number_of_potential_clusters", "number_of_bodies", "age_mean_of_bodies"),
    "voivodeship": (
        "number_of_clusters", "number_of_potential_clusters", "number_of_bodies", "bodies_per_million_inhabitants",
        "age_mean_of_bodies", "members_median_of_bodies",
    ),
    "nuts2": ("number_of_clusters", "number_of_potential_clusters", "number_of_bodies", "age_mean_of_bodies", "members_median_of_bodies"),
    "sector": ("number_of_clusters", "number_of_potential_clusters", "number_of_bodies", "age_mean_of_bodies", "members_median_of_bodies"),
    "cohort": ("number_of_clusters", "number_of_potential_clusters", "number_of_bodies"),
    "founded_year": ("number_of_clusters", "number_of_potential_clusters", "number_of_bodies"),
    "label": ("label_holders", "label_holders_ever"),
    "label_level": ("label_holders_ever",),
    "source": ("clusters_by_source",),
    "list_pair": ("list_overlap",),
}  # fmt: skip
"""Dimensions in the order of the page, with the statistics that stand as columns."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of figures: captions of its columns, and rows of a heading and one figure a column."""

    dimension: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class YearBar:
    """A bar of the chart of founding years, stacked: clusters below, potential clusters above."""

    year: str
    x: float
    clusters: int
    potential_clusters: int
    clusters_height: float
    potential_height: float


def total_grid(statistics: pl.DataFrame, wording: Wording) -> Grid:
    """Returns the figures of the whole inventory, a row a measure and a column a population."""
    rows = {row["statistic"]: row for row in statistics.filter(pl.col("dimension") == "total").iter_rows(named=True)}
    measures: dict[str, dict[str, dict[str, Any]]] = {}
    for statistic, row in rows.items():
        measure, population = split_statistic(statistic)
        measures.setdefault(measure, {})[population] = row
    known = list(wording.terms("measure"))
    ordered = sorted(measures, key=lambda measure: (known.index(measure) if measure in known else len(known), measure))
    return Grid(
        dimension="total",
        title=wording.term("dimension", "total"),
        columns=tuple(wording.term("population", population) for population in _POPULATIONS),
        rows=tuple(
            (
                wording.term("measure", measure),
                tuple(figure(measures[measure].get(name), wording) for name in _POPULATIONS),
            )
            for measure in ordered
        ),
        notes=tuple(sorted({row["note"] for row in rows.values() if row["note"]})),
    )


def grids(tables: Tables, wording: Wording) -> list[Grid]:
    """Returns a table of figures for each dimension that the statistics hold."""
    words = _words_of_values(tables, wording)
    made = []
    for dimension, wanted in _SHOWN.items():
        frame = tables["statistics"].filter((pl.col("dimension") == dimension) & pl.col("statistic").is_in(wanted))
        found = {
            (row["dimension_value"], row["statistic"]): row
            for row in frame.sort("dimension_value").iter_rows(named=True)
        }
        if dimension == "list_pair":
            found = {key: row for key, row in found.items() if row["value"]}
        columns = [statistic for statistic in wanted if any(key[1] == statistic for key in found)]
        named = {key[0]: _value_words(dimension, key[0], words, wording) for key in found}
        values = sorted(named, key=lambda value: _place(dimension, value, named[value]))
        if not values:
            continue
        made.append(
            Grid(
                dimension=dimension,
                title=wording.term("dimension", dimension),
                columns=tuple(statistic_words(statistic, wording) for statistic in columns),
                rows=tuple(
                    (named[value], tuple(figure(found.get((value, name)), wording) for name in columns))
                    for value in values
                ),
                notes=tuple(sorted({row["note"] for row in found.values() if row["note"]})),
            )
        )
    return made


def year_bars(statistics: pl.DataFrame, width: int, height: int) -> list[YearBar]:
    """Returns the bars of founding years on a drawing of this size, with every year between the first and the last."""
    frame = statistics.filter(
        (pl.col("dimension") == "founded_year") & pl.col("dimension_value").str.contains(r"^\d{4}$")
    )
    counts = {
        (row["statistic"], int(row["dimension_value"])): int(row["value"] or 0) for row in frame.iter_rows(named=True)
    }
    years = sorted({year for _, year in counts})
    if not years:
        return []
    span = range(years[0], years[-1] + 1)
    both = {
        y: (counts.get(("number_of_clusters", y), 0), counts.get(("number_of_potential_clusters", y), 0)) for y in span
    }
    per_body = height / max(1, *(sum(pair) for pair in both.values()))
    step = width / len(span)
    return [
        YearBar(
            str(year),
            round(i * step, 1),
            *both[year],
            round(both[year][0] * per_body, 1),
            round(both[year][1] * per_body, 1),
        )
        for i, year in enumerate(span)
    ]


def split_statistic(statistic: str) -> tuple[str, str]:
    """Returns measure and population of a statistic's name; the population of one that has none is `clusters`."""
    found = _OF_POPULATION.match(statistic) or _PER_MILLION.match(statistic)
    if found:
        return found["measure"], found["population"]
    return statistic.replace("_of_clusters", ""), "clusters"


def statistic_words(statistic: str, wording: Wording) -> str:
    """Returns the words for a statistic: measure and population."""
    measure, population = split_statistic(statistic)
    words = wording.term("measure", measure)
    has_population = _OF_POPULATION.match(statistic) or _PER_MILLION.match(statistic)
    return f"{words}: {wording.term('population', population)}" if has_population else words


def figure(row: Mapping[str, Any] | None, wording: Wording) -> str:
    """Returns a figure in the format of the language; years stand without a separator of thousands."""
    if row is None or row["value"] is None:
        return "–"
    if row["unit"] == "year":
        return str(int(row["value"]))
    if _ROUNDED.match(row["statistic"]):
        return wording.number(round(row["value"]))
    text = wording.decimal(row["value"]) if _FRACTIONAL.search(row["statistic"]) else wording.number(row["value"])
    return text + ("\u00a0%" if row["unit"] == "%" else "")


def official_figures(published: pl.DataFrame, wording: Wording) -> list[dict[str, Any]]:
    """Returns the rows of `official_figures` with `published` and `our_figure`, both as shown; the comparable ones first.

    A published range stands with a dash; where only its upper end is known, that stands alone behind its qualifier
    (`nearly 620`).

    Args:
        published: Table `official_figures`; of it value_min, value_max, relation, unit, ours, comparable and figure_id are read.
        wording: The language of the page.
    """
    return [
        row
        | {
            "published": _range((row["value_min"], row["value_max"]), row["unit"], wording, row["relation"]),
            "our_figure": _range((row["ours"],), row["unit"], wording),
        }
        for row in published.sort(~pl.col("comparable"), pl.col("ours").is_null(), "figure_id").iter_rows(named=True)
    ]


def _range(ends: Iterable[float | None], unit: str | None, wording: Wording, relation: str | None = None) -> str:
    known = list(dict.fromkeys(end for end in ends if end is not None))
    if not known:
        return "\u2013"
    shown = "\u2013".join(str(int(end)) if unit == "year" else wording.number(end) for end in known)
    behind = f"\u00a0{unit}" if unit in WRITTEN_UNITS else ""
    return f"{wording.term('qualifier', relation) if relation else ''} {shown}{behind}".lstrip()


def _words_of_values(tables: Tables, wording: Wording) -> dict[str, dict[str, str]]:
    title = f"title_{wording.lang}"
    return {
        "voivodeship": dict(tables["voivodeships"].select("code", title).iter_rows()),
        "sector": dict(tables["sectors"].select("code", title).iter_rows()),
        "class": wording.terms("class"),
        "state": wording.terms("state"),
        "label": wording.terms("label"),
        "source": dict(tables["sources"].select("source_id", "title").iter_rows()),
    }


def _place(dimension: str, value: str, words: str) -> tuple[Any, ...]:
    """Returns where a value stands: numbers by size, codes of regions by code, all others by alphabet, the unknown last."""
    if value in _NOT_KNOWN:
        return (1,)
    number = re.match(r"\d+", value) if dimension in {"cohort", "founded_year"} else None
    if number:
        return 0, int(number[0]), value
    return 0, value if dimension in {"nuts2", "label_level"} else alphabet(words), value


def _value_words(dimension: str, value: str, words: Mapping[str, Mapping[str, str]], wording: Wording) -> str:
    if dimension == "label_level":
        label, _, level = value.partition("|")
        return f"{wording.term('label', label)}: {wording.term('level', level)}"
    if dimension == "list_pair":
        return " – ".join(value.split("|"))
    known = words.get(dimension, {}).get(value)
    return known or (wording.text("unknown") if value in _NOT_KNOWN else value.replace("_", " "))
