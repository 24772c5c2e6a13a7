"""Tables read by the words of their header, in any order of columns.

A row whose words are known captions is the header, whatever its tags; layout tables around a table and tables inside a cell do
not disturb it. Missing end tags are the business of the parser of the markup, merged cells are spread over the cells they cover.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bs4 import BeautifulSoup, Tag

from sources.cards import Card
from sources.text import fold, squash

_CELLS: Final = ("td", "th")
_SPAN_MOST: Final = 1000  # the limit browsers set for colspan; a hostile page may ask for more
_CAPTIONS_LEAST: Final = 2  # one known word may stand in any row; two make a header
_BRACKETS: Final = re.compile(r"[(\[][^)\]]*[)\]]")

Lookup = Callable[[str], str | None]
"""Tells the field of a folded caption, an empty text for one that is ignored on purpose, None for an unknown one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row under a header.

    Attributes:
        cells: Field to the cell under it; a field without a cell is absent.
        element: The row itself.
    """

    cells: dict[str, Tag]
    element: Tag

    def text(self, field: str) -> str:
        """Returns the text of the cell, one line, empty where there is none."""
        cell = self.cells.get(field)
        return squash(cell.get_text(" ")) if cell is not None else ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a known header.

    Attributes:
        fields: Fields of the header's columns, in their order, without ignored and unknown ones.
        rows: The rows below the header that hold more than blanks or are not the header again.
        unknown: Captions of the header that the lookup does not know, as printed.
    """

    fields: tuple[str, ...]
    rows: tuple[Row, ...]
    unknown: tuple[str, ...]


def lookup_of(card: Card) -> Lookup:
    """Returns the lookup of a card's captions; a caption is also known without what stands in brackets or behind a slash."""
    known = {fold(caption): field for caption, field in card.captions.items()} | {
        fold(caption): "" for caption in card.ignored
    }

    def lookup(caption: str) -> str | None:
        bare = fold(_BRACKETS.sub(" ", caption))
        return known.get(caption, known.get(bare, known.get(fold(bare.partition("/")[0]))))

    return lookup


def tables(soup: BeautifulSoup | Tag, lookup: Lookup, least: int = _CAPTIONS_LEAST) -> list[Table]:
    """Returns the tables whose header is known, in the order of the page.

    Args:
        soup: The page or a part of it.
        lookup: Field of a folded caption.
        least: How many captions of the card a header has at least.
    """
    return [found for element in soup.find_all("table") if (found := _read(element, lookup, least)) is not None]


def grid(table: Tag) -> list[tuple[Tag, list[Tag | None]]]:
    """Returns the rows of a table, each with its cells in their columns; a merged cell stands in every place it covers.

    Args:
        table: The table; rows of tables inside it are theirs.
    """
    rows: list[tuple[Tag, list[Tag | None]]] = []
    hanging: dict[int, tuple[Tag, int]] = {}
    for element in table.find_all("tr"):
        if element.find_parent("table") is not table:
            continue
        cells: list[Tag | None] = []
        own = [
            cell
            for cell in element.find_all(_CELLS)
            if cell.find_parent("table") is table and cell.find_parent("tr") is element
        ]
        for cell in own:
            _hang(cells, hanging)
            for _ in range(min(_span(cell, "colspan"), _SPAN_MOST - len(cells))):
                if _span(cell, "rowspan") > 1:
                    hanging[len(cells)] = (cell, _span(cell, "rowspan") - 1)
                cells.append(cell)
        _hang(cells, hanging)
        rows.append((element, cells))
    return rows


def _hang(cells: list[Tag | None], hanging: dict[int, tuple[Tag, int]]) -> None:
    while (column := len(cells)) in hanging:
        cell, left = hanging.pop(column)
        cells.append(cell)
        if left > 1:
            hanging[column] = (cell, left - 1)


def _span(cell: Tag, name: str) -> int:
    value = str(cell.get(name) or "1").strip()
    return max(1, min(int(value), _SPAN_MOST)) if value.isascii() and value.isdecimal() else 1


def _read(element: Tag, lookup: Lookup, least: int) -> Table | None:
    rows = grid(element)
    for place, (_, header) in enumerate(rows):
        captions = [squash(cell.get_text(" ")) if cell is not None else "" for cell in header]
        if is_header(captions, lookup, least):
            return _under(captions, rows[place + 1 :], lookup)
    return None


def is_header(captions: Sequence[str], lookup: Lookup, least: int = _CAPTIONS_LEAST) -> bool:
    """Returns whether most of the printed texts of a row are captions of the card, ignored ones included."""
    printed = list(dict.fromkeys(caption for caption in captions if caption))
    known = sum(lookup(fold(caption)) is not None for caption in printed)
    return known >= least and 2 * known > len(printed)


def _under(captions: Sequence[str], rows: Sequence[tuple[Tag, list[Tag | None]]], lookup: Lookup) -> Table:
    fields = [lookup(fold(caption)) for caption in captions]
    found = []
    for element, cells in rows:
        texts = [squash(cell.get_text(" ")) if cell is not None else "" for cell in cells]
        if not any(texts) or texts[: len(captions)] == list(captions):
            continue
        row: dict[str, Tag] = {}
        for field, cell in zip(fields, cells, strict=False):
            if field and cell is not None:
                row.setdefault(field, cell)
        found.append(Row(row, element))
    unknown = tuple(dict.fromkeys(c for c, field in zip(captions, fields, strict=True) if field is None and c))
    return Table(tuple(dict.fromkeys(field for field in fields if field)), tuple(found), unknown)


def block_tables(soup: BeautifulSoup | Tag, lookup: Lookup, least: int = _CAPTIONS_LEAST) -> list[Table]:
    """Returns the tables that are set in other elements than `table`: a row of captions, then rows of as many cells.

    Args:
        soup: The page or a part of it.
        lookup: Field of a folded caption.
        least: How many captions of the card a header has at least.
    """
    found = []
    for element in soup.find_all(lambda tag: tag.name not in ("table", "thead", "tbody", "tr", "select", "form")):
        cells = _children(element)
        if len(cells) >= least and is_header([squash(cell.get_text(" ")) for cell in cells], lookup, least):
            captions = [squash(cell.get_text(" ")) for cell in cells]
            rows = [(row, list[Tag | None](_children(row))) for row in _after(element, len(cells))]
            if rows:
                found.append(_under(captions, rows, lookup))
    return found


def _after(header: Tag, width: int) -> Iterator[Tag]:
    """Yields the rows below a header: its next siblings, or the children of its wrapper's next siblings."""
    siblings = [tag for tag in header.find_next_siblings() if len(_children(tag)) == width]
    if not siblings and header.parent is not None:
        siblings = [
            tag
            for group in header.parent.find_next_siblings()
            for tag in _children(group)
            if len(_children(tag)) == width
        ]
    yield from siblings


def _children(element: Tag) -> list[Tag]:
    return [child for child in element.children if isinstance(child, Tag)]
