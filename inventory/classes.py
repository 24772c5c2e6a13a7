"""Classes: cluster or potential cluster, by the table of `criteria.yml`, each with the line that decided."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

import polars as pl

from inventory.criteria import rules, status_statements
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


class _Facts(NamedTuple):
    """What the lines of the table ask about one cluster."""

    statuses: tuple[str, ...]
    listings: tuple[str, ...]
    intentions: tuple[str, ...]
    met: frozenset[str]
    founded: tuple[str, ...]  # formal foundings by records that speak of no intention
    active_lists: tuple[str, ...]  # lists that prove activity, by records that speak of no intention


_LINES: Final[Mapping[str, Callable[[_Facts], bool]]] = {
    "status_held_ever": lambda facts: bool(facts.statuses),
    "verified_listing": lambda facts: bool(facts.listings),
    "intended": lambda facts: bool(facts.intentions) and not facts.founded,
    "formal_cooperation": lambda facts: "formal_cooperation" in facts.met,
    "coordinator": lambda facts: "coordinator" in facts.met,
    "listed_active": lambda facts: bool(facts.active_lists),
    "otherwise": lambda _: True,
}


def classify(
    said: pl.DataFrame, assessments: pl.DataFrame, standings: Mapping[str, Standing], as_of: date
) -> pl.DataFrame:
    """Returns the class of each cluster, and why.

    Args:
        said: Statements with cluster_id, as `inventory.profiles.attribute` gives them.
        assessments: Schema `ASSESSMENTS`.
        standings: Standing by source id; a list is verified if its admission proves formal cooperation or a
            coordinator.
        as_of: The day of the inventory.

    Returns:
        A frame of schema `CLASSES`.
    """
    statuses = status_statements(said)
    met: dict[str, set[str]] = {}
    for cluster_id, criterion in (
        assessments.filter(pl.col("verdict") == "met").select("cluster_id", "criterion").iter_rows()
    ):
        met.setdefault(cluster_id, set()).add(criterion)
    rows = []
    for (key,), own in said.sort("statement_id").partition_by("cluster_id", as_dict=True).items():
        cluster_id = str(key)
        facts = _facts(own, statuses, frozenset(met.get(cluster_id, ())), standings, as_of)
        for line in rules()["classes"]:
            if _LINES[line["when"]](facts):
                rows.append((cluster_id, line["class"], line["when"], _because(line, facts)))
                break
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


def _facts(
    own: pl.DataFrame,
    statuses: Mapping[str, set[str]],
    met: frozenset[str],
    standings: Mapping[str, Standing],
    as_of: date,
) -> _Facts:
    held = [
        status
        for status in ("kkk", "parp_standards", "esca", "regional")
        if set(own["statement_id"]) & statuses[status]
    ]
    listings = sorted(source for source in own["source_id"].unique() if _ASKS & set(standing(standings, source).proves))
    by_record, spoken, source_of = _by_record(own)
    intentions = {record_id: words for record_id, said in by_record.items() if (words := _intention(said, as_of))}
    others = sorted(set(by_record) - set(intentions))
    later = [spoken[key] for key in others if key in spoken]
    plans = tuple(
        intentions[key] for key in sorted(intentions) if not _outgrown(by_record[key], spoken.get(key), later)
    )
    active = sorted({source_of[key] for key in others if "activity" in standing(standings, source_of[key]).proves})
    founded = [
        f"{prop} {value}"
        for record_id in others
        for prop, value in by_record[record_id]
        if _is_formal(prop, value, by_record[record_id], as_of)
    ]
    return _Facts(tuple(held), tuple(listings), plans, met, tuple(founded), tuple(active))


def _by_record(own: pl.DataFrame) -> tuple[dict[str, list[tuple[str, str]]], dict[str, date], dict[str, str]]:
    """Returns by record what it says, the day it speaks of (where known), and its source."""
    said: dict[str, list[tuple[str, str]]] = {}
    spoken: dict[str, date] = {}
    source_of: dict[str, str] = {}
    columns = ("record_id", "source_id", "property", "value", "original_value", "as_of")
    for record_id, source, prop, value, original, as_of in own.select(columns).iter_rows():
        said.setdefault(record_id, []).append((prop, value or original))
        source_of[record_id] = source
        if day := first_day(as_of):
            spoken[record_id] = day
    return said, spoken, source_of


def _outgrown(said: list[tuple[str, str]], spoken: date | None, later: list[date]) -> bool:
    """Returns whether other records speak of the body long enough after the intention for it to have come to be."""
    dated = [day for prop, value in said if prop in {"letter_of_intent", "founded"} and (day := last_day(value))]
    day = max(dated, default=spoken)
    years: int = rules()["intention"]["outgrown_after_years"]
    return day is not None and any(other >= date(day.year + years, day.month, min(day.day, 28)) for other in later)


def _intention(said: list[tuple[str, str]], as_of: date) -> str | None:
    """Returns the words by which a record speaks of a body that is yet to be, or None."""
    rule: Mapping[str, Any] = rules()["intention"]
    pattern = re.compile(re.sub(r"\s*\n\s*|(?<=\|)\s+", "", rule["status_note"]), re.IGNORECASE)
    if any(_is_formal(prop, value, said, as_of) for prop, value in said if prop != "status_note"):
        return None
    for prop, value in said:
        said_so = prop in {"status_note", "category", "cluster_form"} and pattern.search(value)
        if said_so and not re.search(rule["unless"], value, re.IGNORECASE):
            return f"{prop}: {value}"
        if prop == "letter_of_intent":
            return f"letter of intent {value}"
        if prop == "founded" and kind_of(prop, _note(said)) in rule["founding"]:
            return f"founded {value}: {_note(said)}"
    return None


def _is_formal(prop: str, value: str, said: list[tuple[str, str]], as_of: date) -> bool:
    if prop not in {"founded", "agreement_date", "krs_registered"} or not value[:4].isdecimal():
        return False
    formal = rules()["criteria"]["formal_cooperation"]["founding"]
    return int(value[:4]) <= as_of.year and kind_of(prop, _note(said)) in formal


def _note(said: list[tuple[str, str]]) -> str | None:
    return next((value for prop, value in said if prop == "founded_note"), None)


def _because(line: Mapping[str, str], facts: _Facts) -> str:
    proof = {
        "status_held_ever": facts.statuses,
        "verified_listing": facts.listings,
        "intended": facts.intentions,
        "formal_cooperation": facts.founded,
        "listed_active": facts.active_lists,
    }.get(line["when"], ())
    return f"{line['because']} ({'; '.join(proof[:3])})" if proof else line["because"]
