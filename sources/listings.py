"""Lists of entries with captions, however they are set: under a header over columns, or with captions in every entry.

The second kind (`Name: ...`, `Label valid until: ...`, then the next entry) is told apart by a caption that comes round again.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from bs4 import BeautifulSoup, Tag

from sources.captions import captioned
from sources.cards import Card
from sources.tables import Row, Table, block_tables, lookup_of, tables
from sources.text import fold, squash

_ENTRIES_LEAST: Final = 2  # one entry with captions is a card, no list


def listings(soup: BeautifulSoup, card: Card, needed: Collection[str] = ("name",)) -> list[Table]:
    """Returns the lists of a page as tables, in its order.

    Args:
        soup: The page.
        card: Its captions name the fields.
        needed: Fields that a list has at least.
    """
    lookup = lookup_of(card)
    under_header = [
        table for table in (*tables(soup, lookup), *block_tables(soup, lookup)) if set(table.fields) >= set(needed)
    ]
    # Entries that carry their captions look like rows under a header, too: then every name is a caption.
    found = [table for table in under_header if not any(lookup(fold(row.text("name"))) == "name" for row in table.rows)]
    return found or [table for table in _labelled(soup, card) if set(table.fields) >= set(needed)]


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
