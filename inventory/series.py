"""Yearly series: what was founded, existed, was young and held a label at the end of each year.

One inventory looks back: a year's figure is what we know today of that year, not what an inventory of that year would have
said (for that, build with that day). The last point of a series is the day of the inventory itself.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from inventory.labels import held, kkk_rounds
from inventory.schemas import STATISTICS, conform
from inventory.statistics import Figure, rows

FIRST_YEAR: Final = 2003
"""The first founding year of PARP's inventory of 2015."""

YOUNG_YEARS: Final = 5
"""Calendar years that a young body spans, that of its founding included: 2011 to 2015 in PARP's inventory of 2015."""

_POPULATIONS: Final = {"clusters": ("cluster",), "bodies": ("cluster", "potential_cluster")}
_LABELS: Final = ("esca", "kkk")
"""Labels that are held for a term; an audit is an event, and other statuses state no end."""


def yearly(
    clusters: pl.DataFrame, labels: pl.DataFrame, states: pl.DataFrame, as_of: date, method_version: str
) -> pl.DataFrame:
    """Returns the yearly series from 2003 to the day of the inventory.

    Args:
        clusters: Schema `CLUSTERS`.
        labels: Schema `LABELS`.
        states: Schema `inventory.states.STATES`: `since` of an ended body is the day of the page that says so.
        as_of: The day of the inventory.
        method_version: Version of the method.

    Returns:
        A frame of schema `STATISTICS`: `founded_in_year`, `existing_at_year_end` and `young_at_year_end`
        (`_of_clusters`, `_of_bodies`), `members_stated_in_year` and `labelled_at_year_end` with the dimension year;
        `label_holders_at_year_end` with the dimensions `year_label` and `year_label_level` (`2016|esca|gold`).
    """
    ended = states.filter(pl.col("state") == "ended").select(
        "cluster_id", is_ended=pl.lit(value=True), ended_year=pl.col("since").str.slice(0, 4).cast(pl.Int32)
    )
    table = clusters.join(ended, on="cluster_id", how="left").with_columns(pl.col("is_ended").fill_null(value=False))
    years = range(FIRST_YEAR, as_of.year + 1)
    figures: list[Figure] = []
    for population, classes in _POPULATIONS.items():
        part = table.filter(pl.col("class").is_in(list(classes)))
        figures += [*_lives(part, population, years), *_members(part, population, years)]
    figures += _labelled(table, labels, years, as_of)
    return conform(
        rows(figures).with_columns(as_of=pl.lit(as_of.isoformat()), method_version=pl.lit(method_version)), STATISTICS
    )


def _lives(part: pl.DataFrame, population: str, years: range) -> list[Figure]:
    founded, ended = pl.col("founded_year"), pl.col("ended_year")
    undated = part["founded_year"].null_count()
    # An end without a day may lie before or after any year since the founding.
    unsure = part.filter(founded.is_null() | (pl.col("is_ended") & ended.is_null())).height
    figures: list[Figure] = []
    for year in years:
        exists = (founded <= year) & (~pl.col("is_ended") | (ended > year))
        for statistic, condition, unknown, note in (
            ("founded_in_year", founded == year, undated, "of those whose founding year is known"),
            (
                "existing_at_year_end", exists, unsure,
                "founded by then, and no page says by then that it ended; a body that nobody has spoken of since is counted",
            ),
            (
                "young_at_year_end", exists & (founded > year - YOUNG_YEARS), unsure,
                f"existing, founded in that year or the {YOUNG_YEARS - 1} before",
            ),
        ):  # fmt: skip
            n = part.filter(condition).height
            figures.append((f"{statistic}_of_{population}", "year", str(year), float(n), n, unknown, "clusters", note))
    return figures


def _members(part: pl.DataFrame, population: str, years: range) -> list[Figure]:
    """Returns the members of bodies whose shown number speaks of that very year: a sum of one year each."""
    dated = part.filter(pl.col("members_total").is_not_null()).with_columns(
        year=pl.col("members_as_of").str.slice(0, 4).cast(pl.Int32)
    )
    note = (
        "members of the clusters whose newest number is of that year; years are other clusters, so they are no growth"
    )
    figures: list[Figure] = []
    for year in years:
        own = dated.filter(pl.col("year") == year)["members_total"]
        total = float(own.sum()) if own.len() else None
        statistic = f"members_stated_in_year_of_{population}"
        figures.append((statistic, "year", str(year), total, own.len(), part.height - own.len(), "members", note))
    return figures


def _labelled(table: pl.DataFrame, labels: pl.DataFrame, years: range, as_of: date) -> list[Figure]:
    known = labels.filter(pl.col("cluster_id").is_in(table["cluster_id"].to_list()) & pl.col("label").is_in(_LABELS))
    with_end = known.filter(pl.col("valid_until").is_not_null())
    levels = sorted(with_end.select("label", "level").unique().drop_nulls().iter_rows())
    figures: list[Figure] = []
    for year in years:
        now = held(known, min(date(year, 12, 31), as_of))
        # Without a stated or derived end nobody can tell whether a label was held.
        open_ended = (
            known.filter(pl.col("valid_until").is_null() & _may_have_begun(year))
            .select("cluster_id", "label")
            .unique()
            .join(now, on=["cluster_id", "label"], how="anti")
        )
        note = "begun and not expired on 31 December, or on the day of the inventory in its year"
        holders, unknown = now["cluster_id"].n_unique(), open_ended["cluster_id"].n_unique()
        figures.append(
            ("labelled_at_year_end", "year", str(year), float(holders), holders, unknown, "clusters",
             f"an ESCA label or the national status, {note}")
        )  # fmt: skip
        for label in sorted(set(known["label"])):
            n = now.filter(pl.col("label") == label)["cluster_id"].n_unique()
            unknown = open_ended.filter(pl.col("label") == label).height
            figures.append(_holders("year_label", f"{year}|{label}", n, unknown, note))
            for level in (level for of, level in levels if of == label):
                n = now.filter((pl.col("label") == label) & (pl.col("level") == level))["cluster_id"].n_unique()
                figures.append(_holders("year_label_level", f"{year}|{label}|{level}", n, unknown, note))
    return figures


def _may_have_begun(year: int) -> pl.Expr:
    first = min(
        known.valid_until[:4] if known.awarded is None else known.awarded[:4] for known in kkk_rounds().values()
    )
    begun = pl.col("valid_from").str.slice(0, 4).cast(pl.Int32, strict=False)
    return begun.fill_null(pl.when(pl.col("label") == "kkk").then(int(first)).otherwise(FIRST_YEAR)) <= year


def _holders(dimension: str, value: str, n: int, unknown: int, note: str) -> Figure:
    return ("label_holders_at_year_end", dimension, value, float(n), n, unknown, "clusters", note)
