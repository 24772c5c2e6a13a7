"""Suites of Great Expectations: one per published table, from the dictionary, and one over the records of each source.

Great Expectations takes seconds to import, so it is imported on first use and once. It has no engine for DuckDB or
polars of these versions: each table reaches it as one pandas batch that DuckDB reads from Parquet. What is, byte for byte,
what was checked before need not be checked again (`KeptResults`).
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl
import yaml

from expectations.personal_data import scan
from warehouse.dictionary import Column, Table, dictionary, literal, quoted
from warehouse.findings import result, results_frame
from warehouse.kept_results import KeptResults

_LONGEST_KEY: Final = 1000  # characters
_DAY: Final = r"^[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?$"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a source's card promises of its records.

    Attributes:
        rows_min: Fewest entries; fewer closes the gate.
        rows_max: Most entries; more only warns. None for no limit.
        fill: Field name (`city`, or a column of the records such as `as_of`) to the least share of entries with it.
        earliest: Earliest day that an entry may speak of, reduced ISO precision.
    """

    rows_min: int = 1
    rows_max: int | None = None
    fill: Mapping[str, float] = field(default_factory=dict)
    earliest: str = "1990"


def check_table(name: str, parquet: Path, kept: KeptResults | None = None) -> pl.DataFrame:
    """Checks one published table against the dictionary: columns, keys, nulls, codes, patterns and ranges.

    Args:
        name: Name of the table.
        parquet: Its Parquet file.
        kept: Results of tables that were checked before, by their content.

    Returns:
        A frame of schema `RESULTS`.
    """
    rules = list(_from_dictionary(dictionary().tables[name]))
    sql = f"SELECT * FROM read_parquet({literal(str(parquet))})"  # noqa: S608 - our own names and paths

    def check() -> pl.DataFrame:
        return _validate("dictionary", name, _batch(sql), rules)

    return _kept_or_new(kept, parquet, [name, rules], check)


def check_records(source_id: str, parquet: Path, bounds: Bounds, kept: KeptResults | None = None) -> pl.DataFrame:
    """Checks the records of one source: rows, fill rates, dates in range, addresses, nothing about persons.

    Args:
        source_id: Id of the source; rows of other sources in the same file are left out.
        parquet: Parquet file with one row per record object: columns record_id, source or source_id, url, name, as_of,
            retrieved_at and, where there are fields, `fields` (JSON text). Several rows of one record_id are one entry.
        bounds: What the source's card promises.
        kept: Results of records that were checked before, by their content.

    Returns:
        A frame of schema `RESULTS`, suite `records:<source_id>`.
    """

    def check() -> pl.DataFrame:
        return _checked_records(source_id, parquet, bounds)

    return _kept_or_new(kept, parquet, [source_id, asdict(bounds)], check)


def _kept_or_new(
    kept: KeptResults | None, parquet: Path, asked: Sequence[object], check: Callable[[], pl.DataFrame]
) -> pl.DataFrame:
    def packed() -> bytes:
        written = io.BytesIO()
        check().write_parquet(written)
        return written.getvalue()

    content = json.dumps(asked, sort_keys=True, default=str).encode() + b"\0" + parquet.read_bytes()
    return pl.read_parquet(io.BytesIO((kept or KeptResults()).take(content, packed)))


def _checked_records(source_id: str, parquet: Path, bounds: Bounds) -> pl.DataFrame:
    suite = f"records:{source_id}"
    columns = pl.read_parquet_schema(parquet)
    batch = _batch(_entries(source_id, parquet, columns, bounds))
    checked = _validate(suite, "records", batch, list(_of_records(source_id, bounds)), source=source_id)
    mine = pl.col("source_id" if "source_id" in columns else "source") == source_id
    texts = [name for name, kind in columns.items() if kind == pl.String and name in ("name", "fields")]
    rows = scan(suite, "records", pl.scan_parquet(parquet).filter(mine).select(texts).collect())
    return pl.concat([checked, results_frame(rows)])


