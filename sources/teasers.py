"""Boxes on an entry's page that speak of other entries (`See also`), in the captions of the page.

What stands in them belongs to the entry that they link to: read as the page's own, it would be a wrong cluster's value.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bs4 import Tag

from sources.captions import Piece
from sources.lists import within
from sources.text import fold, squash


def without_teasers(items: Sequence[Piece], links: Sequence[Tag], name: str) -> list[Piece]:
    """Returns the pieces that do not lie in a box about another entry.

    A box is the smallest part of the page that holds a link to another entry and the text behind it. A part with captions before the
    link, with the page's own name, or with all captions of the page is none: there a link only leads away.

    Args:
        items: The classified pieces of the page.
        links: Links to other entries.
        name: Name of the page's own entry.
    """
    dropped: set[int] = set()
    for at in _places(items, links):
        if at + 1 < len(items) and at not in dropped:
            dropped |= _box(items, at, fold(name), dropped)
    return [piece for at, piece in enumerate(items) if at not in dropped]


def _places(items: Sequence[Piece], links: Sequence[Tag]) -> list[int]:
    """The places of the pieces that links to other entries stand in."""
    said: dict[int, set[str]] = {}
    for link in links:
        for block in (link, *link.parents):
            said.setdefault(id(block), set()).add(squash(link.get_text(" ")))
            if block.name in ("body", "html"):
                break
    return [
        at for at, piece in enumerate(items) if any(text and text in piece.text for text in said.get(id(piece.tag), ()))
    ]


def _box(items: Sequence[Piece], at: int, name: str, dropped: Collection[int]) -> set[int]:
    part = next((tag for tag in (items[at].tag, *items[at].tag.parents) if within(items[at + 1].tag, tag)), None)
    if part is None:
        return set()
    first, last = at, at
    while first > 0 and within(items[first - 1].tag, part):
        first -= 1
    while last + 1 < len(items) and within(items[last + 1].tag, part):
        last += 1
    own = [items[place] for place in range(first, last + 1) if place not in dropped]
    before = any(items[place].known for place in range(first, at) if place not in dropped)
    left = any(piece.known for place, piece in enumerate(items) if not first <= place <= last and place not in dropped)
    if before or not left or any(fold(piece.text) == name for piece in own):
        return set()
    return set(range(at, last + 1))
