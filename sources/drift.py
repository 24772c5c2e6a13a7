"""Drift: how a source's pages differ from the layout that was last looked at, before a parser stumbles over it.

A layout says, for each kind of page, which captions its pages print, how they are built, and, for the source, which share of
entries states each field. It is taken from the latest page of every address. The layout that a person accepted last (at first:
the first one met) is the yardstick, and stays it until the next one is accepted: a change that nobody looked at does not
wear off. Drift is told, never judged: the bounds of the card close the gate.

Stored as `<home>/layouts/<source>.json`: `accepted` and `current`, each a layout; lists are sorted, so that equal pages give equal
bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from bs4 import BeautifulSoup

from sources.archive import Fault, Page, newest
from sources.captions import classified, pieces
from sources.cards import Card
from sources.guards import form_of
from sources.reading import Reading
from sources.text import decode, fold, markup

SAMPLE: Final = 50
"""Pages of a kind that are looked at, the first by address: a layout shows in fewer."""

MOVED: Final = 0.1
"""Least change of a field's share of entries that is told."""

_BUILT_OF: Final = (
    "article",
    "dd",
    "dl",
    "dt",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "li",
    "main",
    "ol",
    "section",
    "table",
    "td",
    "th",
    "tr",
    "ul",
)
"""Elements that carry structure; `div`, `span` and emphasis come and go with every new style."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The layout of one kind of page.

    Attributes:
        pages: Number of addresses of this kind.
        captions: What its pages print as captions, folded.
        structure: `child in parent` for the elements that carry structure.
    """

    pages: int
    captions: tuple[str, ...]
    structure: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of a source.

    Attributes:
        kinds: Kind of page to its layout.
        entries: Number of entries.
        filled: Field to the share of entries that state it, 0 to 1.
    """

    kinds: Mapping[str, Kind] = field(default_factory=dict)
    entries: int = 0
    filled: Mapping[str, float] = field(default_factory=dict)


def layout_of(card: Card, pages: Iterable[Page | Fault], reading: Reading) -> Layout:
    """Returns the layout of a source's latest pages.

    Args:
        card: The source's card; its captions are known.
        pages: The pages that were read, in any order.
        reading: What was read from them.
    """
    latest = list(newest(pages).values())
    standing = {page.path for page in latest}
    shown = replace(reading, records=tuple(record for record in reading.records if record.path in standing))
    kind_of = {(log.path, log.url): log.kind for log in reading.pages}
    by_kind: dict[str, list[Page]] = {}
    for page in latest:
        by_kind.setdefault(kind_of.get((page.path, page.url)) or "unreadable", []).append(page)
    return Layout(
        {kind: _kind(card, of_kind) for kind, of_kind in sorted(by_kind.items())},
        shown.rows,
        {name: round(share, 3) for name, share in shown.filled().items()} if shown.rows else {},
    )


def _kind(card: Card, pages: Sequence[Page]) -> Kind:
    known = {fold(caption) for caption in (*card.captions, *card.ignored)}
    captions: set[str] = set()
    structure: set[str] = set()
    for page in pages[:SAMPLE]:
        if form_of(page.body) not in ("html", "xml"):
            continue
        soup = markup(decode(page))
        captions |= {piece.caption for piece in classified(pieces(soup), known)}
        captions |= _headers(soup)
        structure |= _structure(soup)
    return Kind(len(pages), tuple(sorted(captions - {""})), tuple(sorted(structure)))


def _headers(soup: BeautifulSoup) -> set[str]:
    """The texts of rows that are all header."""
    rows = (row.find_all(["th", "td"], recursive=False) for row in soup.find_all("tr"))
    return {fold(cell.get_text(" ")) for cells in rows if all(cell.name == "th" for cell in cells) for cell in cells}


def _structure(soup: BeautifulSoup) -> set[str]:
    found = set()
    for element in soup.find_all(_BUILT_OF):
        parent = element.find_parent(_BUILT_OF)
        found.add(f"{element.name} in {parent.name if parent else 'page'}")
    return found


def drift(before: Layout, now: Layout) -> list[str]:
    """Returns in words, a sentence each, how a layout differs from the one before; empty where it does not.

    Args:
        before: The accepted layout.
        now: The current one.
    """
    told: list[str] = []
    for kind in sorted({*before.kinds, *now.kinds}):
        old, new = before.kinds.get(kind), now.kinds.get(kind)
        if old is None or new is None:
            told.append(f"{kind}: " + (f"a new kind of page ({new.pages})" if new else "no page of this kind any more"))
            continue
        told += _differences(f"{kind}: caption", old.captions, new.captions)
        told += _differences(f"{kind}: structure", old.structure, new.structure)
    if before.entries != now.entries:
        told.append(f"entries: {before.entries} -> {now.entries}")
    for name in sorted({*before.filled, *now.filled}):
        was, share = before.filled.get(name, 0.0), now.filled.get(name, 0.0)
        if abs(share - was) >= MOVED or (was and not share):
            told.append(f"{name}: stated by {was:.0%} of the entries -> {share:.0%}")
    return told


def _differences(what: str, old: Sequence[str], new: Sequence[str]) -> list[str]:
    gone, come = sorted(set(old) - set(new)), sorted(set(new) - set(old))
    return [f"{what} gone: {text}" for text in gone] + [f"{what} new: {text}" for text in come]


def observe(home: Path, source: str, now: Layout) -> list[str]:
    """Notes the current layout of a source in the home, and returns its drift from the accepted one.

    Raises:
        ValueError: As `layouts`.
    """
    accepted, _ = layouts(home, source)
    _write(home, source, accepted or now, now)
    return drift(accepted or now, now)


def accept(home: Path, source: str) -> list[str]:
    """Makes the current layout the accepted one, and returns the drift that is accepted with it.

    Raises:
        ValueError: The source was never read in this home; or as `layouts`.
    """
    accepted, current = layouts(home, source)
    if accepted is None or current is None:
        raise ValueError(f"{source}: no layout is noted in {home}. Run `cluster-inventory refresh` first.")
    _write(home, source, current, current)
    return drift(accepted, current)


def layouts(home: Path, source: str) -> tuple[Layout | None, Layout | None]:
    """Returns the accepted and the current layout of a source, None for both where it was never read.

    Raises:
        ValueError: The file cannot be read; the message says what to do.
    """
    path = _path(home, source)
    if not path.exists():
        return None, None
    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
        return _layout(noted["accepted"]), _layout(noted["current"])
    except (ValueError, KeyError, TypeError) as fault:
        raise ValueError(f"{path}: {fault!r}. Remove the file; the next refresh starts it anew.") from fault


def _layout(noted: Mapping[str, Any]) -> Layout:
    kinds = {
        name: Kind(kind["pages"], tuple(kind["captions"]), tuple(kind["structure"]))
        for name, kind in noted["kinds"].items()
    }
    return Layout(kinds, noted["entries"], noted["filled"])


def _write(home: Path, source: str, accepted: Layout, current: Layout) -> None:
    path = _path(home, source)
    path.parent.mkdir(parents=True, exist_ok=True)
    noted = {"accepted": asdict(accepted), "current": asdict(current)}
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(noted, ensure_ascii=False, sort_keys=True, indent=1) + "\n", encoding="utf-8")
    draft.replace(path)


def _path(home: Path, source: str) -> Path:
    return home / "layouts" / f"{source}.json"
