"""The heading that names the entry of a page, among those of the site, of parts of the page, and of boxes beside it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from bs4 import BeautifulSoup, Tag

from sources.text import fold, squash

HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_AROUND: Final = ("nav", "header", "footer", "aside", "form")


def heading_of_entry(soup: BeautifulSoup, strange: Collection[str] = ()) -> str:
    """Returns the text of the heading that names the page's entry, or an empty text where no heading does.

    A heading that the page's title holds wins, the longest one; else the first one of the highest level.

    Args:
        soup: The page.
        strange: Folded texts of headings that name no entry: the site's, and those of parts of a page.
    """
    found = [(tag, text) for tag in soup.find_all(HEADINGS) if (text := squash(tag.get_text(" ")))]
    named = [(tag, text) for tag, text in found if fold(text) not in strange and not _is_around(tag)]
    title = fold(soup.title.get_text(" ")) if soup.title else ""
    titled = [text for _, text in named if fold(text) and fold(text) in title]
    if titled:
        return max(titled, key=len)
    return min(named, key=lambda item: item[0].name, default=(None, ""))[1]


def _is_around(tag: Tag) -> bool:
    """Whether a heading belongs to the site; a `header` inside an article or with the only `h1` is the entry's."""
    parent = tag.find_parent(_AROUND)
    if parent is None:
        return False
    return not (parent.name == "header" and (tag.name == "h1" or parent.find_parent(["article", "main"]) is not None))
