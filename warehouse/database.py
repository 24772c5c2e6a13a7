"""Writes `inventory.duckdb`: explicit types, comments on tables, columns, views and macros, readable by DuckDB 1.4 and later.

Keeps to the client API that DuckDB 1.5 and 2.0 share. The file's bytes differ from run to run; its contents do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import duckdb

from warehouse.dictionary import Dictionary, DictionaryError, Macro, View, ddl, dictionary, literal, quoted

# 2.0 writes by default a storage version that no 1.x client reads.
STORAGE_VERSION: Final = "v1.4.0"
# The least block size: a file of some hundred rows takes a fifth of the room that the default of 256 kB gives it.
BLOCK_SIZE: Final = 16384

LIMITS: Final[Mapping[str, Any]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": "2GB",
    "threads": "2",
}
"""Settings of every connection: bounded, and nothing fetched from anywhere."""


def write_database(path: Path, parquet: Mapping[str, Path]) -> None:
    """Writes the published tables, views and macros to a new DuckDB file.

    Args:
        path: The file to write; it must not be there yet.
        parquet: Table name to Parquet file with exactly the dictionary's columns. A table without a file is made empty.

    Raises:
        DictionaryError: A view shows a column that the dictionary does not describe.
        duckdb.Error: A row breaks a key, a type or a null rule of the dictionary.
    """
    told = dictionary()
    with duckdb.connect(config=dict(LIMITS)) as connection:
        connection.execute(f"SET temp_directory = {literal(str(path.parent))}")
        connection.execute(
            f"ATTACH {literal(str(path))} AS release (STORAGE_VERSION '{STORAGE_VERSION}', BLOCK_SIZE {BLOCK_SIZE})"
        )
        connection.execute("USE release")
        for name, table in told.tables.items():
            for statement in ddl(table):
                connection.execute(statement)
            if name in parquet:
                rows = f"read_parquet({literal(str(parquet[name]))})"
                connection.execute(f"INSERT INTO {quoted(name)} BY NAME SELECT * FROM {rows}")  # noqa: S608 - our own names and paths
        for view in told.views.values():
            _make_view(connection, view, told)
        for macro in told.macros.values():
            _make_macro(connection, macro)
        connection.execute("USE memory")
        connection.execute("DETACH release")


def _make_macro(connection: duckdb.DuckDBPyConnection, macro: Macro) -> None:
    kind = "TABLE " if macro.gives_rows else ""
    connection.execute(f"CREATE MACRO {macro.call} AS {kind}{macro.sql if kind else f'({macro.sql})'}")
    connection.execute(f"COMMENT ON MACRO {kind}{quoted(macro.name)} IS {literal(macro.comment)}")


def _make_view(connection: duckdb.DuckDBPyConnection, view: View, told: Dictionary) -> None:
    connection.execute(f"CREATE VIEW {quoted(view.name)} AS {view.sql}")
    connection.execute(f"COMMENT ON VIEW {quoted(view.name)} IS {literal(view.comment)}")
    for name, *_ in connection.execute(f"DESCRIBE {quoted(view.name)}").fetchall():
        if name not in told.columns:
            raise DictionaryError(
                f"view {view.name} shows {name}, which is not described: add it in warehouse/dictionary.yml"
            )
        comment = literal(told.columns[name].comment)
        connection.execute(f"COMMENT ON COLUMN {quoted(view.name)}.{quoted(name)} IS {comment}")
