"""PARP's cluster map: lists, filtered lists and cards of its old and new generation, and the card of the printed catalogue.

An entry is known by its link: `soid=<32 hex digits>` (old), `klaster/<number>-<slug>` (new). A list is the parts of the page that
hold one such link each, or a table with known captions; a card is captions and values under the entry's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from bs4 import BeautifulSoup, Tag

from sources.archive import Page
from sources.captions import Pair, Piece, captioned, classified, pair_pieces, pieces
from sources.cards import Card
from sources.dates import printed_date
from sources.entries import Entries, place
from sources.headings import heading_of_entry
from sources.listings import listings
from sources.lists import is_about_the_page
from sources.numbers import count, led
from sources.parp_map.marks import Marks
from sources.parsing import LayoutUnknown, Parsed
from sources.postal import city_of
from sources.tables import Row
from sources.teasers import without_teasers
from sources.text import decode, fold, markup, squash
from sources.voivodeships import voivodeship

_SOID: Final = re.compile(r"[?&]soid=([0-9a-f]{32})\b", re.IGNORECASE)
_NUMBERED: Final = re.compile(r"/klaster/(\d+)(?:-|$|[/?])")
_PAGERS: Final = frozenset({"strona", "start", "limitstart", "page", "limit"})
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_MAIL: Final = re.compile(r"[\w.+-]+@[\w.-]+\.\w+")
_SITE: Final = re.compile(
    r"\b(?:https?://|www\.)[^\s,;]+|(?<![@\w.-])[\w-]+(?:\.[\w-]+)*\.(?:pl|eu|com|org|net)\b", re.IGNORECASE
)
_PERSONAL: Final = re.compile(r"@|^(?:tel|fax|faks|kom|phone|mobile)\b|^\+?[\d\s()./-]{7,}$", re.IGNORECASE)


def parse(page: Page, card: Card) -> Parsed:
    """Reads a page of the map, whichever of the kinds above it is.

    Raises:
        LayoutUnknown: No entry's link, no known table and no known caption; or a list without rows.
    """
    text = decode(page)
    soup = markup(text)
    pairs = captioned(soup, _known(card))
    generation = "new" if _is_new(page.url, soup) else "old"
    if _is_catalogue(pairs, card):
        return _catalogue_card(Entries(page, card, "catalogue_card", text), soup, pairs)
    if _native(page.url) or (not _entry_links(soup) and any(pair.known for pair in pairs) and not listings(soup, card)):
        return _card(Entries(page, card, f"{generation}_card", text), soup, pairs)
    filtered = "_filtered" if _is_filtered(page.url, soup) else ""
    return _list(Entries(page, card, f"{generation}_list{filtered}", text), soup)


def _known(card: Card) -> set[str]:
    return {fold(caption) for caption in (*card.captions, *card.ignored)}


def _native(address: str) -> str | None:
    """Returns what identifies an entry in an address of its own page, or None."""
    if soid := _SOID.search(address):
        return f"soid={soid[1].upper()}"
    number = _NUMBERED.search(address)
    return f"klaster/{number[1]}" if number else None


def _is_new(url: str, soup: BeautifulSoup) -> bool:
    addresses = [url, *(str(link.get("href")) for link in soup.find_all("a", href=True))]
    return any("clusterfy" in address or _NUMBERED.search(address) for address in addresses)


def _is_catalogue(pairs: list[Pair], card: Card) -> bool:
    return sum(pair.caption in {fold(caption) for caption in card.codes["catalogue_captions"]} for pair in pairs) > 1


def _is_filtered(url: str, soup: BeautifulSoup) -> bool:
    asked = any(value for key, value in parse_qsl(urlsplit(url).query) if key.casefold() not in _PAGERS)
    chosen = [option for option in soup.select("select option[selected]") if option.get("value")]
    return asked or bool(chosen)


# Lists


def _list(entries: Entries, soup: BeautifulSoup) -> Parsed:
    marks = _marks(entries.card, soup)
    for table in listings(soup, entries.card):
        entries.unknown += table.unknown
        for number, row in enumerate(table.rows, start=1):
            _add_row(entries, row, marks, number)
    if not entries.records:
        known = _known(entries.card)
        for key, block in _blocks(soup).items():
            _add_block(entries, key, block, marks, known)
    for link in soup.find_all("a", href=True):
        if _native(str(link["href"])) or _is_pager(entries.page.url, str(link["href"])):
            entries.link(str(link["href"]))
    if not any(record.fields.keys() & {"link", "mark"} for record in entries.records):
        raise LayoutUnknown(
            entries.page, "entries with a link (soid=... or klaster/...), or a table with a column of names"
        )
    return entries.parsed()


def _is_pager(url: str, href: str) -> bool:
    return urlsplit(href).path == urlsplit(url).path and any(
        key in _PAGERS for key, _ in parse_qsl(urlsplit(href).query)
    )


def _add_row(entries: Entries, row: Row, marks: Marks, number: int) -> None:
    link = next(iter(_entry_links(row.element)), None)
    name = row.text("name")
    fields = {
        "voivodeship": voivodeship(row.text("voivodeship")),
        "sector": row.text("sector"),
        "coordinator": row.text("coordinator"),
        "mark": marks.of(row.cells.get("mark", row.element)),
        "link": str(link["href"]).strip() if link else None,
    }
    key = _native(str(link["href"])) if link else None
    entries.add(name, fields, *([key] if key else [place(entries.page.url), name or f"row {number}"]))


def _entry_links(part: Tag) -> list[Tag]:
    return [link for link in part.find_all("a", href=True) if _native(str(link["href"]))]


def _blocks(soup: BeautifulSoup) -> dict[str, Tag]:
    """Returns for each entry the largest part of the page that speaks of it alone."""
    found: dict[str, Tag] = {}
    for link in _entry_links(soup):
        found.setdefault(_native(str(link["href"])) or "", link)
    crowded: set[int] = set()
    blocks = {key: _widest(link, key, crowded) for key, link in found.items()}
    return {key: block if _says_more(block, found[key]) else _line(block) for key, block in blocks.items()}


def _says_more(block: Tag, link: Tag) -> bool:
    """Returns whether a part of the page says more than the words of the link."""
    return squash(block.get_text(" ")) != squash(link.get_text(" ")) or block.find("img") is not None


def _line(block: Tag) -> Tag:
    """Returns an entry that has no element of its own: its line, and the lines without a link behind it."""
    line = Tag(name="div")
    started = False
    for node in block.parent.contents if block.parent is not None else [block]:
        if node is block:
            started = True
        elif isinstance(node, Tag) and (_entry_links(node) or (node.name == "a" and _native(str(node.get("href"))))):
            if started:
                break
            line.clear()
            continue
        elif isinstance(node, Tag) and node.name == "br" and not started:
            line.clear()
        line.append(copy(node))
    return line


def _widest(link: Tag, key: str, crowded: set[int]) -> Tag:
    """Returns the widest part around a link that speaks of its entry alone.

    Args:
        link: The entry's link.
        key: What identifies the entry.
        crowded: Ids of elements that hold several entries; grows, so that each is looked through once.
    """
    block = link
    around = {id(parent) for parent in link.parents}
    for parent in link.parents:
        if id(parent) in crowded or parent.name in ("body", "html", "[document]"):
            break
        if any(_native(str(other["href"])) != key for other in _entry_links(parent)):
            crowded.add(id(parent))
            break
        if any(id(tag) not in around for tag in parent.find_all((*_HEADINGS, "form", "nav", "header", "footer"))):
            break
        block = parent
        if parent.name in ("tr", "li", "article"):
            break
    return block


def _add_block(entries: Entries, key: str, block: Tag, marks: Marks, known: set[str]) -> None:
    card = entries.card
    links = _entry_links(block) or [block]
    words = [squash(link.get_text(" ")) for link in links]
    name = next((word for word in words if word and fold(word) not in card.codes["more"]), "")
    name = name or next((squash(heading.get_text(" ")) for heading in block.find_all(_HEADINGS)), "")
    items = classified(pieces(block), known)
    pairs = captioned(block, known)
    fields = _facts(pairs, card)
    fields |= {"mark": _captioned_mark(pairs, card) or marks.of(block), "link": str(links[0]["href"]).strip()}
    for words_of in _loose(items, {fold(name), *map(fold, card.codes["more"]), *card.codes["sections"]}):
        _sort_in(fields, words_of, marks)
    entries.add(name, fields, key)


def _loose(items: list[Piece], named: set[str]) -> Iterator[list[str]]:
    """Yields the uncaptioned texts of an entry, piece by piece as the runs they are set in, without its name."""
    captions_before = False
    for item in items:
        if item.kind in ("caption", "pair"):
            captions_before = item.kind == "caption"
            continue
        if captions_before:
            captions_before = False
            continue
        runs = [run for run in item.runs or (item.text,) if fold(run) and fold(run) not in named]
        if runs:
            yield runs


def _sort_in(fields: dict[str, Any], runs: list[str], marks: Marks) -> None:
    """Sorts texts without captions by what they can be: voivodeship, mark, number; what remains together is the sector."""
    rest: list[str] = []
    for run in runs:
        region = voivodeship(run)
        if region:
            fields.setdefault("voivodeship", region)
        elif not (
            marks.said(run) or fold(run) in marks.signs or run.strip(" .)").isdecimal() or is_about_the_page(run)
        ):
            rest.append(run)
    if rest:
        fields.setdefault("sector", squash(" ".join(rest)))


# Cards


def _card(entries: Entries, soup: BeautifulSoup, pairs: list[Pair]) -> Parsed:
    card, url = entries.card, entries.page.url
    name = _card_name(soup, card)
    pairs = _own_pairs(soup, card, url, name)
    fields = _facts(pairs, card)
    fields["mark"] = _captioned_mark(pairs, card) or _marks(card, soup).alone(soup)
    if not (_native(url) and any(fields.values())) and not (name and fields["mark"]):
        raise LayoutUnknown(
            entries.page, "a list of entries, a card with name and category mark, or an entry's own address"
        )
    entries.unknown += [pair.caption for pair in pairs if not pair.known and pair.caption and pair.values]
    entries.add(name, fields, _native(url) or place(url))
    return entries.parsed()


def _own_pairs(soup: BeautifulSoup, card: Card, url: str, name: str) -> list[Pair]:
    """The captions of the page's own entry, without those of boxes about other entries."""
    others = [link for link in _entry_links(soup) if _native(str(link["href"])) != _native(url)]
    return pair_pieces(without_teasers(classified(pieces(soup), _known(card)), others, name), soup)


