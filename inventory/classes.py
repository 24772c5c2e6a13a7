"""Classes: cluster or potential cluster, by the table of `criteria.yml`, each with the line that decided."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

import polars as pl

from inventory.criteria import listings, rules, status_statements
from inventory.dates import first_day, last_day
from inventory.founding import kind_of
from inventory.schemas import CLUSTERS, conform
from inventory.standings import Standing, standing

CLASSES: Final = pl.Schema(
    {
        "cluster_id": pl.String,
        "class": pl.String,  # cluster, potential_cluster
        "rule": pl.String,  # the line of the table that decided
        "note": pl.String,  # why, in words
    }
)
"""One row per cluster. Key: cluster_id."""

_ASKS: Final = frozenset({"formal_cooperation", "coordinator"})
_LOOKED_AT: Final = (
    "agreement_date", "category", "cluster_form", "founded", "founded_note", "krs_registered", "letter_of_intent",
    "name", "status_note",
)  # fmt: skip


class _Facts(NamedTuple):
    """What the lines of the table ask about one cluster."""

    statuses: tuple[str, ...]
    listings: tuple[str, ...]
    intentions: tuple[str, ...]
    met: frozenset[str]
    founded: tuple[str, ...]  # formal foundings by records that speak of no intention
    active_lists: tuple[str, ...]  # lists that prove activity, by records that speak of no intention


_LINES: Final[Mapping[str, Callable[[_Facts], bool]]] = {
    "status_held": lambda facts: bool(facts.statuses),
    "verified_listing": lambda facts: bool(facts.listings),
    "intended": lambda facts: bool(facts.intentions) and not facts.founded,
    "formal_cooperation": lambda facts: "formal_cooperation" in facts.met,
    "coordinator": lambda facts: "coordinator" in facts.met,
    "formal_cooperation_and_coordinator": lambda facts: facts.met >= _ASKS,
    "listed_active": lambda facts: bool(facts.active_lists),
    "otherwise": lambda _: True,
}


def classify(
    said: pl.DataFrame,
    assessments: pl.DataFrame,
    standings: Mapping[str, Standing],
    as_of: date,
    table: str = "published",
) -> pl.DataFrame:
    """Returns the class of each cluster, and why.

    Args:
        said: Statements with cluster_id, as `inventory.profiles.attribute` gives them.
        assessments: Schema `ASSESSMENTS`.
        standings: Standing by source id; a list is verified if its admission proves formal cooperation or a
            coordinator.
        as_of: The day of the inventory.
        table: The table of `criteria.yml` that decides: `published`, or one of those that test it.

    Returns:
        A frame of schema `CLASSES`.

    Raises:
        KeyError: `criteria.yml` has no table of that name.
    """
    lines = rules()["classes"][table]["lines"]
    met: dict[str, set[str]] = {}
    for cluster_id, criterion in (
        assessments.filter(pl.col("verdict") == "met").select("cluster_id", "criterion").iter_rows()
    ):
        met.setdefault(cluster_id, set()).add(criterion)
    rows = []
    for cluster_id, own in _gathered(said, as_of).items():
        facts = _facts(own, frozenset(met.get(cluster_id, ())), standings, as_of)
        line = next(line for line in lines if _LINES[line["when"]](facts))
        rows.append((cluster_id, line["class"], line["when"], _because(line, facts)))
    return pl.DataFrame(rows, schema=CLASSES, orient="row").sort("cluster_id")


def complete(clusters: pl.DataFrame, classes: pl.DataFrame, states: pl.DataFrame) -> pl.DataFrame:
    """Returns the profiles with class and state, as they are published.

    Args:
        clusters: `Profiles.clusters`.
        classes: Schema `CLASSES`.
        states: Schema `inventory.states.STATES`.

    Returns:
        A frame of schema `CLUSTERS`.
    """
    return conform(
        clusters.join(classes.select("cluster_id", "class", class_reason="note"), on="cluster_id").join(
            states.select("cluster_id", "state"), on="cluster_id"
        ),
        CLUSTERS,
    )


@dataclass(slots=True)
class _Own:
    """What the records of one cluster say: by record its values, the day it speaks of where known, and its source."""

    said: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    spoken: dict[str, date] = field(default_factory=dict)
    source_of: dict[str, str] = field(default_factory=dict)
    statuses: set[str] = field(default_factory=set)  # in force on the day
    listed: set[str] = field(default_factory=set)  # records whose listing counts on the day


def _gathered(said: pl.DataFrame, as_of: date) -> dict[str, _Own]:
    gathered: dict[str, _Own] = {}
    columns = ("cluster_id", "record_id", "source_id", "property", "value", "original_value", "as_of")
    for cluster, record, source, prop, value, original, spoken in (
        said.filter(pl.col("property").is_in(list(_LOOKED_AT))).sort("statement_id").select(columns).iter_rows()
    ):
        own = gathered.setdefault(cluster, _Own())
        own.said.setdefault(record, []).append((prop, value or original))
        if record not in own.source_of:
            own.source_of[record] = source
            if day := first_day(spoken):
                own.spoken[record] = day
    for status, proofs in status_statements(said, as_of).items():
        for cluster in said.filter(pl.col("statement_id").is_in(sorted(proofs)))["cluster_id"].unique():
            gathered[cluster].statuses.add(status)
    for cluster, record in listings(said, as_of).select("cluster_id", "record_id").iter_rows():
        gathered[cluster].listed.add(record)
    return gathered


def _facts(own: _Own, met: frozenset[str], standings: Mapping[str, Standing], as_of: date) -> _Facts:
    intentions = {record: words for record, said in own.said.items() if (words := _intention(said, as_of))}
    others = sorted(set(own.said) - set(intentions))
    later = [own.spoken[key] for key in others if key in own.spoken]
    proved = {record: set(standing(standings, own.source_of[record]).proves) for record in own.listed}
    return _Facts(
        statuses=tuple(status for status in ("kkk", "parp_standards", "esca", "regional") if status in own.statuses),
        listings=tuple(sorted({own.source_of[record] for record in proved if _ASKS & proved[record]})),
        intentions=tuple(
            intentions[key] for key in sorted(intentions) if not _outgrown(own.said[key], own.spoken.get(key), later)
        ),
        met=met,
        founded=tuple(
            f"{prop} {value}"
            for record in others
            for prop, value in own.said[record]
            if _is_formal(prop, value, own.said[record], as_of)
        ),
        active_lists=tuple(sorted({own.source_of[key] for key in others if "activity" in proved.get(key, ())})),
    )


def _outgrown(said: list[tuple[str, str]], spoken: date | None, later: list[date]) -> bool:
    """Returns whether other records speak of the body long enough after the intention for it to have come to be."""
    dated = [day for prop, value in said if prop in {"letter_of_intent", "founded"} and (day := last_day(value))]
    day = max(dated, default=spoken)
    years: int = rules()["intention"]["outgrown_after_years"]
    return day is not None and any(other >= date(day.year + years, day.month, min(day.day, 28)) for other in later)


def _intention(said: list[tuple[str, str]], as_of: date) -> str | None:
    """Returns the words by which a record speaks of a body that is yet to be, or None."""
    rule: Mapping[str, Any] = rules()["intention"]
    planned, otherwise_meant = _words_of_intention()
    if any(_is_formal(prop, value, said, as_of) for prop, value in said if prop != "status_note"):
        return None
    for prop, value in said:
        said_so = prop in {"status_note", "category", "cluster_form"} and planned.search(value)
        if said_so and not otherwise_meant.search(value):
            return f"{prop}: {value}"
        if prop == "letter_of_intent":
            return f"letter of intent {value}"
        if prop == "founded" and kind_of(prop, _note(said)) in rule["founding"]:
            return f"founded {value}: {_note(said)}"
    return None


@lru_cache(maxsize=1)
def _words_of_intention() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Returns the words of a body that is yet to be, and those that show that another plan is meant."""
    rule = rules()["intention"]
    folded = re.sub(r"\s*\n\s*|(?<=\|)\s+", "", rule["status_note"])
    return re.compile(folded, re.IGNORECASE), re.compile(rule["unless"], re.IGNORECASE)


def _is_formal(prop: str, value: str, said: list[tuple[str, str]], as_of: date) -> bool:
    if prop not in {"founded", "agreement_date", "krs_registered"} or not value[:4].isdecimal():
        return False
    formal = rules()["criteria"]["formal_cooperation"]["founding"]
    return int(value[:4]) <= as_of.year and kind_of(prop, _note(said)) in formal


def _note(said: list[tuple[str, str]]) -> str | None:
    return next((value for prop, value in said if prop == "founded_note"), None)


def _because(line: Mapping[str, str], facts: _Facts) -> str:
    proof = {
        "status_held": facts.statuses,
        "verified_listing": facts.listings,
        "intended": facts.intentions,
        "formal_cooperation": facts.founded,
        "listed_active": facts.active_lists,
    }.get(line["when"], ())
    return f"{line['because']} ({'; '.join(proof[:3])})" if proof else line["because"]
