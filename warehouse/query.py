"""Answers questions to a released database: read-only, with no way to files, network or settings.

A query is a stranger's text: it sees the tables of the release and nothing else of the machine.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Final

import duckdb
import polars as pl

from warehouse.database import LIMITS
from warehouse.spreadsheet_text import defused

_SEALED: Final = {"enable_external_access": "false", "lock_configuration": "true"}


class QueryError(ValueError):
    """A query that cannot be answered. The message says why, in words for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows of an answer, with column names made distinct (`n`, `n_2`)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def query(path: Path, sql: str) -> Answer:
    """Returns the answer of a released database to one SQL query.

    Args:
        path: The release's `inventory.duckdb`.
        sql: One query; several statements, and any that would change something, are refused.

    Raises:
        QueryError: The file is not there, or the query is refused or wrong.
    """
    if not path.is_file():
        raise QueryError(f"{path} is not there: build a release first (cluster-inventory refresh)")
    try:
        with duckdb.connect(str(path), read_only=True, config={**LIMITS, **_SEALED}) as connection:
            statements = connection.extract_statements(sql)
            if len(statements) != 1:
                raise QueryError(f"{len(statements)} statements given: ask one query at a time")
            cursor = connection.execute(statements[0])
            columns = _distinct([column[0] for column in cursor.description or ()])
            return Answer(columns, tuple(cursor.fetchall()))
    except duckdb.Error as fault:
        raise QueryError(str(fault)) from fault


def write(answer: Answer, form: str, out: BinaryIO) -> None:
    """Writes the answer as `table`, `csv`, `json` (list of objects) or `parquet`, in UTF-8.

    Raises:
        QueryError: The form is unknown.
    """
    if form not in FORMS:
        raise QueryError(f"unknown format {form}: use one of {', '.join(FORMS)}")
    out.write(FORMS[form](answer))


def _distinct(names: list[str]) -> tuple[str, ...]:
    taken: dict[str, None] = {}
    for name in names:
        number, free = 1, name
        while free in taken:
            number += 1
            free = f"{name}_{number}"
        taken[free] = None
    return tuple(taken)


def table_text(answer: Answer) -> str:
    """Returns the answer as columns of text under their names, control characters and marks of direction left out."""
    rows = [answer.columns, *([_cell(value) for value in row] for row in answer.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(answer.columns))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines) + "\n"


def _table(answer: Answer) -> bytes:
    return table_text(answer).encode()


def _cell(value: Any) -> str:
    # Control characters of scraped text could steer a terminal; marks that turn the writing direction could hide words.
    return (
        ""
        if value is None
        else re.sub(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", " ", _text(value))
    )


def _text(value: Any) -> str:
    return (
        str(value).lower()
        if isinstance(value, bool)
        else json.dumps(value, ensure_ascii=False, default=str)
        if isinstance(value, dict | list)
        else str(value)
    )


def _csv(answer: Answer) -> bytes:
    rows = ([defused(value) if isinstance(value, str) else _cell(value) for value in row] for row in answer.rows)
    return "".join(f"{_line(cells)}\n" for cells in (answer.columns, *rows)).encode()


def _line(cells: Sequence[str]) -> str:
    # The standard library leaves a lone carriage return without quotes, where readers begin a new row.
    line = ",".join(
        f'"{cell.replace(chr(34), chr(34) * 2)}"' if re.search(r'[",\r\n]', cell) else cell for cell in cells
    )
    return line or '""'  # a line of nothing is no row


def _json(answer: Answer) -> bytes:
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    return (json.dumps(rows, ensure_ascii=False, indent=1, default=_plain) + "\n").encode()


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else str(value)


def _parquet(answer: Answer) -> bytes:
    out = io.BytesIO()
    series = [_series(name, [row[place] for row in answer.rows]) for place, name in enumerate(answer.columns)]
    pl.DataFrame(series).write_parquet(out)
    return out.getvalue()


def _series(name: str, values: list[Any]) -> pl.Series:
    try:
        series = pl.Series(name, values, strict=True)
    except (TypeError, OverflowError, pl.exceptions.PolarsError):
        series = pl.Series(name, [], dtype=pl.Object)
    if series.dtype in (pl.Null, pl.Object):  # nothing that polars knows: a UUID, a mix of types, nulls alone
        return pl.Series(name, [None if value is None else _text(value) for value in values], dtype=pl.String)
    return series


FORMS: Final[Mapping[str, Callable[[Answer], bytes]]] = {
    "table": _table,
    "csv": _csv,
    "json": _json,
    "parquet": _parquet,
}
"""Formats of an answer by name."""
