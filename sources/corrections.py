"""Corrections: what a source prints wrongly, mended by a reviewed file and never by code.

`sources/<id>/corrections.yml` is a list of entries with

- `record_id`: the entry to correct,
- `field`: a field of the record, or `name`,
- `expect`: what the source prints; if it no longer does, the correction is stale and the reading stops,
- `value`: what holds instead; null drops the field,
- `reason`, `by`, `date`: why, who, when.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sources.records import Record
from sources.reviewed_files import read_reviewed

MEMBERS = ("record_id", "field", "expect", "value", "reason", "by", "date")


class CorrectionError(ValueError):
    """A corrections file that cannot be read. The message names file, entry and remedy."""


class StaleCorrection(ValueError):
    """A correction whose record is gone or which the source has repaired itself."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One entry of the file; see the top of this module."""

    record_id: str
    field: str
    expect: Any
    value: Any
    reason: str
    by: str
    date: str


def load_corrections(path: Path) -> tuple[Correction, ...]:
    """Reads a corrections file; a missing file holds none.

    Raises:
        CorrectionError: The file is no list, or an entry lacks a member or has an unknown one.
    """
    if not path.exists():
        return ()
    raw = read_reviewed(path) or []
    if not isinstance(raw, list):
        raise CorrectionError(f"{path}: a list of entries is due; see sources/corrections.py.")
    entries = []
    for number, entry in enumerate(raw, start=1):
        if not isinstance(entry, dict) or set(entry) != set(MEMBERS):
            raise CorrectionError(
                f"{path}: entry {number}: the members are {', '.join(MEMBERS)}; give each of them once."
            )
        if not all(str(entry[member] or "").strip() for member in ("record_id", "field", "reason", "by", "date")):
            raise CorrectionError(f"{path}: entry {number}: record_id, field, reason, by and date must be filled in.")
        entries.append(Correction(**{**entry, "date": str(entry["date"])}))
    return tuple(entries)


def corrected(records: Iterable[Record], corrections: Iterable[Correction]) -> list[Record]:
    """Returns the records with the corrections applied.

    Raises:
        StaleCorrection: A correction's record is not there, or does not print what the correction expects.
    """
    result = list(records)
    for correction in corrections:
        places = [place for place, record in enumerate(result) if record.record_id == correction.record_id]
        hits = [place for place in places if _printed(result[place], correction.field) == correction.expect]
        if not hits:
            raise StaleCorrection(
                f"correction of {correction.record_id}, {correction.field} ({correction.by}, {correction.date}): "
                f"{'the source prints something else now' if places else 'there is no such record any more'}. "
                "Look at the page, then mend or remove the entry in corrections.yml."
            )
        for place in hits:
            result[place] = _mended(result[place], correction)
    return result


def _printed(record: Record, field: str) -> Any:
    return record.name if field == "name" else record.fields.get(field)


def _mended(record: Record, correction: Correction) -> Record:
    if correction.field == "name":
        return replace(record, name=str(correction.value))
    kept = {field: value for field, value in record.fields.items() if field != correction.field}
    return replace(record, fields=kept if correction.value is None else {**kept, correction.field: correction.value})