def _catalogue_card(entries: Entries, soup: BeautifulSoup, pairs: list[Pair]) -> Parsed:
    strange = {*entries.card.codes["sections"], *_known(entries.card)}
    name = heading_of_entry(soup, strange)
    entries.add(name, _facts(pairs, entries.card), _native(entries.page.url) or place(entries.page.url))
    return entries.parsed()


def _card_name(soup: BeautifulSoup, card: Card) -> str:
    """Returns the entry's name: its heading, else the page's title without the site's."""
    sections = card.codes["sections"]
    if named := heading_of_entry(soup, {*sections, *_known(card)}):
        return named
    title = squash(soup.title.get_text(" ")) if soup.title else ""
    parts = re.split(r"\s+[-–—|]\s+", title)
    while len(parts) > 1 and fold(parts[0]) in sections:
        parts = parts[1:]
    while len(parts) > 1 and fold(parts[-1]) in sections:
        parts = parts[:-1]
    bare = title[title.find(parts[0]) : title.rfind(parts[-1]) + len(parts[-1])] if title else ""
    return "" if fold(bare) in sections else bare


def _marks(card: Card, soup: BeautifulSoup) -> Marks:
    phrases = {fold(phrase): mark for phrase, mark in card.codes["marks"].items()}
    marks = Marks(phrases, {fold(sign): mark for sign, mark in card.codes["signs"].items()})
    marks.learn(soup)
    return marks


