"""The record: one entry of a list as a page prints it. The only thing of `sources` that `inventory` knows.

A record file is JSON Lines, one record a line, with the members of `Record`; `record_id`, `source`, `url`, `name` and
`fields` are required, the others may be absent or null. That is also what `parse --out` writes and `build --records` reads.

`fields` holds what the page states, by field name (see `FIELDS`); a field that is not stated is absent. Dates are text in
reduced ISO precision (`2006`, `2006-09`, `2006-09-25`): a precision is never invented.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

FIELDS: Mapping[str, str] = {
    "address": "postal address of the seat or of the coordinator",
    "age_years": "age in full years that the page states at its own date",
    "agreement_date": "date of the cluster agreement",
    "aliases": "list of other names met for the same body, acronyms and other languages included",
    "areas": "free words on specialisation",
    "category": "what the listing says the body is or took part in",
    "city": "town of the seat or of the coordinator",
    "cluster_form": "form of cooperation: agreement, consortium, association, ...",
    "coordinator": "name of the coordinator as printed",
    "coordinator_form": "legal form of the coordinator: association, limited_company, foundation, ...",
    "coordinator_since": "date since which the coordinator has that role",
    "country": "ISO 3166-1 alpha-2 code",
    "email": "role mailbox of the body; never a person's",
    "enterprises_by_size": "map of size class to number of member enterprises",
    "former_coordinator": "name of a former coordinator",
    "former_name": "list of former names",
    "founded": "date of founding as stated",
    "founded_note": "what the page says the founding date is the date of",
    "founding_members": "number of founders",
    "kkk_awarded": "date on which the status of National Key Cluster (KKK) was awarded",
    "kkk_note": "remark on the KKK status",
    "kkk_round": "round of the KKK contest, roman number",
    "kkk_valid_until": "last day of the KKK status",
    "krs": "number in the National Court Register",
    "krs_registered": "date of entry in the National Court Register",
    "label": "ESCA excellence label: bronze, silver or gold",
    "label_awarded": "date on which the label was awarded",
    "label_valid_until": "last day of the label",
    "lead_body": "initiator, leader or animator that the page does not call coordinator",
    "lead_form": "legal form of the lead body",
    "lead_role": "role that the page gives the lead body",
    "letter_of_intent": "date of a letter of intent",
    "link": "address of the entry's own page, as printed in a list",
    "list_number": "running number in the list",
    "mark": "category mark of PARP's map: r registered, s management standards, k National Key Cluster",
    "members_by_type": "map of kind of member to number",
    "members_by_type_qualifier": "map of kind of member to over, nearly or about",
    "members_by_voivodeship": "map of voivodeship to number of members",
    "members_qualifier": "over, nearly or about, where members_total is not exact",
    "members_total": "number of members",
    "name_as_printed": "the whole printed entry where the name is a part of it",
    "name_note": "how the name was formed where the page has no plain nominative",
    "note": "remark of the collectors",
    "other_label": "a status other than an ESCA label",
    "other_label_awarded": "date on which the other status was awarded",
    "other_label_round": "round of the contest for the other status",
    "other_label_years": "term of the other status in years",
    "region": "a region looser than a voivodeship",
    "sector": "branch as printed",
    "status_note": "what the page says of the state of the body: planned, suspended, dissolved, ...",
    "technologies": "list of technologies",
    "voivodeship": "one of the 16 voivodeships, Polish lower-case name",
    "website": "web site of the body",
}


_REDUCED = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


class RecordError(ValueError):
    """A record that cannot be read. The message names file, line and remedy."""


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of a list, as printed.

    Attributes:
        record_id: Stable id, unique over all sources.
        source: Id of the source (a folder of `sources`), or the kind of page for records from a file of a user's own.
        url: Address of the page as it was fetched.
        name: Name as printed.
        as_of: The day the list speaks of, reduced ISO precision, or None.
        retrieved_at: When the page was fetched, ISO 8601 in UTC, or None.
        stated_by: Public addresses that state the facts where the page is rebuilt; otherwise empty, and `url` states them.
        reconstructed: Whether the page was rebuilt from published facts.
        page: Kind of page within the source (`profile_A`, `country`, ...).
        path: Path of the page inside the source's archive, or of the record file.
        fields: Field name to value; values are text, numbers, lists of text, or maps of text to number or text.
    """

    record_id: str
    source: str
    url: str
    name: str
    as_of: str | None = None
    retrieved_at: str | None = None
    stated_by: tuple[str, ...] = ()
    reconstructed: bool = False
    page: str | None = None
    path: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejection:
    """An entry that could not become a record, kept with its reason.

    Attributes:
        record_id: Id of the rejected entry, stable like that of a record.
        source: Id of the source.
        url: Address of the page.
        path: Path of the page or record file, with the line where there is one.
        reason: Machine-readable reason (`nameless_row`, `layout_unknown`, `hash_mismatch`, ...).
        note: What was met and what to do, in words.
    """

    record_id: str
    source: str
    url: str
    path: str
    reason: str
    note: str


