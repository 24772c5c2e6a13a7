"""ECCP: profiles of three generations, lists, news in free text, feeds; the page tells its kind, never its address.

A: captions ending in a colon, values behind them. B and C: `Poland: Świętokrzyskie`, `68% completed`, numbers before their
captions; C has a native name under the English one. News are sentences. The map keeps its entries in a script.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from sources.addresses import host_of, join
from sources.captions import Pair, Piece, classified, pair_pieces, pieces
from sources.countries import country_code
from sources.dates import dates_in, printed_date
from sources.entries import Entries, place
from sources.headings import HEADINGS
from sources.numbers import count
from sources.parsing import LayoutUnknown, Parsed
from sources.prose import facts as facts_of
from sources.prose import mentions, sentences
from sources.teasers import without_teasers
from sources.text import canonical_address, decode, fold, markup, squash
from sources.voivodeships import voivodeship

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bs4 import BeautifulSoup, Tag

    from sources.archive import Page
    from sources.cards import Card

_SITE: Final = re.compile(r"\s+\|\s+[^|]*$")
_SUBMITTED: Final = re.compile(r"^submitted by\b", re.IGNORECASE)
_COMPLETED: Final = re.compile(r"\b\d{1,3}\s?%\s*completed\b", re.IGNORECASE)
_PROFILE: Final = re.compile(r"^/(?:cluster-organisations|content)/[^/?#]+$")
_LOC: Final = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]\s]+)", re.IGNORECASE)
_ITEM: Final = re.compile(r"<item\b.*?<link>\s*(?:<!\[CDATA\[)?\s*([^<\]\s]+)", re.IGNORECASE | re.DOTALL)
_FEED: Final = re.compile(r"<\s*(sitemapindex|urlset|rss|feed)\b", re.IGNORECASE)
_KINDS: Final = {"sitemapindex": "sitemap_index", "urlset": "sitemap", "rss": "rss", "feed": "rss"}
_OBJECT: Final = re.compile(r"\{[^{}]*\}")
_LABEL: Final = re.compile(r"\b(bronze|silver|gold)\b", re.IGNORECASE)
_TEXT_FIELDS: Final = (
    "founded",
    "areas",
    "members_total",
    "members_qualifier",
    "sector",
    "city",
    "coordinator",
    "founding_members",
)
_DECLARED_LISTS: Final = frozenset({"technologies"})
_JOINED: Final = frozenset({"sector", "areas"})


class _Reader:
    """One page, read once: its tree, its pieces, and what its comment says."""

    def __init__(self, page: Page, card: Card, text: str) -> None:
        self.page, self.card, self.text = page, card, text
        self.soup: BeautifulSoup = markup(self.text)
        known = {*map(fold, card.captions), *map(fold, card.ignored)}
        self.pieces: list[Piece] = classified(pieces(self.soup), known)
        self.pairs: list[Pair] = pair_pieces(self.pieces, self.soup)

    @property
    def title(self) -> str:
        """The page's own name: its heading, else its title without the site's."""
        named = self.soup.find("title")
        title = _SITE.sub("", squash(named.get_text(" "))) if named else ""
        headings = [squash(tag.get_text(" ")) for tag in self.soup.find_all(HEADINGS)]
        first = self.soup.find("h1")
        said = squash(first.get_text(" ")) if first else ""
        return next((text for text in headings if text and fold(text) == fold(title)), said or title)

    def leave_out_others(self) -> None:
        """Leaves out the boxes of the page that speak of other profiles."""
        own = self.native(canonical_address(self.text) or self.page.url)
        others = [
            anchor
            for anchor in self.soup.find_all("a", href=True)
            if _is_profile(self, str(anchor["href"])) and self.native(str(anchor["href"])) != own
        ]
        self.pieces = without_teasers(self.pieces, others, self.title)
        self.pairs = pair_pieces(self.pieces, self.soup)

    def entries(self, kind: str, as_of: str | None = None) -> Entries:
        return Entries(self.page, self.card, kind, self.text, as_of)

    def native(self, reference: str) -> str:
        """What identifies the entry behind an address: path and query, whatever host of the source carries it."""
        url = join(self.page.url, reference)
        return place(url) if host_of(url) in (*self.card.all_hosts, host_of(self.page.url)) else url


def parse(page: Page, card: Card) -> Parsed:
    """Reads one page of the platform.

    Raises:
        LayoutUnknown: No kind of page fits, or a list has no rows.
    """
    text = decode(page)
    if page.status in (404, 410):
        return Entries(page, card, "not_found", text).parsed()
    if feed := _FEED.search(_without_comments(text)[:500]):
        return _feed(Entries(page, card, _KINDS[feed[1].lower()], text))
    reader = _Reader(page, card, text)
    layout = _layout(reader)
    if layout:
        return _profile(reader, layout)
    if any(_SUBMITTED.match(piece.text) for piece in reader.pieces):
        return _news(reader)
    kind = _titled(reader)
    if kind == "list":
        return _list(reader)
    if kind:
        return reader.entries(kind).parsed()
    raise LayoutUnknown(
        page, f"neither captions of a profile, nor a list, news or a page known by its title ({reader.title!r})"
    )


def _without_comments(text: str) -> str:
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)


def _titled(reader: _Reader) -> str | None:
    title = reader.soup.find("title")
    shown = [
        reader.title,
        title.get_text() if title else "",
        *(piece.text for piece in reader.pieces if piece.kind == "heading"),
    ]
    for words, kind in reader.card.codes["titles"].items():
        if any(fold(words) in fold(_SITE.sub("", squash(text))) for text in shown[:3]):
            return kind
    return None


def _layout(reader: _Reader) -> str | None:
    """The generation of a profile: A, B or C; None where the page is no profile."""
    layouts = {fold(caption): layout for caption, layout in reader.card.codes["layouts"].items()}
    printed = {piece.caption for piece in reader.pieces if piece.kind in ("caption", "pair")}
    votes = Counter(layouts[caption] for caption in printed if caption in layouts)
    completed = any(_COMPLETED.search(piece.text) for piece in reader.pieces)
    if votes["A"] >= 2 and votes["A"] >= votes["B"]:
        return "A"
    if completed or votes["B"] >= 2:
        address = canonical_address(reader.text) or ""
        return "C" if _native_name(reader) or "/content/" in address else "B"
    return None


def _profile(reader: _Reader, layout: str) -> Parsed:
    entries = reader.entries(f"profile_{layout}")
    reader.leave_out_others()
    key = reader.native(canonical_address(reader.text) or reader.page.url)
    fields, faults = _captioned_fields(reader)
    fields |= {name: value for name, value in _territory(reader).items() if name not in fields}
    if layout != "A":
        fields |= {name: value for name, value in _stated_in_text(reader).items() if name not in fields}
        if native := _native_name(reader):
            fields["aliases"] = [native]
    for fault in faults:
        entries.reject("contradictory_date", fault, key, fault)
    entries.add(reader.title, fields, key)
    unknown = (pair.caption for pair in reader.pairs if pair.caption and pair.values and not pair.known)
    entries.unknown += [caption for caption in unknown if not country_code(caption)]
    return entries.parsed()


def _captioned_fields(reader: _Reader) -> tuple[dict[str, Any], list[str]]:
    """The record fields behind captions, and the dates that contradict themselves, in words."""
    captions = {fold(caption): name for caption, name in reader.card.captions.items()}
    fields: dict[str, Any] = {}
    faults: list[str] = []
    lost = [pair.values[0] for pair in reader.pairs if not pair.caption]
    for pair in reader.pairs:
        name = captions.get(pair.caption)
        if name is None or not pair.values:
            continue
        value = _value(name, pair.values)
        if name == "founded" and value is None and any(True for _ in dates_in(pair.values[0])):
            faults.append(f"{pair.caption}: {pair.values[0]!r} is no day of the calendar, or its weekday is another")
        _set(fields, name, value)
    # The platform lost the caption of small firms on some profiles; their number stands second, behind the total.
    if len(lost) == 1 and "members_total" in fields and "sme" not in fields.get("members_by_type", {}):
        _set(fields, "members_by_type.sme", count(lost[0]))
    return fields, faults


def _set(fields: dict[str, Any], name: str, value: Any) -> None:
    if value in (None, "", []):
        return
    group, _, member = name.partition(".")
    if member:
        fields.setdefault(group, {}).setdefault(member, value.number)
    elif group == "members_total":
        fields.setdefault(group, value.number)
        if value.qualifier:
            fields.setdefault("members_qualifier", value.qualifier)
    elif group == "region" and (name_pl := voivodeship(value)):
        fields.setdefault("voivodeship", name_pl)
    else:
        fields.setdefault(group, value)


def _value(name: str, values: Sequence[str]) -> Any:
    if name.startswith("members_"):
        return count(values[0])
    if name == "founded":
        return printed_date(values[0])
    if name == "label":
        met = _LABEL.search(values[0])
        return met[1].lower() if met else None
    if name == "country":
        return country_code(values[0])
    parts = [part for value in values for part in (squash(piece) for piece in value.split(";")) if part]
    if name in _DECLARED_LISTS:
        return parts
    return "; ".join(parts) if name in _JOINED else values[0]


def _territory(reader: _Reader) -> dict[str, str]:
    """Country and region: `Poland: Świętokrzyskie` on the page, else the marker of the page's own map."""
    for piece in reader.pieces:
        country, colon, region = piece.text.partition(":")
        if colon and (code := country_code(country)):
            return {"country": code} | _region(region)
    for pair in reader.pairs:
        if pair.values and (code := country_code(pair.caption)):
            return {"country": code} | _region(pair.values[0])
    for piece in reader.pieces:
        if piece.kind == "value" and (code := country_code(piece.text)):
            return {"country": code}
    for marker in _markers(reader.soup):
        if fold(reader.title) in map(fold, marker.values()):
            return next((_region(value) for value in marker.values() if voivodeship(value)), {})
    return {}


