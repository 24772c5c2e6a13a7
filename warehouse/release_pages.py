"""The pages and descriptors that go with a release: quality, issues, dictionary, notes, datapackage, changes.

All are made from the tables, the dictionary and the gate's report alone, open from disk and load nothing from
elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import jinja2
import polars as pl

from expectations.findings import GateReport
from warehouse.dictionary import Column, Table, dictionary
from warehouse.spreadsheet_text import defused_column

Tables = Mapping[str, pl.DataFrame]

_FIELD_TYPES: Final = {
    "VARCHAR": "string",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
}


def write_pages(folder: Path, version: str, tables: Tables, gate: GateReport) -> None:
    """Writes the pages and descriptors of a release into its folder.

    Args:
        folder: Folder that already holds `csv/` and `parquet/`.
        version: Version of the release.
        tables: The published tables.
        gate: The audit of these tables.
    """
    facts = dict(tables["about"].select("key", "value").iter_rows())
    pages = {
        "quality.html": _page("quality.html.j2", version=version, facts=facts, gate=gate, suites=_suites(gate)),
        "dictionary.html": _page("dictionary.html.j2", version=version, told=dictionary()),
        "notes.md": _page("notes.md.j2", version=version, facts=facts, gate=gate, **_counts(tables)),
        "issues.csv": _issues(gate),
        "changes.jsonl": _lines(tables["changes"]),
        "datapackage.json": json.dumps(datapackage(folder, version, facts), ensure_ascii=False, indent=1) + "\n",
    }
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def dictionary_markdown() -> str:
    """Returns the dictionary as the page `docs/dictionary.md`."""
    return _page("dictionary.md.j2", told=dictionary())


def datapackage(folder: Path, version: str, facts: Mapping[str, str]) -> dict[str, Any]:
    """Returns the Data Package descriptor (https://datapackage.org/profiles/2.0/) of the CSV and Parquet files.

    The DuckDB file is left to SHA256SUMS: its bytes differ between equal builds, this file's do not.

    Args:
        folder: Folder that holds `csv/` and `parquet/`.
        version: Version of the release.
        facts: The table about, key to value.
    """
    resources = []
    for name, table in dictionary().tables.items():
        resources.append(
            {**_resource(folder, f"csv/{name}.csv", name, table), "encoding": "utf-8", "schema": _schema(table)}
        )
        resources.append(_resource(folder, f"parquet/{name}.parquet", f"{name}-parquet", table))
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "cluster-inventory",
        "title": f"National cluster inventory, as of {facts['as_of']}",
        "description": "In the CSV files an apostrophe stands before text that a spreadsheet would run.",
        "version": version,
        "created": facts["built_at"] if "T" in facts["built_at"] else f"{facts['built_at']}T00:00:00Z",
        "resources": resources,
    }


def _resource(folder: Path, path: str, name: str, table: Table) -> dict[str, Any]:
    content = (folder / path).read_bytes()
    form = path.rpartition(".")[2]
    return {
        "name": name,
        "type": "table" if form == "csv" else "file",
        "path": path,
        "title": table.en,
        "description": table.pl,
        "format": form,
        "mediatype": "text/csv" if form == "csv" else "application/vnd.apache.parquet",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }


def _schema(table: Table) -> dict[str, Any]:
    keys = [(column.name, *column.references.split(".")) for column in table.columns if column.references]
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
        "primaryKey": list(table.key),
    }
    if not all(column.required for column in table.columns if column.name in table.key):
        schema["uniqueKeys"] = [schema.pop("primaryKey")]
    if keys:
        schema["foreignKeys"] = [
            {"fields": [name], "reference": {"resource": target, "fields": [there]}} for name, target, there in keys
        ]
    return schema


def _field(column: Column) -> dict[str, Any]:
    constraints = {
        "required": column.required or None,
        "enum": list(column.codes) or None,
        "pattern": column.pattern or None,
        "minimum": column.min,
        "maximum": column.max,
    }
    return {
        "name": column.name,
        "type": _FIELD_TYPES[column.type],
        "title": column.pl,
        "description": column.en + (f" [{column.unit}]" if column.unit else ""),
        "example": column.example,
        "constraints": {name: value for name, value in constraints.items() if value is not None},
    }


def _suites(gate: GateReport) -> dict[str, list[dict[str, Any]]]:
    suites: dict[str, list[dict[str, Any]]] = {}
    for row in gate.results.iter_rows(named=True):
        suites.setdefault(row["suite"], []).append(row)
    return suites


def _counts(tables: Tables) -> dict[str, Any]:
    moves = tables["changes"].group_by("kind", "cause").len().sort("kind", "cause")
    return {
        "rows": {name: tables[name].height for name in dictionary().tables},
        "classes": tables["clusters"].group_by("class", "state").len().sort("class", "state").rows(),
        "moves": moves.rows(),
        "stale": tables["sources"].filter(pl.col("stale")).select("source_id", "age_days").rows(),
    }


def _issues(gate: GateReport) -> str:
    columns = ("code", "severity", "table", "column", "source", "message", "remedy", "allowed_by")
    rows = [tuple(getattr(issue, name) for name in columns) for issue in gate.issues]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    return frame.with_columns(defused_column(name) for name in columns).write_csv()


def _lines(frame: pl.DataFrame) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in frame.iter_rows(named=True))


def _page(template: str, **values: Any) -> str:
    return _environment().get_template(template).render(**values)


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",)),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
