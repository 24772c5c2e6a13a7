"""Statistics: tidy rows of figures, each with how many clusters are behind it and of how many it is not known.

A figure is over one population: `clusters` (class cluster), `potential_clusters`, or `bodies` (both). A value that
is not known is its own dimension value, `unknown`, so that parts add up to the total. `age_years` is the year of
`as_of` less the year of founding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import polars as pl

from inventory.labels import held
from inventory.places import voivodeships
from inventory.schemas import STATISTICS, conform
from inventory.sectors import sectors

UNKNOWN: Final = "unknown"
_POPULATIONS: Final = {"clusters": ("cluster",), "potential_clusters": ("potential_cluster",),
                       "bodies": ("cluster", "potential_cluster")}  # fmt: skip
_DIMENSIONS: Final = {
    "class": "class", "state": "state", "voivodeship": "voivodeship_code", "nuts2": "nuts2_code", "sector":
    "sector_code", "founded_year": "founded_year", "cohort": "cohort",
}  # fmt: skip
_COHORTS: Final = ((0, 4), (5, 9), (10, 14), (15, 19), (20, None))
_COLUMNS: Final = ("statistic", "dimension", "dimension_value", "value", "n", "n_unknown", "unit", "note")


def compute(clusters: pl.DataFrame, labels: pl.DataFrame, as_of: date, method_version: str) -> pl.DataFrame:
    """Returns the figures of an inventory.

    Args:
        clusters: Schema `CLUSTERS`: one row per cluster or potential cluster.
        labels: Schema `LABELS`.
        as_of: The day of the inventory.
        method_version: Version of the method that made the classes.

    Returns:
        A frame of schema `STATISTICS`: `number_of_<population>` by each dimension, ages, founding, members, density,
        labels. Shares are in percent. `n` is the clusters behind the value, `n_unknown` those of the population
        without it.
    """
    table = clusters.with_columns(
        age_years=(pl.lit(as_of.year) - pl.col("founded_year")).cast(pl.Int32),
        cohort=_cohort(pl.lit(as_of.year) - pl.col("founded_year")),
    )
    frames: list[pl.DataFrame] = []
    for population, classes in _POPULATIONS.items():
        part = table.filter(pl.col("class").is_in(list(classes)))
        frames += [*_counts(part, population), *_ages(part, population, as_of), *_members(part, population)]
        frames.append(_density(part, population))
    frames.append(_labels(table, labels, as_of))
    return conform(
        pl.concat(frames).with_columns(as_of=pl.lit(as_of.isoformat()), method_version=pl.lit(method_version)),
        STATISTICS,
    )


Figure = tuple[str, str, str, float | None, int, int, str, str | None]
"""statistic, dimension, dimension_value, value, n, n_unknown, unit, note."""


def rows(values: Sequence[Figure]) -> pl.DataFrame:
    """Returns figures given as tuples as a frame."""
    return pl.DataFrame(values, schema={name: STATISTICS[name] for name in _COLUMNS}, orient="row")


def _tidy(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(STATISTICS[name]) for name in _COLUMNS)


def _cohort(age: pl.Expr) -> pl.Expr:
    chain = pl.lit(None, pl.String)
    for low, high in _COHORTS:
        inside = (age >= low) if high is None else age.is_between(low, high)
        chain = pl.when(inside).then(pl.lit(f"{low}+" if high is None else f"{low}-{high}")).otherwise(chain)
    return chain


def _all_values(dimension: str) -> list[str]:
    """Returns the values that a dimension has even where no cluster bears them."""
    return {
        "voivodeship": list(voivodeships()),
        "nuts2": [code for unit in voivodeships().values() for code in unit.nuts2],
        "sector": list(sectors()),
        "state": ["active", "dormant", "ended"],
        "cohort": [f"{low}+" if high is None else f"{low}-{high}" for low, high in _COHORTS],
    }.get(dimension, [])


def _counts(part: pl.DataFrame, population: str) -> list[pl.DataFrame]:
    statistic = f"number_of_{population}"
    frames = [rows([(statistic, "total", "all", float(part.height), part.height, 0, "clusters", None)])]
    for dimension, column in _DIMENSIONS.items():
        if dimension == "class" and population != "bodies":
            continue
        frames.append(_count(part, statistic, dimension, pl.col(column).cast(pl.String)))
    crossed = {"voivodeship_sector": "sector_code", "voivodeship_state": "state", "voivodeship_class": "class"}
    for dimension, column in crossed.items():
        key = pl.concat_str(
            pl.col("voivodeship_code").fill_null(UNKNOWN), pl.col(column).fill_null(UNKNOWN), separator="|"
        )
        frames.append(_count(part, statistic, dimension, key))
    return frames


def _count(part: pl.DataFrame, statistic: str, dimension: str, value: pl.Expr) -> pl.DataFrame:
    known = part.select(dimension_value=value.fill_null(UNKNOWN))
    unknown = known.filter(pl.col("dimension_value").str.contains(rf"\b{UNKNOWN}\b")).height
    counted = known.group_by("dimension_value").agg(n=pl.len())
    every = pl.DataFrame({"dimension_value": _all_values(dimension)}, schema={"dimension_value": pl.String})
    return _tidy(
        every.join(counted, on="dimension_value", how="full", coalesce=True)
        .with_columns(
            pl.col("n").fill_null(0),
            statistic=pl.lit(statistic),
            dimension=pl.lit(dimension),
            n_unknown=pl.lit(unknown),
            unit=pl.lit("clusters"),
            note=pl.lit(None, pl.String),
        )
        .with_columns(value=pl.col("n").cast(pl.Float64))
    )


def _grouped(part: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """Returns the population as a whole and by the dimensions for which distributions are given."""
    whole = part.with_columns(dimension_value=pl.lit("all"))
    split = [
        (name, part.with_columns(dimension_value=pl.col(_DIMENSIONS[name]).fill_null(UNKNOWN)))
        for name in ("voivodeship", "nuts2", "sector", "state")
    ]
    return [("total", whole), *split]


def _ages(part: pl.DataFrame, population: str, as_of: date) -> list[pl.DataFrame]:
    recent = (as_of.year - 4, as_of.year)
    age, year = pl.col("age_years"), pl.col("founded_year")
    figures = {
        "age_mean": (age.mean(), "years", None),
        "age_median": (age.median(), "years", None),
        "age_min": (age.min(), "years", None),
        "age_max": (age.max(), "years", None),
        "founded_first": (year.min(), "year", None),
        "founded_last": (year.max(), "year", None),
        "share_founded_last_five_years": (
            year.is_between(*recent).mean() * 100, "%", f"founded {recent[0]}-{recent[1]}, of those with a known year",
        ),
        "share_founded_2011_2015": (
            year.is_between(2011, 2015).mean() * 100, "%", "founded 2011-2015, of those whose year is known",
        ),
    }  # fmt: skip
    return [_figures(grouped, population, dimension, figures, year) for dimension, grouped in _grouped(part)]


def _members(part: pl.DataFrame, population: str) -> list[pl.DataFrame]:
    members = pl.col("members_total")
    note = "members as stated at different days; a body in two clusters counts twice"
    figures = {
        "members_total": (members.sum(), "members", note),
        "members_mean": (members.mean(), "members", note),
        "members_median": (members.median(), "members", note),
        "members_max": (members.max(), "members", note),
    }
    return [_figures(grouped, population, dimension, figures, members) for dimension, grouped in _grouped(part)]


def _figures(
    grouped: pl.DataFrame,
    population: str,
    dimension: str,
    figures: Mapping[str, tuple[pl.Expr, str, str | None]],
    known: pl.Expr,
) -> pl.DataFrame:
    """Returns distribution figures of each group; a group in which nothing is known has no value, never zero."""
    found = grouped.group_by("dimension_value").agg(
        n=known.is_not_null().sum(), n_unknown=known.is_null().sum(),
        **{name: expression.cast(pl.Float64) for name, (expression, _, _) in figures.items()},
    )  # fmt: skip
    if dimension == "total" and found.is_empty():
        found = pl.DataFrame(
            [("all", 0, 0, *([None] * len(figures)))],
            schema={
                "dimension_value": pl.String,
                "n": pl.UInt32,
                "n_unknown": pl.UInt32,
                **dict.fromkeys(figures, pl.Float64),
            },
            orient="row",
        )
    return pl.concat([
        _tidy(found.with_columns(
            statistic=pl.lit(f"{name}_of_{population}"), dimension=pl.lit(dimension),
            value=pl.when(pl.col("n") > 0).then(name), unit=pl.lit(unit), note=pl.lit(note, pl.String),
        ))
        for name, (_, unit, note) in figures.items()
    ])  # fmt: skip


def _density(part: pl.DataFrame, population: str) -> pl.DataFrame:
    people = {code: unit.population for code, unit in voivodeships().items()}
    counted = dict(part.group_by("voivodeship_code").len().iter_rows())
    unknown = counted.get(None, 0)
    note = "residents of 2020 (Statistics Poland)"
    statistic, unit = f"{population}_per_million_inhabitants", "clusters per million inhabitants"
    values = [
        (
            statistic,
            "voivodeship",
            code,
            counted.get(code, 0) / residents * 1e6,
            counted.get(code, 0),
            unknown,
            unit,
            note,
        )
        for code, residents in people.items()
    ]
    total = part.height / sum(people.values()) * 1e6
    return rows([(statistic, "total", "all", total, part.height, 0, unit, note), *values])


def _labels(table: pl.DataFrame, labels: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Returns holders at the day, and of all times, by label and by level."""
    known = labels.filter(pl.col("cluster_id").is_in(table["cluster_id"].to_list()))
    now = held(known, as_of)
    open_ended = known.filter(pl.col("valid_until").is_null())
    ever = known.select("cluster_id", "label", "level").unique()
    unknown_of = dict(
        open_ended.join(now, on=["cluster_id", "label"], how="anti")
        .group_by("label")
        .agg(pl.col("cluster_id").n_unique())
        .iter_rows()
    )
    frames = []
    for statistic, frame, note in (
        ("label_holders", now, "begun and not expired; a label whose end is not known is not counted"),
        ("label_holders_ever", ever, "held at any time, by the records we have"),
    ):
        level = pl.concat_str("label", "level", separator="|", ignore_nulls=True)
        for dimension, key in (("label", pl.col("label")), ("label_level", level)):
            counted = frame.group_by(dimension_value=key).agg(
                n=pl.col("cluster_id").n_unique(), label=pl.col("label").first()
            )
            missing = pl.col("label").replace_strict(unknown_of, default=0, return_dtype=pl.Int64)
            frames.append(_tidy(counted.with_columns(
                statistic=pl.lit(statistic), dimension=pl.lit(dimension), value=pl.col("n").cast(pl.Float64),
                n_unknown=missing if statistic == "label_holders" else pl.lit(0), unit=pl.lit("clusters"),
                note=pl.lit(note),
            )))  # fmt: skip
    total = pl.DataFrame({"dimension_value": sorted(set(known["label"]))}, schema={"dimension_value": pl.String})
    none_now = total.join(now, left_on="dimension_value", right_on="label", how="anti").with_columns(
        statistic=pl.lit("label_holders"), dimension=pl.lit("label"), value=pl.lit(0.0), n=pl.lit(0),
        n_unknown=pl.col("dimension_value").replace_strict(unknown_of, default=0, return_dtype=pl.Int64),
        unit=pl.lit("clusters"), note=pl.lit("begun and not expired; a label whose end is not known is not counted"),
    )  # fmt: skip
    return pl.concat([*frames, _tidy(none_now)])
