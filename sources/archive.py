"""The archive of raw pages: bytes as they were fetched, and a log of every visit.

An archive is a folder with `manifest.jsonl`, the append-only log of visits (one JSON object a line), and the bytes it names
by path and sha256. The shipped snapshot of a source (`sources/<id>/archive/`) and the archive of a home
(`<home>/archive/<id>/`) have the same form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Page:
    """One page as it was fetched. What parsers take: bytes, never an address to fetch, a network or a clock.

    Attributes:
        url: Address of the visit.
        body: The bytes of the answer, decompressed.
        retrieved_at: When it was fetched, ISO 8601 in UTC.
        as_of: The day the page speaks of where the log states it, reduced ISO precision, or None.
        status: HTTP status.
        headers: Kept headers, names in lower case.
        path: Path of the bytes inside the archive.
        sha256: Hash of the bytes, lower-case hexadecimal.
    """

    url: str
    body: bytes
    retrieved_at: str
    as_of: str | None = None
    status: int = 200
    headers: Mapping[str, str | None] = field(default_factory=dict)
    path: str = ""
    sha256: str = ""
