"""Statements: every value that a record states, cleaned, with the original beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import polars as pl

from inventory import values
from inventory.records import retrieved
from inventory.schemas import STATEMENTS, conform
from sources.records import Record

_QUALIFIER_OF: Final = {"members_total": "members_qualifier", "members_by_type": "members_by_type_qualifier"}


class _Printed(NamedTuple):
    prop: str
    original: str
    qualifier: str | None


def state(records: Iterable[Record]) -> pl.DataFrame:
    """Returns one row per value that the records state, all pages of an entry taken together.

    The name is the property `name`. A list gives a row per item, a map a row per key (`members_by_type.enterprises`).
    The id hashes record, property and original value, so a better cleaner re-keys nothing; the same value on several
    pages of one entry is one statement, with the newest day a page speaks of.

    Args:
        records: Records in any order, several of one id allowed.

    Returns:
        A frame of schema `STATEMENTS`, sorted by statement_id. `value` is null where the original holds no value of its
        kind (a date without a year, say).
    """
    rows: dict[str, tuple[Any, ...]] = {}
    for record in records:
        url = record.stated_by[0] if record.stated_by else record.url
        moment = retrieved(record)
        for printed in _printed(record):
            identity = statement_id(record.record_id, printed.prop, printed.original)
            row = (
                identity, record.record_id, record.source, printed.prop, values.clean(printed.prop, printed.original),
                printed.original, printed.qualifier, url, record.as_of, moment,
            )  # fmt: skip
            if identity not in rows or _precedence(row) > _precedence(rows[identity]):
                rows[identity] = row
    return conform(pl.DataFrame(list(rows.values()), schema=STATEMENTS, orient="row"), STATEMENTS)


def statement_id(record_id: str, prop: str, original_value: str) -> str:
    """Returns the id of a statement: 16 hexadecimal digits of a hash of its three key parts.

    Example:
        >>> statement_id("R1", "founded", "2006")
        'c986b55204ed6da3'
    """
    return hashlib.sha256(f"{record_id}\x1f{prop}\x1f{original_value}".encode()).hexdigest()[:16]


def _precedence(row: tuple[Any, ...]) -> tuple[str, str, str, str]:
    moment: datetime | None = row[9]
    return row[8] or "", moment.isoformat() if moment else "", row[7], row[6] or ""


def _printed(record: Record) -> Iterator[_Printed]:
    yield _Printed("name", record.name, None)
    for prop, value in record.fields.items():
        if isinstance(value, Mapping):
            notes = record.fields.get(_QUALIFIER_OF.get(prop, ""), {})
            for key, member in value.items():
                note = notes.get(key) if isinstance(notes, Mapping) else None
                yield from _one(f"{prop}.{key}", member, note)
        elif isinstance(value, list | tuple):
            for item in value:
                yield from _one(prop, item, None)
        else:
            note = record.fields.get(_QUALIFIER_OF[prop]) if prop in _QUALIFIER_OF else None
            yield from _one(prop, value, note)


def _one(prop: str, value: Any, note: Any) -> Iterator[_Printed]:
    if value is None or value == "":
        return
    original = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    counted = prop in values.NUMBERS or ("." in prop and not prop.startswith("members_by_type_qualifier"))
    words = str(note) if note else original if counted else ""
    yield _Printed(prop, original, values.qualifier(words))
