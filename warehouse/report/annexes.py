"""The annexes: the list of clusters by voivodeship, and the potential clusters with the criterion that is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from inventory.dates import last_day
from warehouse.report.chapters import Material, shown_name
from warehouse.report.model import DASH, Chapter, Column, Line, Number, Paragraph, Table, Words
from warehouse.report.wording import Wording, polish_order

_CRITERIA: Final = (
    "triple_helix", "interaction", "specialisation", "concentration", "formal_cooperation", "coordinator", "activity",
)  # fmt: skip


PRINTED: Final = 3_000
"""Rows up to which an annex is printed; a longer list is pointed to, whole, rather than shown in part."""


def annexes(given: Material) -> tuple[Chapter, ...]:
    """Returns both annexes."""
    say = given.say
    made = {"annex_clusters": ("cluster", _clusters), "annex_potential": ("potential_cluster", _potential)}
    chapters = []
    for place, (name, (class_, listed)) in enumerate(made.items(), start=1):
        is_short = given.tables["clusters"].filter(pl.col("class") == class_).height <= PRINTED
        blocks = (Paragraph(say.text(name)), listed(given)) if is_short else (Paragraph(say.text("annex_too_long")),)
        chapters.append(Chapter(name, f"{say.phrase('annex')} {place}", say.chapter(name), blocks, annex=True))
    return tuple(chapters)


def _clusters(given: Material) -> Table:
    say = given.say
    bodies = _bodies(given, "cluster")
    held = _labels(given)
    rows = tuple(
        (
            _name(body), _text(body, "city"), _text(body, "coordinator"), (Words(_sector(say, body)),), _year(body),
            _members(say, body), (Words(say.term("state", body["state"])),), held.get(body["cluster_id"], (Words(DASH),)),
        )
        for body in bodies
    )  # fmt: skip
    heads = _heads(
        say, ("name", 3.2), ("seat", 1.4), ("coordinator", 3), ("sector", 1.8), ("founded_year", -1.25), ("members", -1.25),
        ("state", 1.2), ("labels", 2.4),
    )  # fmt: skip
    title = say.phrase("annex_clusters_title")
    return Table("t-annex-clusters", title, heads, rows, groups=_groups(say, bodies), sheet=say.phrase("workbook"))


def _potential(given: Material) -> Table:
    say = given.say
    verdicts = _verdicts(given)
    bodies = _bodies(given, "potential_cluster")
    rows = tuple(
        (
            _name(body), _text(body, "city"), (Words(_sector(say, body)),),
            *((Words(_criteria(say, verdicts.get(body["cluster_id"], {}), verdict)),) for verdict in ("met", "unknown", "not_met")),
        )
        for body in bodies
    )  # fmt: skip
    heads = _heads(
        say, ("name", 3.2), ("seat", 1.3), ("sector", 1.8), ("confirmed", 2), ("missing", 3.6), ("not_met", 1.5)
    )
    title = say.phrase("annex_potential_title")
    return Table(
        "t-annex-potential", title, heads, rows, groups=_groups(say, bodies), sheet=say.phrase("potential_clusters")
    )


def _heads(say: Wording, *columns: tuple[str, float]) -> tuple[Column, ...]:
    return tuple(Column(say.phrase(key), numeric=share < 0, share=abs(share)) for key, share in columns)


def _bodies(given: Material, class_: str) -> list[dict[str, Any]]:
    say = given.say
    rows = given.tables["clusters"].filter(pl.col("class") == class_).iter_rows(named=True)
    return sorted(
        rows,
        key=lambda body: (
            body["voivodeship_code"] is None,
            polish_order(say.term("voivodeship", body["voivodeship_code"])),
            polish_order(shown_name(body)),
            body["cluster_id"],
        ),
    )


def _groups(say: Wording, bodies: Sequence[Mapping[str, Any]]) -> tuple[tuple[int, str], ...]:
    found: list[tuple[int, str]] = []
    for place, body in enumerate(bodies):
        code = body["voivodeship_code"]
        if place == 0 or code != bodies[place - 1]["voivodeship_code"]:
            found.append((place, say.term("voivodeship", code) if code else say.phrase("unknown_region")))
    return tuple(found)


def _name(body: Mapping[str, Any]) -> Line:
    lang = "pl" if body["name_pl"] else "en" if body["name_en"] else ""
    return (Words(shown_name(body), lang, f"clusters/{body['cluster_id']}"),)


def _text(body: Mapping[str, Any], column: str) -> Line:
    value = body[column]
    return (Words(str(value), "pl", f"clusters.{column}/{body['cluster_id']}"),) if value else (Words(DASH),)


def _sector(say: Wording, body: Mapping[str, Any]) -> str:
    return say.term("sector", body["sector_code"]) if body["sector_code"] else DASH


def _year(body: Mapping[str, Any]) -> Line:
    year = body["founded_year"]
    return (
        (Number(str(year), "fact", f"clusters.founded_year/{body['cluster_id']}", float(year)),)
        if year
        else (Words(DASH),)
    )


def _members(say: Wording, body: Mapping[str, Any]) -> Line:
    members = body["members_total"]
    if members is None:
        return (Words(DASH),)
    key = f"clusters.members_total/{body['cluster_id']}"
    return (Number(say.formatted("members_total", float(members)), "fact", key, float(members)),)


def _labels(given: Material) -> dict[str, Line]:
    """Returns labels and statuses ever held by cluster id, each with the year of its end where that is known."""
    say = given.say
    rows = given.tables["labels"].select("cluster_id", "label", "level", "valid_until").unique().sort(
        "cluster_id", "label", "level", "valid_until", nulls_last=True
    )  # fmt: skip
    ends: dict[str, dict[str, str]] = {}
    for cluster_id, label, level, until in rows.iter_rows():
        end = last_day(until) if until else None
        term = ", ".join([say.term("label_short", label), *([say.term("level", level)] if level else [])])
        held = ends.setdefault(cluster_id, {})
        held[term] = max(held.get(term, ""), str(end.year) if end else "")
    return {
        cluster_id: (
            Words(
                "; ".join(
                    f"{term} ({say.phrase('until_year')}\N{NO-BREAK SPACE}{year})" if year else term
                    for term, year in held.items()
                ),
                key=f"labels/{cluster_id}",
            ),
        )
        for cluster_id, held in ends.items()
    }


def _verdicts(given: Material) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for cluster_id, criterion, verdict in (
        given.tables["assessments"].select("cluster_id", "criterion", "verdict").iter_rows()
    ):
        found.setdefault(cluster_id, {})[criterion] = verdict
    return found


def _criteria(say: Wording, verdicts: Mapping[str, str], verdict: str) -> str:
    return ", ".join(say.term("criterion", name) for name in _CRITERIA if verdicts.get(name) == verdict) or DASH
