"""Records as a frame, and what of them was known on a given day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

import polars as pl

from inventory.dates import first_day, last_day
from inventory.schemas import EXCLUDED, RECORDS, conform
from sources.records import Record, RecordError

EVENTS: Final = (
    "agreement_date", "founded", "kkk_awarded", "krs_registered", "label_awarded", "letter_of_intent",
    "other_label_awarded",
)  # fmt: skip
"""Fields that say when something happened to the body; they date the rest of an undated page."""

_LASTING: Final = frozenset({
    "address", "aliases", "areas", "city", "cluster_form", "country", "founded_note", "kkk_round", "krs", "label",
    "name_note", "other_label", "region", "sector", "voivodeship", "website",
})  # fmt: skip
"""Fields of an undated page that are taken to hold since the first event that the page dates."""

_COMPANION: Final = {"kkk_round": "kkk_awarded", "label": "label_awarded", "other_label": "other_label_awarded"}


def frame(records: Iterable[Record]) -> pl.DataFrame:
    """Returns one row per record id.

    One entry is often read from several pages (list, filter page, own page, host copy): the row shows the richest page,
    which is the one with most fields, then the first by path and address.

    Args:
        records: Records in any order, several of one id allowed.

    Returns:
        A frame of schema `RECORDS`, sorted by record_id.

    Raises:
        sources.records.RecordError: A retrieval time is not ISO 8601.
    """
    richest: dict[str, Record] = {}
    for record in records:
        known = richest.get(record.record_id)
        if known is None or _rank(record) < _rank(known):
            richest[record.record_id] = record
    rows = [
        (
            record.record_id, record.source, record.url, " ".join(record.stated_by) or record.url, record.as_of,
            retrieved(record), record.name, record.page, record.path, record.reconstructed,
        )
        for record in richest.values()
    ]  # fmt: skip
    return conform(pl.DataFrame(rows, schema=RECORDS, orient="row"), RECORDS)


def newest_date(records: Iterable[Record]) -> date | None:
    """Returns the newest day that the records hold: the default `as_of` of a build from an archive.

    It is the latest of the days lists speak of and the days pages were fetched; never the clock.

    Args:
        records: Records in any order.
    """
    days: list[date] = []
    for record in records:
        fetched = retrieved(record)
        days += [fetched.date()] if fetched else []
        spoken_of = last_day(record.as_of)
        if spoken_of and not fetched:
            days.append(spoken_of)
    return max(days, default=None)


def known_by(records: Iterable[Record], as_of: date) -> tuple[list[Record], pl.DataFrame]:
    """Returns what could have been published on a day, and what could not.

    A page counts from the last day it may speak of, at the latest from its visit. A page without a date may be older
    than its visit: before the visit it counts with the events it dates up to `as_of`, and with what lasts (name, place,
    sector); its other values are not known to have been true then. Pages with neither date nor visit are taken to have
    been read on the newest day of the archive.

    Args:
        records: Records in any order.
        as_of: The day of the inventory.

    Returns:
        The records as they were known (in the order given), and a frame of schema `EXCLUDED` with those of which
        nothing was known, reason `after_as_of`.
    """
    given = list(records)
    newest = newest_date(given)
    kept: list[Record] = []
    dropped: dict[str, Record] = {}
    for record in given:
        then = _as_known(record, as_of, newest)
        if then is None:
            dropped[record.record_id] = min(record, dropped.get(record.record_id, record), key=_rank)
        else:
            kept.append(then)
    alive = {record.record_id for record in kept}
    rows = [
        (record.record_id, record.source, record.name, "after_as_of", _why_not(record, as_of), _stating(record))
        for record in dropped.values()
        if record.record_id not in alive
    ]
    return kept, conform(pl.DataFrame(rows, schema=EXCLUDED, orient="row"), EXCLUDED)


def retrieved(record: Record) -> datetime | None:
    """Returns when the page of the record was fetched, in UTC, or None where that is not known.

    Raises:
        sources.records.RecordError: The time is not ISO 8601.
    """
    if not record.retrieved_at:
        return None
    try:
        moment = datetime.fromisoformat(record.retrieved_at)
    except ValueError as fault:
        raise RecordError(
            f"{record.source}, record {record.record_id}: retrieved_at is '{record.retrieved_at}'. "
            "Write it as ISO 8601 in UTC, such as 2021-10-23T13:14:42Z, or leave it out."
        ) from fault
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _rank(record: Record) -> tuple[int, str, str, str, str]:
    return -len(record.fields), record.path or "", record.url, record.as_of or "", record.retrieved_at or ""


def _stating(record: Record) -> str:
    return record.stated_by[0] if record.stated_by else record.url


def _published(record: Record, newest: date | None) -> date | None:
    spoken_of, fetched = last_day(record.as_of), retrieved(record)
    if spoken_of and fetched:
        return min(spoken_of, fetched.date())
    return spoken_of or (fetched.date() if fetched else newest)


def _as_known(record: Record, as_of: date, newest: date | None) -> Record | None:
    published = _published(record, newest)
    if published is None or published <= as_of:
        return record
    if last_day(record.as_of):
        return None
    past = {name for name in EVENTS if (day := first_day(_text(record.fields.get(name)))) and day <= as_of}
    if not past:
        return None
    lasting = {name for name in _LASTING if _COMPANION.get(name, next(iter(past))) in past}
    return replace(record, fields={name: value for name, value in record.fields.items() if name in past | lasting})


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _why_not(record: Record, as_of: date) -> str:
    when = record.as_of or (record.retrieved_at or "")[:10] or "an unknown day"
    return f"the page speaks of {when}, after {as_of.isoformat()}, and dates nothing before that day"
