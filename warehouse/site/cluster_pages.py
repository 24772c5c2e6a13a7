"""What the page of one cluster shows: its row, names, statements with their pages, labels, criteria, entries, changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import polars as pl

from inventory.dates import first_day, last_day
from warehouse.site.addresses import short_address, web_address
from warehouse.site.listing import held_labels

Tables = Mapping[str, pl.DataFrame]
Row = dict[str, Any]

_LANES: Final = 22
"""Height of one lane of the timeline, in units of the drawing."""
_WIDTH: Final = 640
_MARGIN: Final = 190
"""Room left of the axis for the names of the lanes."""


_FIRST: Final = (
    "founded", "agreement_date", "letter_of_intent", "founded_note", "voivodeship", "city", "region", "address", "sector",
    "areas", "technologies", "coordinator", "coordinator_form", "coordinator_since", "lead_body", "cluster_form",
    "members_total", "members_qualifier", "founding_members", "website", "label", "label_awarded", "label_valid_until",
    "kkk_round", "kkk_awarded", "kkk_valid_until", "other_label", "status_note",
)  # fmt: skip
"""Properties that readers look for first, in the order of the page."""
_LAST: Final = ("note", "name_note", "list_number", "name_as_printed", "former_name", "aliases", "name")
"""Properties that stand at the end; the names have a section of their own."""
_NAME_KINDS: Final = ("official", "alias", "acronym", "former")


@dataclass(frozen=True, slots=True)
class Citation:
    """A page that states something: the address to link to, or only its text where it is no web address."""

    text: str
    address: str | None


@dataclass(frozen=True, slots=True)
class Bar:
    """A period on the timeline, in units of the drawing; `open_end` where its end is not known."""

    label: str
    level: str
    x: float
    y: int
    width: float
    open_end: bool
    held: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """Periods of labels on an axis of years."""

    width: int
    height: int
    ticks: tuple[tuple[int, float], ...]
    lanes: tuple[tuple[str, str, int], ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class ClusterPage:
    """All that the page of a cluster shows. Rows are those of the published tables, with citations added."""

    cluster: Row
    names: list[Row]
    facts: list[tuple[str, list[Row]]]
    conflicts: list[Row]
    labels: list[Row]
    held: list[tuple[str, str]]
    timeline: Timeline | None
    criteria: list[Row]
    records: list[Row]
    changes: list[Row]
    former_ids: list[str]


def cluster_pages(tables: Tables, as_of: date | None) -> Iterator[ClusterPage]:
    """Yields the page of each cluster in the order of their ids.

    Args:
        tables: The published tables.
        as_of: Day of the inventory, or None where it is not known.
    """
    records = {row["record_id"]: row for row in tables["records"].iter_rows(named=True)}
    statements = {row["statement_id"]: row for row in tables["statements"].iter_rows(named=True)}
    held_now = held_labels(tables["labels"], as_of)
    grouped = {
        name: _by_cluster(tables[name], order)
        for name, order in {
            "cluster_names": ["kind", "name"],
            "statements": ["property", "as_of", "statement_id"],
            "conflicts": ["property", "other_value", "other_statement_id"],
            "labels": ["label", "valid_from", "level", "record_id"],
            "assessments": ["criterion"],
            "cluster_records": ["record_id"],
            "changes": ["kind", "column_name"],
        }.items()
    }
    former: dict[str, list[str]] = {}
    for old, successor in tables["retired_ids"].sort("cluster_id").select("cluster_id", "successor_id").iter_rows():
        former.setdefault(successor, []).append(old)
    for cluster in tables["clusters"].sort("cluster_id").iter_rows(named=True):
        rows = {name: groups.get(cluster["cluster_id"], []) for name, groups in grouped.items()}
        labels = [_cited(row | {"held": _key(row) in held_now}, records) for row in rows["labels"]]
        yield ClusterPage(
            cluster={"class_reason": None} | cluster | {"address": web_address(cluster["website"])},
            names=[_cited(row, records) for row in sorted(rows["cluster_names"], key=_place_of_name)],
            facts=_facts(rows["statements"], records),
            conflicts=[_conflict(row, statements, records) for row in rows["conflicts"]],
            labels=labels,
            held=sorted({(row["label"], row["level"]) for row in labels if row["held"]}),
            timeline=_timeline(labels, as_of),
            criteria=[_criterion(row, statements, records) for row in rows["assessments"]],
            records=_entries(rows["cluster_records"], records),
            changes=rows["changes"],
            former_ids=former.get(cluster["cluster_id"], []),
        )


def citations(record: Row | None, url: str | None = None) -> tuple[Citation, ...]:
    """Returns the public pages that state what an entry says; where its page was rebuilt, the pages behind it.

    Args:
        record: Row of `records`, or None where the entry is not published.
        url: Address to cite where the entry is not known.
    """
    stated = ((record or {}).get("stated_by") or "").split() or [(record or {}).get("url") or url or ""]
    return tuple(_citation(text) for text in stated if text)


def _citation(text: str) -> Citation:
    address = web_address(text)
    return Citation(short_address(address) if address else text, address)


def _by_cluster(frame: pl.DataFrame, order: list[str]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in frame.sort(["cluster_id", *order], nulls_last=True).iter_rows(named=True):
        groups.setdefault(row["cluster_id"], []).append(row)
    return groups


def _key(label: Row) -> tuple[str, str, str]:
    return label["cluster_id"], label["label"], label["level"]


def _cited(row: Row, records: Mapping[str, Row]) -> Row:
    record = records.get(row["record_id"])
    return row | {
        "pages": citations(record, row.get("url")),
        "source_id": (record or row).get("source_id"),
        "as_of": row.get("as_of") or (record or {}).get("as_of"),
        "reconstructed": bool((record or {}).get("reconstructed")),
    }


def _facts(statements: list[Row], records: Mapping[str, Row]) -> list[tuple[str, list[Row]]]:
    """Returns the values by property, the chosen one first and then the newest; each with all statements that make it."""
    facts: dict[str, dict[tuple[Any, ...], list[Row]]] = {}
    for row in statements:
        value = (row["value"], row["qualifier"], row["original_value"])
        facts.setdefault(row["property"], {}).setdefault(value, []).append(_cited(row, records))
    return [(name, _by_weight(facts[name])) for name in sorted(facts, key=_place_of_property)]


def _place_of_property(name: str) -> tuple[int, str]:
    if name in _FIRST:
        return _FIRST.index(name), name
    return len(_FIRST) + (1 + _LAST.index(name) if name in _LAST else 0), name


def _place_of_name(row: Row) -> tuple[int, str, str]:
    kind = row["kind"]
    return (_NAME_KINDS.index(kind) if kind in _NAME_KINDS else len(_NAME_KINDS)), row["lang"] or "", row["name"]


def _by_weight(values: Mapping[tuple[Any, ...], list[Row]]) -> list[Row]:
    rows = [
        {
            "value": value,
            "qualifier": qualifier,
            "original_value": original,
            "chosen": any(row["chosen"] for row in stated),
            "stated": sorted(stated, key=lambda row: (not row["chosen"], _backwards(row["as_of"]))),
        }
        for (value, qualifier, original), stated in values.items()
    ]
    return sorted(
        rows, key=lambda row: (not row["chosen"], _backwards(max(one["as_of"] or "" for one in row["stated"])))
    )


def _backwards(day: str | None) -> tuple[int, ...]:
    """Returns a key that sorts the newest day first and an unknown one last."""
    return tuple(-ord(letter) for letter in day or "") or (1,)


def _conflict(row: Row, statements: Mapping[str, Row], records: Mapping[str, Row]) -> Row:
    ours, other = statements.get(row["statement_id"]), statements.get(row["other_statement_id"])
    return row | {
        "pages": citations(records.get((ours or {}).get("record_id", "")), row["url"]),
        "other_pages": citations(records.get((other or {}).get("record_id", "")), row["other_url"]),
        "other_as_of": (other or {}).get("as_of"),
    }


def _criterion(row: Row, statements: Mapping[str, Row], records: Mapping[str, Row]) -> Row:
    statement = statements.get(row["statement_id"] or "")
    pages = citations(records.get(statement["record_id"]), statement["url"]) if statement else ()
    return {name: row[name] for name in ("criterion", "verdict", "note")} | {"pages": pages}


def _entries(links: list[Row], records: Mapping[str, Row]) -> list[Row]:
    entries = [_cited(row, records) | {"name": records.get(row["record_id"], {}).get("name", "")} for row in links]
    return sorted(entries, key=lambda row: (row["as_of"] or "", row["record_id"]), reverse=True)


def _timeline(labels: list[Row], as_of: date | None) -> Timeline | None:
    """Returns the distinct periods that have a known beginning or end, one lane a label and level."""
    periods = {
        (row["label"], row["level"] or "", row["valid_from"], row["valid_until"], row["held"])
        for row in labels
        if first_day(row["valid_from"]) or last_day(row["valid_until"])
    }
    if not periods:
        return None
    days = [day for _, _, start, end, _ in periods for day in (first_day(start), last_day(end)) if day]
    low = min(day.year for day in days)
    high = max([day.year for day in days] + ([as_of.year] if as_of else [])) + 1
    per_year = (_WIDTH - _MARGIN) / (high - low)

    def place(day: date) -> float:
        return round(_MARGIN + (day.year - low + (day.timetuple().tm_yday - 1) / 366) * per_year, 1)

    lanes = sorted({(label, level) for label, level, *_ in periods})
    bars = []
    for label, level, start, end, is_held in sorted(periods, key=str):
        begins, ends = first_day(start), last_day(end)
        left = place(begins) if begins else place(ends) - per_year / 2 if ends else 0.0
        right = place(ends) if ends else left + per_year / 2
        lane = lanes.index((label, level))
        bars.append(
            Bar(
                label,
                level,
                round(left, 1),
                lane * _LANES + 4,
                max(3.0, round(right - left, 1)),
                not (begins and ends),
                is_held,
            )
        )
    step = max(1, round((high - low) / 8))
    ticks = tuple((year, place(date(year, 1, 1))) for year in range(low, high, step))
    height = len(lanes) * _LANES + 26
    return Timeline(
        _WIDTH,
        height,
        ticks,
        tuple((label, level, i * _LANES + 17) for i, (label, level) in enumerate(lanes)),
        tuple(bars),
    )
