"""National Key Clusters: lists by round, and news that repeat parts of them.

A line that names a round opens it, with the end of its validity where that is printed; the items of the list behind it belong to
it, until another heading or another list begins. An item reads cluster, `reprezentowany przez` coordinator, `(branża: ...)`.
The phrases are the card's captions. News of several hosts are pages of their own, and prove the status anew.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from sources.archive import Page
from sources.captions import Piece, pieces
from sources.cards import Card
from sources.dates import dates_in
from sources.entries import Entries, place
from sources.listings import listings
from sources.lists import holder, listed, unnumbered
from sources.parsing import LayoutUnknown, Parsed
from sources.text import decode, fold, markup, squash

_WORDS: Final = r"(?:rund\w*|edycj\w+|konkurs\w*|nab[oó]r\w*|round|edition|call)"
_NUMERAL: Final = r"(?P<{0}>[IVX]{{1,5}}|\d{{1,2}})"
_ROUND: Final = re.compile(
    rf"(?<![\w.]){_NUMERAL.format('before')}(?:\.|st|nd|rd|th)?\s+{_WORDS}\b|\b{_WORDS}\s+(?:nr\s+|no\.?\s+)?{_NUMERAL.format('after')}(?!\w)",
    re.IGNORECASE,
)
_ROMAN: Final = {
    number: ten + one
    for number, (ten, one) in enumerate(
        product(("", "X"), ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")), start=1
    )
}
_HEADING_WORDS: Final = 14
_LIST_LEAST: Final = 2
_COMMA: Final = re.compile(r",\s+|\s+(?:oraz|and)\s+")
_LAST: Final = re.compile(r"^(?:oraz|i|and)\s+")
_SAYS_CLUSTER: Final = re.compile(r"klast|cluster", re.IGNORECASE)
_ABBREVIATED: Final = re.compile(r"\b(?:o\.\s?o|S\.\s?A|Co|Ltd|Inc)\.$")
"""A full stop of a legal form; it may be that of the sentence as well, and stays."""
_DATED_REST: Final = 25  # letters beside a date in a line that is a date: `Data publikacji:`, `r.`, `Warszawa,`


@dataclass(slots=True)
class _Round:
    """What a heading says of the list behind it."""

    number: str | None = None
    valid_until: str | None = None
    list_element: Tag | None = None


def parse(page: Page, card: Card) -> Parsed:
    """Reads the winners, by round where the page tells it.

    Raises:
        LayoutUnknown: The page does not speak of the status, or names no cluster.
    """
    text = decode(page)
    soup = markup(text)
    if not any(word in squash(soup.get_text(" ")).casefold() for word in card.codes["topic"]):
        raise LayoutUnknown(page, f"none of the words {', '.join(sorted(card.codes['topic']))}")
    found = pieces(soup)
    rounds = {_round(piece.text).number for piece in found if _is_round(piece)}
    kind = "rounds" if len(rounds) > 1 or page.url in card.start else "news"
    entries = Entries(page, card, kind, text, _day(found) if kind == "news" else None)
    _read_tables(entries, soup, card)
    if not entries.records:
        _read_lists(entries, found, card)
    if not entries.records:
        raise LayoutUnknown(page, "a list of clusters behind the heading of a round or an announcing line")
    return entries.parsed()


def _read_tables(entries: Entries, soup: BeautifulSoup, card: Card) -> None:
    for table in listings(soup, card):
        entries.unknown += table.unknown
        above = _round_above(table.rows[0].element) if table.rows else _Round()
        for row in table.rows:
            own = _round_number(row.text("kkk_round"))
            until = _until(row.text("kkk_valid_until"))
            status = _Round(own or above.number, until or above.valid_until)
            _add(
                entries, row.text("name"), status, card, {field: row.text(field) for field in ("coordinator", "sector")}
            )


def _round_above(element: Tag) -> _Round:
    """Returns what the nearest heading above a table says; a caption inside the table counts as above its rows."""
    for text in element.find_all_previous(["h1", "h2", "h3", "h4", "h5", "h6", "caption", "p", "th", "td"], limit=60):
        if (met := _round(squash(text.get_text(" ")))).number:
            return met
        if text.name.startswith("h") and text.name[1:].isdigit():
            break
    return _Round()


def _read_lists(entries: Entries, found: Sequence[Piece], card: Card) -> None:
    phrases = {fold(phrase): field for phrase, field in card.captions.items() if field in ("coordinator", "sector")}
    found = [piece for piece in found if not _read_sentence(entries, piece.text, phrases, card)]
    if entries.records and not any(_is_round(piece) for piece in found):
        return
    places = _items(found, card)
    status = _Round()
    said = ""
    order = sorted(places)
    for at, piece in enumerate(found):
        if at not in places:
            if _is_round(piece):
                status = _round(piece.text)
            elif piece.kind == "heading" or _opens_other(piece, card):
                status = _Round()
            continue
        element = holder(found, at)
        status.list_element = status.list_element or element
        if element is not status.list_element:
            status = _Round(list_element=element)
        line = unnumbered(piece.text)
        follows = next(iter(order[bisect_right(order, at) :][:1]), None)
        joined = follows is not None and follows == at + 1 and _continues(found[follows].text, phrases)
        if joined or _continues(line, phrases):
            said = f"{said}, {line}".strip(", ")
            if joined:
                continue
            line = said
        said = ""
        name, fields = _split(line, phrases)
        _add(entries, name, status, card, fields)


def _read_sentence(entries: Entries, text: str, phrases: dict[str, str], card: Card) -> bool:
    """Reads `V runda: A; B; C.` and returns whether it is such a line.

    Commas part names only where every part says that it is a cluster.
    """
    opening, colon, rest = text.partition(":")
    if not colon or _ROUND.search(opening) is None or len(opening.split()) > _HEADING_WORDS:
        return False
    parts = [part for part in (squash(part) for part in rest.split(";")) if part]
    if len(parts) < _LIST_LEAST:
        parts = [part for part in (squash(part) for part in _COMMA.split(rest)) if part]
        if len(parts) < _LIST_LEAST or not all(_SAYS_CLUSTER.search(part) for part in parts):
            return False
    for part in parts:
        line = _LAST.sub("", part)
        name, fields = _split(
            line.removesuffix(".") if part is parts[-1] and not _ABBREVIATED.search(line) else line, phrases
        )
        _add(entries, name, _round(opening), card, fields)
    return True


def _items(found: Sequence[Piece], card: Card) -> set[int]:
    """Returns the places of all list items: those behind a round's heading, or behind the announcing line."""
    anchors = [at for at, piece in enumerate(found) if _is_round(piece) or _opens_other(piece, card)]
    if not anchors:
        headings = [at for at, piece in enumerate(found) if piece.kind == "heading"]
        anchors = [at for at in headings if any(word in fold(found[at].text) for word in card.codes["topic"])][-1:]
    places: set[int] = set()
    for anchor, end in zip(anchors, [*anchors[1:], len(found)], strict=False):
        places.update(at for at in listed(found[:end], anchor) if not _is_round(found[at]))
    return places