def _region(text: str) -> dict[str, str]:
    name = voivodeship(text)
    return {"voivodeship": name} if name else {"region": squash(text)} if squash(text) else {}


def _markers(soup: BeautifulSoup) -> Iterator[dict[str, str]]:
    """The entries of the maps in the page's scripts: innermost objects, their texts by key."""
    for script in soup.find_all("script"):
        for met in _OBJECT.finditer(script.get_text()):
            try:
                found = json.loads(met[0])
            except ValueError:
                continue
            yield {key: squash(value) for key, value in found.items() if isinstance(value, str)}


def _native_name(reader: _Reader) -> str | None:
    """The line between the name and `Poland: ...`."""
    texts = [piece.text for piece in reader.pieces]
    where = next((at for at, text in enumerate(texts) if country_code(text.partition(":")[0])), None)
    if where is None or reader.title not in texts[:where]:
        return None
    start = max(at for at, text in enumerate(texts[:where]) if text == reader.title)
    between = [piece for piece in reader.pieces[start + 1 : where] if piece.kind == "value"]
    return between[0].text if len(between) == 1 and not _COMPLETED.search(between[0].text) else None


def _stated_in_text(reader: _Reader) -> dict[str, Any]:
    """What the sentences of `About us` state of the body itself."""
    stated: dict[str, Any] = {}
    for sentence in sentences(piece.text for piece in reader.pieces if piece.kind == "value"):
        stated = {name: value for name, value in facts_of(sentence).items() if name in _TEXT_FIELDS} | stated
    return stated


