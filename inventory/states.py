"""State at a day: active, dormant, ended, unknown; from dated evidence alone.

Evidence of life is a day a page speaks of, a visit to a list that proves activity, or an event it dates. Being lost
from lists is not being ended; only a page that says so ends a body, and later evidence of life revives it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

import polars as pl

from inventory.dates import last_day
from inventory.standings import Standing, standing

FRESH_YEARS: Final = 3
"""Years for which evidence of life lasts: the term of a National Key Cluster, the longest cycle of the sources."""

ENDED: Final = (
    r"(?i)dissol|liquidat|suspend|ceased|no longer (exist|activ|operat|function)|did not develop|defunct|wound up|"
    r"disband|\bended\b|\bclosed\b|has been inactive|rozwiąza|"
    r"zawiesi|zawiesz|zlikwid|likwidac|zakończył|nie rozwinął|przestał|"
    r"nie istnieje|wykreślon|upadłoś|coordinator resigned|formerly existing"
)
_LIFE: Final = re.compile(
    r"(?i)not (been )?(dissol|suspend|clos)|nie (został )?(rozwiąza|zawiesz|zlikwid)|resumed|wznow"
)
_EVENTS: Final = (
    "agreement_date", "coordinator_since", "founded", "kkk_awarded", "krs_registered", "label_awarded",
    "other_label_awarded",
)  # fmt: skip
_AWARDED_BEFORE: Final = {"kkk_valid_until": 3, "label_valid_until": 2}
"""Years between an award and the end of its term: the holder was alive when it was awarded."""

STATES: Final = pl.Schema(
    {
        "cluster_id": pl.String,
        "state": pl.String,  # active, dormant, ended, unknown
        "since": pl.String,  # day of the latest evidence, ISO
        "statement_id": pl.String,  # the statement that is this evidence
        "note": pl.String,
    }
)
"""One row per cluster. Key: cluster_id."""


def judge(statements: pl.DataFrame, standings: Mapping[str, Standing], as_of: date) -> pl.DataFrame:
    """Returns the state of each cluster at a day.

    Args:
        statements: Schema `CLUSTER_STATEMENTS`.
        standings: Standing by source id; a visit to a source that proves activity is dated evidence.
        as_of: The day of the inventory.

    Returns:
        A frame of schema `STATES`.
    """
    life = _life(statements, standings, as_of)
    ends = _ends(statements, as_of)
    both = (
        statements.select("cluster_id")
        .unique()
        .join(life, on="cluster_id", how="left")
        .join(ends, on="cluster_id", how="left")
    )
    fresh = date(as_of.year - FRESH_YEARS, as_of.month, min(as_of.day, 28))
    ended = pl.col("end_id").is_not_null() & pl.when(pl.col("end_day").is_null()).then(
        pl.col("day").is_null() | (pl.col("day") < fresh)
    ).otherwise(pl.col("day").is_null() | (pl.col("day") <= pl.col("end_day")))
    return (
        both.with_columns(
            state=pl.when(ended).then(pl.lit("ended"))
            .when(pl.col("day").is_null()).then(pl.lit("unknown"))
            .when(pl.col("day") >= fresh).then(pl.lit("active"))
            .otherwise(pl.lit("dormant"))
        )
        .with_columns(
            since=pl.when(pl.col("state") == "ended").then("end_day").otherwise("day").dt.strftime("%Y-%m-%d"),
            statement_id=pl.when(pl.col("state") == "ended").then("end_id").otherwise("life_id"),
            note=pl.when(pl.col("state") == "ended").then(pl.format("the page says: {}", pl.col("end_note")))
            .when(pl.col("state") == "unknown").then(pl.lit("no dated evidence"))
            .when(pl.col("state") == "active").then(pl.format("{} within three years", pl.col("life_note")))
            .otherwise(pl.format("{}, more than three years ago", pl.col("life_note"))),
        )
        .select(pl.col(name).cast(kind) for name, kind in STATES.items())
        .sort("cluster_id")
    )  # fmt: skip


def _life(statements: pl.DataFrame, standings: Mapping[str, Standing], as_of: date) -> pl.DataFrame:
    """Returns cluster_id, day, life_id and life_note of the latest evidence of life up to the day."""
    gone = statements.filter(_says_ended())["record_id"]
    said = statements.filter(~pl.col("record_id").is_in(gone.to_list()))
    lists = sorted(source for source in said["source_id"].unique() if "activity" in standing(standings, source).proves)
    names = said.filter(pl.col("property") == "name")
    spoken = names.with_columns(day=_last_day("as_of"), words=pl.lit("a page speaks of"))
    visited = names.filter(pl.col("as_of").is_null() & pl.col("source_id").is_in(lists)).with_columns(
        day=pl.col("retrieved_at").dt.date(), words=pl.lit("on a list visited")
    )
    events = said.filter(pl.col("property").is_in(list(_EVENTS))).with_columns(
        day=_last_day("value"), words=pl.concat_str(pl.col("property"), pl.lit(" on"))
    )
    awards = said.filter(pl.col("property").is_in(list(_AWARDED_BEFORE)) & pl.col("value").is_not_null()).with_columns(
        day=_last_day("value").dt.offset_by(
            pl.format("-{}y", pl.col("property").replace_strict(_AWARDED_BEFORE, return_dtype=pl.Int32, default=0))
        ),
        words=pl.lit("a status awarded about"),
    )
    columns = ("cluster_id", "day", "statement_id", "words")
    # A day of reduced precision ends no later than the inventory's own.
    capped = pl.min_horizontal("day", pl.lit(as_of))
    begun = pl.coalesce(pl.when(pl.col("day") > as_of).then(pl.lit(value=False)), pl.lit(value=True))
    frames = [frame.select(columns).drop_nulls("day") for frame in (spoken, visited, events, awards)]
    current = [frames[0].with_columns(day=capped), *[frame.filter(begun) for frame in frames[1:]]]
    return (
        pl.concat(current)
        .sort("cluster_id", "day", "statement_id", descending=[False, True, False])
        .unique("cluster_id", keep="first", maintain_order=True)
        .select(
            "cluster_id", "day", life_id="statement_id",
            life_note=pl.format("{} {}", pl.col("words"), pl.col("day").dt.strftime("%Y-%m-%d")),
        )
    )  # fmt: skip


def _ends(statements: pl.DataFrame, as_of: date) -> pl.DataFrame:
    said = statements.filter(_says_ended()).with_columns(end_day=_last_day("as_of"))
    return (
        said.filter(pl.col("end_day").is_null() | (pl.col("end_day") <= as_of))
        .sort("cluster_id", "end_day", "statement_id", descending=[False, True, False], nulls_last=True)
        .unique("cluster_id", keep="first", maintain_order=True)
        .select("cluster_id", "end_day", end_id="statement_id", end_note="original_value")
    )


def _says_ended() -> pl.Expr:
    text = pl.col("original_value")
    return (pl.col("property") == "status_note") & text.str.contains(ENDED) & ~text.str.contains(_LIFE.pattern)


def _last_day(column: str) -> pl.Expr:
    return pl.col(column).map_elements(last_day, return_dtype=pl.Date, skip_nulls=True)
