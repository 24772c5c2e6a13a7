"""The dictionary of what is published: reads `dictionary.yml` and gives each table its columns, types, order and DDL.

Belongs here: meaning, types, keys, and the texts derived from them (DDL, comments, views). Pages made from the
dictionary are in `warehouse.dictionary_pages`; whether rows keep to it is checked in `expectations`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import polars  # noqa: ICN001 - `pl` is the Polish meaning here
import yaml

from warehouse.name_folding import folded

POLARS_TYPES: Final[Mapping[str, polars.DataType]] = {
    "VARCHAR": polars.String(),
    "INTEGER": polars.Int32(),
    "BIGINT": polars.Int64(),
    "DOUBLE": polars.Float64(),
    "BOOLEAN": polars.Boolean(),
    "DATE": polars.Date(),
    "TIMESTAMP": polars.Datetime("us"),
}
"""Types of published columns. A time is UTC without a zone, so that every client reads it without a zone database."""


class DictionaryError(ValueError):
    """Something published and the dictionary disagree. The message names table, column and remedy."""


@dataclass(frozen=True, slots=True)
class Column:
    """One published column.

    Attributes:
        name: Name in every format.
        type: DuckDB type.
        en: Meaning in English.
        pl: Meaning in Polish.
        example: A typical value.
        required: Whether it is never null.
        unit: Unit of the value, empty where there is none.
        codes: Allowed codes with their meanings by language; empty where the column is free.
        pattern: Regular expression that every value matches, or empty.
        min: Least value, or None.
        max: Greatest value, or None.
        sources: Properties of the sources that it comes from (`sources.records.FIELDS`).
        references: `table.column` that must hold every value, or empty.
    """

    name: str
    type: str
    en: str
    pl: str
    example: str
    required: bool = False
    unit: str = ""
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    pattern: str = ""
    min: float | None = None
    max: float | None = None
    sources: tuple[str, ...] = ()
    references: str = ""

    @property
    def comment(self) -> str:
        """English and Polish meaning with unit and codes, as it stands in the database."""
        unit = f" [{self.unit}]" if self.unit else ""
        english, polish = (
            f" ({'; '.join(f'{code}: {meaning[language]}' for code, meaning in self.codes.items())})"
            if self.codes
            else ""
            for language in ("en", "pl")
        )
        return f"{self.en}{unit}{english} / {self.pl}{polish}"


@dataclass(frozen=True, slots=True)
class Table:
    """One published table: its meaning, columns in order, key, and the order of its rows in files."""

    name: str
    en: str
    pl: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    order: tuple[str, ...]
    filled: bool

    @property
    def schema(self) -> polars.Schema:
        """Polars types of the published columns."""
        return polars.Schema({column.name: POLARS_TYPES[column.type] for column in self.columns})

    @property
    def comment(self) -> str:
        """English and Polish meaning and the key, as it stands in the database."""
        return f"{self.en} / {self.pl}. Key: {', '.join(self.key)}"


@dataclass(frozen=True, slots=True)
class View:
    """One friendly view: its meaning and the query behind it."""

    name: str
    en: str
    pl: str
    sql: str

    @property
    def comment(self) -> str:
        """English and Polish meaning, as it stands in the database."""
        return f"{self.en} / {self.pl}"


@dataclass(frozen=True, slots=True)
class Macro:
    """One macro of the database: its meaning, its parameters, and the query (or expression) behind it."""

    name: str
    en: str
    pl: str
    parameters: tuple[str, ...]
    gives_rows: bool
    sql: str

    @property
    def call(self) -> str:
        """The name with its parameters, as one writes it."""
        return f"{self.name}({', '.join(self.parameters)})"

    @property
    def comment(self) -> str:
        """English and Polish meaning, as it stands in the database."""
        return f"{self.en} / {self.pl}"


@dataclass(frozen=True, slots=True)
class Dictionary:
    """The whole dictionary: tables, views and macros in the order of the file, and every column's shared definition."""

    tables: Mapping[str, Table]
    views: Mapping[str, View]
    macros: Mapping[str, Macro]
    columns: Mapping[str, Column]


@lru_cache(maxsize=1)
def dictionary() -> Dictionary:
    """Returns the dictionary that the project publishes by."""
    return read((Path(__file__).parent / "dictionary.yml").read_text(encoding="utf-8"))


def read(text: str) -> Dictionary:
    """Returns the dictionary written in that YAML text.

    Raises:
        DictionaryError: A column, table or view lacks its meaning in a language, has an unknown type, or names
            something that is not there.
    """
    raw = yaml.load(text, Loader=yaml.CSafeLoader)
    codes = raw.get("codes", {})
    shared = {name: _column(name, given, codes, "columns") for name, given in raw["columns"].items()}
    tables = {name: _table(name, given, raw["columns"], codes) for name, given in raw["tables"].items()}
    views = {name: View(name, *_meanings(given, f"view {name}"), given["sql"]) for name, given in raw["views"].items()}
    macros = {name: _macro(name, given) for name, given in raw.get("macros", {}).items()}
    for table_name, column in ((table.name, column) for table in tables.values() for column in table.columns):
        if not column.references:
            continue
        target, _, name = column.references.partition(".")
        if target not in tables or name not in tables[target].schema:
            raise DictionaryError(
                f"{table_name}.{column.name} refers to {column.references}, which is not published: mend references"
            )
    return Dictionary(tables, views, macros, shared)


