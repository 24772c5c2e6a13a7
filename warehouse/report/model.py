"""What the report says, as plain dataclasses, before any format.

A text is a tuple of pieces: words, and numbers that know where they come from. Writers print the pieces; they never
look anything up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Origin = Literal["statistic", "previous", "official", "fact", "method"]
"""Where a number comes from: a row of `statistics`, the same of last year's release, a row of `official_figures`, a
published fact (a value of another table, the day of the release), or a rule of the method."""

DASH: Final = "–"


@dataclass(frozen=True, slots=True)
class Words:
    """Text without figures.

    Attributes:
        text: As shown; may be hostile where it was scraped.
        lang: Language where it is another one than the report's, else empty.
        key: Published value that it shows (`clusters.name_pl/PL-C0001`), else empty: names hold digits too.
    """

    text: str
    lang: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A figure, a date or a year, with its origin.

    Attributes:
        text: As shown, in the format of the language.
        origin: Where it comes from.
        key: Key within the origin, see `warehouse.report.figures`.
        value: The number itself, unrounded; None for dates and for what is not known.
    """

    text: str
    origin: Origin
    key: str
    value: float | None = None


Piece = Words | Number
Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """Head of a table's column; a numeric one is set to the right."""

    title: str
    numeric: bool = False
    share: float = 1.0
    """Part of the width relative to the other columns, where a format sets widths."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the first column heads the rows.

    Attributes:
        id: Anchor, unique in the report.
        caption: Says what, where and when.
        columns: Heads.
        rows: Cells by row.
        note: Printed below; may be empty.
        groups: First row of each group -> its heading, for long lists parted by region.
        sheet: Name of its sheet in the workbook.
    """

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Line, ...], ...]
    note: Line = ()
    groups: tuple[tuple[int, str], ...] = ()
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with its text alternative and its data.

    Attributes:
        id: Anchor, unique in the report.
        title: Says what is shown.
        alt: The text alternative: what the drawing tells, in one or two sentences.
        svg: The drawing.
        data: The figures drawn.
        note: Unit, source, attribution.
        open: Whether the table of the data is shown without asking.
    """

    id: str
    title: str
    alt: Line
    svg: str
    data: Table
    note: Line = ()
    open: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    line: Line


@dataclass(frozen=True, slots=True)
class Heading:
    """Head of a part of a chapter."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short texts."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Callout:
    """What a reader must know before using the figures."""

    title: str
    line: Line


@dataclass(frozen=True, slots=True)
class Tile:
    """One key figure."""

    label: str
    number: Number
    unit: str
    note: Line = ()


@dataclass(frozen=True, slots=True)
class Tiles:
    """The key figures."""

    tiles: tuple[Tile, ...]


Block = Paragraph | Heading | Bullets | Callout | Tiles | Table | Chart


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter or annex.

    Attributes:
        id: Anchor.
        label: Number of the chapter (`3`) or name of the annex (`Annex 1`).
        title: Its title.
        blocks: What it says.
        annex: Whether it starts on a page of its own, set wide.
    """

    id: str
    label: str
    title: str
    blocks: tuple[Block, ...]
    annex: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report in one language.

    Attributes:
        lang: `pl` or `en`.
        title: Title on the cover.
        subtitle: Line below it.
        day: Day of the inventory in words.
        imprint: Lines of the cover's foot: release, method, terms.
        phrases: Fixed words that the writers need (`contents`, `figure`, `table` ...).
        chapters: In order.
    """

    lang: str
    title: str
    subtitle: str
    day: Line
    imprint: tuple[Line, ...]
    phrases: dict[str, str]
    chapters: tuple[Chapter, ...]

    def tables(self) -> tuple[Table, ...]:
        """Returns every table, those behind the charts included, in order."""
        blocks = [block for chapter in self.chapters for block in chapter.blocks]
        return tuple(
            block if isinstance(block, Table) else block.data for block in blocks if isinstance(block, Table | Chart)
        )


def plain(line: Line) -> str:
    """Returns a line as bare text."""
    return "".join(piece.text for piece in line)
