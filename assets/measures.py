"""What each step of each run cost and moved, kept in the home as a table: `<home>/measures.jsonl`, one row a line.

run_id, job, step, source, moment (when the step ended, UTC), seconds, rows, reused, and for visits requests, bytes and
statuses (HTTP status to number of answers). It is a log of runs, not content: no release holds it.
"""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg

from assets.run import InventoryRun

MEASURES = "measures.jsonl"


def measure(
    context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext,
    run: InventoryRun,
    *,
    source: str = "",
    seconds: float,
    rows: int = 0,
    reused: bool = False,
    visits: Mapping[str, Any] | None = None,
) -> None:
    """Adds a row to the table of measures; a line is written whole or not at all.

    Args:
        context: The step.
        run: The run; its home holds the table.
        source: Id of the source that the step is about, empty where it is about all.
        seconds: Wall clock of the step, in seconds.
        rows: Rows of what it made.
        reused: Whether it handed on what an earlier run had made.
        visits: requests, bytes and statuses of a crawl.
    """
    step = context.op_execution_context
    row = {
        "run_id": step.run_id,
        "job": step.job_name,
        "step": step.op.name,
        "source": source,
        "moment": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "rows": rows,
        "reused": reused,
        **(visits or {}),
    }
    with (run.root / MEASURES).open("a", encoding="utf-8") as table:
        table.write(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n")


def measured(home: Path) -> list[dict[str, Any]]:
    """Returns the rows of the table, oldest first; a line torn by a cut of power is passed over."""
    path = home / MEASURES
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    return rows


def by_run(home: Path) -> list[tuple[Any, ...]]:
    """Returns the measures summed by run, oldest run first.

    Returns:
        Tuples of moment (of the last step), job, run (first eight signs of its id), seconds, steps, reused steps, rows,
        requests, kB received, answers by status (as text) and the slowest step with its seconds.
    """
    runs: dict[str, list[dict[str, Any]]] = {}
    for row in measured(home):
        runs.setdefault(row["run_id"], []).append(row)
    return [_summed(run_id, rows) for run_id, rows in runs.items()]


def _summed(run_id: str, rows: list[dict[str, Any]]) -> tuple[Any, ...]:
    statuses: Counter[str] = Counter()
    for row in rows:
        statuses.update(row.get("statuses", {}))
    slowest = max(rows, key=lambda row: (row["seconds"], row["step"]))
    return (
        rows[-1]["moment"],
        rows[-1]["job"],
        run_id[:8],
        round(sum(row["seconds"] for row in rows), 1),
        len(rows),
        sum(row["reused"] for row in rows),
        sum(row["rows"] for row in rows),
        sum(row.get("requests", 0) for row in rows),
        sum(row.get("bytes", 0) for row in rows) // 1000,
        " ".join(f"{status}:{number}" for status, number in sorted(statuses.items())),
        f"{slowest['step']} {slowest['seconds']}",
    )
