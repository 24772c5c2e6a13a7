"""What a parser gives back, and the named errors it may raise.

A parser is `parse(page, card) -> Parsed` in `sources/<id>/parse.py`: it takes bytes and a card, never an address to fetch, a
network or a clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from sources.archive import Page
from sources.records import Record, Rejection


class LayoutUnknown(ValueError):
    """A page that no known layout fits, or a list without the rows it should have. Zero rows are never a result."""

    def __init__(self, page: Page, seen: str) -> None:
        """Names the page and what was met.

        Args:
            page: The page.
            seen: What was looked for, and what was met instead.
        """
        super().__init__(
            f"{page.path or page.url}: unknown layout: {seen}. Open the page beside an older one of its kind; "
            "put changed captions into the source's card.yml, or teach its parse.py the new layout."
        )


class SourceChanged(ValueError):
    """A page of a known layout that says something the card does not know."""

    def __init__(self, page: Page, what: str, remedy: str) -> None:
        """Names the page, what changed and what to do."""
        super().__init__(f"{page.path or page.url}: {what}. {remedy}")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one page states.

    Attributes:
        kind: Kind of page (`profile_A`, `list`, `news`, ...).
        records: One per entry on the page, in the order of the page; an entry on several pages has the same record_id.
        rejections: Entries that could not become records, each with its reason.
        links: Addresses met that a crawl would visit, absolute, in the order of the page.
        unknown: Captions that the card neither maps nor ignores, as printed.
    """

    kind: str
    records: tuple[Record, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    links: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
