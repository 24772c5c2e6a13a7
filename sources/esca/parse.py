"""ESCA: pages of one country (a table; the country stands in the address only), lists of a label by country, the overview.

A row without a name is no record: its portfolio and date seem to belong to the row before. A name without a country's heading
above its own list has no country.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from sources.captions import Piece, pieces
from sources.countries import country_code
from sources.dates import printed_date
from sources.entries import Entries, place
from sources.listings import listings
from sources.lists import is_furniture, listed, path, unnumbered, within
from sources.parsing import LayoutUnknown, Parsed
from sources.text import canonical_address, decode, fold, markup, squash

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bs4 import BeautifulSoup, Tag

    from sources.archive import Page
    from sources.cards import Card

_NEEDED: Final = {"name", "label_valid_until"}
_VALID: Final = re.compile(
    r"[\s(–—|,;-]*(?:label\s+)?valid\s+(?:until|to|till)\s*:?\s*(?P<until>[^()]+?)\)?\s*$", re.IGNORECASE
)
_INCLUDES: Final = re.compile(r"\blist includes (\d[\d ,.]*) clusters?\b", re.IGNORECASE)
_FLAG_A: Final = "\U0001f1e6"
_FLAG: Final = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
"""The flag of a country: two letters of its code as regional indicator signs."""
_NAME_WORDS: Final = 16
_SECTION_WORDS: Final = 6
_COUNTRY_LINK: Final = re.compile(r"[?&]country=([0-9a-fA-F-]{32,36})(?![0-9a-fA-F-])")


def parse(page: Page, card: Card) -> Parsed:
    """Reads one page.

    Raises:
        LayoutUnknown: No table, no list of a label, no links to countries; or one of them without rows.
    """
    text = decode(page)
    soup = markup(text)
    level = _level(soup, card)
    rows = list(_rows(soup, card))
    if rows:
        return _country(page, card, text, level, rows)
    if sum(1 for _ in _country_links(soup)) > 1:
        return _overview(page, card, text, soup)
    if any(_FLAG.search(piece.text) for piece in pieces(soup)):
        return _post(page, card, text, pieces(soup))
    if level:
        return _label_list(page, card, text, soup, level)
    raise LayoutUnknown(
        page, "neither a table with name and end of the label, nor a list of a label, nor links to countries"
    )


def _level(soup: BeautifulSoup, card: Card) -> str | None:
    """The label that the page is about, by its headings, else by its title: the words `label` or a label's motto say so."""
    places = [
        *soup.find_all(re.compile(r"^h[1-6]$")),
        *soup.find_all("title"),
        *soup.find_all(["p", "div", "td", "b", "strong"]),
    ]
    for tag in places:
        said = fold(tag.get_text(" "))
        if len(said) > 200:
            continue
        for words, level in card.codes["labels"].items():
            if words in said and ("label" in said or len(words.split()) > 1):
                return level
    return None


def _rows(soup: BeautifulSoup, card: Card) -> Iterator[dict[str, str]]:
    """The rows of the tables, or of entries that carry their captions with them, as texts by field."""
    for table in listings(soup, card, _NEEDED, headed=True):
        for row in table.rows:
            yield {name: row.text(name) for name in table.fields}


def _country(page: Page, card: Card, text: str, level: str | None, rows: Sequence[dict[str, str]]) -> Parsed:
    number = _country_id(page, text)
    entries = Entries(page, card, "country" if number or not level else f"label_{level}", text)
    country = card.codes["countries"].get(number or "")
    if number and not country:
        entries.unknown.append(f"country id {number}")
    path = f"{place(page.url).partition('?')[0]}?country={number}" if number else place(page.url)
    seen: set[str] = set()
    for row in rows:
        name, portfolio, until = row.get("name", ""), row.get("sector", ""), row.get("label_valid_until", "")
        fields: dict[str, Any] = {
            "sector": portfolio,
            "label": level if name else None,
            "label_valid_until": printed_date(until),
            "country": (country_code(row.get("country", "")) or country) if name else None,
        }
        # One body benchmarked twice stands in two rows; the portfolio tells them apart.
        key = (path, name, portfolio, until) if not name or name in seen else (path, name)
        seen.add(name)
        entries.add(name, fields, *key)
    if not entries.records:
        raise LayoutUnknown(page, "the table of labelled clusters has no row with a name")
    return entries.parsed()


def _country_id(page: Page, text: str) -> str | None:
    for url in (page.url, canonical_address(text) or ""):
        number = next(iter(parse_qs(urlsplit(url).query).get("country", [])), "")
        if number:
            return number.replace("-", "").lower()
    return None


def _country_links(soup: BeautifulSoup) -> Iterator[Tag]:
    yield from (anchor for anchor in soup.find_all("a", href=True) if _COUNTRY_LINK.search(str(anchor["href"])))


def _overview(page: Page, card: Card, text: str, soup: BeautifulSoup) -> Parsed:
    entries = Entries(page, card, "overview", text)
    for anchor in _country_links(soup):
        entries.link(str(anchor["href"]))
        met = _COUNTRY_LINK.search(str(anchor["href"]))
        number = met[1].replace("-", "").lower() if met else ""
        if number not in card.codes["countries"]:
            entries.unknown.append(f"country id {number}: {squash(anchor.get_text(' '))}")
    return entries.parsed()


