"""Lists without captions: the like pieces behind a heading or an announcing line, whatever elements they are set in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bs4 import Tag

from sources.captions import Piece

_FURNITURE: Final = frozenset({"nav", "header", "footer", "aside", "form", "button"})
_BULLET: Final = re.compile(r"^(?:\d{1,3}\s*[.)]\s*(?!\d)|[-–—•·*▪►]\s*)")
# Legal forms end in a full stop without ending a sentence.
_SENTENCE: Final = re.compile(r"[:!?]$|^(?:\S+\s+){4,}(?!(?:[Ll]td|[Cc]o|[Ii]nc|[Cc]orp)\.)[^\s.]{2,}\.$")
"""A colon, or five words and a full stop that does not belong to an abbreviation such as `S.A.` or `z o. o.`"""
_LIST_ITEMS: Final = frozenset({"li", "td", "th", "dt", "dd"})


def listed(found: Sequence[Piece], anchor: int) -> list[int]:
    """Returns the places of the list's pieces behind the anchor, in the order of the page.

    The list lies in the smallest part of the page that holds the anchor and a candidate behind it: a piece that is no
    heading, no sentence and no furniture. Items of list elements win over other pieces; else all candidates that are nested
    like the first one belong to it.

    Args:
        found: The pieces of the page.
        anchor: Place of the piece that announces the list.
    """
    behind = [place for place in range(anchor + 1, len(found)) if _is_candidate(found[place])]
    for part in (found[anchor].tag, *found[anchor].tag.parents):
        inside = [place for place in behind if _within(found[place].tag, part)]
        if not inside:
            continue
        items = [place for place in inside if _item(found[place].tag, part) == "li"]
        items = items or [place for place in inside if _item(found[place].tag, part)]
        if items:
            return items
        first = _path(found[inside[0]].tag, part)
        return [place for place in inside if _path(found[place].tag, part) == first]
    return []


def unnumbered(text: str) -> str:
    """Returns the text of a list item without its bullet or running number.

    Example:
        >>> unnumbered("12. Klaster Stalowy"), unnumbered("4.0 Klaster")
        ('Klaster Stalowy', '4.0 Klaster')
    """
    return _BULLET.sub("", text)


def holder(found: Sequence[Piece], place: int) -> Tag:
    """Returns the element that holds the list of an item: the smallest one around it that has other pieces too."""
    tag = found[place].tag
    for item in (tag, *tag.parents):
        listing = (
            item.find_parent(["ul", "ol"])
            if item.name == "li"
            else item.find_parent("table")
            if item.name == "tr"
            else None
        )
        if listing is not None and len(listing.find_all(item.name)) > 1:  # a table of one row is there for the layout
            return listing
    others = [piece.tag for at, piece in enumerate(found) if at != place]
    for part in (tag, *tag.parents):
        if part.name == "dl" or any(_within(other, part) for other in others):
            return part
    return tag


def _is_candidate(piece: Piece) -> bool:
    around = {piece.tag.name, *(parent.name for parent in piece.tag.parents)}
    return piece.kind != "heading" and not _SENTENCE.search(piece.text) and not around & _FURNITURE


def _within(tag: Tag, part: Tag) -> bool:
    return tag is part or any(parent is part for parent in tag.parents)


def _item(tag: Tag, part: Tag) -> str:
    """Returns the name of the list element that holds a piece within a part of the page, empty where there is none."""
    for parent in (tag, *tag.parents):
        if parent is part:
            break
        if parent.name in _LIST_ITEMS:
            return parent.name
    return ""


def _path(tag: Tag, part: Tag) -> tuple[str, ...]:
    names = []
    for parent in (tag, *tag.parents):
        if parent is part:
            break
        names.append(parent.name)
    return tuple(names)
