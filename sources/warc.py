"""An archive as a WARC file (ISO 28500), which any web-archive tool replays, and pages from a WARC file of any tool.

What is written: a `warcinfo`; for every visit with bytes a `response` (the bytes, unpacked, under the kept headers) or, for a visit
that found the same bytes again, a `revisit`; and for every visit a `metadata` record with its line of the log, so that nothing is
lost. No clock and no chance: record ids are made from the content, dates are those of the visits; same archive, same bytes.

What is read: a file written here gives the very visits again. From another tool's file, answers with status 200 become pages,
other statuses failed visits, `revisit` records confirm what the file holds itself. Hashes of the file are checked.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import uuid
import zlib
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO, Final

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParserException
from warcio.warcwriter import WARCWriter

from sources.addresses import host_of
from sources.archive import ENDINGS, MANIFEST, Archive, ArchiveError, Fault, Visit, read_visit
from sources.outcomes import fault_of_status

LARGEST: Final = 40_000_000
"""Bytes of an unpacked page; the crawler's own limit."""
LINE_TYPE: Final = "application/vnd.cluster-inventory.visit+json"
SUFFIXES: Final = (".warc", ".warc.gz")
_LINE_LARGEST: Final = 1_000_000
_PROFILES: Final = {
    304: "http://netpreserve.org/warc/1.1/revisit/server-not-modified",
    200: "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
}
_KEPT: Final = ("content-type", "etag", "last-modified", "content-language")
_COUNTED: Final = "visits of a cluster-inventory archive: "
_COUNTED_LINE: Final = re.compile(re.escape(_COUNTED) + r"(\d{1,9})")
_NAMESPACE: Final = uuid.UUID("c7a3a1c4-0a5e-5d0e-9b7f-5f4f3a9d5d11")


def is_warc(path: Path) -> bool:
    """Returns whether a file is a WARC file by its name."""
    return path.name.lower().endswith(SUFFIXES)


def write_warc(archive: Archive, target: Path, source: str) -> int:
    """Writes an archive as a WARC 1.1 file, packed record by record if its name ends in `.gz`; replaced in one step.

    Args:
        archive: The archive to hand over. Faulty lines and files are left out; `verify` names them.
        target: File to write, by custom `<source>.warc.gz`.
        source: Id of the source, for the `warcinfo`.

    Returns:
        The number of `response` records.
    """
    draft = target.with_name(f".{target.name}.part")
    with draft.open("wb") as out:
        count = _Writing(archive, out, packed=target.name.lower().endswith(".gz")).write(source)
    draft.replace(target)
    return count


def unpack_warc(origin: Path, folder: Path, hosts: Collection[str] = ()) -> list[Fault]:
    """Turns a WARC file into an archive (manifest and files) in an empty folder.

    Args:
        origin: The file.
        folder: Where to put manifest and files.
        hosts: Hosts whose pages are taken from another tool's file; empty for all. Pages' pictures, styles and scripts never are.

    Returns:
        Faults of records that could not be read; the others are taken.

    Raises:
        ArchiveError: The file is no WARC file, or holds no visit.
    """
    reading = _Reading(origin, folder, frozenset(hosts))
    with origin.open("rb") as packed:
        reading.read(packed)
    if not reading.lines and not reading.faults:
        raise ArchiveError(f"{origin}: no page of {', '.join(hosts) or 'any host'} in it. Name a WARC file with some.")
    (folder / MANIFEST).write_bytes(b"".join(line + b"\n" for line in reading.lines))
    return reading.faults


# Writing