def _label_list(page: Page, card: Card, text: str, soup: BeautifulSoup, level: str) -> Parsed:
    entries = Entries(page, card, f"label_{level}", text)
    found = pieces(soup)
    path_of_page = place(canonical_address(text) or page.url, page.url)
    countries = _listed(found)
    places = sorted(countries)
    for at, follows in zip(places, [*places[1:], -1], strict=False):
        name, until = _named(unnumbered(found[at].text))
        if until and not name and not _continues(found, at):
            said = found[at].text
            entries.reject("nameless_row", f"an end of the label without a name: {said!r}", path_of_page, str(at), said)
        if not name:
            continue
        if not until and follows == at + 1 and _continues(found, follows):
            until = _named(found[follows].text)[1]
        fields = {"country": countries[at], "label": level, "label_valid_until": printed_date(until)}
        entries.add(name, fields, path_of_page, name)
    if not entries.records:
        raise LayoutUnknown(page, f"the list of the {level} label has no names")
    return entries.parsed()


def _post(page: Page, card: Card, text: str, found: Sequence[Piece]) -> Parsed:
    """A post on newly labelled bodies: a section for each label, then name and flag of each body, and a paragraph."""
    entries = Entries(page, card, "post", text)
    path_of_page = place(canonical_address(text) or page.url, page.url)
    level: str | None = None
    for at, piece in enumerate(found):
        flag = _FLAG.search(piece.text)
        if flag is None:
            level = _section(piece, card) or level
            continue
        before, behind = squash(piece.text[: flag.start()]), squash(piece.text[flag.end() :])
        name = before or (behind if len(behind.split()) <= _NAME_WORDS else "")
        if not name and not behind and at and found[at - 1].kind != "heading":
            name = found[at - 1].text
        country = "".join(chr(ord(sign) - ord(_FLAG_A) + ord("A")) for sign in flag[0])
        entries.add(
            name.strip(" -–—:"), {"label": level, "country": country}, path_of_page, level or "", name or f"text {at}"
        )
    if not entries.records:
        raise LayoutUnknown(page, "a post with flags, but no name beside any of them")
    return entries.parsed()


def _section(piece: Piece, card: Card) -> str | None:
    """The label that a section's heading names: `1. The GOLD Label`."""
    said = fold(piece.text)
    if "label" not in said or len(said.split()) > _SECTION_WORDS:
        return None
    return next((level for words, level in card.codes["labels"].items() if words in said.split()), None)


def _continues(found: Sequence[Piece], at: int) -> bool:
    """Whether a piece is the end of the label of the piece before it: in the same item, and not torn off a name by a dash."""
    if not 0 < at < len(found) or _named(found[at].text)[0] or found[at].text[0] in "-–—,;":
        return False
    items = [
        next((id(tag) for tag in (piece.tag, *piece.tag.parents) if tag.name in ("li", "dd")), 0)
        for piece in found[at - 1 : at + 1]
    ]
    return items[0] == items[1] and not country_code(found[at - 1].text)


def _listed(found: Sequence[Piece]) -> dict[int, str | None]:
    """The places of the list's pieces, each with the country above its own list; None where no country's name is above it."""
    anchors = [at for at, piece in enumerate(found) if country_code(piece.text) and not is_furniture(piece)]
    start, announced = _announcement(found)
    anchors = [at for at in anchors if at > start]
    countries: dict[int, str | None] = {}
    for anchor, end in zip(anchors, [*anchors[1:], len(found)], strict=False):
        code = country_code(found[anchor].text)
        countries |= {at: code for at in listed(found[:end], anchor) if not country_code(found[at].text)}
    if not anchors and start >= 0:
        return dict.fromkeys(listed(found, start)[:announced])
    return countries | dict.fromkeys(_without_country(found, anchors, countries, announced))


def _announcement(found: Sequence[Piece]) -> tuple[int, int | None]:
    """The place of the line that announces the list, and how many clusters it announces."""
    start, announced = -1, None
    for at, piece in enumerate(found):
        if met := _INCLUDES.search(piece.text):
            start, announced = at, int(re.sub(r"\D", "", met[1]))
        elif fold(piece.text) == "country overview":
            start = at
    return start, announced


def _without_country(
    found: Sequence[Piece], anchors: Sequence[int], listed_places: Mapping[int, str | None], announced: int | None
) -> list[int]:
    """Further pieces nested like the listed ones: as many as are announced, or those between the countries' lists."""
    if not listed_places:
        return []
    shapes = {path(found[at].tag) for at in listed_places}
    around = [
        tag for tag in (found[anchors[0]].tag, *found[anchors[0]].tag.parents) if within(found[anchors[-1]].tag, tag)
    ]
    others = [
        at
        for at in range(anchors[0] + 1, len(found))
        if at not in listed_places
        and path(found[at].tag) in shapes
        and not country_code(found[at].text)
        and not is_furniture(found[at])
        and (announced is not None or (len(anchors) > 1 and within(found[at].tag, around[0])))
    ]
    missing = (
        len(others) if announced is None else announced - sum(1 for at in listed_places if _named(found[at].text)[0])
    )
    return others[: max(0, missing)]


def _named(text: str) -> tuple[str, str]:
    """Splits `CzecHemp – label valid until 31 August 2025` into name and end."""
    met = _VALID.search(text)
    return (squash(text[: met.start()]), met["until"]) if met else (text, "")