def _captioned_mark(pairs: list[Pair], card: Card) -> str | None:
    marks = Marks({fold(phrase): mark for phrase, mark in card.codes["marks"].items()}, {})
    named = {fold(caption) for caption, field in card.captions.items() if field == "mark"}
    said = (marks.said(value) for pair in pairs if pair.caption in named for value in pair.values)
    return next((mark for mark in said if mark), None)


def _facts(pairs: list[Pair], card: Card) -> dict[str, Any]:
    """Returns the fields that captions and values state; a field's first value wins."""
    captions = {fold(caption): field for caption, field in card.captions.items()}
    fields: dict[str, Any] = {}
    for pair in pairs:
        field = captions.get(pair.caption)
        if field and field not in ("mark", "name") and pair.values:
            for name, value in _values(field, pair.values, card):
                if isinstance(value, dict):
                    fields[name] = {**value, **fields.get(name, {})}
                elif value:
                    fields.setdefault(name, value)
    return fields


def _values(field: str, values: tuple[str, ...], card: Card) -> Iterator[tuple[str, Any]]:
    """Yields the fields that one caption's values state, each read in its own way."""
    text = squash(" ".join(values))
    base, _, key = field.partition(".")
    if field == "voivodeship":
        yield field, voivodeship(values[0]) or voivodeship(text)
    elif field == "founded":
        yield field, printed_date(text)
    elif field == "coordinator_form":
        yield field, _form(text, card)
    elif field in ("coordinator", "coordinator_block"):
        yield "coordinator", next((value for value in values[:1] if not _PERSONAL.search(value)), None)
    elif field == "form_and_date":
        yield from _form_and_date(text, card)
    elif field == "email_and_website":
        yield from _contacts(text, card)
    elif field == "address":
        city = city_of(text)
        yield from (("city", city), ("address", text if text != city else None))
    elif field == "members_total" or key:
        yield from _counted(field, base, key, text)
    elif field in ("members_by_type", "enterprises_by_size", "members_by_voivodeship"):
        yield from _breakdown(field, values, card)
    else:
        yield field, text


