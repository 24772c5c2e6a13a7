"""What must hold between published tables: the rules of `rules.sql` and the references of the dictionary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

import duckdb

from warehouse.dictionary import dictionary, literal, quoted
from warehouse.findings import Severity, result

_RULE: Final = re.compile(
    r"-- rule: (?P<name>\w+); (?P<severity>critical|warning|info); (?P<table>\w+); (?P<column>\w+)\n"
    r"-- message: (?P<message>.+)\n-- remedy: (?P<remedy>.+)\n(?P<sql>[^;]+);"
)
SUITE: Final = "integrity"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: a query that shows the rows that break it."""

    name: str
    severity: Severity
    table: str
    column: str
    message: str
    remedy: str
    sql: str


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """Returns the rules of `rules.sql`, in the order of the file.

    Raises:
        ValueError: A rule of the file is not written as its head says.
    """
    text = (Path(__file__).parent / "rules.sql").read_text(encoding="utf-8")
    found = tuple(Rule(**cast("dict[str, Any]", met.groupdict())) for met in _RULE.finditer(text))
    if len(found) != text.count("-- rule:"):
        raise ValueError(
            "rules.sql: a rule does not follow the form at the top of the file; mend its three lines of head"
        )
    return found


def check_integrity(folder: Path) -> Iterator[dict[str, object]]:
    """Checks the rules and references over a folder of published Parquet files.

    Args:
        folder: Folder with `<table>.parquet`; a table without a file counts as empty.

    Yields:
        Rows of `RESULTS`, suite `integrity`.
    """
    with duckdb.connect(config={"autoinstall_known_extensions": "false", "threads": "2"}) as connection:
        for name, table in dictionary().tables.items():
            path = folder / f"{name}.parquet"
            columns = ", ".join(f"NULL::{column.type} AS {quoted(column.name)}" for column in table.columns)
            rows = f"read_parquet({literal(str(path))})" if path.exists() else f"(SELECT {columns}) LIMIT 0"
            connection.execute(f"CREATE VIEW {quoted(name)} AS SELECT * FROM {rows}")  # noqa: S608 - names of the dictionary
        for rule in (*rules(), *_references()):
            yield _check(connection, rule)


def _check(connection: duckdb.DuckDBPyConnection, rule: Rule) -> dict[str, object]:
    rows = connection.execute(f"SELECT *, count(*) OVER () AS met FROM ({rule.sql}) ORDER BY ALL LIMIT 5").fetchall()  # noqa: S608 - our own names and paths
    return result(
        SUITE,
        rule.table,
        rule.name,
        column=rule.column,
        severity=rule.severity,
        success=not rows,
        observed=rule.message if rows else "",
        unexpected=[" / ".join(str(value) for value in row[:-1]) for row in rows],
        unexpected_count=rows[0][-1] if rows else 0,
        remedy=rule.remedy if rows else "",
    )


def _references() -> Iterator[Rule]:
    for table in dictionary().tables.values():
        for column in (column for column in table.columns if column.references):
            target, _, key = column.references.partition(".")
            held = quoted(column.name)
            yield Rule(
                name=f"refers_to_{target}",
                severity="critical",
                table=table.name,
                column=column.name,
                message=f"The value is not in {column.references}.",
                remedy=f"Publish the row of {target} too, or leave the row of {table.name} out with a reason.",
                sql=f"SELECT DISTINCT {held} FROM {quoted(table.name)} "  # noqa: S608 - our own names and paths
                f"WHERE {held} IS NOT NULL AND {held} NOT IN (SELECT {quoted(key)} FROM {quoted(target)})",
            )
