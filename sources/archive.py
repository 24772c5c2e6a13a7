"""The archive of raw pages: bytes as they were fetched, and a log of every visit. No network and no clock here.

An archive is a folder with `manifest.jsonl`, the append-only log of visits, and the bytes it names. The shipped
snapshot of a source (`sources/<id>/archive/`) and the archive of a home (`<home>/archive/<id>/`) have the same form.
One visit a line:

    url           address of the visit, as it is public (also where a mirror answered)
    retrieved_at  when, ISO 8601, UTC
    as_of         the day the page speaks of, reduced ISO precision (2015, 2015-04, 2015-04-30), or null
    status        HTTP status, or null where no answer came
    headers       kept headers (content-type, etag, last-modified), names in lower case
    path          path of the bytes inside the archive, or null for a visit without bytes
    sha256        hash of the bytes, lower-case hexadecimal, or null
    outcome       new, unchanged, failed, refused or suspicious; may be absent in a line with bytes, which is then new
    fault         code of the fault behind failed, refused and suspicious (docs/faults.md), or absent
    reason        the same in words, or absent
    crawl         id of the crawl (source and day), or absent

Bytes are named by their hash, written once, and hashed again whenever they are read. An `unchanged` line names the
bytes that still hold. The bytes of a `suspicious` visit are kept as evidence, but are no page: the last good page
stays. A `robots.txt` beside the manifest is no page either. A torn last line, left by a cut of power, is set aside in
`manifest.torn` by the next write.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, Literal, cast, get_args

MANIFEST = "manifest.jsonl"
TORN = "manifest.torn"
Outcome = Literal["new", "unchanged", "failed", "refused", "suspicious"]
OUTCOMES: tuple[str, ...] = get_args(Outcome)
AS_OF = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
SHA256 = re.compile(r"[0-9a-f]{64}")
ENDINGS: Mapping[str, str] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/xml": "xml",
    "text/xml": "xml",
    "application/rss+xml": "xml",
    "text/csv": "csv",
    "application/json": "json",
    "application/pdf": "pdf",
    "text/plain": "txt",
}
"""Media type to file ending: for people who open the folder; nothing reads the ending."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page as it was fetched. What parsers take: bytes, never an address to fetch, a network or a clock.

    Attributes:
        url: Address of the visit.
        body: The bytes of the answer, decompressed.
        retrieved_at: When it was fetched, ISO 8601 in UTC.
        as_of: The day the page speaks of where the log states it, reduced ISO precision, or None.
        status: HTTP status.
        headers: Kept headers of the last visit that found these bytes, names in lower case.
        path: Path of the bytes inside the archive.
        sha256: Hash of the bytes, lower-case hexadecimal.
        confirmed_at: Last visit that found the same bytes, ISO 8601 in UTC; equals `retrieved_at` where none did.
    """

    url: str
    body: bytes
    retrieved_at: str
    as_of: str | None = None
    status: int = 200
    headers: Mapping[str, str | None] = field(default_factory=dict)
    path: str = ""
    sha256: str = ""
    confirmed_at: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """One line of the log; the members are those listed at the top of this module."""

    url: str
    retrieved_at: str
    as_of: str | None = None
    status: int | None = None
    headers: Mapping[str, str | None] = field(default_factory=dict)
    path: str | None = None
    sha256: str | None = None
    outcome: Outcome = "new"
    fault: str | None = None
    reason: str | None = None
    crawl: str | None = None

    @property
    def is_good(self) -> bool:
        """Whether the visit names bytes that may be read as a page."""
        return self.path is not None and self.outcome in ("new", "unchanged")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in an archive. It takes away the line it names and no other.

    Attributes:
        code: broken_line, outside_archive, missing_file or hash_mismatch.
        file: The file concerned, with the archive's folder.
        line: Line of the manifest that names it.
        what: What was met, in words.
        remedy: What to do.
    """

    code: str
    file: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        """The fault as one line for people."""
        return f"{self.file} (manifest line {self.line}): {self.what}. {self.remedy}"


class ArchiveError(ValueError):
    """An archive that cannot be used at all. The message names the folder and the remedy."""


