"""Judgements of people on pairs of records: they override every weight.

The file is a YAML list; each entry:

    - a: esca-a2bf39b85276          # a record
      b: eccp-09c1de0021aa          # another record
      verdict: same                 # same, different, unsure
      reason: Statutes of 2018 say that the association was renamed.
      by: A. Nowak
      date: 2026-11-24

`same` joins the two, `different` keeps them apart, `unsure` keeps the pair in the review queue whatever its weight. A
later
entry on the same pair replaces an earlier one; entries are not erased, so the file tells how a judgement came about.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from sources.reviewed_files import read_reviewed

VERDICTS = ("same", "different", "unsure")
_KEYS = ("a", "b", "verdict", "reason", "by", "date")


class JudgementError(ValueError):
    """A judgement that cannot be read. The message names file, entry and remedy."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What somebody decided on two records.

    Attributes:
        a: The smaller record id.
        b: The larger record id.
        verdict: same, different or unsure.
        reason: Why, in words.
        by: Who decided.
        date: When, ISO 8601.
    """

    a: str
    b: str
    verdict: str
    reason: str
    by: str
    date: str


@dataclass(frozen=True, slots=True)
class Judgements:
    """All judgements, at most one a pair.

    Attributes:
        entries: In the order of record ids.
    """

    entries: tuple[Judgement, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Judgements:
        """Reads a judgements file; a missing file holds none.

        Raises:
            JudgementError: An entry lacks a key, names one record twice, or its verdict or date is unknown.
        """
        if not path.exists():
            return cls()
        raw = read_reviewed(path) or []
        if not isinstance(raw, list):
            raise JudgementError(f"{path.name}: expected a list of judgements; see the docstring of judgements.py.")
        return cls.of(_entry(path.name, number, entry) for number, entry in enumerate(raw, start=1))

    @classmethod
    def of(cls, entries: Iterable[Judgement]) -> Judgements:
        """Returns judgements with later entries in place of earlier ones on the same pair."""
        latest = {(j.a, j.b): j for j in entries}
        return cls(tuple(latest[pair] for pair in sorted(latest)))

    def with_verdict(self, verdict: str) -> Iterator[Judgement]:
        """Yields the judgements of one verdict."""
        return (j for j in self.entries if j.verdict == verdict)

    def stale(self, record_ids: Iterable[str]) -> list[Judgement]:
        """Returns judgements on records that are not among those given: sources changed, or an id was mistyped."""
        known = set(record_ids)
        return [j for j in self.entries if j.a not in known or j.b not in known]


def _entry(file: str, number: int, raw: object) -> Judgement:
    if not isinstance(raw, dict):
        raise JudgementError(f"{file}, entry {number}: not a map; give {', '.join(_KEYS)}.")
    missing = [key for key in _KEYS if not str(raw.get(key) or "").strip()]
    if missing:
        raise JudgementError(
            f"{file}, entry {number}: {', '.join(missing)} missing; every judgement says who, when and why."
        )
    values = {key: str(raw[key]).strip() for key in _KEYS}
    if values["verdict"] not in VERDICTS:
        raise JudgementError(
            f"{file}, entry {number}: verdict {values['verdict']!r}; use one of {', '.join(VERDICTS)}."
        )
    if values["a"] == values["b"]:
        raise JudgementError(f"{file}, entry {number}: {values['a']} is judged against itself; name two records.")
    try:
        dt.date.fromisoformat(values["date"])
    except ValueError as fault:
        raise JudgementError(f"{file}, entry {number}: date {values['date']!r}; write it as 2026-11-24.") from fault
    first, second = sorted((values["a"], values["b"]))
    return Judgement(first, second, values["verdict"], values["reason"], values["by"], values["date"])


def append(path: Path, judgement: Judgement) -> None:
    """Adds a judgement at the end of a judgements file, which is made if it is missing."""
    entry = {key: getattr(judgement, key) for key in _KEYS}
    text = yaml.safe_dump([entry], sort_keys=False, allow_unicode=True, width=120)
    with path.open("a", encoding="utf-8", newline="\n") as out:
        out.write(text)