@dataclass(slots=True)
class _Writing:
    """One file while it is written."""

    archive: Archive
    out: BinaryIO
    packed: bool
    first: dict[tuple[str, str | None], Visit] = field(default_factory=dict)

    def write(self, source: str) -> int:
        writer = WARCWriter(self.out, gzip=self.packed, warc_version="1.1")
        visits = self._sound()
        self._info(writer, source, [visit for _, visit in visits])
        count = 0
        for number, visit in visits:
            content = self.archive.body(number, visit) if visit.path is not None else None
            if isinstance(content, Fault):  # the file was altered while this one was written
                raise ArchiveError(str(content))
            answer = self._answer(writer, number, visit, content) if content is not None else None
            count += answer is not None and answer.rec_type == "response"
            self._line(writer, number, visit, answer)
        return count

    def _sound(self) -> list[tuple[int, Visit]]:
        found: list[tuple[int, Visit]] = []
        for number, visit in self.archive.lines():
            sound = isinstance(visit, Visit) and not (
                visit.path and isinstance(self.archive.body(number, visit), Fault)
            )
            if isinstance(visit, Visit) and sound:
                found.append((number, visit))
        return found

    def _info(self, writer: WARCWriter, source: str, visits: Sequence[Visit]) -> None:
        day = min((_instant(visit.retrieved_at) for visit in visits), default="1970-01-01T00:00:00Z")
        about = {
            "software": "cluster-inventory",
            "format": "WARC File Format 1.1",
            "isPartOf": source,
            "description": f"{_COUNTED}{len(visits)}",
        }
        record = writer.create_warcinfo_record(None, about)
        record.rec_headers.replace_header("WARC-Date", day)
        record.rec_headers.replace_header("WARC-Record-ID", _record_id("warcinfo", source, day))
        writer.write_record(record)

    def _answer(self, writer: WARCWriter, number: int, visit: Visit, content: bytes) -> ArcWarcRecord:
        """The visit's `response`, or its `revisit` where the same bytes of the address are in the file already."""
        before = self.first.get((visit.url, visit.sha256))
        status = visit.status or 200
        headers = [(name.title(), value) for name, value in sorted(visit.headers.items()) if value is not None]
        again = before is not None and visit.outcome == "unchanged"
        kind = "revisit" if again else "response"
        warc = {
            "WARC-Record-ID": _record_id(kind, str(number), visit.url, visit.retrieved_at, visit.sha256 or ""),
            "WARC-Date": _instant(visit.retrieved_at),
            "WARC-Payload-Digest": _digest(content),
        }
        if before is not None and again:
            warc |= {
                "WARC-Profile": _PROFILES.get(status, _PROFILES[200]),
                "WARC-Refers-To-Target-URI": before.url,
                "WARC-Refers-To-Date": _instant(before.retrieved_at),
            }
        else:
            self.first.setdefault((visit.url, visit.sha256), visit)
            headers.append(("Content-Length", str(len(content))))
        payload = b"" if again else content
        record = writer.create_warc_record(
            visit.url,
            kind,
            payload=io.BytesIO(payload),
            length=len(payload),
            http_headers=StatusAndHeaders(f"{status} {_phrase(status)}", headers, protocol="HTTP/1.1"),
            warc_headers_dict=warc,
        )
        writer.write_record(record)
        return record

    def _line(self, writer: WARCWriter, number: int, visit: Visit, answer: ArcWarcRecord | None) -> None:
        line = json.dumps(asdict(visit), ensure_ascii=False, sort_keys=True).encode()
        headers = {
            "WARC-Record-ID": _record_id("metadata", str(number), visit.url, visit.retrieved_at),
            "WARC-Date": _instant(visit.retrieved_at),
        }
        if answer is not None:
            headers["WARC-Concurrent-To"] = answer.rec_headers.get_header("WARC-Record-ID")
        record = writer.create_warc_record(
            visit.url,
            "metadata",
            payload=io.BytesIO(line),
            length=len(line),
            warc_content_type=LINE_TYPE,
            warc_headers_dict=headers,
        )
        writer.write_record(record)


def _record_id(*parts: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(_NAMESPACE, chr(31).join(parts))}>"


def _digest(content: bytes) -> str:
    """The digest of a payload as web archives write it: SHA-1 in base 32; our own is in the line of the log."""
    return f"sha1:{base64.b32encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()}"


def _instant(moment: str) -> str:
    """A moment of the log as WARC writes it: UTC, to the second."""
    parsed = datetime.fromisoformat(moment)
    return parsed.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if parsed.tzinfo else f"{moment[:19]}Z"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


# Reading