def _from_dictionary(table: Table) -> Iterator[dict[str, Any]]:
    yield {"type": "TableColumnsToMatchOrderedList", "column_list": list(table.schema)}
    if table.filled and table.name not in ("excluded", "review_queue", "labels"):
        yield {"type": "TableRowCountToBeBetween", "min_value": 1}
    if len(table.key) == 1:
        yield {"type": "ColumnValuesToBeUnique", "column": table.key[0]}
        yield from _of_key(next(column for column in table.columns if column.name == table.key[0]))
    else:
        yield {"type": "CompoundColumnsToBeUnique", "column_list": list(table.key), "ignore_row_if": "never"}
    for column in table.columns:
        yield from _of_column(column)


def _of_key(column: Column) -> Iterator[dict[str, Any]]:
    if column.type == "VARCHAR":
        # The index over a key refuses values from 120 kB on, in words that name no remedy.
        yield {
            "type": "ColumnValueLengthsToBeBetween",
            "column": column.name,
            "max_value": _LONGEST_KEY,
            "remedy": f"An id this long is no id: give the entry a {column.name} of at most {_LONGEST_KEY} characters.",
        }


def _of_column(column: Column) -> Iterator[dict[str, Any]]:
    if column.required:
        yield {"type": "ColumnValuesToNotBeNull", "column": column.name}
    if column.codes:
        yield {"type": "ColumnValuesToBeInSet", "column": column.name, "value_set": list(column.codes)}
    if column.pattern:
        yield {"type": "ColumnValuesToMatchRegex", "column": column.name, "regex": column.pattern}
    if column.min is not None or column.max is not None:
        yield {
            "type": "ColumnValuesToBeBetween",
            "column": column.name,
            "min_value": column.min,
            "max_value": column.max,
        }


def _of_records(source_id: str, bounds: Bounds) -> Iterator[dict[str, Any]]:
    count = "ColumnUniqueValueCountToBeBetween"
    yield {"type": count, "column": "record_id", "min_value": bounds.rows_min}
    if bounds.rows_max is not None:
        yield {"type": count, "column": "record_id", "max_value": bounds.rows_max, "severity": "warning"}
    yield {"type": "ColumnValuesToNotBeNull", "column": "name"}
    yield {
        "type": "ColumnValuesToMatchRegex",
        "column": "url",
        "regex": r"^https?://[^\s/]+",
        "severity": "warning",
        "remedy": f"Give the full address of the page in the parser of {source_id}.",
    }
    yield {
        "type": "ColumnValuesToMatchRegex",
        "column": "as_of",
        "regex": _DAY,
        "remedy": f"Look at how {source_id} prints its dates and how its parser reads them.",
    }
    for column, words in (("is_too_early", f"before {bounds.earliest}"), ("is_after_visit", "after the visit itself")):
        yield {
            "type": "ColumnValuesToBeInSet",
            "column": column,
            "value_set": [False],
            "remedy": f"An entry speaks of a day {words}: look at how {source_id} prints its date.",
        }
    for name, least in sorted(bounds.fill.items()):
        yield {"type": "ColumnProportionOfNonNullValuesToBeBetween", "column": name, "min_value": least}


def _entries(source_id: str, parquet: Path, columns: Mapping[str, Any], bounds: Bounds) -> str:
    source = "source_id" if "source_id" in columns else "source"
    base = ("name", "url", "as_of")
    picks = [f"any_value({name}) AS {name}" for name in base]
    for name in sorted(set(bounds.fill) - set(base)):
        held = quoted(name) if name in columns else f"json_extract_string(fields, {literal('$.' + quoted(name))})"
        picks.append(f"any_value(nullif(CAST({held} AS VARCHAR), '')) AS {quoted(name)}")
    day = "left(CAST(retrieved_at AS VARCHAR), length(as_of))"
    picks.append(f"coalesce(bool_or(as_of < {literal(bounds.earliest)}), false) AS is_too_early")
    picks.append(f"coalesce(bool_or(as_of > {day}), false) AS is_after_visit")
    where = f"WHERE {source} = {literal(source_id)}"
    rows = f"read_parquet({literal(str(parquet))})"
    return f"SELECT record_id, {', '.join(picks)} FROM {rows} {where} GROUP BY record_id ORDER BY record_id"  # noqa: S608 - our own names and paths