def publishable(name: str, frame: polars.DataFrame) -> polars.DataFrame:
    """Returns the frame as it is published: the dictionary's columns and types, rows in the dictionary's order.

    Args:
        name: Name of the table.
        frame: Any frame with the table's columns, in any order. Times with a zone are turned to UTC; empty text in a column
            that may be null is null. `name_folded` of cluster_names is made here where it is not given.

    Raises:
        DictionaryError: The table or a column is not described, a column is missing, or a value does not fit its type.
    """
    table = dictionary().tables.get(name)
    if table is None:
        raise DictionaryError(f"table {name} is not in the dictionary: describe it in warehouse/dictionary.yml")
    if name == "cluster_names" and "name" in frame.columns and "name_folded" not in frame.columns:
        frame = frame.with_columns(name_folded=folded("name"))
    unknown = [column for column in frame.columns if column not in table.schema]
    if unknown:
        raise DictionaryError(
            f"{name}: no description of {', '.join(unknown)}: describe it in warehouse/dictionary.yml or leave it out"
        )
    missing = [column for column in table.schema if column not in frame.columns]
    if missing:
        raise DictionaryError(
            f"{name}: columns {', '.join(missing)} are missing: the contract needs them, null if unknown"
        )
    try:
        cast = frame.select(_cast(frame.schema[column.name], column) for column in table.columns)
    except polars.exceptions.PolarsError as fault:
        raise DictionaryError(f"{name}: a value does not fit its published type: {fault}") from fault
    rest = [column for column in table.schema if column not in table.order]
    return cast.sort(by=[*table.order, *rest], nulls_last=False)


def ddl(table: Table) -> Iterator[str]:
    """Yields the statements that make the table and comment on it and on each column.

    Keys of one column are declared; keys over several hold free text, which an index refuses from 120 kB on, so they
    are checked by the expectations and named in the comment.
    """
    lines = []
    for column in table.columns:
        mark = " PRIMARY KEY" if table.key == (column.name,) else " NOT NULL" if column.required else ""
        lines.append(f"{quoted(column.name)} {column.type}{mark}")
    yield f"CREATE TABLE {quoted(table.name)} ({', '.join(lines)})"
    yield f"COMMENT ON TABLE {quoted(table.name)} IS {literal(table.comment)}"
    for column in table.columns:
        yield f"COMMENT ON COLUMN {quoted(table.name)}.{quoted(column.name)} IS {literal(column.comment)}"


def quoted(name: str) -> str:
    """Returns the name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Returns the text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def _cast(given: polars.DataType, column: Column) -> polars.Expr:
    value = polars.col(column.name)
    if isinstance(given, polars.Datetime) and given.time_zone:
        value = value.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    if isinstance(given, polars.String) and not column.required:
        # CSV cannot tell an empty text from none, so no format does.
        value = polars.when(value != "").then(value)
    return value.cast(POLARS_TYPES[column.type])


def _meanings(given: Mapping[str, Any], where: str) -> tuple[str, str]:
    meanings = [str(given.get(language) or "").strip() for language in ("en", "pl")]
    if not all(meanings):
        raise DictionaryError(
            f"{where} has no description in both languages: give en and pl in warehouse/dictionary.yml"
        )
    return meanings[0], meanings[1]


def _macro(name: str, given: Mapping[str, Any]) -> Macro:
    english, polish = _meanings(given, f"macro {name}")
    return Macro(name, english, polish, tuple(given["parameters"]), given["table"], given["sql"].strip())


def _column(name: str, given: Mapping[str, Any], codes: Mapping[str, Any], where: str) -> Column:
    english, polish = _meanings(given, f"{where}.{name}")
    if given.get("type") not in POLARS_TYPES:
        raise DictionaryError(
            f"{where}.{name} has no type that can be published: give one of {', '.join(POLARS_TYPES)}"
        )
    if "example" not in given:
        raise DictionaryError(f"{where}.{name} has no example: give one in warehouse/dictionary.yml")
    example = given["example"]
    return Column(
        name=name,
        type=given["type"],
        en=english,
        pl=polish,
        example=str(example).lower() if isinstance(example, bool) else str(example),
        required=given.get("required", False),
        unit=given.get("unit", ""),
        codes=codes[given["codes"]] if "codes" in given else {},
        pattern=given.get("pattern", ""),
        min=given.get("min"),
        max=given.get("max"),
        sources=tuple(given.get("from", ())),
        references=given.get("references", ""),
    )


def _table(name: str, given: Mapping[str, Any], shared: Mapping[str, Any], codes: Mapping[str, Any]) -> Table:
    english, polish = _meanings(given, f"table {name}")
    required, references = set(given.get("required", ())), given.get("references", {})
    columns = []
    for entry in given["columns"]:
        column, override = next(iter(entry.items())) if isinstance(entry, dict) else (entry, {})
        if column not in shared and "type" not in override:
            raise DictionaryError(f"{name}.{column} is not described: add it under columns in warehouse/dictionary.yml")
        terms = {"required": column in required, "references": references.get(column, "")}
        columns.append(_column(column, {**shared.get(column, {}), **override, **terms}, codes, name))
    names = {column.name for column in columns}
    stray = sorted({*required, *references, *given["key"], *given.get("order", ())} - names)
    if stray:
        raise DictionaryError(
            f"table {name} names {', '.join(stray)} in key, order, required or references but not in columns"
        )
    order = tuple(given.get("order", given["key"]))
    return Table(name, english, polish, tuple(columns), tuple(given["key"]), order, given.get("filled", True))
