"""The Mazovia list of active clusters: a table of names and coordinators, read by the captions of the card.

The list is regional, but a listing is no proof of a seat: one of its clusters has its coordinator in another voivodeship.
"""

from __future__ import annotations

from sources.archive import Page
from sources.cards import Card
from sources.documents import tree_of
from sources.entries import Entries, place
from sources.listings import listings
from sources.numbers import count
from sources.parsing import LayoutUnknown, Parsed


def parse(page: Page, card: Card) -> Parsed:
    """Reads every list of the page.

    Raises:
        LayoutUnknown: No list with captions for name and coordinator, or no entry in it.
    """
    tree, text = tree_of(page)
    entries = Entries(page, card, "list", text)
    for table in listings(tree, card, needed=("name", "coordinator"), headed=True):
        entries.unknown += table.unknown
        for place_in_list, row in enumerate(table.rows, start=1):
            name = row.text("name")
            number = count(row.text("list_number"))
            fields = {"coordinator": row.text("coordinator"), "list_number": number.number if number else None}
            entries.add(name, fields, place(page.url), name or f"row {place_in_list}")
    if not entries.records:
        raise LayoutUnknown(page, "a list with captions for names and coordinators")
    return entries.parsed()
