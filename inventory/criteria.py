"""Criteria: for each cluster and criterion met, not met or unknown, with the statement that proves it.

The rules are `criteria.yml`; this module reads them. What no page tells is unknown, never not met.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import polars as pl
import yaml

from inventory.founding import foundings
from inventory.labels import in_force
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
    raw: Mapping[str, Any] = yaml.load((Path(__file__).parent / "criteria.yml").read_bytes(), Loader=yaml.CSafeLoader)
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
    held, listed = _held(status_statements(said, as_of)), set(listings(said, as_of)["statement_id"])
    kinds = dict(foundings(said, as_of.year).select("statement_id", "kind").iter_rows())
    state_of = {row[0]: row[1:] for row in states.select("cluster_id", "state", "statement_id", "note").iter_rows()}
    spoken, criteria = _spoken(said), rules()["criteria"]
    rows = []
    for cluster in said["cluster_id"].unique().sort():
        own = spoken.get(cluster, [])
        found = _best(_evidence(own, held, kinds, listed, standings))
        against = _best(_refuting(own))
        for criterion, rule in criteria.items():
            if "states" in rule:
                verdict = _of_state(rule, *state_of.get(cluster, ("unknown", None, "no dated evidence")))
            elif criterion in found or criterion in against:
                verdict = _weighed(found.get(criterion), against.get(criterion))
            else:
                verdict = _of_spread(rule, own)
            rows.append((cluster, as_of.isoformat(), criterion, *verdict))
    return conform(pl.DataFrame(rows, schema=ASSESSMENTS, orient="row"), ASSESSMENTS)


def status_statements(said: pl.DataFrame, as_of: date) -> dict[str, set[str]]:
    """Returns for each status (kkk, parp_standards, esca, regional) the statements that show it in force on a day."""
    held = in_force(said, as_of).filter("in_force")
    found: dict[str, set[str]] = {}
    for status, properties in _STATUS_PROPERTIES.items():
        records = held.filter(pl.col("label") == status)["record_id"]
        rows = said.filter(pl.col("record_id").is_in(records.to_list()) & pl.col("property").is_in(list(properties)))
        found[status] = set(rows["statement_id"])
    return found


def listings(said: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Returns the statements of a name on a list that count on a day, with the columns of `said`.

    A list of holders says no more than the status itself: its listing counts while the status is in force.
    """
    names = said.filter(pl.col("property") == "name")
    expired = in_force(said, as_of).filter(~pl.col("in_force"))
    over = [
        names.filter(pl.col("source_id").is_in(lists)).join(
            expired.filter(pl.col("label") == status), on="record_id", how="semi"
        )
        for status, lists in rules()["lists_of_holders"].items()
    ]
    return names.join(pl.concat(over), on="statement_id", how="anti")


class _Said(NamedTuple):
    """A statement that some rule looks at."""

    statement_id: str
    prop: str
    value: str | None
    source: str
    trust: int
    original: str


class _Test(NamedTuple):
    """What a rule asks of the value of one property."""

    criterion: str
    pattern: re.Pattern[str] | None  # None: any value will do
    words: str  # of the note


_Verdict = tuple[str, str | None, str]


@lru_cache(maxsize=1)
def _tests() -> tuple[Mapping[str, tuple[_Test, ...]], Mapping[str, tuple[_Test, ...]]]:
    """Returns by property what speaks for a criterion, and what against."""
    met: dict[str, list[_Test]] = {}
    refuted: dict[str, list[_Test]] = {}
    for criterion, rule in rules()["criteria"].items():
        for prop in rule.get("properties", ()):
            met.setdefault(prop, []).append(_Test(criterion, None, f"{prop} stated"))
        for side, patterns in ((met, rule.get("matching", {})), (refuted, rule.get("refuted", {}))):
            for prop, pattern in patterns.items():
                side.setdefault(prop, []).append(_Test(criterion, re.compile(pattern, re.IGNORECASE), prop))
    return {prop: tuple(tests) for prop, tests in met.items()}, {prop: tuple(tests) for prop, tests in refuted.items()}


@cache
def _asking(key: str, asked: str) -> tuple[str, ...]:
    """Returns the criteria whose rule has that word under that key."""
    return tuple(criterion for criterion, rule in rules()["criteria"].items() if asked in rule.get(key, ()))


def _spoken(said: pl.DataFrame) -> dict[str, list[_Said]]:
    """Returns by cluster the statements that some rule looks at, in the order of their ids."""
    met, refuted = _tests()
    looked_at = {"name", "founded", "agreement_date", "krs_registered", *met, *refuted}
    looked_at.update(prop for properties in _STATUS_PROPERTIES.values() for prop in properties)
    rows = (
        said.filter(pl.col("property").is_in(sorted(looked_at)) | pl.col("property").str.starts_with("members_by_"))
        .sort("statement_id")
        .select("cluster_id", "statement_id", "property", "value", "source_id", "trust", "original_value")
        .iter_rows()
    )
    spoken: dict[str, list[_Said]] = {}
    for cluster, *row in rows:
        spoken.setdefault(cluster, []).append(_Said(*row))
    return spoken