class Archive:
    """The archive of one source.

    Args:
        root: Its folder; made by the first write.
    """

    def __init__(self, root: Path) -> None:
        """Opens the archive; nothing is read or written yet."""
        self.root = root
        self._lock = threading.Lock()

    @property
    def manifest(self) -> Path:
        """The log of visits."""
        return self.root / MANIFEST

    def visits(self) -> Iterator[Visit]:
        """Yields the visits in the order of the log; broken lines are left to `verify` and `pages`."""
        return (visit for _, visit in self.lines() if isinstance(visit, Visit))

    def lines(self) -> Iterator[tuple[int, Visit | Fault]]:
        """Yields every line of the log with its number, a broken one as a `Fault`."""
        if not self.manifest.exists():
            return
        with self.manifest.open("rb") as log:
            for number, line in enumerate(log, start=1):
                if line.strip():
                    yield number, self._visit(number, line)

    def pages(self) -> Iterator[Page | Fault]:
        """Yields every good page once, oldest first, and a `Fault` for every line or file that is not sound.

        A page is one set of bytes at one address: a later visit that found the same bytes only moves `confirmed_at`,
        one that found others is a page of its own. Suspicious, failed and refused visits give no page.
        """
        sound: list[tuple[int, Visit]] = []
        for number, item in self.lines():
            if isinstance(item, Fault):
                yield item
            elif item.is_good:
                sound.append((number, item))
        sound.sort(key=lambda entry: (_moment(entry[1].retrieved_at), entry[1].url, entry[0]))
        confirmed = {(visit.url, visit.sha256): visit for _, visit in sound}
        seen: set[tuple[str, str | None, str | None]] = set()
        held = {(visit.url, visit.sha256) for _, visit in sound if visit.outcome == "new"}
        for number, visit in sound:
            key = (visit.url, visit.sha256, visit.as_of)
            if key in seen or (visit.outcome == "unchanged" and (visit.url, visit.sha256) in held):
                continue
            seen.add(key)
            yield self._page(number, visit, confirmed[visit.url, visit.sha256])

    def latest(self) -> dict[str, Page]:
        """Returns the latest good page of each address, in alphabetical order; faulty ones are passed over."""
        return newest(self.pages())

    def verify(self) -> list[Fault]:
        """Reads the whole log and hashes every file it names, evidence of suspicious visits included.

        Returns:
            The faults, in the order of the log; empty for a sound archive.
        """
        faults: list[Fault] = []
        for number, item in self.lines():
            checked = self.body(number, item) if isinstance(item, Visit) and item.path is not None else item
            if isinstance(checked, Fault):
                faults.append(checked)
        return faults

    def body(self, line: int, visit: Visit) -> bytes | Fault:
        """Returns the bytes a visit names, hashed again, or the fault that keeps them back.

        Args:
            line: Line of the visit in the log, for the fault's message.
            visit: A visit with a path.
        """
        where = f"{self.root}/{visit.path}"
        try:
            content = self._read(visit.path or "")
        except (OSError, ValueError) as fault:
            why = "no such file" if isinstance(fault, FileNotFoundError) else str(fault)
            remedy = "Bring the file back or import the archive again."
            return Fault("missing_file", where, line, f"the bytes cannot be read: {why}", remedy)
        if content is None:
            what = "the path leads out of the archive"
            return Fault("outside_archive", where, line, what, "Name a file inside the archive's folder.")
        found = hashlib.sha256(content).hexdigest()
        if found != visit.sha256:
            expected = (visit.sha256 or "")[:12]
            what = f"the bytes are not those that were stored: sha256 {found[:12]}... instead of {expected}..."
            return Fault(
                "hash_mismatch", where, line, what, "Bring the file back from a copy, or visit the page again."
            )
        return content

    def store(self, visit: Visit, body: bytes) -> Visit:
        """Keeps the bytes of a visit, then logs it. Killed in between, it leaves bytes that no line names: no harm.

        Args:
            visit: The visit; `path` and `sha256` are filled in here.
            body: The bytes of the answer, decompressed.

        Returns:
            The visit as logged.
        """
        digest = hashlib.sha256(body).hexdigest()
        media = (visit.headers.get("content-type") or "").split(";")[0].strip().lower()
        path = f"pages/{digest[:2]}/{digest}.{ENDINGS.get(media, 'bin')}"
        with self._lock:
            self._write_once(self.root / path, body, digest)
        stored = replace(visit, path=path, sha256=digest)
        self.log(stored)
        return stored

    def log(self, visit: Visit) -> None:
        """Appends a visit to the log, in one write, and waits until it is on disk."""
        row = {
            key: value
            for key, value in asdict(visit).items()
            if value is not None or key not in ("fault", "reason", "crawl")
        }
        line = json.dumps(row, ensure_ascii=False, sort_keys=True).encode() + b"\n"
        with self._lock:
            self.root.mkdir(parents=True, exist_ok=True)
            self._mend_tail()
            with self.manifest.open("ab") as out:
                out.write(line)
                out.flush()
                os.fsync(out.fileno())

    def _read(self, path: str) -> bytes | None:
        """Returns the bytes under that path, or None where it leads out of the archive, by a link too."""
        place = self.root / path
        if ".." in PurePosixPath(path).parts or not place.resolve().is_relative_to(self.root.resolve()):
            return None
        return place.read_bytes()

    def _visit(self, number: int, line: bytes) -> Visit | Fault:
        try:
            return read_visit(line)
        except (ValueError, RecursionError) as fault:
            remedy = "Mend or remove that line; its members are described at the top of sources/archive.py."
            return Fault("broken_line", str(self.manifest), number, f"the line cannot be read: {fault}", remedy)

    def _page(self, number: int, visit: Visit, confirmed: Visit) -> Page | Fault:
        content = self.body(number, visit)
        if isinstance(content, Fault):
            return content
        return Page(
            url=visit.url,
            body=content,
            retrieved_at=visit.retrieved_at,
            as_of=visit.as_of,
            status=visit.status or 200,
            headers=confirmed.headers or visit.headers,
            path=visit.path or "",
            sha256=visit.sha256 or "",
            confirmed_at=confirmed.retrieved_at,
        )

    def _write_once(self, place: Path, content: bytes, digest: str) -> None:
        if place.exists() and hashlib.sha256(place.read_bytes()).hexdigest() == digest:
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f".{place.name}.{os.getpid()}.part")
        with draft.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(place)

    def _mend_tail(self) -> None:
        """Ends an unended last line; one that is no JSON was cut off while being written, and is set aside."""
        if not self.manifest.exists() or self.manifest.stat().st_size == 0:
            return
        with self.manifest.open("rb+") as log:
            log.seek(-1, os.SEEK_END)
            if log.read(1) == b"\n":
                return
            log.seek(0)
            content = log.read()
            start = content.rfind(b"\n") + 1
            try:
                json.loads(content[start:])
            except ValueError:
                with (self.root / TORN).open("ab") as aside:
                    aside.write(content[start:] + b"\n")
                log.truncate(start)
            else:
                log.write(b"\n")


