"""The pages that go with a release: quality, issues, dictionary, notes, changes, and its descriptors.

All are made from the tables, the dictionary and the gate's report alone, open from disk and load nothing from
elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
import polars as pl

from warehouse.descriptors import catalogue_entry, datapackage, search_entry
from warehouse.dictionary import dictionary
from warehouse.findings import GateReport
from warehouse.publisher import Publisher
from warehouse.release_notes import markdown, plain, release_notes
from warehouse.spreadsheet_text import defused_column

Tables = Mapping[str, pl.DataFrame]


def write_pages(  # noqa: PLR0913 - what the pages tell of
    folder: Path,
    version: str,
    tables: Tables,
    gate: GateReport,
    previous: Tables | None = None,
    publisher: Publisher | None = None,
) -> None:
    """Writes the pages and descriptors of a release into its folder.

    Args:
        folder: Folder that already holds `csv/` and `parquet/`.
        version: Version of the release.
        tables: The published tables.
        gate: The audit of these tables.
        previous: Published tables of the release before, which the notes compare with, or None for the first.
        publisher: Who publishes, or None where nobody is named.
    """
    facts = dict(tables["about"].select("key", "value").iter_rows())
    pages = {
        "quality.html": _page("quality.html.j2", version=version, facts=facts, gate=gate, suites=_suites(gate)),
        "dictionary.html": _page("dictionary.html.j2", version=version, told=dictionary()),
        "notes.md": _page("notes.md.j2", version=version, facts=facts, gate=gate, **_counts(tables, previous)),
        "issues.csv": _issues(gate),
        "changes.jsonl": _lines(tables["changes"]),
        "attribution.md": _page(
            "attribution.md.j2",
            version=version,
            facts=facts,
            publisher=publisher,
            sources=tables["sources"].sort("source_id").to_dicts(),
            shown=_shown,
        ),
        "datapackage.json": _json(datapackage(folder, version, facts, tables, publisher)),
        "dcat.jsonld": _json(catalogue_entry(folder, version, facts, tables, publisher)),
        "schema.jsonld": _json(search_entry(version, facts, tables, publisher)),
    }
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def dictionary_markdown() -> str:
    """Returns the dictionary as the page `docs/dictionary.md`."""
    return _page("dictionary.md.j2", told=dictionary())


def _shown(text: str | None) -> str:
    return markdown(plain(text or "unknown"))


def _suites(gate: GateReport) -> dict[str, list[dict[str, Any]]]:
    suites: dict[str, list[dict[str, Any]]] = {}
    for row in gate.results.iter_rows(named=True):
        suites.setdefault(row["suite"], []).append(row)
    return suites


def _counts(tables: Tables, previous: Tables | None) -> dict[str, Any]:
    return {
        "rows": {name: tables[name].height for name in dictionary().tables},
        "classes": tables["clusters"].group_by("class", "state").len().sort("class", "state").rows(),
        "changed": release_notes(tables["changes"], tables, shown=markdown, old=previous),
        "before": dict(previous["about"].select("key", "value").iter_rows()) if previous else {},
        "stale": tables["sources"].filter(pl.col("stale")).select("source_id", "age_days").rows(),
    }


def _issues(gate: GateReport) -> str:
    columns = ("code", "severity", "table", "column", "source", "message", "remedy", "allowed_by")
    rows = [tuple(getattr(issue, name) for name in columns) for issue in gate.issues]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    return frame.with_columns(defused_column(name) for name in columns).write_csv()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


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
