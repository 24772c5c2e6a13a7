"""The journal of runs: what Dagster logs, as one JSON object a line, for machines that gather logs.

`<home>/logs/<run id>.jsonl`; each line has moment (UTC), level, run, job, step, event, source, record and message, empty
where a line is about none. The newest `KEPT` runs are kept. Settings and addresses with passwords are never logged.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import dagster as dg

KEPT: Final = 200
"""Runs whose journals are kept."""

EVENTS: Final = frozenset(
    {
        "PIPELINE_START", "PIPELINE_SUCCESS", "PIPELINE_FAILURE", "PIPELINE_CANCELED", "STEP_START", "STEP_SUCCESS",
        "STEP_FAILURE", "STEP_UP_FOR_RETRY", "STEP_SKIPPED", "ASSET_MATERIALIZATION", "ASSET_CHECK_EVALUATION",
    }
)  # fmt: skip
"""Dagster's events that are told; the others are its own housekeeping."""

_OF_SOURCE: Final = re.compile(r"(?:raw|core)_(\w+?)__(?:pages|records)")


class _Journal(logging.Handler):
    def __init__(self, path: Path) -> None:
        super().__init__(logging.DEBUG)
        self.path = path
        self.addFilter(is_told)

    def emit(self, record: logging.LogRecord) -> None:
        with self.path.open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(line_of(record), ensure_ascii=False, sort_keys=True) + "\n")


def is_told(record: logging.LogRecord) -> bool:
    """Whether a record goes into the journal: what a step says, and the events that tell how the run fares."""
    event = (getattr(record, "dagster_meta", None) or {}).get("dagster_event")
    return event.event_type_value in EVENTS if event else record.levelno >= logging.INFO


def line_of(record: logging.LogRecord) -> dict[str, str]:
    """Returns the line of the journal for a record that Dagster logs."""
    meta = getattr(record, "dagster_meta", None) or {}
    event = meta.get("dagster_event")
    step = str(meta.get("step_key") or (event.step_key if event else None) or meta.get("op_name") or "")
    about = _OF_SOURCE.match(step)
    return {
        "moment": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "run": str(meta.get("run_id") or ""),
        "job": str(meta.get("job_name") or ""),
        "step": step,
        "event": event.event_type_value if event else "",
        "source": str(getattr(record, "source", "") or (about[1] if about else "")),
        "record": str(getattr(record, "record", "")),
        "message": str(meta.get("orig_message") or record.getMessage()),
    }


@dg.logger(config_schema={"home": dg.Field(str, description="Home whose journal it is.")})
def journal(context: dg.InitLoggerContext) -> logging.Logger:
    """Returns the logger that writes a run's journal into the home."""
    folder = Path(context.logger_config["home"]) / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    own = folder / f"{context.run_id or 'no-run'}.jsonl"
    others = sorted(set(folder.glob("*.jsonl")) - {own}, key=lambda path: (path.stat().st_mtime, path.name))
    for old in others[: 1 - KEPT]:
        old.unlink(missing_ok=True)
    logger = logging.Logger("journal")  # noqa: LOG001  one of its own, so that nothing is printed by the root
    logger.addHandler(_Journal(own))
    return logger
