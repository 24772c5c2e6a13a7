"""What the gate found: results, issues, and whether it is open; published with every release as its quality page.

Belongs here: the shapes that `expectations` fill in and a release shows. Does not belong here: any check.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

Severity = Literal["critical", "warning", "info"]

RESULTS: Final = pl.Schema(
    {
        "suite": pl.String,  # dictionary, integrity, personal_data, records:<source>
        "table": pl.String,
        "expectation": pl.String,
        "column": pl.String,
        "severity": pl.String,  # critical, warning, info
        "success": pl.Boolean,
        "observed": pl.String,
        "unexpected_count": pl.Int64,
        "sample": pl.String,  # the first unexpected values, shortened
        "remedy": pl.String,
    }
)
"""One row per expectation checked."""


@dataclass(frozen=True, slots=True, order=True)
class Issue:
    """One thing that is wrong, and what to do about it.

    Attributes:
        code: Machine-readable kind (`row_count`, `source_failed`, `ids_vanished`, ...).
        severity: `critical` closes the gate, the others do not.
        table: Table concerned, or empty.
        column: Column concerned, or empty.
        source: Source concerned, or empty.
        message: What was met.
        remedy: What to do next.
        allowed_by: Who allowed it, why and until when; empty where nobody did. An allowed issue does not close the
        gate.
    """

    code: str
    severity: Severity
    table: str
    column: str
    source: str
    message: str
    remedy: str
    allowed_by: str = ""

    def __str__(self) -> str:
        """Returns severity, place, what was met and the remedy in one line."""
        place = ".".join(part for part in (self.table, self.column) if part) or self.source
        return f"{self.severity} {self.code}{f' [{place}]' if place else ''}: {self.message} {self.remedy}".strip()


@dataclass(frozen=True, slots=True)
class GateReport:
    """The gate: open, or closed with reasons.

    Attributes:
        issues: Everything found, worst first.
        results: Every expectation with its result, schema `RESULTS`.
    """

    issues: tuple[Issue, ...]
    results: pl.DataFrame

    @property
    def reasons(self) -> tuple[Issue, ...]:
        """The issues that keep the gate closed."""
        return tuple(issue for issue in self.issues if issue.severity == "critical" and not issue.allowed_by)

    @property
    def is_open(self) -> bool:
        """Whether nothing critical is left that nobody allowed."""
        return not self.reasons


def result(  # noqa: PLR0913 - a row of RESULTS
    suite: str,
    table: str,
    expectation: str,
    *,
    severity: Severity = "critical",
    success: bool,
    column: str = "",
    observed: object = "",
    unexpected: Iterable[object] = (),
    unexpected_count: int | None = None,
    remedy: str = "",
) -> dict[str, object]:
    """Returns one row of `RESULTS`; of the unexpected values the first five are kept, each cut at 120 characters."""
    met = [str(value) for value in unexpected]
    return {
        "suite": suite,
        "table": table,
        "expectation": expectation,
        "column": column,
        "severity": severity,
        "success": success,
        "observed": "" if observed is None else str(observed)[:500],
        "unexpected_count": len(met) if unexpected_count is None else unexpected_count,
        "sample": " | ".join(value if len(value) <= 120 else value[:119] + "…" for value in met[:5]),
        "remedy": remedy,
    }


def results_frame(rows: Iterable[dict[str, object]]) -> pl.DataFrame:
    """Returns rows of `result` as a frame of schema `RESULTS`, in the order given."""
    return pl.DataFrame(list(rows), schema=RESULTS, orient="row")
