"""Lists of entries with captions, however they are set: under a header over columns, or with captions in every entry.

The second kind (`Name: ...`, `Label valid until: ...`, then the next entry) is told apart by a caption that comes round again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from bs4 import BeautifulSoup, Tag

from sources.captions import Piece, captioned, classified, pieces, placed_pairs
from sources.cards import Card
from sources.lists import is_furniture, path
from sources.tables import Row, Table, block_tables, lookup_of, tables
from sources.text import fold, squash

_ENTRIES_LEAST: Final = 2  # one entry with captions is a card, no list


def listings(
    soup: BeautifulSoup, card: Card, needed: Collection[str] = ("name",), *, headed: bool = False
) -> list[Table]:
    """Returns the lists of a page as tables, in its order.

    Args:
        soup: The page.
        card: Its captions name the fields.
        needed: Fields that a list has at least.
        headed: Whether the page, if it has no other list, may set each entry's name above its captions, without one of its own;
            not for pages that may speak of one entry in parts with headings.
    """
    lookup = lookup_of(card)
    under_header = [
        table for table in (*tables(soup, lookup), *block_tables(soup, lookup)) if set(table.fields) >= set(needed)
    ]
    # Entries that carry their captions look like rows under a header, too: then every name is a caption.
    found = [table for table in under_header if not any(lookup(fold(row.text("name"))) == "name" for row in table.rows)]
    found = found or [table for table in _labelled(soup, card) if set(table.fields) >= set(needed)]
    return found or [table for table in _headed(soup, card) if headed and set(table.fields) >= set(needed)]


def _labelled(soup: BeautifulSoup, card: Card) -> list[Table]:
    """The list as one table; none where fewer than two entries name themselves."""
    entries = [entry for entry in _entries(soup, card) if sum(map(bool, entry.values())) > 1]
    if sum(bool(entry.get("name")) for entry in entries) < _ENTRIES_LEAST:
        return []
    holders = _holders(soup)
    rows = tuple(
        Row({field: _cell(soup, text) for field, text in entry.items()}, holders.get(entry.get("name", ""), soup))
        for entry in entries
    )
    return [Table(tuple(dict.fromkeys(field for entry in entries for field in entry)), rows, ())]


def _entries(soup: BeautifulSoup, card: Card) -> list[dict[str, str]]:
    """Field to text for each entry; a caption without a value counts too, or the next value would go to the entry before."""
    lookup = lookup_of(card)
    known = {fold(caption) for caption in (*card.captions, *card.ignored)}
    entries: list[dict[str, str]] = [{}]
    for pair in captioned(soup, known):
        field = lookup(pair.caption)
        if not field:
            continue
        if field in entries[-1]:
            entries.append({})
        entries[-1][field] = " ".join(pair.values)
    return entries


def _headed(soup: BeautifulSoup, card: Card) -> list[Table]:
    """The list whose entries are a name and captions below it; none where fewer than two names are set alike."""
    lookup = lookup_of(card)
    found = classified(pieces(soup), {fold(caption) for caption in (*card.captions, *card.ignored)})
    placed = placed_pairs(found, soup)
    taken = {place for places, _ in placed for place in places}
    stated = [(places[0], lookup(pair.caption), pair.values) for places, pair in placed if pair.known]
    openers = _openers(found, [at for at, field, _ in stated if field], taken)
    if len(openers) < _ENTRIES_LEAST:
        return []
    rows = []
    for opener, end in zip(openers, [*openers[1:], len(found)], strict=False):
        entry = {"name": found[opener].text}
        for at, field, values in stated:
            if opener < at < end and field and values:
                entry.setdefault(field, " ".join(values))
        if len(entry) > 1:
            rows.append(Row({field: _cell(soup, text) for field, text in entry.items()}, found[opener].tag))
    return [Table(tuple(dict.fromkeys(field for row in rows for field in row.cells)), tuple(rows), ())] if rows else []


def _openers(found: Sequence[Piece], stated: Sequence[int], taken: Collection[int]) -> list[int]:
    """The places of the names: of the texts between captions, those set alike in most of the gaps, headings before others."""
    gaps: list[list[int]] = []
    for before, at in zip([-1, *stated], stated, strict=False):
        gap = [
            place
            for place in range(before + 1, at)
            if place not in taken and found[place].kind in ("heading", "value") and not is_furniture(found[place])
        ]
        if gap:
            gaps.append(gap)
    shapes = [{(found[place].kind, path(found[place].tag)): place for place in reversed(gap)} for gap in gaps]
    counts = Counter(shape for gap in shapes for shape in gap)
    alike = [shape for shape, times in counts.items() if times >= _ENTRIES_LEAST]
    if not alike:
        return []
    best = max(alike, key=lambda shape: (counts[shape], shape[0] == "heading"))
    # The gap before the first caption holds the page's beginning, too: there the last text of that shape is the name.
    lasts = [[place for place in gap if (found[place].kind, path(found[place].tag)) == best] for gap in gaps]
    return [places[-1] if at == 0 else places[0] for at, places in enumerate(lasts) if places]


def _cell(soup: BeautifulSoup, text: str) -> Tag:
    cell = soup.new_tag("td")
    cell.string = text
    return cell


def _holders(soup: BeautifulSoup) -> dict[str, Tag]:
    """Text to the element around the first link that prints it: there a parser looks for the entry's address."""
    found: dict[str, Tag] = {}
    for link in soup.find_all("a", href=True):
        if link.parent is not None:
            found.setdefault(squash(link.get_text(" ")), link.parent)
    return found
