"""The entries of a page, collected into what a parser gives back: one record or one rejection each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from sources.addresses import join
from sources.archive import Page
from sources.cards import Card
from sources.parsing import Parsed
from sources.records import Record, Rejection, record_id
from sources.text import facts_from, is_reconstructed


@dataclass(slots=True)
class Entries:
    """Records and rejections of one page, in its order.

    Attributes:
        page: The page.
        card: Card of its source.
        kind: Kind of page.
        text: The decoded page; its comment says whether it is rebuilt, and from what.
        as_of: The day printed on the page; the page's own `as_of` where none is.
    """

    page: Page
    card: Card
    kind: str
    text: str
    as_of: str | None = None
    records: list[Record] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    _stated_by: tuple[str, ...] = field(init=False)
    _reconstructed: bool = field(init=False)

    def __post_init__(self) -> None:
        """Reads once what all entries of the page share."""
        self._stated_by, self._reconstructed = facts_from(self.text), is_reconstructed(self.text)

    def add(self, name: str, fields: Mapping[str, Any], *key: str) -> None:
        """Adds a record, or rejects the entry as nameless.

        Args:
            name: Name as printed; empty where the page has none.
            fields: Fields; empty values are left out.
            key: What identifies the entry within the source.
        """
        if not name:
            said = ", ".join(f"{field} {value}" for field, value in sorted(fields.items()) if value)
            self.reject("nameless_row", f"an entry without a name ({said or 'nothing else stated'})", *key)
            return
        self.records.append(
            Record(
                record_id=record_id(self.card.id, *key),
                source=self.card.id,
                url=self.page.url,
                name=name,
                as_of=self.as_of or self.page.as_of,
                retrieved_at=self.page.retrieved_at or None,
                stated_by=self._stated_by,
                reconstructed=self._reconstructed,
                page=self.kind,
                path=self.page.path,
                fields={field: value for field, value in fields.items() if value not in (None, "", [], {})},
            )
        )

    def reject(self, reason: str, what: str, *key: str) -> None:
        """Keeps an entry that cannot become a record.

        Args:
            reason: Machine-readable reason.
            what: What was met, in words.
            key: What identifies the entry within the source, with its place on the page where it has nothing else.
        """
        note = (
            f"{self.page.path or self.page.url}: {what}. Look at the page: the source slipped, or its layout changed."
        )
        number = record_id(self.card.id, "rejected", *key)
        self.rejections.append(Rejection(number, self.card.id, self.page.url, self.page.path, reason, note))

    def link(self, reference: str) -> None:
        """Adds an address for the crawl."""
        self.links.append(join(self.page.url, reference))

    def parsed(self) -> Parsed:
        """Returns what the page states; links and unknown captions once each."""
        links, unknown = tuple(dict.fromkeys(self.links)), tuple(dict.fromkeys(self.unknown))
        return Parsed(self.kind, tuple(self.records), tuple(self.rejections), links, unknown)


def place(url: str, base: str = "") -> str:
    """Returns path and query of an address, the query in alphabetical order: what host copies of a page have in common.

    Example:
        >>> place("/Klastry/chapter_1.asp?soid=AB", "http://www.pi.gov.pl/")
        '/Klastry/chapter_1.asp?soid=AB'
    """
    parts = urlsplit(join(base, url) if base else url)
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    return (parts.path.rstrip("/") or "/") + (f"?{query}" if query else "")
