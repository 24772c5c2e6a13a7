"""Desk research: a CSV of single facts, each with the page that states it.

Columns `url, retrieved_at, name, field, value`. Rows of one reading of a page stand together; the same page may have been
read twice, which gives two record objects of one entry. A list field has a row per item, a map a row per key
(`members_by_type.enterprises`); `as_of` is the day the page speaks of, `name` alone says that the page only names the body.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

from sources.archive import Page
from sources.cards import Card
from sources.parsing import LayoutUnknown, Parsed
from sources.records import FIELDS, Record, Rejection, record_id

COLUMNS: Final = ("url", "retrieved_at", "name", "field", "value")
LISTS: Final = frozenset({"aliases", "former_name", "technologies"})
COUNTS: Final = frozenset({"age_years", "founding_members", "list_number", "members_total", "other_label_years"})
COUNTED_MAPS: Final = frozenset({"members_by_type", "members_by_voivodeship", "enterprises_by_size"})

Row = dict[str, str]


def parse(page: Page, card: Card) -> Parsed:
    """Reads the facts; a broken row is rejected with its line, the others stay.

    Raises:
        LayoutUnknown: The bytes are no UTF-8, or the columns are not there.
    """
    try:
        reader = csv.DictReader(io.StringIO(page.body.decode("utf-8-sig"), newline=""))
    except UnicodeDecodeError as fault:
        raise LayoutUnknown(page, f"the file is no UTF-8 ({fault})") from fault
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise LayoutUnknown(page, f"a CSV with the columns {', '.join(COLUMNS)} is due; {', '.join(missing)} missing")
    good: list[Row] = []
    rejections: list[Rejection] = []
    for row in reader:
        wrong = _fault(row)
        if wrong:
            rejections.append(_rejection(page, card, row, reader.line_num, wrong))
        else:
            good.append(row)
    readings = groupby(good, key=lambda row: (row["url"], row["retrieved_at"], row["name"]))
    records = tuple(_record(page, card, list(rows)) for _, rows in readings)
    if not records:
        raise LayoutUnknown(page, "not one readable row")
    return Parsed("csv", records, tuple(rejections))


def _fault(row: dict[str, Any]) -> str:
    if None in row or any(row.get(column) is None for column in COLUMNS):
        return "the row has more or fewer cells than columns"
    if not all(row[column].strip() for column in ("url", "name", "field", "value")):
        return "url, name, field or value is empty"
    field = row["field"].partition(".")[0]
    if field not in FIELDS and field not in {"as_of", "name"}:
        return f"unknown field {row['field']}"
    counted = field in COUNTS or field in COUNTED_MAPS
    return f"{row['field']} is no whole number: {row['value']}" if counted and not row["value"].isdecimal() else ""


def _rejection(page: Page, card: Card, row: dict[str, Any], line: int, fault: str) -> Rejection:
    where = f"{page.path}:{line}"
    cells = [str(value) for value in row.values()]
    note = f"{where}: {fault}. Mend that row; the columns are {', '.join(COLUMNS)}, the fields those of sources/records.py."
    return Rejection(
        record_id(card.id, where, *cells), card.id, str(row.get("url") or page.url), where, "broken_row", note
    )


def _record(page: Page, card: Card, rows: Sequence[Row]) -> Record:
    fields: dict[str, Any] = {}
    as_of = None
    for row in rows:
        field, _, key = row["field"].partition(".")
        if field == "as_of":
            as_of = row["value"]
        elif field in LISTS:
            fields.setdefault(field, []).append(row["value"])
        elif key:
            fields.setdefault(field, {})[key] = int(row["value"]) if field in COUNTED_MAPS else row["value"]
        elif field != "name":
            fields[field] = int(row["value"]) if field in COUNTS else row["value"]
    first = rows[0]
    return Record(
        record_id=record_id(card.id, first["url"], first["name"]),
        source=card.id,
        url=first["url"],
        name=first["name"],
        as_of=as_of,
        retrieved_at=first["retrieved_at"] or page.retrieved_at,
        page="csv",
        path=page.path,
        fields=fields,
    )
