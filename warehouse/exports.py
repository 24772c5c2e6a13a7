"""Exports: any subset of a release as a file that other programs read.

Every export comes with `<file>.about.json`: release, query, sources with their terms, and the file's SHA-256, so that it can be
cited and checked when it has left the folder. Equal releases and queries give equal bytes.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from warehouse import query as asking
from warehouse.dictionary import dictionary, quoted
from warehouse.geojson import collection
from warehouse.query import Answer
from warehouse.release import Release, sha256
from warehouse.workbook import write_sheets

Facts = Mapping[str, Any]
_NAME: Final = "inventory"  # of the sheet or table that holds the rows
_LARGEST: Final = 2**63 - 1  # of an integer in SQLite


class ExportError(ValueError):
    """An export that cannot be made. The message says why and what to do."""


def export(release: Release, out: Path, form: str, sql: str, *, bom: bool = False) -> Answer:
    """Writes the answer to a query to a file and its `.about.json` beside it.

    Both appear complete or not at all. Text that a spreadsheet would run gets an apostrophe before it in CSV; the other forms hold
    it as it is, as text.

    Args:
        release: The release asked.
        out: File to write; what is there is replaced.
        form: One of `FORMS`.
        sql: A query; `whole` gives that of a table or view.
        bom: Whether CSV begins with a byte order mark, without which Excel takes UTF-8 for another code page.

    Returns:
        The rows written.

    Raises:
        ExportError: The form is unknown, or the rows do not fit it.
        QueryError: The query is refused or wrong.
    """
    if form not in FORMS:
        raise ExportError(f"unknown format {form}: use one of {', '.join(FORMS)}")
    if bom and form != "csv":
        raise ExportError("a byte order mark belongs to csv alone: leave --bom out")
    answer = asking.query(release.database, sql)
    facts = {**_facts(release), "query": sql, "rows": len(answer.rows)}
    part = out.with_name(f".{out.name}.part")
    try:
        FORMS[form](answer, part, facts)
        if bom:
            part.write_bytes(b"\xef\xbb\xbf" + part.read_bytes())
        beside = json.dumps({"file": out.name, "sha256": sha256(part), **facts}, ensure_ascii=False, indent=1) + "\n"
        part.replace(out)
        out.with_name(f"{out.name}.about.json").write_text(beside, encoding="utf-8")
    except ExportError:
        raise
    except ValueError as fault:
        raise ExportError(str(fault)) from fault
    finally:
        part.unlink(missing_ok=True)
    return answer


def whole(name: str) -> str:
    """Returns the query for a whole table (in the order of its files) or view.

    Raises:
        ExportError: The dictionary has no such table or view.
    """
    told = dictionary()
    if name in told.tables:
        table = told.tables[name]
        rest = [column for column in table.schema if column not in table.order]
        order = ", ".join(f"{quoted(column)} NULLS FIRST" for column in (*table.order, *rest))
        return f"SELECT * FROM {quoted(name)} ORDER BY {order}"  # noqa: S608 - a name of the dictionary
    if name in told.views:
        return f"SELECT * FROM {quoted(name)}"  # noqa: S608 - a name of the dictionary
    raise ExportError(f"no table or view {name}: choose one of {', '.join((*told.tables, *told.views))}")


def _facts(release: Release) -> dict[str, Any]:
    about = release.about()
    answer = asking.query(
        release.database, "SELECT source_id, title, publisher, licence FROM sources ORDER BY source_id"
    )
    return {
        "title": "National cluster inventory",
        "version": release.version,
        "as_of": about.get("as_of"),
        "method_version": about.get("method_version"),
        "content": about.get("content"),
        "sources": [dict(zip(answer.columns, row, strict=True)) for row in answer.rows],
    }


def _by_query(form: str) -> Callable[[Answer, Path, Facts], None]:
    def write(answer: Answer, path: Path, _: Facts) -> None:
        with path.open("wb") as out:
            asking.write(answer, form, out)

    return write


def _json_lines(answer: Answer, path: Path, _: Facts) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for row in answer.rows:
            values = zip(answer.columns, (_json_value(value) for value in row), strict=True)
            out.write(json.dumps(dict(values), ensure_ascii=False) + "\n")


def _geojson(answer: Answer, path: Path, facts: Facts) -> None:
    rows = ([_json_value(value) for value in row] for row in answer.rows)
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(collection(answer.columns, rows, facts))


def _xlsx(answer: Answer, path: Path, facts: Facts) -> None:
    told = [
        (key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for key, value in facts.items()
    ]
    day = datetime.fromisoformat(facts["as_of"] or "1970-01-01")
    write_sheets(path, {_NAME: (answer.columns, answer.rows), "about": (("key", "value"), told)}, day)


def _sqlite(answer: Answer, path: Path, facts: Facts) -> None:
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    try:
        told = [
            (key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
            for key, value in facts.items()
        ]
        _sqlite_table(connection, _NAME, answer.columns, answer.rows)
        _sqlite_table(connection, "about", ("key", "value"), told)
        connection.commit()
    finally:
        connection.close()


def _sqlite_table(
    connection: sqlite3.Connection, name: str, columns: Iterable[str], rows: Iterable[Iterable[Any]]
) -> None:
    names = list(_apart(columns))
    connection.execute(f"CREATE TABLE {quoted(name)} ({', '.join(quoted(column) for column in names)})")
    places = ", ".join("?" for _ in names)
    values = ([_sqlite_value(value) for value in row] for row in rows)
    connection.executemany(f"INSERT INTO {quoted(name)} VALUES ({places})", values)  # noqa: S608 - quoted


def _apart(columns: Iterable[str]) -> Iterable[str]:
    # SQLite takes `Name` and `name` for one column.
    taken: set[str] = set()
    for column in columns:
        name, number = column, 1
        while name.casefold() in taken:
            number += 1
            name = f"{column}_{number}"
        taken.add(name.casefold())
        yield name


def _sqlite_value(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if value is None or isinstance(value, str | bytes | float) or (isinstance(value, int) and abs(value) <= _LARGEST):
        return value
    plain = _json_value(value)
    return plain if isinstance(plain, float | str) else json.dumps(plain, ensure_ascii=False)


def _json_value(value: Any) -> Any:  # noqa: PLR0911 - a line a type
    """Returns the value as JSON knows it: days and times as ISO text, decimals as numbers, what is no number as null."""
    match value:
        case float() | Decimal():
            return float(value) if math.isfinite(value) else None
        case date() | time():
            return value.isoformat()
        case dict():
            return {str(key): _json_value(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_json_value(inner) for inner in value]
        case None | bool() | int() | str():
            return value
        case bytes():
            return value.hex()
        case timedelta():
            return value.total_seconds()
        case _:
            return str(value)


FORMS: Final[Mapping[str, Callable[[Answer, Path, Facts], None]]] = {
    "csv": _by_query("csv"),
    "jsonl": _json_lines,
    "xlsx": _xlsx,
    "geojson": _geojson,
    "parquet": _by_query("parquet"),
    "sqlite": _sqlite,
}
"""Forms of an export by name."""
