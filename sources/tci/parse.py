"""TCI: the list of initiatives, and entries in free English text without captions.

An entry is a name, sentences about it with the Polish name in brackets after `in Polish:`, bullets, and the contact's name as the
last line. Only known sentences are read, so the contact never is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sources.captions import pieces
from sources.entries import Entries, place
from sources.parsing import LayoutUnknown, Parsed
from sources.prose import aliases_in, facts, mentions, sentences
from sources.text import canonical_address, decode, fold, markup, squash

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

    from sources.archive import Page
    from sources.cards import Card

_ENTRY: Final = re.compile(r"/initiatives/initiative/\d+$")
_SITE: Final = re.compile(r"\s+[-|–]\s+[^-|–]*$")
_NATIVE: Final = re.compile(r"\(in\s+[A-Z]\w+:\s*(?P<it>(?:[^()]|\([^()]*\))+)\)")
_STATED: Final = (
    "sector",
    "city",
    "founded",
    "members_total",
    "members_qualifier",
    "coordinator",
    "website",
    "voivodeship",
)


def parse(page: Page, card: Card) -> Parsed:
    """Reads the list or one entry.

    Raises:
        LayoutUnknown: Neither links to entries, nor sentences about a named initiative. The registry has ended: where the whole
            site lacks it, close the source in its card.
    """
    text = decode(page)
    if page.status in (404, 410):
        return Entries(page, card, "not_found", text).parsed()
    soup = markup(text)
    anchors = [
        anchor for anchor in soup.find_all("a", href=True) if _ENTRY.search(place(str(anchor["href"]), page.url))
    ]
    own = place(canonical_address(text) or page.url, page.url)
    others = [anchor for anchor in anchors if place(str(anchor["href"]), page.url) != own]
    if others and not _ENTRY.search(own):
        return _list(page, card, text, others)
    return _entry(page, card, text, soup, own)


def _list(page: Page, card: Card, text: str, anchors: list[Any]) -> Parsed:
    entries = Entries(page, card, "list", text)
    for anchor in anchors:
        reference = str(anchor["href"])
        entries.add(squash(anchor.get_text(" ")), {"link": reference}, place(reference, page.url))
        entries.link(reference)
    return entries.parsed()


def _entry(page: Page, card: Card, text: str, soup: BeautifulSoup, own: str) -> Parsed:
    entries = Entries(page, card, "initiative", text)
    found = [piece.text for piece in pieces(soup)]
    named = {fold(name): name for name in _titles(soup, found)}
    body = [line for line in found if fold(line) not in named]
    mention = next((item for item in mentions(body) if fold(item.name) in named), None)
    described = _described(body, named)
    if mention is None and described is None:
        raise LayoutUnknown(page, "neither links to initiatives, nor a sentence whose subject is the name above it")
    name, aliases = described or (mention.name if mention else "", [])
    fields: dict[str, Any] = {"aliases": aliases} | (mention.fields if mention else {})
    for sentence in sentences(body):
        fields = {key: value for key, value in facts(sentence).items() if key in _STATED} | fields
    entries.add(name, fields, own)
    return entries.parsed()


def _titles(soup: BeautifulSoup, found: list[str]) -> list[str]:
    """What may be the entry's name: headings, and the title without the site's name, if the page repeats it."""
    headings = [squash(tag.get_text(" ")) for tag in soup.find_all(re.compile(r"^h[1-6]$"))]
    title = soup.find("title")
    said = _SITE.sub("", squash(title.get_text())) if title else ""
    return [
        name
        for name in (*headings, said)
        if name and (name in headings or any(fold(said) == fold(line) for line in found))
    ]


def _described(body: list[str], named: dict[str, str]) -> tuple[str, list[str]] | None:
    """The name and its aliases where a line begins with the name and has the native names in brackets."""
    for line in body:
        met = _NATIVE.search(line)
        name = named.get(fold(line[: met.start()])) if met else None
        if met and name:
            return name, aliases_in(met["it"])
    return None
