"""The table of clusters that fulfil PARP's management standards: running number, cluster, coordinator, voivodeship."""

from __future__ import annotations

import re
from typing import Final

from sources.archive import Page
from sources.cards import Card
from sources.documents import tree_of
from sources.entries import Entries, place
from sources.listings import listings
from sources.numbers import count
from sources.parsing import LayoutUnknown, Parsed
from sources.tables import Row, Table, heading_above
from sources.text import squash
from sources.voivodeships import voivodeship

_NEEDED: Final = {"name", "coordinator"}
_QUARTER: Final = re.compile(r"\b(?:kwarta\w+|kw\.|quarter)\s+(?:of\s+)?(?P<year>20\d\d)", re.IGNORECASE)


def parse(page: Page, card: Card) -> Parsed:
    """Reads the table, whatever the order of its columns; the status is that of the whole table.

    Raises:
        LayoutUnknown: No table of clusters and coordinators on a page that speaks of the standards, or one without rows.
    """
    soup, text = tree_of(page)
    found = listings(soup, card, _NEEDED, headed=True)
    words = squash(soup.get_text(" ")).casefold()
    if not found or not any(word in words for word in card.codes["topic"]):
        raise LayoutUnknown(
            page, f"a table with name and coordinator, on a page that says {' or '.join(card.codes['topic'])}"
        )
    quarter = _QUARTER.search(words)
    entries = Entries(page, card, "standards", text, page.as_of or (quarter["year"] if quarter else None))
    for table in found:
        _read(entries, table, card)
    if not entries.records:
        raise LayoutUnknown(page, "the table of clusters has no row with a name")
    return entries.parsed()


def _read(entries: Entries, table: Table, card: Card) -> None:
    entries.unknown += table.unknown
    for number, row in enumerate(table.rows, start=1):
        printed = row.text("list_number")
        name = row.text("name")
        fields = {
            "coordinator": row.text("coordinator"),
            "voivodeship": _region(row),
            "list_number": listed.number if (listed := count(printed)) else None,
            "other_label": card.codes["labels"]["standards"],
        }
        entries.add(name, fields, place(entries.page.url), name or f"row {printed or number}")


def _region(row: Row) -> str:
    """The voivodeship in the row's own cell, else that of its group: a row above, a caption or a heading."""
    if own := row.text("voivodeship"):
        return voivodeship(own) or own.casefold()
    return voivodeship(row.group) or voivodeship(heading_above(row.element)) or ""
