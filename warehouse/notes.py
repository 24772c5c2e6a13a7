"""The differences between two releases as release notes: what a person would tell, the weightiest first.

Counts come first, then names; every group says what its differences come from. The whole list, value by value, is in the
table `changes`; what moves with every visit (ages, counts of records) is only counted here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl

Row = dict[str, Any]

CAUSES: Final[Mapping[str, str]] = {
    "source": "the sources say more or something else",
    "method": "our rules changed",
    "judgement": "a person decided",
    "calendar": "the day of the inventory moved on",
}
"""Cause of a change in words that follow 'because'."""

_FACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "Name": ("name_pl", "name_en"),
    "Seat": ("voivodeship", "city", "nuts2_code", "voivodeship_code", "country"),
    "Founding": ("founded_year", "founded_date"),
    "Coordinator": ("coordinator",),
    "Sector": ("sector", "sector_code"),
    "Members": ("members_total", "members_as_of"),
    "Website": ("website",),
}
# What moves with every visit, or follows from another change.
_ROUTINE: Final[Mapping[str, str]] = {
    "age_years": "age",
    "record_count": "number of records",
    "source_count": "number of sources",
    "first_seen": "first day seen",
    "last_seen": "last day seen",
    "class_reason": "grounds of the class",
}
_LONGEST: Final = 100


def plain(text: str) -> str:
    """Returns scraped text on one line, without control characters and marks that turn the writing, cut when long."""
    line = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", " ", text[:1000]).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def markdown(text: str) -> str:
    """Returns scraped text so that Markdown shows it as it stands: no markup, no HTML, no link is made of it."""
    shown = re.sub(r"([\\`*_{}\[\]()#+!|~:])", r"\\\1", plain(text)).replace("&", "&amp;")
    return shown.replace("<", "&lt;").replace(">", "&gt;")


def release_notes(
    changes: pl.DataFrame,
    tables: Mapping[str, pl.DataFrame],
    shown: Callable[[str], str] = plain,
    most: int = 12,
) -> list[str]:
    """Returns the notes, a line each: headings begin with `### `, entries with `- `.

    Args:
        changes: The published table `changes`, or what `warehouse.changes.changes` found between any two releases.
        tables: Published tables of the newer release, at least `clusters`.
        shown: How scraped text is written, `plain` for a terminal and `markdown` for a page.
        most: How many clusters of a group are named; the others are counted.
    """
    rows = list(changes.iter_rows(named=True))
    if not rows:
        return ["Nothing changed."]
    return list(_Notes(rows, tables["clusters"], shown, most).lines())


class _Notes:
    def __init__(self, rows: Sequence[Row], clusters: pl.DataFrame, shown: Callable[[str], str], most: int) -> None:
        self.rows, self.shown, self.most = rows, shown, most
        self.clusters = {row["cluster_id"]: row for row in clusters.iter_rows(named=True)}

    def lines(self) -> Iterator[str]:
        added = self._of("added")
        if len(added) == len(self.clusters) == len(self.rows):
            yield f"The first release: {_counted(len(added), 'cluster')} ({self._classes(added)})."
            return
        yield self._lead()
        yield from self._reclassified()
        yield from self._group("New", added, self._entry, "the sources name them now")
        yield from self._group("Split off", self._of("split"), lambda row: f"{self._name(row)}, out of {row['old']}")
        merged = self._of("merged")
        yield from self._group(
            "Merged", merged, lambda row: f"{self._gone(row)}, now part of {self._named(row['new'])}"
        )
        yield from self._group("Gone", self._of("removed"), self._gone, "the sources no longer name them")
        yield from self._states()
        yield from self._facts()
        yield from self._routine()

    def _lead(self) -> str:
        kinds = Counter(row["kind"] for row in self.rows)
        come, gone = kinds["added"] + kinds["split"], kinds["merged"] + kinds["removed"]
        differing = {row["cluster_id"] for row in self.rows if row["kind"] in ("changed", "reclassified")}
        before = len(self.clusters) - come + gone
        return (
            f"{_counted(len(self.clusters), 'cluster')}, potential ones with them; {before} before: {come} came in, {gone} went, "
            f"{len(differing)} of those that stayed differ."
        )

    def _reclassified(self) -> Iterator[str]:
        why = {row["cluster_id"]: row["new"] for row in self.rows if row["column_name"] == "class_reason"}

        def entry(row: Row) -> str:
            reason = why.get(row["cluster_id"])
            shown = f", for {self.shown(reason)}" if reason else ""
            return f"{self._name(row)}: {_words(row['old'])} → {_words(row['new'])}{shown}"

        yield from self._group("Another class", self._of("reclassified"), entry)

    def _states(self) -> Iterator[str]:
        moved = self._on("state")
        for old, new in sorted({(row["old"], row["new"]) for row in moved}, key=str):
            group = [row for row in moved if (row["old"], row["new"]) == (old, new)]
            yield from self._group(f"State: {_words(old)} → {_words(new)}", group, self._name)

    def _facts(self) -> Iterator[str]:
        told = {column for columns in _FACTS.values() for column in columns} | {*_ROUTINE, "state", "class"}
        others = sorted({row["column_name"] for row in self.rows if row["column_name"]} - told)
        for title, columns in (*_FACTS.items(), *((name, (name,)) for name in others)):
            first: dict[str, Row] = {}
            for row in (row for column in columns for row in self._on(column)):
                first.setdefault(row["cluster_id"], row)
            yield from self._group(title, [first[cluster] for cluster in sorted(first)], self._difference)

    def _routine(self) -> Iterator[str]:
        counts = Counter(row["column_name"] for row in self.rows if row["column_name"] in _ROUTINE)
        if counts:
            listed = ", ".join(f"{words} ({counts[name]})" for name, words in _ROUTINE.items() if counts[name])
            yield "### What every visit moves"
            yield f"- {listed}"

    def _group(
        self, title: str, rows: Sequence[Row], entry: Callable[[Row], str], source: str = CAUSES["source"]
    ) -> Iterator[str]:
        if not rows:
            return
        words = {**CAUSES, "source": source}
        causes = Counter(row["cause"] for row in rows)
        because = (
            f"because {words[rows[0]['cause']]}"
            if len(causes) == 1
            else ", ".join(f"{number} because {words[cause]}" for cause, number in sorted(causes.items()))
        )
        yield f"### {title}: {_counted(len({row['cluster_id'] for row in rows}), 'cluster')}, {because}"
        for row in rows[: self.most]:
            said = f" ({words[row['cause']]})" if len(causes) > 1 else ""
            yield f"- {entry(row)}{said}"
        if len(rows) > self.most:
            yield f"- and {len(rows) - self.most} more"

    def _difference(self, row: Row) -> str:
        old, new = (None if row[side] is None else self.shown(row[side]) for side in ("old", "new"))
        what = f"now {new}" if old is None else f"no longer {old}" if new is None else f"{old} → {new}"
        return f"{self._name(row)}: {what}"

    def _entry(self, row: Row) -> str:
        cluster = self.clusters[row["cluster_id"]]
        told = [_words(cluster["class"]), cluster.get("voivodeship")]
        founded = cluster.get("founded_year")
        told.append(f"founded {founded}" if founded else None)
        return f"{self._name(row)}: {', '.join(part for part in told if part)}"

    def _classes(self, rows: Sequence[Row]) -> str:
        counts = Counter(self.clusters[row["cluster_id"]]["class"] for row in rows)
        return ", ".join(f"{_counted(number, _words(name))}" for name, number in sorted(counts.items()))

    def _name(self, row: Row) -> str:
        return self._named(row["cluster_id"])

    def _named(self, cluster_id: str) -> str:
        cluster = self.clusters.get(cluster_id, {})
        name = cluster.get("name_pl") or cluster.get("name_en")
        return f"{self.shown(name)} ({cluster_id})" if name else cluster_id

    def _gone(self, row: Row) -> str:
        return f"{self.shown(row['old'])} ({row['cluster_id']})" if row["old"] else str(row["cluster_id"])

    def _of(self, kind: str) -> list[Row]:
        return [row for row in self.rows if row["kind"] == kind]

    def _on(self, column: str) -> list[Row]:
        return [row for row in self.rows if row["column_name"] == column and row["kind"] == "changed"]


def _words(code: str | None) -> str:
    return (code or "unknown").replace("_", " ")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
