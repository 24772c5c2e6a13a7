"""Reads a source: runs its parser over stored pages, page by page; one bad page never stops the others.

Belongs here: the loop, what became of every page, and the figures that the card's bounds are held against.
Does not belong here: fetching (`crawling`), and any opinion on whether the figures will do (`expectations`).
"""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sources.archive import MANIFEST, Archive, Fault, Page
from sources.cards import Card
from sources.corrections import corrected, load_corrections
from sources.parsing import LayoutUnknown, Parsed, SourceChanged
from sources.records import Record, Rejection
from sources.text import public_address

Parser = Callable[[Page, Card], Parsed]


@dataclass(frozen=True, slots=True)
class PageLog:
    """What became of one page.

    Attributes:
        path: Path inside the archive.
        url: Address of the visit.
        retrieved_at: When these bytes were first fetched.
        confirmed_at: The last visit that found the same bytes.
        kind: Kind of page, empty where it could not be read.
        rows: Records it gave.
        problem: Why it could not be read, in words with a remedy; empty where it could.
    """

    path: str
    url: str
    retrieved_at: str
    confirmed_at: str
    kind: str
    rows: int
    problem: str


@dataclass(frozen=True, slots=True)
class Reading:
    """All that the stored pages of a source state.

    Attributes:
        source: Id of the source.
        records: Unfolded: one per entry and page, in the order of record_id, then path.
        rejections: Entries that could not become records.
        pages: What became of each page, in the order of their paths.
        unknown: Captions that the card neither maps nor ignores, with the number of pages that print them.
    """

    source: str
    records: tuple[Record, ...]
    rejections: tuple[Rejection, ...]
    pages: tuple[PageLog, ...]
    unknown: Mapping[str, int]

    @property
    def problems(self) -> tuple[str, ...]:
        """Why pages could not be read."""
        return tuple(page.problem for page in self.pages if page.problem)

    @property
    def rows(self) -> int:
        """Entries: records of different ids."""
        return len({record.record_id for record in self.records})

    def filled(self) -> dict[str, float]:
        """Returns for each field the share of entries that state it, 0 to 1."""
        stated: dict[str, set[str]] = {}
        for record in self.records:
            for field in record.fields:
                stated.setdefault(field, set()).add(record.record_id)
        return {field: len(ids) / self.rows for field, ids in sorted(stated.items())}


def parser_of(card: Card) -> Parser:
    """Returns the function `parse` of the source's `parse.py`."""
    parse: Parser = importlib.import_module(f"sources.{card.id}.parse").parse
    return parse


def read_source(card: Card, pages: Iterable[Page | Fault]) -> Reading:
    """Parses the pages of one source and applies its corrections.

    Args:
        card: The source's card.
        pages: Pages and faults in any order, as an archive gives them.

    Returns:
        The reading, equal for permuted pages.

    Raises:
        StaleCorrection: A correction no longer applies.
    """
    parse = parser_of(card)
    records: list[Record] = []
    rejections: list[Rejection] = []
    logs: list[PageLog] = []
    unknown: Counter[str] = Counter()
    for page in pages:
        if isinstance(page, Fault):
            logs.append(PageLog(page.file, "", "", "", "", 0, f"{card.id}: {page}"))
            continue
        try:
            parsed = parse(page, card)
        except (LayoutUnknown, SourceChanged) as fault:
            logs.append(
                PageLog(page.path, page.url, page.retrieved_at, page.confirmed_at, "", 0, f"{card.id}: {fault}")
            )
            continue
        records += parsed.records
        rejections += parsed.rejections
        unknown.update(set(parsed.unknown))
        logs.append(
            PageLog(page.path, page.url, page.retrieved_at, page.confirmed_at, parsed.kind, len(parsed.records), "")
        )
    records = corrected(records, load_corrections(card.folder / "corrections.yml"))
    return Reading(
        source=card.id,
        records=tuple(
            sorted(records, key=lambda record: (record.record_id, record.path or "", record.retrieved_at or ""))
        ),
        rejections=tuple(sorted(set(rejections), key=lambda rejection: (rejection.record_id, rejection.path))),
        pages=tuple(sorted(logs, key=lambda log: (log.path, log.url))),
        unknown=dict(sorted(unknown.items())),
    )


def pages_under(path: Path, card: Card) -> Iterator[Page | Fault]:
    """Yields the pages under a path: an archive with its manifest, or loose files.

    A loose page has the address that it names itself (canonical link, or the address its facts come from), else one made of
    the source's first host and the file's name; it has no date of visit.

    Args:
        path: A file or a folder.
        card: The source's card.

    Raises:
        ValueError: Nothing is there.
    """
    if not path.exists():
        raise ValueError(f"{path}: no such file or folder. Name a page, or a folder of pages.")
    folder = path if path.is_dir() else path.parent
    for place in (folder, folder.parent):
        if (place / MANIFEST).exists():
            wanted = None if path.is_dir() else path.resolve()
            pages = Archive(place).pages()
            yield from (
                item
                for item in pages
                if wanted is None or (isinstance(item, Page) and (place / item.path).resolve() == wanted)
            )
            return
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    if not files:
        raise ValueError(f"{path}: the folder is empty. Name a page, or a folder of pages.")
    for file in files:
        body = file.read_bytes()
        url = public_address(body) or f"https://{card.hosts[0]}/{file.name}"
        yield Page(url=url, body=body, retrieved_at="", path=str(file.relative_to(folder)))