def record_id(source: str, *key: str) -> str:
    """Returns the id of an entry from its native key; a better parser or cleaner does not change it.

    Args:
        source: Id of the source.
        key: The parts that identify the entry within the source, as printed (canonical address, name, round, ...).

    Example:
        >>> record_id("esca", "http://example.org/", "Aviation Valley")
        'esca-a2bf39b85276'
    """
    digest = hashlib.sha256("\x1f".join((source, *key)).encode()).hexdigest()
    return f"{source}-{digest[:12]}"


def write_records(records: Iterable[Record], path: Path) -> int:
    """Writes records as JSON Lines, in the order given, and returns how many."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for record in records:
            out.write(json.dumps(asdict(record), ensure_ascii=False, sort_keys=True) + "\n")
            count += 1
    return count


def read_records(path: Path) -> Iterator[Record | Rejection]:
    """Reads a record file; a broken line becomes a `Rejection` that names file, line and remedy.

    A value that cannot be read (a date that is none) takes away itself and not the record: the record comes without it, and
    a `Rejection` beside it says so.

    Args:
        path: File of JSON Lines as described at the top of this module.

    Yields:
        A `Record` for each good line, a `Rejection` for each broken line or value, in the order of the file.
    """
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            where = f"{path.name}:{number}"
            try:
                raw = json.loads(line)
                record = _record(raw)
            except (ValueError, TypeError, RecursionError, RecordError) as fault:
                remedy = "Mend that line (one JSON object with record_id, source, url, name, fields)."
                yield _rejected(where, line.strip(), "broken_line", f"{fault}. {remedy}")
                continue
            yield record
            for key in ("as_of", "retrieved_at"):
                if raw.get(key) is not None and getattr(record, key) is None:
                    note = f"record {record.record_id}: {key} is {raw[key]!r}, no ISO date; it was left out, the record stays."
                    yield _rejected(where, record.record_id + key, "unreadable_value", note)


def read_record_file(path: Path) -> tuple[list[Record], list[Rejection]]:
    """Reads a record file as a whole: as `read_records`, and one record_id never names two entries.

    Lines with one record_id and one name are pages of one entry, as `parse` writes them. Of lines with different names the
    first name in alphabetical order stays, whatever their order in the file.

    Args:
        path: File of JSON Lines as described at the top of this module.
    """
    items = list(read_records(path))
    records = [item for item in items if isinstance(item, Record)]
    rejections = [item for item in items if isinstance(item, Rejection)]
    first: dict[str, str] = {}
    for record in records:
        first[record.record_id] = min(record.name, first.get(record.record_id, record.name))
    for record in records:
        if record.name != first[record.record_id]:
            note = f"record_id {record.record_id} names another entry too ({first[record.record_id]}). Give each entry an id of its own."
            rejections.append(
                _rejected(path.name, f"{record.record_id}{record.name}{record.url}", "duplicate_id", note)
            )
    return [record for record in records if record.name == first[record.record_id]], rejections


def _rejected(where: str, key: str, reason: str, note: str) -> Rejection:
    return Rejection(record_id("file", where, key), "file", "", where, reason, f"{where}: {note}")


def _record(raw: Any) -> Record:
    if not isinstance(raw, dict):
        raise RecordError("the line is not a JSON object")
    needed = ("record_id", "source", "url", "name")
    missing = [key for key in needed if not isinstance(raw.get(key), str) or not raw[key].strip()]
    if missing:
        raise RecordError(f"no text under {', '.join(missing)}")
    if not raw["url"].startswith(("http://", "https://")):
        raise RecordError(f"url is {raw['url']!r}, no public address (http or https) that states the facts")
    fields = raw.get("fields") or {}
    if not isinstance(fields, dict):
        raise RecordError("fields is not a JSON object")
    return Record(
        record_id=raw["record_id"],
        source=raw["source"],
        url=raw["url"],
        name=raw["name"],
        as_of=_reduced_date(raw.get("as_of")),
        retrieved_at=_moment(raw.get("retrieved_at")),
        stated_by=tuple(str(address) for address in raw.get("stated_by") or ()),
        reconstructed=bool(raw.get("reconstructed", False)),
        page=raw["page"] if isinstance(raw.get("page"), str) else None,
        path=raw["path"] if isinstance(raw.get("path"), str) else None,
        fields={key: value for key, value in fields.items() if value is not None},
    )


def _reduced_date(text: Any) -> str | None:
    """Returns a date of reduced ISO precision if it is one, else None."""
    if not isinstance(text, str) or not _REDUCED.fullmatch(text):
        return None
    try:
        date.fromisoformat((text + "-01-01")[:10] if len(text) == 4 else (text + "-01")[:10])
    except ValueError:
        return None
    return text


def _moment(text: Any) -> str | None:
    try:
        return text if isinstance(text, str) and datetime.fromisoformat(text) else None
    except ValueError:
        return None
