"""Criteria: for each cluster and criterion met, not met or unknown, with the statement that proves it.

The rules are `criteria.yml`; this module reads them. What no page tells is unknown, never not met.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import polars as pl
import yaml

from inventory.founding import foundings
from inventory.labels import intervals
from inventory.schemas import ASSESSMENTS, conform
from inventory.standings import Standing, standing

_STATUS_PROPERTIES: Final = {
    "kkk": ("kkk_round", "kkk_awarded", "kkk_valid_until", "other_label", "mark"),
    "parp_standards": ("other_label", "mark", "other_label_awarded"),
    "esca": ("label",),
    "regional": ("other_label",),
}


class _Evidence(NamedTuple):
    """A statement that speaks for a criterion; better evidence sorts first."""

    weight: int  # negated trust
    statement_id: str
    note: str


@lru_cache(maxsize=1)
def rules() -> Mapping[str, Any]:
    """Returns the rules of `criteria.yml`."""
    raw: Mapping[str, Any] = yaml.safe_load((Path(__file__).parent / "criteria.yml").read_text(encoding="utf-8"))
    return raw


def method_version() -> str:
    """Returns the version of the method, published beside every figure that it made."""
    return str(rules()["method_version"])


def assess(said: pl.DataFrame, states: pl.DataFrame, standings: Mapping[str, Standing], as_of: date) -> pl.DataFrame:
    """Returns the verdict on every criterion for every cluster.

    Args:
        said: Statements with cluster_id and trust, as `inventory.profiles.attribute` gives them.
        states: Schema `inventory.states.STATES`, for the criterion of activity.
        standings: Standing by source id.
        as_of: The day of the inventory.

    Returns:
        A frame of schema `ASSESSMENTS`: one row per cluster and criterion.
    """
    statuses, kinds = status_statements(said), _founding_kinds(said, as_of)
    state_of = {row[0]: row[1:] for row in states.select("cluster_id", "state", "statement_id", "note").iter_rows()}
    rows = []
    for (cluster_id,), own in said.sort("statement_id").partition_by("cluster_id", as_dict=True).items():
        cluster = str(cluster_id)
        statements = own.select("statement_id", "property", "value", "source_id", "trust", "original_value").rows()
        for criterion, rule in rules()["criteria"].items():
            if "states" in rule:
                state, proof, note = state_of.get(cluster, ("unknown", None, "no dated evidence"))
                verdict = (
                    "met" if state in rule["states"] else "not_met" if state in rule["refuting_states"] else "unknown"
                )
                rows.append(
                    (cluster, as_of.isoformat(), criterion, verdict, proof if verdict != "unknown" else None, note)
                )
                continue
            against = [*_refuting(rule, statements)]
            found = sorted(_evidence(criterion, rule, statements, statuses, kinds, standings))
            spread = [*_spread(rule, statements)] if not found else []
            verdict, proof, note = _verdict(found, against or spread)
            rows.append((cluster, as_of.isoformat(), criterion, verdict, proof, note))
    return conform(pl.DataFrame(rows, schema=ASSESSMENTS, orient="row"), ASSESSMENTS)


def status_statements(said: pl.DataFrame) -> dict[str, set[str]]:
    """Returns for each status (kkk, parp_standards, esca, regional) the statements that say it was held, ever."""
    held = intervals(said).select("record_id", "label").unique()
    found: dict[str, set[str]] = {}
    for status, properties in _STATUS_PROPERTIES.items():
        records = held.filter(pl.col("label") == status)["record_id"]
        rows = said.filter(pl.col("record_id").is_in(records.to_list()) & pl.col("property").is_in(list(properties)))
        found[status] = set(rows["statement_id"])
    return found


_Row = tuple[str, str, str | None, str, int, str]


def _evidence(  # noqa: PLR0913 - all that a rule may look at
    criterion: str,
    rule: Mapping[str, Any],
    statements: list[_Row],
    statuses: Mapping[str, set[str]],
    kinds: Mapping[str, str],
    standings: Mapping[str, Standing],
) -> Iterator[_Evidence]:
    matching = {prop: re.compile(pattern, re.IGNORECASE) for prop, pattern in rule.get("matching", {}).items()}
    for proof, prop, value, source, trust, _ in statements:
        if rule.get("listing") and prop == "name" and criterion in standing(standings, source).proves:
            yield _Evidence(
                -trust, proof, f"listed by {standing(standings, source).publisher}, whose admission rule asks for it"
            )
        for status in rule.get("statuses", ()):
            if proof in statuses[status]:
                yield _Evidence(-trust, proof, f"holds or held the status {status}: {value}")
        if value is None:
            continue
        if prop in rule.get("properties", ()):
            yield _Evidence(-trust, proof, f"{prop} stated: {value}")
        if prop in matching and matching[prop].search(value):
            yield _Evidence(-trust, proof, f"{prop}: {value}")
        if proof in kinds and kinds[proof] in rule.get("founding", ()):
            yield _Evidence(-trust, proof, f"founding ({kinds[proof]}): {value}")
    yield from _members(rule, statements)


def _members(rule: Mapping[str, Any], statements: list[_Row]) -> Iterator[_Evidence]:
    groups = {group: re.compile(rules()["member_groups"][group]) for group in rule.get("members", ())}
    if not groups:
        return
    met = {
        group: min((-row[4], row[0], row[1]) for row in present)
        for group, pattern in groups.items()
        if (
            present := [
                row
                for row in statements
                if _counts(row, "members_by_type.") and pattern.search(row[1].split(".", 1)[1])
            ]
        )
    }
    if len(met) == len(groups):
        weakest = max(met.values())
        yield _Evidence(
            weakest[0], weakest[1], f"members of all three kinds: {', '.join(sorted(one[2] for one in met.values()))}"
        )


def _regions(statements: list[_Row]) -> list[_Row]:
    return [row for row in statements if _counts(row, "members_by_voivodeship.")]


def _counts(row: _Row, prefix: str) -> bool:
    return row[1].startswith(prefix) and bool(row[2]) and str(row[2]).isdecimal() and int(str(row[2])) > 0


def _spread(rule: Mapping[str, Any], statements: list[_Row]) -> Iterator[_Evidence]:
    """Yields evidence on the share of members in the region that has most of them; the weight says which way."""
    regions = _regions(statements)
    if "main_region_share" not in rule or not regions:
        return
    largest = max(regions, key=lambda row: (int(row[2] or 0), row[0]))
    share = int(largest[2] or 0) / sum(int(row[2] or 0) for row in regions)
    met = share >= rule["main_region_share"]
    yield _Evidence(int(met), largest[0], f"{share:.0%} of the members in {largest[1].split('.', 1)[1]}")


def _refuting(rule: Mapping[str, Any], statements: list[_Row]) -> Iterator[_Evidence]:
    for prop, pattern in rule.get("refuted", {}).items():
        for proof, own, value, _, trust, original in statements:
            if own == prop and re.search(pattern, value or original, re.IGNORECASE):
                yield _Evidence(-trust, proof, f"{prop}: {original}")


def _verdict(found: list[_Evidence], against: list[_Evidence]) -> tuple[str, str | None, str]:
    if against and (against[0].weight == 1):
        return "met", against[0].statement_id, against[0].note
    if against and (not found or against[0].weight <= found[0].weight):
        return "not_met", against[0].statement_id, against[0].note
    if found:
        return "met", found[0].statement_id, found[0].note
    return "unknown", None, "no page tells"


def _founding_kinds(said: pl.DataFrame, as_of: date) -> dict[str, str]:
    return dict(foundings(said, as_of.year).select("statement_id", "kind").iter_rows())
