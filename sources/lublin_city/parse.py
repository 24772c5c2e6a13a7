"""Lists of the city of Lublin: two language versions of one list, and a table with founding year and members.

The list has no captions: it is the list items of the page's main part that are no links to other pages of the site. The two
versions name the same clusters in the same order; each states names only, and the city is that of the publisher. A third of the names of
such a list and more say `cluster`, which tells it from a menu.
"""

from __future__ import annotations

import re
from typing import Any, Final

from bs4 import BeautifulSoup

from sources.archive import Page
from sources.captions import pieces
from sources.cards import Card
from sources.dates import printed_date
from sources.documents import tree_of
from sources.entries import Entries, place
from sources.listings import listings
from sources.lists import listed, unnumbered
from sources.numbers import count, count_and_part
from sources.parsing import LayoutUnknown, Parsed
from sources.tables import Row
from sources.text import fold

_ENGLISH: Final = re.compile(r"(?:^|[/?&])(?:lang=)?en(?:[/&?]|$)", re.IGNORECASE)


def parse(page: Page, card: Card) -> Parsed:
    """Reads the table where there is one, else the list.

    Raises:
        LayoutUnknown: The page does not speak of clusters in its heading, or holds no entry.
    """
    soup, text = tree_of(page)
    city = card.codes["city"]["seat"]
    if fold(city) not in fold(soup.get_text(" ")):
        raise LayoutUnknown(page, f"a page that names {city}")
    found = [table for table in listings(soup, card, headed=True) if len(table.fields) > 1]
    if found:
        entries = Entries(page, card, "table", text)
        for table in found:
            entries.unknown += table.unknown
            for number, row in enumerate(table.rows, start=1):
                name = row.text("name")
                entries.add(name, {**_fields(row), "city": city}, place(page.url), name or f"row {number}")
    else:
        entries = Entries(page, card, f"list_{_language(soup, page)}", text)
        for name in _names(soup, card):
            entries.add(name, {"city": city}, place(page.url), name)
    if not entries.records:
        raise LayoutUnknown(
            page, "a table with a column of names, or a list of clusters under a heading that speaks of them"
        )
    return entries.parsed()


def _fields(row: Row) -> dict[str, Any]:
    fields: dict[str, Any] = {"founded": printed_date(row.text("founded"))}
    both = count_and_part(row.text("members_total"))
    total = count(row.text("members_total"))
    part = count(row.text("members_by_type.enterprises"))
    if both:
        fields |= {"members_total": both[0], "members_by_type": {"enterprises": both[1]}}
    elif total:
        fields |= {"members_total": total.number, "members_qualifier": total.qualifier}
    if part:
        fields["members_by_type"] = {"enterprises": part.number}
    for field in ("coordinator", "sector", "website"):
        fields[field] = row.text(field)
    return fields


def _names(soup: BeautifulSoup, card: Card) -> list[str]:
    """Returns the list behind the last heading that speaks of clusters; without headings, behind such a line of text."""
    found = pieces(soup)
    topics = tuple(card.codes["topic"])
    topical = [place for place, piece in enumerate(found) if any(word in fold(piece.text) for word in topics)]
    headings = [place for place in topical if found[place].kind == "heading"]
    for anchor in reversed(headings) if headings else topical:
        names = [unnumbered(found[place].text) for place in listed(found, anchor)]
        saying = sum(any(topic in fold(name) for topic in topics) for name in names)
        if saying > 1 and 3 * saying >= len(names):
            return names
    return []


def _language(soup: BeautifulSoup, page: Page) -> str:
    """Returns pl or en: what the page declares, else what its address says."""
    root = soup.find("html")
    declared = str(root.get("lang") or "").casefold()[:2] if root else ""
    return declared if declared in ("pl", "en") else "en" if _ENGLISH.search(page.url) else "pl"