def _list(reader: _Reader) -> Parsed:
    rows = list(_rows(reader))
    entries = reader.entries("list" if rows else "list_in_script")
    for anchor, said in rows:
        reference = str(anchor["href"])
        country = next((code for text in said if (code := country_code(text.partition(":")[0]))), None)
        entries.add(squash(anchor.get_text(" ")), {"link": reference, "country": country}, reader.native(reference))
        entries.link(reference)
    for marker in [] if rows else _markers(reader.soup):
        address = next((value for value in marker.values() if _is_profile(reader, value)), None)
        if address:
            entries.add(_marker_name(marker, address), {"link": address}, reader.native(address))
            entries.link(address)
    if not entries.records:
        raise LayoutUnknown(reader.page, "a list of cluster organisations without a single link to a profile")
    for anchor in reader.soup.find_all("a", href=True):
        if "page=" in str(anchor["href"]) or "view=" in str(anchor["href"]):
            entries.link(str(anchor["href"]))
    return entries.parsed()


def _marker_name(marker: dict[str, str], reference: str) -> str:
    named = next((marker[key] for key in ("title", "name", "label") if marker.get(key)), None)
    return named or max((value for value in marker.values() if value != reference), key=len, default="")


def _is_profile(reader: _Reader, reference: str) -> bool:
    key = reader.native(reference)
    other = any(
        fold(words).replace(" ", "-") in key for words, kind in reader.card.codes["titles"].items() if kind != "list"
    )
    return bool(_PROFILE.match(key)) and not other and not key.endswith("/gdpr")


