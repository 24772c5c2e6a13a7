"""The gate: audits what is to be published and says, with reasons and remedies, whether it may be.

Four questions: do the tables keep to dictionary and rules; did every source deliver; does the inventory follow from the
one before; is nothing about persons in it. What is critical and not allowed by an allowance closes the gate.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from expectations.allowances import Allowance, settle
from expectations.continuity import check_continuity
from expectations.integrity import SUITE as INTEGRITY
from expectations.integrity import check_integrity
from expectations.personal_data import scan
from expectations.source_state import SourceReading, check_sources
from expectations.suites import check_table
from warehouse.dictionary import POLARS_TYPES, Table, dictionary
from warehouse.findings import GateReport, Issue, Severity, results_frame
from warehouse.kept_results import KeptResults

Tables = Mapping[str, pl.DataFrame]

_WORST_FIRST: Final[Mapping[str, int]] = {"critical": 0, "warning": 1, "info": 2}


def audit(  # noqa: PLR0913 - one argument per question
    tables: Tables | Path,
    *,
    on: date,
    readings: Sequence[SourceReading] = (),
    previous: Tables | None = None,
    allowances: Sequence[Allowance] = (),
    record_results: pl.DataFrame | None = None,
    kept: KeptResults | None = None,
) -> GateReport:
    """Audits the tables of a release.

    Args:
        tables: Published tables by name (as `warehouse.release.Staged.tables`), or a folder with their Parquet files.
        on: The day that allowances are held against: the day of a live refresh, otherwise the day of the inventory.
        readings: How each source came in.
        previous: Tables of the release before; None for the first.
        allowances: What somebody allowed, with reason and last day.
        record_results: Results of `suites.check_records` over the records of the sources, joined.
        kept: Results of tables that were checked before, by their content.

    Returns:
        The report: open, or closed with reasons.
    """
    with _as_files(tables) as (frames, folder):
        issues = list(_shapes(frames))
        sound = {name: frame for name, frame in frames.items() if name not in {issue.table for issue in issues}}
        checked = [check_table(name, folder / f"{name}.parquet", kept) for name in dictionary().tables if name in sound]
        if not issues:
            checked.append(results_frame(check_integrity(folder)))
        for name in sorted(sound):
            checked.append(results_frame(scan("personal_data", name, sound[name])))  # noqa: PERF401 - scan is slow to read in one line
    issues += check_sources(readings)
    if previous is not None and not issues_in(issues, "clusters"):
        issues += check_continuity(frames, previous)
    if record_results is not None:
        checked.append(record_results)
    results = pl.concat([results_frame(()), *checked])
    issues += _failed(results)
    settled = settle(issues, allowances, on)
    return GateReport(tuple(sorted(settled, key=lambda issue: (_WORST_FIRST[issue.severity], issue))), results)


def issues_in(issues: Iterable[Issue], table: str) -> bool:
    """Returns whether one of the issues is about that table."""
    return any(issue.table == table for issue in issues)


def _shapes(frames: Tables) -> Iterator[Issue]:
    told = dictionary().tables
    for name in sorted(set(frames) - set(told)):
        yield Issue(
            "table_not_described",
            "critical",
            name,
            "",
            "",
            f"The table {name} has no description.",
            "Describe it in warehouse/dictionary.yml.",
        )
    for name, table in told.items():
        if name in frames:
            yield from _types(table, frames[name])
        elif table.filled:
            yield Issue(
                "table_missing",
                "critical",
                name,
                "",
                "",
                f"The table {name} was not made.",
                "Make it, with no rows if there is nothing; the contract needs it.",
            )


def _types(table: Table, frame: pl.DataFrame) -> Iterator[Issue]:
    for column in table.columns:
        kind = frame.schema.get(column.name)
        if kind is None:
            yield Issue(
                "column_missing",
                "critical",
                table.name,
                column.name,
                "",
                "The column is missing.",
                "Publish it, null where nothing is known.",
            )
        elif kind != POLARS_TYPES[column.type]:
            what = f"The type is {kind}, not {column.type}."
            yield Issue(
                "wrong_type",
                "critical",
                table.name,
                column.name,
                "",
                what,
                "Publish through warehouse.dictionary.publishable, which casts.",
            )
    for name in sorted(set(frame.columns) - set(table.schema)):
        yield Issue(
            "column_not_described",
            "critical",
            table.name,
            name,
            "",
            "The column has no description.",
            "Describe it in warehouse/dictionary.yml, or leave it out.",
        )


def _failed(results: pl.DataFrame) -> Iterator[Issue]:
    for row in results.filter(~pl.col("success")).iter_rows(named=True):
        severity: Severity = row["severity"]
        source = row["suite"].removeprefix("records:") if row["suite"].startswith("records:") else ""
        rule = row["expectation"].partition("(")[0]
        what = row["observed"] if row["suite"] == INTEGRITY else f"{row['expectation']} does not hold"
        met = f" ({row['unexpected_count']} rows)" if row["unexpected_count"] else f" (observed {row['observed']})"
        shown = f": {row['sample']}" if row["sample"] else ""
        yield Issue(rule, severity, row["table"], row["column"], source, f"{what}{met}{shown}.", row["remedy"])


@contextmanager
def _as_files(tables: Tables | Path) -> Iterator[tuple[dict[str, pl.DataFrame], Path]]:
    if isinstance(tables, Path):
        yield {path.stem: pl.read_parquet(path) for path in sorted(tables.glob("*.parquet"))}, tables
        return
    with tempfile.TemporaryDirectory(prefix="audit-") as made:
        folder = Path(made)
        for name, frame in tables.items():
            frame.write_parquet(folder / f"{Path(name).name}.parquet")
        yield dict(tables), folder


def closed(report: GateReport, issue: Issue) -> GateReport:
    """Returns the report with one more reason, for a step that learns something the audit could not see."""
    return replace(report, issues=(issue, *report.issues))
