"""Writes `inventory.xlsx`: the tables people open in a spreadsheet, typed, with frozen heads and filters, and the dictionary.

Text is stored as text, so nothing is run and no link is made of it. Equal tables give equal bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import polars as pl
import xlsxwriter

from warehouse.dictionary import Table, dictionary

SHEETS: Final = (
    "clusters", "cluster_names", "labels", "assessments", "conflicts", "excluded", "changes", "statistics", "official_figures",
    "sources", "about",
)  # fmt: skip
"""Tables with a sheet; the larger ones (records, statements, matches) are for the database."""

ROWS: Final = 1_048_575
"""Rows that a sheet holds below its head."""
MOST: Final = 20_000
"""Rows up to which a table has its sheet in the release; a larger one is pointed to, whole, rather than shown in part."""
COLUMNS: Final = 16_384
"""Columns that a sheet holds."""

_CELL: Final = 32_767  # characters
_WIDEST: Final = 60
_EXACT: Final = 2**53  # beyond it a cell's number is no longer the one that was written


def write_workbook(path: Path, tables: Mapping[str, pl.DataFrame], built_at: datetime) -> None:
    """Writes the workbook.

    Args:
        path: File to write.
        tables: Published tables by name, as `warehouse.release` publishes them.
        built_at: Shown as the day of making; taken from the content, not from a clock.
    """
    meant = dictionary().tables
    with _book(path, built_at) as (book, forms):
        for name in SHEETS:
            frame = tables[name]
            if frame.height <= MOST:
                _sheet(book, forms, name, frame.columns, frame.iter_rows(), frame.height)
            else:
                told = f"{frame.height} rows are more than this workbook holds of a table: they are in csv/{name}.csv"
                _sheet(book, forms, name, ("note",), ((told,),), 1)
        meanings = list(_meanings(meant.values()))
        heads = ("table", "column", "type", "unit", "meaning", "znaczenie", "codes")
        _sheet(book, forms, "dictionary", heads, meanings, len(meanings))


def write_sheets(
    path: Path, sheets: Mapping[str, tuple[Sequence[str], Sequence[Sequence[Any]]]], built_at: datetime
) -> None:
    """Writes a workbook of any sheets.

    Args:
        path: File to write.
        sheets: Name of the sheet to its column names and rows.
        built_at: Shown as the day of making.

    Raises:
        ValueError: A sheet has more rows or columns than a workbook can hold.
    """
    for name, (columns, rows) in sheets.items():
        if len(rows) > ROWS or len(columns) > COLUMNS:
            raise ValueError(f"{name}: {len(rows)} rows of {len(columns)} columns do not fit a sheet ({ROWS} and {COLUMNS}): "
                             "ask for fewer, or choose csv or parquet")  # fmt: skip
    with _book(path, built_at) as (book, forms):
        for name, (columns, rows) in sheets.items():
            _sheet(book, forms, name, columns, rows, len(rows))


@contextmanager
def _book(path: Path, built_at: datetime) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "constant_memory": True,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": "National cluster inventory", "created": built_at.replace(tzinfo=None)})
        yield (
            book,
            {
                "head": book.add_format({"bold": True, "bg_color": "#F2F2F2", "text_wrap": True, "valign": "top"}),
                "date": book.add_format({"num_format": "yyyy-mm-dd"}),
                "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            },
        )


def _sheet(  # noqa: PLR0913 - a sheet is a name, columns and rows in a book
    book: Any, forms: Mapping[str, Any], name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], height: int
) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(height, 1), len(columns) - 1)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, min(max(len(column) + 4, 14), _WIDEST))
        sheet.write_string(0, place, column, forms["head"])
    for line, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            _write(sheet, forms, line, place, value)


def _write(sheet: Any, forms: Mapping[str, Any], line: int, place: int, value: Any) -> None:
    match value:
        case None:
            return
        case bool():
            sheet.write_boolean(line, place, value)
        case int() | float() | Decimal() if math.isfinite(value) and abs(float(value)) < _EXACT:
            sheet.write_number(line, place, value)
        case datetime():
            sheet.write_datetime(line, place, value, forms["time"])
        case date():
            sheet.write_datetime(line, place, datetime(value.year, value.month, value.day), forms["date"])  # noqa: DTZ001
        case _:
            text = str(value)
            sheet.write_string(line, place, text if len(text) <= _CELL else f"{text[: _CELL - 1]}…")


def _meanings(tables: Iterable[Table]) -> Iterator[tuple[str, ...]]:
    for table in tables:
        for column in table.columns:
            codes = ", ".join(column.codes)
            yield table.name, column.name, column.type, column.unit, column.en, column.pl, codes