@dataclass(slots=True)
class _Reading:
    """One file while it is read: bytes go to the folder as they come, lines are kept."""

    origin: Path
    folder: Path
    hosts: frozenset[str]
    lines: list[bytes] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    payloads: dict[str, str] = field(default_factory=dict)
    pending: dict[str, Visit] = field(default_factory=dict)
    number: int = 0
    announced: int | None = None

    def read(self, packed: BinaryIO) -> None:
        try:
            for record in ArchiveIterator(packed, check_digests=True):
                self.number += 1
                self._take(record)
        except (ArchiveLoadFailed, StatusAndHeadersParserException, zlib.error, EOFError, OSError, ValueError) as fault:
            if self.number == 0:
                raise ArchiveError(f"{self.origin}: {fault}. Name a WARC file.") from fault
            self._refuse("broken_line", f"the file breaks off: {fault}")
        if self.announced is not None and len(self.lines) < self.announced:
            self._refuse("broken_line", f"the file breaks off: {len(self.lines)} of {self.announced} visits are in it")
        # Answers of another tool's file have no line of the log; ours always have one behind them.
        for visit in self.pending.values():
            self._keep(visit)

    def _take(self, record: ArcWarcRecord) -> None:
        kind, said = record.rec_type, record.rec_headers
        if kind == "warcinfo":
            met = _COUNTED_LINE.search(record.content_stream().read(_LINE_LARGEST).decode("utf-8", "replace"))
            self.announced = int(met[1]) if met else None
        if kind == "metadata" and said.get_header("Content-Type") == LINE_TYPE:
            self._take_line(record)
        elif kind in ("response", "revisit") and record.http_headers is not None:
            self._take_answer(record)

    def _take_line(self, record: ArcWarcRecord) -> None:
        line = record.content_stream().read(_LINE_LARGEST)
        try:
            visit = read_visit(line)
        except (ValueError, RecursionError) as fault:
            self._refuse("broken_line", f"the line of the log cannot be read: {fault}")
            return
        self.pending.pop(record.rec_headers.get_header("WARC-Concurrent-To") or "", None)
        self._keep(replace(visit, path=f"pages/{visit.sha256}") if visit.path else visit)

    def _take_answer(self, record: ArcWarcRecord) -> None:
        headers = record.http_headers
        url = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")
        kept = {name: headers.get_header(name) for name in _KEPT}
        media = (kept["content-type"] or "").split(";")[0].strip().lower()
        code = headers.get_statuscode()
        visit = Visit(
            url=url,
            retrieved_at=record.rec_headers.get_header("WARC-Date") or "",
            status=int(code) if code.isdecimal() else None,
            headers=kept,
        )
        if record.rec_type == "revisit":
            digest = self.payloads.get(record.rec_headers.get_header("WARC-Payload-Digest") or "")
            if digest:
                again = replace(visit, outcome="unchanged", path=f"pages/{digest}", sha256=digest)
                self._hold(record, again)
            return
        body = record.content_stream().read(LARGEST + 1)
        if record.digest_checker.passed is False:
            self._refuse("hash_mismatch", f"{url}: the bytes are not those that were stored")
        elif len(body) > LARGEST:
            self._refuse("broken_line", f"{url}: the page is larger than {LARGEST} bytes")
        elif visit.status == HTTPStatus.OK:
            if media in ENDINGS or not media:
                self._hold(record, self._stored(record, visit, body))
        elif visit.status is not None:
            fault = fault_of_status(visit.status)
            self._hold(record, replace(visit, outcome="failed", fault=fault, reason=f"status {visit.status}"))

    def _stored(self, record: ArcWarcRecord, visit: Visit, body: bytes) -> Visit:
        digest = hashlib.sha256(body).hexdigest()
        self.payloads[record.rec_headers.get_header("WARC-Payload-Digest") or _digest(body)] = digest
        place = self.folder / "pages" / digest
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body)
        return replace(visit, path=f"pages/{digest}", sha256=digest)

    def _hold(self, record: ArcWarcRecord, visit: Visit) -> None:
        """Keeps an answer until a line of the log tells more of it, or the file ends."""
        if self.hosts and host_of(visit.url) not in self.hosts:
            return
        self.pending[record.rec_headers.get_header("WARC-Record-ID") or str(self.number)] = visit

    def _keep(self, visit: Visit) -> None:
        line = json.dumps(asdict(visit), ensure_ascii=False, sort_keys=True).encode()
        self.lines.append(line)

    def _refuse(self, code: str, what: str) -> None:
        remedy = "Ask for the file again, or export it anew."
        self.faults.append(Fault(code, str(self.origin), self.number, what, remedy))
