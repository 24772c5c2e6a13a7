"""Labels and statuses as intervals: ESCA labels, National Key Clusters by round, PARP's standards, regional statuses.

An end that no page prints is derived from the written term, in reduced precision, and the note says so. What has
expired is not held; what has no known end is not counted as held.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

import polars as pl

from inventory.dates import first_day, last_day
from inventory.schemas import LABELS, conform

_KKK: Final = re.compile(
    r"krajow\w+ klast\w+ kluczow|kluczow\w+ klast\w+ krajow|(national key|key national) cluster|\bkkk\b|\bknc\b",
    re.IGNORECASE,
)
_STANDARDS: Final = re.compile(r"standard", re.IGNORECASE)
_REGIONAL: Final = re.compile(
    r"regional\w* (key )?(cluster|klast)|klast\w+ kluczow\w+ wojew|kluczow\w+ klast|klast\w+ kluczow|key cluster",
    re.IGNORECASE,
)
BRONZE_YEARS: Final = 2
"""Term of the bronze label from the month of the first interview
(https://www.cluster-analysis.org/benchmarked-clusters)."""

_LONGEST_TERM: Final = {"kkk": "-3y", "esca": "-3y"}

# The only audit against PARP's standards that names its clusters took place in that quarter
# (http://www.pi.gov.pl/Klastry/chapter_95925.asp); the marks of the map repeat it.
_AUDIT: Final = ("2015-10", "2015-12")


@dataclass(frozen=True, slots=True)
class Round:
    """A round of the contest for the status of National Key Cluster."""

    number: str
    dates: tuple[str, ...]  # of result and certificates, where printed
    awarded: str | None
    valid_until: str
    printed: bool
    url: str


@lru_cache(maxsize=1)
def kkk_rounds() -> Mapping[str, Round]:
    """Returns the rounds whose dates are known, by roman number."""
    path = Path(__file__).parent / "data" / "kkk_rounds.csv"
    with path.open(encoding="utf-8", newline="") as rows:
        return {
            row["round"]: Round(
                row["round"],
                tuple(row["dates"].split()),
                row["awarded"] or None,
                row["valid_until"],
                row["valid_until_is"] == "printed",
                row["url"],
            )
            for row in csv.DictReader(rows)
        }


def intervals(statements: pl.DataFrame) -> pl.DataFrame:
    """Returns the labels and statuses that records state, as intervals.

    Args:
        statements: Schema `CLUSTER_STATEMENTS`.

    Returns:
        A frame of schema `LABELS`: label `esca` (level bronze, silver, gold), `kkk` (level: round), `parp_standards`,
        `regional` and `other` (level: the status as printed).
    """
    wanted = [
        "kkk_awarded", "kkk_round", "kkk_valid_until", "label", "label_awarded", "label_valid_until", "mark",
        "other_label", "other_label_awarded", "other_label_years",
    ]  # fmt: skip
    grouped = (
        statements.filter(pl.col("property").is_in(wanted))
        .sort("statement_id")
        .group_by("cluster_id", "record_id", maintain_order=True)
        .agg("property", value=pl.coalesce("value", "original_value"), original="original_value")
    )
    rows: set[tuple[str | None, ...]] = set()
    for cluster_id, record_id, props, values, originals in grouped.iter_rows():
        said: dict[str, list[str]] = {}
        for prop, value, original in zip(props, values, originals, strict=True):
            said.setdefault(prop, []).append(original if prop == "other_label_awarded" else value)
        for label, level, start, end, note in _of_record(said):
            rows.add((cluster_id, label, level, start, end, record_id, note))
    return conform(pl.DataFrame(sorted(rows, key=str), schema=LABELS, orient="row"), LABELS)


def held(labels: pl.DataFrame, day: date) -> pl.DataFrame:
    """Returns cluster_id, label, level of what was held on a day: begun and not expired.

    A beginning that is not known is at the earliest the longest term of the label before its end; a label with
    neither term nor beginning is not counted.

    Args:
        labels: Schema `LABELS`.
        day: The day asked for. An end of reduced precision lasts to the last day it may mean.
    """
    ends = labels.with_columns(ends=pl.col("valid_until").map_elements(last_day, return_dtype=pl.Date, skip_nulls=True))
    term = pl.col("label").replace_strict(_LONGEST_TERM, default=None, return_dtype=pl.String)
    spans = ends.with_columns(
        begins=pl.coalesce(
            pl.col("valid_from").map_elements(first_day, return_dtype=pl.Date, skip_nulls=True),
            pl.col("ends").dt.offset_by(term),
        )
    )
    return (
        spans.filter((pl.col("ends") >= day) & (pl.col("begins") <= day))
        .select("cluster_id", "label", "level")
        .unique()
        .sort("cluster_id", "label", "level")
    )


def in_force(said: pl.DataFrame, day: date) -> pl.DataFrame:
    """Returns record_id and label of every status met, and whether it was in force on a day.

    A status without an end lasts its longest term from its award, else from the day that the page speaks of. A visit to a
    page without a date says nothing: the page may repeat what was.

    Args:
        said: Statements with cluster_id, as `inventory.profiles.attribute` gives them.
        day: The day asked for.

    Returns:
        One row per record and label: record_id, label, in_force.
    """
    spoken = said.group_by("record_id").agg(spoken=pl.col("as_of").max())
    begun, until = (
        pl.col(column).map_elements(of, return_dtype=pl.Date, skip_nulls=True)
        for column, of in (("valid_from", first_day), ("valid_until", last_day))
    )
    page = pl.col("spoken").map_elements(first_day, return_dtype=pl.Date, skip_nulls=True)
    term = pl.col("label").replace_strict(_LONGEST_TERM, default="-3y", return_dtype=pl.String)
    return (
        intervals(said)
        .join(spoken, on="record_id", how="left")
        .with_columns(until=until)
        .with_columns(begins=pl.coalesce(begun, pl.col("until").dt.offset_by(term), page))
        .with_columns(ends=pl.coalesce("until", pl.col("begins").dt.offset_by(term.str.strip_prefix("-"))))
        .group_by("record_id", "label")
        .agg(in_force=((pl.col("begins") <= day) & (pl.col("ends") >= day)).fill_null(value=False).any())
        .sort("record_id", "label")
    )


_Interval = tuple[str, str, str | None, str | None, str | None]


_DATES: Final = frozenset(
    {"label_awarded", "label_valid_until", "kkk_awarded", "kkk_valid_until", "other_label_awarded"}
)


def _of_record(told: Mapping[str, list[str]]) -> list[_Interval]:
    # A date that nobody can read is no bound of a term; its statement keeps the text.
    said = {
        name: [value for value in values if name not in _DATES or first_day(value)] for name, values in told.items()
    }
    found = [_esca(level, said) for level in said.get("label", ())]
    statuses = said.get("other_label", [])
    if "kkk_round" in said or "kkk_awarded" in said or "kkk_valid_until" in said or any(map(_KKK.search, statuses)):
        found += _kkk(said)
    elif "k" in said.get("mark", ()):
        found.append(("kkk", "round not stated", None, None, "category of PARP's map"))
    if "s" in said.get("mark", ()):
        found.append(
            ("parp_standards", "fulfilled", *_AUDIT, "category of PARP's map; a dated audit, no standing label")
        )
    for status in statuses:
        if _KKK.search(status):
            continue
        if _STANDARDS.search(status):
            start, end = _quarter(said) or _AUDIT
            found.append(("parp_standards", "fulfilled", start, end, "a dated audit, no standing label"))
        else:
            found.append(_regional(status, said))
    return found


def _esca(level: str, said: Mapping[str, list[str]]) -> _Interval:
    starts, ends = said.get("label_awarded", []), said.get("label_valid_until", [])
    start = min(starts) if starts and len(said["label"]) == 1 else None
    if ends and len(said["label"]) == 1:
        return "esca", level, start, max(ends), None
    if start and level == "bronze":
        return "esca", level, start, _later(start, BRONZE_YEARS), "end derived: two years from the award"
    return "esca", level, start, None, "end not stated"


def _kkk(said: Mapping[str, list[str]]) -> list[_Interval]:
    rounds = sorted(set(said.get("kkk_round", ())))
    ends, starts = sorted(said.get("kkk_valid_until", [])), sorted(said.get("kkk_awarded", []))
    if not rounds:
        guess = [number for start in starts if (number := _round_of(start))]
        rounds = sorted(set(guess)) or ["round not stated"]
    found: list[_Interval] = []
    for number in rounds:
        known = kkk_rounds().get(number)
        if ends and len(rounds) == 1:
            found.append(("kkk", number, None, ends[-1], None))
        elif known:
            note = None if known.printed else "end derived: three years from the award"
            found.append(("kkk", number, None if known.printed else known.awarded, known.valid_until, note))
        else:
            found.append(("kkk", number, starts[0] if starts else None, None, "end not stated"))
    return found


def _round_of(awarded: str) -> str | None:
    """Returns the round whose result or certificates fall into that year or month, if there is just one."""
    fitting = [
        number
        for number, known in kkk_rounds().items()
        if any(day.startswith(awarded) or awarded.startswith(day[:7]) for day in known.dates)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _quarter(said: Mapping[str, list[str]]) -> tuple[str, str] | None:
    for printed in said.get("other_label_awarded", ()):
        first, last = first_day(printed), last_day(printed)
        if first and last:
            return first.isoformat()[:7], last.isoformat()[:7]
    return None


def _regional(status: str, said: Mapping[str, list[str]]) -> _Interval:
    label = "regional" if _REGIONAL.search(status) else "other"
    starts, years = sorted(said.get("other_label_awarded", [])), said.get("other_label_years", [])
    start = starts[0] if starts else None
    if start and years:
        return label, status, start, _later(start, int(years[0])), f"end derived: {years[0]} years from the award"
    return label, status, start, None, "end not stated"


def _later(start: str, years: int) -> str:
    return f"{int(start[:4]) + years:04d}{start[4:7]}"
