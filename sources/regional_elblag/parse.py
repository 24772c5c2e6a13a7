"""The council of clusters of Elbląg: a numbered list of the bodies that signed its agreement, without captions.

The list stands behind the line that speaks of the council or the agreement; the line's date is that of the signing. A third of the
names and more say `klaster`, which tells the list from a menu; one of the signatories has no such word in its name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from sources.archive import Page
from sources.captions import Piece, pieces
from sources.cards import Card
from sources.dates import dates_in
from sources.entries import Entries, place
from sources.lists import listed, unnumbered
from sources.parsing import LayoutUnknown, Parsed
from sources.text import decode, fold, markup

_NUMBER: Final = re.compile(r"^(\d{1,2})\s*[.)]\s")
_FULL: Final = len("2013-10-24")
_LEAST: Final = 2


def parse(page: Page, card: Card) -> Parsed:
    """Reads the signatories.

    Raises:
        LayoutUnknown: No list behind a line that speaks of the council.
    """
    text = decode(page)
    found = pieces(markup(text))
    entries = Entries(page, card, "list", text, page.as_of or _signed(found, card))
    for piece in _signatories(found, card):
        name = unnumbered(piece.text)
        entries.add(name, _fields(piece.text, name, card), place(page.url), name)
    if not entries.records:
        raise LayoutUnknown(page, f"a list of clusters behind a line that says {' or '.join(card.codes['topic'])}")
    return entries.parsed()


def _speaks(piece: Piece, card: Card) -> bool:
    return any(word in fold(piece.text) for word in card.codes["topic"])


def _signatories(found: Sequence[Piece], card: Card) -> list[Piece]:
    for anchor in reversed([at for at, piece in enumerate(found) if _speaks(piece, card)]):
        names = [found[at] for at in listed(found, anchor)]
        saying = sum("klast" in fold(piece.text) for piece in names)
        if saying >= _LEAST and 3 * saying >= len(names):
            return names
    return []


def _signed(found: Sequence[Piece], card: Card) -> str | None:
    """The day of the agreement: the first full date of a line that speaks of it."""
    days = (day for piece in found if _speaks(piece, card) for _, day in dates_in(piece.text))
    return next((day for day in days if day and len(day) == _FULL), None)


def _fields(line: str, name: str, card: Card) -> dict[str, Any]:
    number = _NUMBER.match(line)
    return {
        "list_number": int(number[1]) if number else None,
        "city": card.codes["city"]["seat"],
        "category": card.codes["categories"]["member"],
        "coordinator_form": next(
            (form for word, form in card.codes["legal_forms"].items() if fold(name).startswith(word)), None
        ),
    }