def _batch(sql: str) -> Any:
    with _reader().cursor() as cursor:
        return cursor.execute(sql).df()


@lru_cache(maxsize=1)
def _reader() -> duckdb.DuckDBPyConnection:
    """Returns a database that only reads files; to make one for each table would take longer than to read it."""
    return duckdb.connect(config={"autoinstall_known_extensions": "false", "threads": "2", "TimeZone": "UTC"})


def _validate(suite: str, table: str, batch: Any, rules: Sequence[dict[str, Any]], source: str = "") -> pl.DataFrame:
    gx, batches = _great_expectations()
    known = set(batch.columns)
    # A column that is not there would only raise inside GX; the list of columns says so already.
    held = [rule for rule in rules if rule.get("column", next(iter(known))) in known]
    held = [rule for rule in held if set(rule.get("column_list", ())) <= known or rule["type"].startswith("Table")]
    listed = []
    for place, rule in enumerate(held):
        terms = {name: value for name, value in rule.items() if name not in ("type", "severity", "remedy")}
        meta = {"place": place, "remedy": rule.get("remedy", "")}
        make = getattr(gx.expectations, f"Expect{rule['type']}")
        listed.append(make(**terms, severity=rule.get("severity", "critical"), meta=meta))
    name = f"{suite}.{table}"
    if name not in batches.get_asset_names():
        batches.add_dataframe_asset(name).add_batch_definition_whole_dataframe("whole")
    whole = batches.get_asset(name).get_batch_definition("whole").get_batch({"dataframe": batch})
    told = whole.validate(
        gx.ExpectationSuite(name=name, expectations=listed),
        result_format={"result_format": "SUMMARY", "partial_unexpected_count": 5},
    )
    outcomes = sorted(told.results, key=lambda outcome: outcome.expectation_config.meta["place"])
    return results_frame(_normalised(suite, table, outcome, source) for outcome in outcomes)


def _normalised(suite: str, table: str, outcome: Any, source: str) -> dict[str, object]:
    rule, found = outcome.expectation_config, outcome.result
    terms = {name: value for name, value in rule.kwargs.items() if name not in ("batch_id", "column")}
    shown = ", ".join(f"{name}={value}" for name, value in terms.items())
    raised = "" if found else f"could not be checked: {_fault(outcome.exception_info)}"
    return result(
        suite,
        table,
        f"{rule.type}({shown})" if shown else rule.type,
        column=rule.kwargs.get("column", ""),
        severity=rule.severity.value,
        success=bool(outcome.success),
        observed=raised or found.get("observed_value", found.get("element_count", "")),
        unexpected=[] if rule.type.endswith("not_be_null") else found.get("partial_unexpected_list", []),
        unexpected_count=found.get("unexpected_count", 0 if outcome.success else 1),
        remedy=""
        if outcome.success
        else rule.meta["remedy"] or _remedies().get(rule.type, f"Look at {source or table}."),
    )


def _fault(info: Mapping[str, Any]) -> str:
    told = info if "exception_message" in info else next(iter(info.values()), {})
    return str(told.get("exception_message") if isinstance(told, Mapping) else told)[:200]


@lru_cache(maxsize=1)
def _great_expectations() -> tuple[Any, Any]:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # before the import: usage events are not sent from here
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return gx, context.data_sources.add_pandas("published")


@lru_cache(maxsize=1)
def _remedies() -> Mapping[str, str]:
    remedies: dict[str, str] = yaml.load((Path(__file__).parent / "remedies.yml").read_bytes(), Loader=yaml.CSafeLoader)
    return remedies