def _held(statuses: Mapping[str, set[str]]) -> dict[str, list[str]]:
    held: dict[str, list[str]] = {}
    for status in sorted(statuses):
        for statement_id in statuses[status]:
            held.setdefault(statement_id, []).append(status)
    return held


def _best(evidence: Iterator[tuple[str, _Evidence]]) -> dict[str, _Evidence]:
    best: dict[str, _Evidence] = {}
    for criterion, one in evidence:
        if criterion not in best or one < best[criterion]:
            best[criterion] = one
    return best


def _evidence(
    own: list[_Said],
    held: Mapping[str, list[str]],
    kinds: Mapping[str, str],
    listed: set[str],
    standings: Mapping[str, Standing],
) -> Iterator[tuple[str, _Evidence]]:
    met, _ = _tests()
    for said in own:
        proof, value = said.statement_id, said.value
        if proof in listed:
            by = standing(standings, said.source)
            note = f"listed by {by.publisher}, whose admission rule asks for it"
            yield from (
                (criterion, _Evidence(-said.trust, proof, note))
                for criterion in by.proves
                if rules()["criteria"].get(criterion, {}).get("listing")
            )
        for status in held.get(proof, ()):
            note = f"holds the status {status}: {value}"
            yield from ((criterion, _Evidence(-said.trust, proof, note)) for criterion in _asking("statuses", status))
        if value is None:
            continue
        for test in met.get(said.prop, ()):
            if test.pattern is None or test.pattern.search(value):
                yield test.criterion, _Evidence(-said.trust, proof, f"{test.words}: {value}")
        if proof in kinds:
            note = f"founding ({kinds[proof]}): {value}"
            yield from (
                (criterion, _Evidence(-said.trust, proof, note)) for criterion in _asking("founding", kinds[proof])
            )
    yield from _members(own)


def _members(own: list[_Said]) -> Iterator[tuple[str, _Evidence]]:
    """Yields evidence where members of all groups that a rule asks for are counted; it is as good as its weakest part."""
    counted = [said for said in own if _counts(said, "members_by_type.")]
    if not counted:
        return
    for criterion, rule in rules()["criteria"].items():
        best: dict[str, tuple[int, str, str]] = {}
        for group in rule.get("members", ()):
            pattern = rules()["member_groups"][group]
            present = [said for said in counted if re.search(pattern, said.prop.split(".", 1)[1])]
            if present:
                best[group] = min((-said.trust, said.statement_id, said.prop) for said in present)
        if best and len(best) == len(rule["members"]):
            weight, proof, _ = max(best.values())
            kinds = ", ".join(sorted(prop for _, _, prop in best.values()))
            yield criterion, _Evidence(weight, proof, f"members of all three kinds: {kinds}")


def _counts(said: _Said, prefix: str) -> bool:
    return (
        said.prop.startswith(prefix) and bool(said.value) and str(said.value).isdecimal() and int(str(said.value)) > 0
    )


def _refuting(own: list[_Said]) -> Iterator[tuple[str, _Evidence]]:
    _, refuted = _tests()
    for said in own:
        for test in refuted.get(said.prop, ()):
            if test.pattern and test.pattern.search(said.value or said.original):
                yield test.criterion, _Evidence(-said.trust, said.statement_id, f"{test.words}: {said.original}")


def _weighed(found: _Evidence | None, against: _Evidence | None) -> _Verdict:
    if against and (found is None or against.weight <= found.weight):
        return "not_met", against.statement_id, against.note
    if found:
        return "met", found.statement_id, found.note
    return "unknown", None, "no page tells"


def _of_state(rule: Mapping[str, Any], state: str, proof: str | None, note: str) -> _Verdict:
    if state in rule["states"]:
        return "met", proof, note
    return ("not_met", proof, note) if state in rule["refuting_states"] else ("unknown", None, note)


def _of_spread(rule: Mapping[str, Any], own: list[_Said]) -> _Verdict:
    """Returns the verdict by the share of members in the region that has most of them, where a rule asks for it."""
    regions = [said for said in own if _counts(said, "members_by_voivodeship.")] if "main_region_share" in rule else []
    if not regions:
        return "unknown", None, "no page tells"
    largest = max(regions, key=lambda said: (int(said.value or 0), said.statement_id))
    share = int(largest.value or 0) / sum(int(said.value or 0) for said in regions)
    verdict = "met" if share >= rule["main_region_share"] else "not_met"
    return verdict, largest.statement_id, f"{share:.0%} of the members in {largest.prop.split('.', 1)[1]}"