def newest(pages: Iterable[Page | Fault]) -> dict[str, Page]:
    """Returns the page of each address that was confirmed last, in alphabetical order; faults are passed over.

    Args:
        pages: Pages of one archive or of several; of two that were confirmed at the same moment the later one wins.
    """
    found: dict[str, Page] = {}
    for page in pages:
        if isinstance(page, Fault):
            continue
        before = found.get(page.url)
        if before is None or _moment(page.confirmed_at) >= _moment(before.confirmed_at):
            found[page.url] = page
    return dict(sorted(found.items()))


@lru_cache(maxsize=20_000)
def read_visit(line: bytes) -> Visit:
    """Returns the visit of a line of the log; a log is read many times in a run, and a line of it never changes.

    Raises:
        ValueError: The line is none; the message says why.
    """
    raw = json.loads(line.decode("utf-8"))
    if not isinstance(raw, dict):
        raise ValueError("it is not a JSON object")  # noqa: TRY004  one kind of error for a broken line
    url = _text(raw, "url", required=True)
    retrieved_at = _text(raw, "retrieved_at", required=True)
    _moment(retrieved_at)
    as_of = raw.get("as_of")
    if as_of is not None and not (isinstance(as_of, str) and AS_OF.fullmatch(as_of)):
        raise ValueError(f"as_of is {as_of!r}, not a date such as 2015, 2015-04 or 2015-04-30")
    outcome = raw.get("outcome") or "new"
    if outcome not in OUTCOMES:
        raise ValueError(f"outcome is {outcome!r}, not one of {', '.join(OUTCOMES)}")
    path, digest = _text(raw, "path") or None, _text(raw, "sha256") or None
    if path is None and outcome in ("new", "suspicious"):
        raise ValueError("no path to the bytes")
    if path is not None and not (digest and SHA256.fullmatch(digest)):
        raise ValueError("no sha256 of the bytes in 64 lower-case hexadecimal digits")
    status = raw.get("status")
    if status is not None and (isinstance(status, bool) or not isinstance(status, int)):
        raise ValueError(f"status is {status!r}, not a number")
    return Visit(
        url=url,
        retrieved_at=retrieved_at,
        as_of=as_of,
        status=status,
        headers=_headers(raw.get("headers")),
        path=path,
        sha256=digest,
        outcome=cast("Outcome", outcome),
        fault=_text(raw, "fault") or None,
        reason=_text(raw, "reason") or None,
        crawl=_text(raw, "crawl") or None,
    )


def _text(raw: Mapping[str, Any], key: str, *, required: bool = False) -> str:
    value = raw.get(key)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or (required and not value.strip()):
        raise ValueError(f"no text under {key}")
    return value


def _headers(raw: Any) -> dict[str, str | None]:
    if raw is None:
        return {}
    if not isinstance(raw, dict) or not all(value is None or isinstance(value, str) for value in raw.values()):
        raise ValueError("headers is not a map of names to text")
    return {name.lower(): value for name, value in raw.items()}


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as fault:
        raise ValueError(f"retrieved_at is {text!r}, not a moment such as 2025-04-01T09:00:00Z") from fault
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
