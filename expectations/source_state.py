"""Whether each source delivered: nothing failed, shrank, ran empty or grew old unnoticed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from expectations.allowances import entry_for
from warehouse.findings import Issue, Severity

SHRUNK: Final = 10
"""A source with a tenth of its usual rows, or less, has not shrunk: it was not read."""


@dataclass(frozen=True, slots=True)
class SourceReading:
    """How one source came in.

    Attributes:
        source_id: Id of the source.
        rows: Records read.
        failed: Why the last visit or reading failed; empty where it did not.
        previous_rows: Records in the release before, or None where it had none of this source.
        age_days: Days from the last good visit to the day of the inventory, or None where there was no good visit.
        max_age_days: Days that the card's cadence allows, or None where the list is closed and does not age.
        unreadable: Why stored pages could not be read, each in words with a remedy.
        overtaken: Number of page versions that cannot be read, and whose addresses have shown something else since.
        optional: Whether an empty reading is right (a file of single facts that a user may not have).
    """

    source_id: str
    rows: int
    failed: str = ""
    previous_rows: int | None = None
    age_days: int | None = None
    max_age_days: int | None = None
    unreadable: tuple[str, ...] = ()
    overtaken: int = 0
    optional: bool = False


def check_sources(readings: Sequence[SourceReading]) -> Iterator[Issue]:
    """Yields what is wrong with the sources, by source id.

    A failed source whose last good pages are within its cadence warns; beyond it, or without any, it closes the gate
    until an allowance says how long its old data may stand.
    """
    for reading in sorted(readings, key=lambda reading: reading.source_id):
        yield from _check(reading)


def _check(reading: SourceReading) -> Iterator[Issue]:
    name, old = reading.source_id, _is_old(reading)
    visit = f"Run `cluster-inventory refresh --live --source {name}`; if the site is down, "
    for problem in reading.unreadable:
        yield Issue("page_unreadable", "critical", "", "", name, problem,
                    "Until it is mended, what it lists anew is missing; to publish the rest meanwhile, "
                    + _allowing("page_unreadable", name))  # fmt: skip
    if reading.overtaken:
        yield Issue("page_was_unreadable", "info", "", "", name,
                    f"{reading.overtaken} earlier versions of pages cannot be read; their addresses show others since.",
                    "Nothing, unless they held entries of their own: then mend the parser, and they are read too.")  # fmt: skip
    if reading.failed:
        severity: Severity = "warning" if reading.rows and not old else "critical"
        shown = f"its data is {reading.age_days} days old" if reading.age_days is not None else "there is no older data"
        yield Issue(
            "source_failed",
            severity,
            "",
            "",
            name,
            f"The last reading failed ({reading.failed}); {shown}.",
            visit + _allowing("source_failed", name),
        )
    elif old:
        yield Issue(
            "source_stale",
            "critical",
            "",
            "",
            name,
            f"Its last good visit is {reading.age_days} days old; {reading.max_age_days} are allowed.",
            visit + _allowing("source_stale", name),
        )
    if reading.rows == 0 and not reading.optional and not reading.failed:
        yield Issue(
            "source_empty",
            "critical",
            "",
            "",
            name,
            "No rows were read, and nothing said that it failed.",
            f"Open its newest page: a new layout must raise in sources/{name}/parse.py.",
        )
    elif reading.previous_rows and reading.rows * SHRUNK <= reading.previous_rows:
        yield Issue(
            "source_shrank",
            "critical",
            "",
            "",
            name,
            f"{reading.rows} rows were read, {reading.previous_rows} in the release before.",
            "Open its newest page: pager, layout, login page? If the list did shrink, "
            + _allowing("source_shrank", name),
        )


def _allowing(code: str, source: str) -> str:
    return f"write into allowances.yml of the home: {entry_for(code, source)}"


def _is_old(reading: SourceReading) -> bool:
    return reading.max_age_days is not None and (reading.age_days is None or reading.age_days > reading.max_age_days)