def _rows(reader: _Reader) -> Iterator[tuple[Tag, list[str]]]:
    """The links to profiles, each with the texts of its row."""
    titles = [fold(words) for words, kind in reader.card.codes["titles"].items() if kind != "list"]
    anchors = [
        anchor
        for anchor in reader.soup.find_all("a", href=True)
        if _is_profile(reader, str(anchor["href"])) and not any(words in fold(anchor.get_text(" ")) for words in titles)
    ]
    places = {id(anchor) for anchor in anchors}
    for anchor in anchors:
        row: Tag = anchor
        for parent in anchor.parents:
            if sum(id(other) in places for other in parent.find_all("a")) > 1 or parent.name in ("body", "main"):
                break
            row = parent
        said = [piece.text for piece in pieces(row)]
        yield anchor, said if len(said) > 1 else [*said, *_behind(anchor, places)]


def _behind(anchor: Tag, places: set[int]) -> list[str]:
    """The texts behind a link that has no row of its own, up to the next link of the list."""
    said: list[str] = []
    for node in anchor.next_elements:
        if id(node) in places or len(said) > 5:
            break
        if isinstance(node, str) and node.strip():
            said.append(squash(node))
    return said


def _news(reader: _Reader) -> Parsed:
    start = next(at for at, piece in enumerate(reader.pieces) if _SUBMITTED.match(piece.text))
    dates = [found for piece in reader.pieces[start : start + 3] for found in _byline_date(piece.text)]
    entries = reader.entries("news", dates[0] if dates else None)
    regions = set(map(fold, reader.card.codes["regions"]))
    key = reader.native(canonical_address(reader.text) or reader.page.url)
    headline = fold(reader.title)
    body = [piece.text for piece in reader.pieces if piece.kind != "heading" and fold(piece.text) != headline]
    for mention in mentions((text for text in body if not _SUBMITTED.match(text)), regions):
        entries.add(mention.name, mention.fields, key, mention.name)
    return entries.parsed()


def _byline_date(text: str) -> list[str]:
    met = re.search(r"(?:^|\s)on\s+(\d.*)$", text)
    found = printed_date(met[1]) if met else None
    return [found] if found and len(found) == 10 else []


def _feed(entries: Entries) -> Parsed:
    pattern = _ITEM if entries.kind == "rss" else _LOC
    for address in pattern.findall(_without_comments(entries.text)):
        # The site's sitemap names its host "default".
        entries.link(
            re.sub(r"^https?://default(?=/|$)", f"https://{entries.card.hosts[0]}", address.replace("&amp;", "&"))
        )
    if entries.kind != "rss" and not entries.links:
        raise LayoutUnknown(entries.page, "a sitemap without an address")
    return entries.parsed()