def _counted(field: str, base: str, key: str, text: str) -> Iterator[tuple[str, Any]]:
    if not (met := count(text)):
        return
    yield (base, {key: met.number}) if key else (field, met.number)
    if met.qualifier and key and base == "members_by_type":
        yield "members_by_type_qualifier", {key: met.qualifier}
    elif met.qualifier and not key:
        yield "members_qualifier", met.qualifier


def _breakdown(field: str, values: tuple[str, ...], card: Card) -> Iterator[tuple[str, Any]]:
    """Yields a map from lines like `science ...... 10`, or from captions and numbers that stand in cells of their own."""
    captions = {
        fold(caption): target.partition(".")[2]
        for caption, target in card.captions.items()
        if target.startswith(f"{field}.")
    }
    lines = list(values)
    joined = [
        f"{line} {after}" if after.isdecimal() else line for line, after in zip(lines, [*lines[1:], ""], strict=True)
    ]
    for line in joined:
        if not (met := led(line)):
            continue
        caption = fold(met[0])
        key = voivodeship(caption) if field == "members_by_voivodeship" else captions.get(caption)
        if key:
            yield field, {key: met[1]}
    if (
        len(values) == 1
        and field == "members_by_type"
        and (total := count(values[0]))
        and values[0].strip().isdecimal()
    ):
        yield "members_total", total.number


def _form(text: str, card: Card) -> str | None:
    bare = fold(text)
    return next((form for word, form in card.codes["legal_forms"].items() if bare.startswith(word)), bare or None)


def _form_and_date(text: str, card: Card) -> Iterator[tuple[str, Any]]:
    """`agreement / settlement / 2012`: the last part is the date, the rest the form, which may hold a slash itself."""
    form, slash, day = text.rpartition("/")
    founded = printed_date(day if slash else text)
    yield "founded", founded
    stated = form.strip() if slash and founded else text if not founded else ""
    bare = fold(stated)
    cooperation = next((ours for word, ours in card.codes["cluster_forms"].items() if bare.startswith(word)), None)
    if cooperation:
        yield "cluster_form", cooperation
    elif stated:
        yield "coordinator_form", _form(stated, card)


def _contacts(text: str, card: Card) -> Iterator[tuple[str, Any]]:
    """A mailbox is kept only if it is a role's: its first part is one of the card's words or the site's own name."""
    mail = _MAIL.search(text)
    if mail:
        local, _, domain = mail[0].casefold().partition("@")
        if re.split(r"[._+-]", local)[0] in card.codes["role_mailboxes"] or local == domain.split(".")[0]:
            yield "email", mail[0]
    site = _SITE.search(_MAIL.sub(" ", text))
    if site:
        yield "website", site[0]
