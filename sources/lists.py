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
_ABOUT_THE_PAGE: Final = re.compile(
    r"^(?:data (?:publikacji|utworzenia|modyfikacji)|opublikowan\w+|autor|liczba (?:odsłon|wyświetleń)|odsłony|źródło|fot|tagi|kategorie?|"
    r"published(?: on)?|posted(?: on)?|author|written by|views|hits|source|photo|tags|categor(?:y|ies))\b[^:]{0,20}:"
    r"|^(?:udostępnij|drukuj|wydrukuj|share|print|pdf)\b.{0,40}$|^(?:menu|strona główna|home|kontakt|contact|search|szukaj)$",
    re.IGNORECASE,
)
"""Lines about the page itself: author, date, number of readers."""
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
        inside = [place for place in behind if within(found[place].tag, part)]
        if not inside:
            continue
        items = [place for place in inside if _item(found[place].tag, part) == "li"]
        items = items or [place for place in inside if _item(found[place].tag, part)]
        if items:
            return items
        first = path(found[inside[0]].tag, part)
        return [place for place in inside if path(found[place].tag, part) == first]
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
        if listing is not None and len(listing.find_all(item.name, limit=2)) > 1:  # one row is there for the layout
            return listing
    # Pieces are in the order of the page: a part that holds another piece holds a neighbour.
    beside = [found[at].tag for at in (place - 1, place + 1) if 0 <= at < len(found)]
    for part in (tag, *tag.parents):
        if part.name == "dl" or any(within(other, part) for other in beside):
            return part
    return tag


def is_furniture(piece: Piece) -> bool:
    """Returns whether a piece lies in an element that is there for the site, not for the page."""
    return any(tag.name in _FURNITURE for tag in (piece.tag, *piece.tag.parents))


def is_about_the_page(text: str) -> bool:
    """Returns whether a text is one of those that sites put around every page: its date and author, `Menu`, `Print`.

    Example:
        >>> is_about_the_page("Data publikacji: 12.03.2016"), is_about_the_page("Menu"), is_about_the_page("Klaster Kontakt")
        (True, True, False)
    """
    return _ABOUT_THE_PAGE.match(text) is not None


def _is_candidate(piece: Piece) -> bool:
    said = _SENTENCE.search(piece.text) or is_about_the_page(piece.text)
    return piece.kind != "heading" and not said and not is_furniture(piece)


def within(tag: Tag, part: Tag) -> bool:
    """Returns whether an element is a part of the page or lies in it."""
    return tag is part or any(parent is part for parent in tag.parents)


def _item(tag: Tag, part: Tag) -> str:
    """Returns the name of the list element that holds a piece within a part of the page, empty where there is none."""
    for parent in (tag, *tag.parents):
        if parent is part:
            break
        if parent.name in _LIST_ITEMS:
            return parent.name
    return ""


def path(tag: Tag, part: Tag | None = None) -> tuple[str, ...]:
    """Returns the names of the elements from one up to a part of the page, or to its root."""
    names = []
    for parent in (tag, *tag.parents):
        if parent is part:
            break
        names.append(parent.name)
    return tuple(names)