def _opens_other(piece: Piece, card: Card) -> bool:
    """Whether a line announces clusters without naming a round."""
    text = fold(piece.text)
    announced = piece.text.endswith(":") and any(word in text for word in card.codes["topic"])
    return announced or any(text.startswith(word) for word in card.codes["other_holders"])


def _continues(line: str, phrases: dict[str, str]) -> bool:
    return fold(line.lstrip("( ,")).startswith(tuple(phrases))


def _split(line: str, phrases: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Returns the name and what the card's phrases introduce: `A, reprezentowany przez B (branża: C)`."""
    words = "|".join(sorted(map(re.escape, phrases), key=len, reverse=True))
    marks = list(re.finditer(rf"(?:[,;(]|\s[-–—])\s*(?P<phrase>{words})\b\s*[:–—-]?\s*", line, re.IGNORECASE))
    fields: dict[str, str] = {}
    for mark, end in zip(marks, [*(mark.start() for mark in marks[1:]), len(line)], strict=False):
        value = line[mark.end() : end].strip(" ,;")
        if "(" in mark[0]:
            value = value.removesuffix(")").strip()
        fields.setdefault(phrases[fold(mark["phrase"])], value)
    return (line[: marks[0].start()] if marks else line).strip(" ,;"), fields


def _is_round(piece: Piece) -> bool:
    return len(piece.text.split()) <= _HEADING_WORDS and _round_number(piece.text) is not None


def _round(text: str) -> _Round:
    return _Round(_round_number(text), _until(text))


def _round_number(text: str) -> str | None:
    """Returns the round as a roman number; a column of rounds may hold the bare number."""
    met = _ROUND.search(text)
    numeral = (met["before"] or met["after"]).upper() if met else text.strip(" .").upper()
    if numeral.isdecimal():
        return _ROMAN.get(int(numeral))
    return numeral if numeral in _ROMAN.values() else None


def _until(text: str) -> str | None:
    """Returns the last day of validity: the last full date of a heading."""
    return next((day for _, day in reversed(list(dates_in(text))) if day and len(day) == len("2024-12-31")), None)


def _day(found: Sequence[Piece]) -> str | None:
    """Returns the day of the event or of publication: the first line that is a full date and little else."""
    for piece in found:
        for printed, day in dates_in(piece.text):
            if (
                day
                and len(day) == len("2024-12-31")
                and len(piece.text) <= len(printed) + _DATED_REST
                and not _is_round(piece)
            ):
                return day
    return None


def _add(entries: Entries, name: str, status: _Round, card: Card, fields: dict[str, str]) -> None:
    host = (urlsplit(entries.page.url).hostname or "").removeprefix("www.")
    stated = {
        **fields,
        "kkk_round": status.number,
        "kkk_valid_until": status.valid_until,
        "other_label": card.codes["labels"]["kkk"],
    }
    row = name or f"row {len(entries.records) + len(entries.rejections) + 1}"
    entries.add(name, stated, host + place(entries.page.url), status.number or "", row)
