"""Allowances: what somebody lets pass for a time, with a reason.

A YAML list. Each entry names the `code` of an issue and, to narrow it, `source`, `table` or `column`; `reason`, `by`
and `until` (the last day it holds) are needed:

```yaml
- code: source_failed
  source: tci
  reason: the registry's host is down, its owner announced a return in spring
  by: data engineer
  until: 2027-03-31
```

An allowance past its day allows nothing and says so; one that matches nothing warns, so that it is taken out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path

from sources.reviewed_files import read_reviewed
from warehouse.findings import Issue


class AllowanceError(ValueError):
    """An allowance that cannot be read. The message names file, entry and remedy."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """One allowance; see the top of this module."""

    code: str
    reason: str
    by: str
    until: date
    source: str = ""
    table: str = ""
    column: str = ""

    def covers(self, issue: Issue) -> bool:
        """Returns whether the issue is one that this allowance names."""
        return (
            self.code == issue.code
            and self.source in ("", issue.source)
            and self.table in ("", issue.table)
            and self.column in ("", issue.column)
        )

    def __str__(self) -> str:
        """Returns who, why and until when."""
        return f"{self.by}, until {self.until}: {self.reason}"


def read_allowances(path: Path) -> tuple[Allowance, ...]:
    """Returns the allowances of a file; none where the file is not there.

    Raises:
        AllowanceError: An entry lacks a key, has an unknown one, or its `until` is no day.
    """
    entries = (read_reviewed(path) or []) if path.exists() else []
    if not isinstance(entries, list):
        raise AllowanceError(f"{path}: write a list of allowances, each with code, reason, by and until")
    return tuple(_allowance(entry, f"{path}, entry {number}") for number, entry in enumerate(entries, start=1))


def entry_for(code: str, source: str = "", table: str = "") -> str:
    """Returns the line of allowances.yml that would allow such an issue; who writes it fills in reason, author and last day.

    Example:
        >>> entry_for("source_stale", "tci")
        '- {code: source_stale, source: tci, reason: ..., by: ..., until: YYYY-MM-DD}'
    """
    narrowed = {"code": code, "source": source, "table": table, "reason": "...", "by": "...", "until": "YYYY-MM-DD"}
    return f"- {{{', '.join(f'{key}: {value}' for key, value in narrowed.items() if value)}}}"


def settle(issues: Iterable[Issue], allowances: Sequence[Allowance], on: date) -> list[Issue]:
    """Returns the issues, those allowed on that day marked, and an issue for each allowance that is past or unused."""
    settled, used = [], set()
    for issue in issues:
        covering = [allowance for allowance in allowances if allowance.covers(issue)]
        used.update(covering)
        standing = next((allowance for allowance in covering if allowance.until >= on), None)
        settled.append(replace(issue, allowed_by=str(standing)) if standing and issue.severity == "critical" else issue)
    for allowance in allowances:
        if allowance not in used:
            settled.append(_note("allowance_unused", allowance, "matches nothing", "Take it out of the file."))
        elif allowance.until < on:
            settled.append(
                _note(
                    "allowance_expired", allowance, "is past its last day", "Mend the cause, or renew it with a reason."
                )
            )
    return settled


def _note(code: str, allowance: Allowance, what: str, remedy: str) -> Issue:
    message = f"The allowance of {allowance.code} ({allowance}) {what}."
    return Issue(code, "warning", allowance.table, allowance.column, allowance.source, message, remedy)


def _allowance(entry: object, where: str) -> Allowance:
    known = {member.name for member in fields(Allowance)}
    if not isinstance(entry, dict) or not set(entry) <= known:
        raise AllowanceError(f"{where}: only the keys {', '.join(sorted(known))} are known")
    missing = [name for name in ("code", "reason", "by", "until") if not entry.get(name)]
    if missing:
        raise AllowanceError(
            f"{where}: {', '.join(missing)} missing: an allowance names its issue, reason, author and last day"
        )
    if type(entry["until"]) is not date:
        raise AllowanceError(f"{where}: until is no day: write it as YYYY-MM-DD")
    texts = {name: str(value).strip() for name, value in entry.items() if name != "until"}
    return Allowance(until=entry["until"], **texts)
