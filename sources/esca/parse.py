"""ESCA: pages of one country (a table; the country stands in the address only), lists of a label by country, the overview.

A row without a name is no record: its portfolio and date seem to belong to the row before. A name without a country's heading
above its own list has no country.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from sources.captions import Piece, classified, pair_pieces, pieces
from sources.countries import country_code
from sources.dates import printed_date
from sources.entries import Entries, place
from sources.parsing import LayoutUnknown, Parsed
from sources.tables import block_tables, lookup_of, tables
from sources.text import canonical_address, decode, fold, markup, squash

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bs4 import BeautifulSoup, Tag

    from sources.archive import Page
    from sources.cards import Card

_NEEDED: Final = {"name", "label_valid_until"}
_VALID: Final = re.compile(
    r"[\s(–—|,;-]*(?:label\s+)?valid\s+(?:until|to|till)\s*:?\s*(?P<until>[^()]+?)\)?\s*$", re.IGNORECASE
)
_INCLUDES: Final = re.compile(r"\blist includes (\d[\d ,.]*) clusters?\b", re.IGNORECASE)
_FURNITURE: Final = frozenset({"nav", "header", "footer", "form", "title"})
_LISTS: Final = frozenset({"ul", "ol", "dl", "table", "tbody"})
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
    lookup = lookup_of(card)
    found = [table for table in (*tables(soup, lookup), *block_tables(soup, lookup)) if set(table.fields) >= _NEEDED]
    # Entries that each carry their captions look like rows under a header; then every "row" begins with a caption.
    found = [table for table in found if not any(lookup(fold(row.text("name"))) == "name" for row in table.rows)]
    for table in found:
        for row in table.rows:
            yield {name: row.text(name) for name in table.fields}
    if found:
        return
    captions = {fold(caption): name for caption, name in card.captions.items()}
    known = {*captions, *map(fold, card.ignored)}
    entry: dict[str, str] = {}
    for pair in pair_pieces(classified(pieces(soup), known), soup):
        name = captions.get(pair.caption)
        if name is None:
            continue
        if name in entry:
            yield entry
            entry = {}
        entry[name] = pair.values[0] if pair.values else ""
    if set(entry) >= _NEEDED:
        yield entry


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
    found, announced = _listed(pieces(soup))
    path = place(canonical_address(text) or page.url, page.url)
    countries = _countries(found)
    taken = 0
    for at, piece in enumerate(found):
        name, until = _named(piece.text)
        if until and not name and not _continues(found, at):
            entries.reject(
                "nameless_row", f"an end of the label without a name: {piece.text!r}", path, str(at), piece.text
            )
        if country_code(piece.text) or not name:
            continue
        if announced is not None and taken == announced:
            break
        taken += 1
        if not until and _continues(found, at + 1):
            until = _named(found[at + 1].text)[1]
        fields = {"country": countries[at], "label": level, "label_valid_until": printed_date(until)}
        entries.add(name, fields, path, name)
    if not entries.records:
        raise LayoutUnknown(page, f"the list of the {level} label has no names")
    return entries.parsed()


def _continues(found: Sequence[Piece], at: int) -> bool:
    """Whether a piece is the end of the label of the piece before it: in the same item, and not torn off a name by a dash."""
    if not 0 < at < len(found) or _named(found[at].text)[0] or found[at].text[0] in "-–—,;":
        return False
    items = [
        next((id(tag) for tag in (piece.tag, *piece.tag.parents) if tag.name in ("li", "dd")), 0)
        for piece in found[at - 1 : at + 1]
    ]
    return items[0] == items[1] and not country_code(found[at - 1].text)


def _listed(found: Sequence[Piece]) -> tuple[list[Piece], int | None]:
    """The pieces of the list, its countries' names included, and how many clusters the page announces."""
    start, announced = 0, None
    for at, piece in enumerate(found):
        met = _INCLUDES.search(piece.text)
        if met:
            start, announced = at + 1, int(re.sub(r"\D", "", met[1]))
        elif fold(piece.text) == "country overview":
            start = at + 1
    if start == 0:
        start = next((at for at, piece in enumerate(found) if country_code(piece.text)), len(found))
    kept = [piece for piece in found[start:] if not _is_furniture(piece)]
    if any(_is_item(piece) for piece in kept):
        kept = [piece for piece in kept if _is_item(piece) or country_code(piece.text)]
    return kept, announced


def _is_item(piece: Piece) -> bool:
    return any(tag.name in ("li", "dd") for tag in (piece.tag, *piece.tag.parents))


def _is_furniture(piece: Piece) -> bool:
    if any(tag.name in _FURNITURE for tag in (piece.tag, *piece.tag.parents)):
        return True
    return piece.kind == "heading" and not country_code(piece.text)


def _named(text: str) -> tuple[str, str]:
    """Splits `CzecHemp – label valid until 31 August 2025` into name and end."""
    met = _VALID.search(text)
    return (squash(text[: met.start()]), met["until"]) if met else (text, "")


def _countries(found: Sequence[Piece]) -> list[str | None]:
    """The country of each piece: that of the heading above its own list; a list without one above it has none."""
    countries: list[str | None] = []
    heading: int | None = None
    for at, piece in enumerate(found):
        if country_code(piece.text):
            heading = at
        elif heading is not None and at - 1 != heading and not _together(found, heading, at):
            heading = None
        countries.append(country_code(found[heading].text) if heading is not None else None)
    return countries


def _together(found: Sequence[Piece], heading: int, at: int) -> bool:
    """Whether a piece stands in the same list as the piece before it, under that heading.

    They do where the smallest part that holds both has no country's name in it, or where the heading and both pieces lie
    beside each other, each alone in its element.
    """
    part = _shared(found[at - 1].tag, found[at].tag)
    if not any(country_code(piece.text) and _within(piece.tag, part) for piece in found):
        return True
    children = [_child(found[place].tag, part) for place in (heading, at - 1, at)]
    alone = all(sum(_within(piece.tag, child) for piece in found) == 1 for child in children if child is not part)
    return alone and not any(child.name in _LISTS for child in children if child is not part)


def _shared(first: Tag, second: Tag) -> Tag:
    around = {id(tag) for tag in (first, *first.parents)}
    return next(tag for tag in (second, *second.parents) if id(tag) in around)


def _within(tag: Tag, part: Tag) -> bool:
    return tag is part or any(parent is part for parent in tag.parents)


def _child(tag: Tag, part: Tag) -> Tag:
    """The child of a part that holds a tag; the part itself where the tag is the part."""
    child = tag
    for parent in tag.parents:
        if child is part or parent is part:
            break
        child = parent
    return child
