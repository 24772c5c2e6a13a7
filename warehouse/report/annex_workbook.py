"""Prints the report's tables as a workbook: one sheet a table, typed, with frozen heads.

Text is stored as text: nothing a page printed is run as a formula or made a link.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from warehouse.report.model import Line, Number, Report, Table, plain

_WIDEST: Final = 60
_CELL: Final = 32_767  # characters
_NAME: Final = 31  # characters of a sheet's name
_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_CREATED: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Equal tables give equal bytes: the day of the inventory stands on the first sheet."""


def write_workbook(report: Report, path: Path) -> None:
    """Writes every table of the report to a workbook.

    Args:
        report: The model; annexes come first, as people look for them.
        path: File to write.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    tables = sorted(report.tables(), key=lambda table: not table.id.startswith("t-annex"))
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": f"{report.title}, {plain(report.day)}", "created": _CREATED})
        forms = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format(
                {"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F4E79", "text_wrap": True, "valign": "top"}
            ),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "whole": book.add_format({"num_format": "0", "valign": "top"}),
            "decimal": book.add_format({"num_format": "0.0", "valign": "top"}),
        }
        names = _sheet_names([report.phrases["about_sheet"], *(table.sheet or table.caption for table in tables)])
        _cover(book, forms, names[0], report, list(zip(names[1:], tables, strict=True)))
        for name, table in zip(names[1:], tables, strict=True):
            _sheet(book, forms, name, table, report.phrases["voivodeship"])


def _sheet_names(titles: Sequence[str]) -> list[str]:
    names: list[str] = []
    for title in titles:
        name = title.translate(_FORBIDDEN).strip("' ")[:_NAME].rstrip()
        taken, count = {known.casefold() for known in names}, 2
        while name.casefold() in taken:
            name, count = f"{name[: _NAME - 4].rstrip()} ({count})", count + 1
        names.append(name)
    return names


def _cover(book: Any, forms: dict[str, Any], name: str, report: Report, sheets: Iterable[tuple[str, Table]]) -> None:
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 80)
    sheet.write_string(0, 0, report.title, forms["title"])
    lines = [f"{report.phrases['day_of']}: {plain(report.day)}", *(plain(line) for line in report.imprint)]
    for place, line in enumerate(lines, start=1):
        sheet.write_string(place, 0, line)
    for place, (title, table) in enumerate(sheets, start=len(lines) + 2):
        sheet.write_url(place, 0, f"internal:'{title}'!A1", string=title)
        sheet.write_string(place, 1, table.caption)


def _sheet(book: Any, forms: dict[str, Any], name: str, table: Table, region: str) -> None:
    sheet = book.add_worksheet(name)
    groups = dict(table.groups)
    heads = [*([region] if groups else []), *(column.title for column in table.columns)]
    sheet.freeze_panes(1, 2 if groups else 1)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(heads) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    for place, head in enumerate(heads):
        sheet.set_column(
            place, place, _width(head, [row[place - bool(groups)] for row in table.rows] if place or not groups else [])
        )
        sheet.write_string(0, place, head, forms["head"])
    group = ""
    for line, row in enumerate(table.rows, start=1):
        group = groups.get(line - 1, group)
        if groups:
            sheet.write_string(line, 0, group, forms["text"])
        for place, cell in enumerate(row, start=bool(groups)):
            _write(sheet, forms, line, place, cell)


def _width(head: str, cells: Sequence[Line]) -> float:
    longest = max((len(plain(cell)) for cell in cells), default=0)
    return float(min(max(len(head) + 2, longest + 2, 12), _WIDEST))


def _write(sheet: Any, forms: dict[str, Any], line: int, place: int, cell: Line) -> None:
    number = cell[0] if len(cell) == 1 and isinstance(cell[0], Number) else None
    if number is not None and number.value is not None:
        whole = float(number.value).is_integer()
        sheet.write_number(line, place, number.value, forms["whole" if whole else "decimal"])
    elif cell:
        sheet.write_string(line, place, plain(cell)[:_CELL], forms["text"])
