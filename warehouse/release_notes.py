"""The differences between two releases as release notes: what a person would tell, the weightiest first.

Counts come first, then the sources that said something new, figures, names and labels; a group says what its differences come
from where that is not the sources. The whole list, value by value, is in the table `changes`; what moves with every visit (ages,
counts of records) is only counted.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl

from inventory.dates import first_day
from inventory.labels import held

Row = dict[str, Any]
Tables = Mapping[str, pl.DataFrame]

CAUSES: Final[Mapping[str, str]] = {
    "source": "the sources say more or something else",
    "method": "our rules changed",
    "judgement": "a person decided",
    "calendar": "the day of the inventory moved on",
}
"""Cause of a change in words that follow 'because'."""

_FACTS: Final[Mapping[str, Mapping[str, str]]] = {
    "Names": {"name_pl": "Polish name", "name_en": "English name"},
    "Seat": {"voivodeship": "voivodeship", "city": "town", "nuts2_code": "NUTS-2 region", "country": "country"},
    "Founding": {"founded_year": "year", "founded_date": "day"},
    "Coordinator": {"coordinator": ""},
    "Sector": {"sector": "", "sector_code": ""},
    "Members": {"members_total": "", "members_as_of": "as of"},
    "Web site": {"website": ""},
}
"""Title of a group to its columns, the telling one first, each with what it is called."""
_FOLLOWING: Final[Mapping[str, str]] = {
    "voivodeship_code": "voivodeship", "nuts2_code": "voivodeship", "founded_date": "founded_year", "sector_code": "sector",
    "members_as_of": "members_total",
}  # fmt: skip
"""Column to the one that it follows: told only where the other did not change."""
# What moves with every visit, or follows from another change.
_ROUTINE: Final[Mapping[str, str]] = {
    "age_years": "age",
    "record_count": "number of records",
    "source_count": "number of sources",
    "first_seen": "first day seen",
    "last_seen": "last day seen",
    "class_reason": "grounds of the class",
}
_STATES: Final[Mapping[tuple[str, str], str]] = {
    ("active", "dormant"): "Gone quiet (active before, dormant now)",
    ("dormant", "active"): "Awake again (dormant before, active now)",
    ("unknown", "active"): "Known to be active (nothing dated was known before)",
}
_FIGURES: Final[Mapping[str, str]] = {
    "number_of_clusters": "clusters",
    "number_of_potential_clusters": "potential clusters",
    "age_mean_of_clusters": "mean age of clusters in years",
    "share_founded_last_five_years_of_clusters": "percent of clusters founded in the last five years",
    "members_median_of_clusters": "median of members",
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
    tables: Tables,
    shown: Callable[[str], str] = plain,
    most: int = 12,
    old: Tables | None = None,
) -> list[str]:
    """Returns the notes, a line each: headings begin with `### `, entries with `- `.

    Args:
        changes: The published table `changes`, or what `warehouse.changes.changes` found between any two releases.
        tables: Published tables of the newer release, at least `clusters`; `cluster_records` and `records` name the sources of
            what is new.
        shown: How scraped text is written, `plain` for a terminal and `markdown` for a page.
        most: How many clusters of a group are named; the others are counted.
        old: Published tables of the older release, for days, rules and figures of both; None where they are not at hand.
    """
    notes = _Notes(list(changes.iter_rows(named=True)), tables, shown, most, old)
    labels = list(notes.labels())
    if not notes.rows and not labels:
        return ["Nothing changed."]
    return [*notes.lines(labels)]


class _Notes:
    def __init__(
        self, rows: Sequence[Row], tables: Tables, shown: Callable[[str], str], most: int, old: Tables | None
    ) -> None:
        self.rows, self.tables, self.shown, self.most, self.old = rows, tables, shown, most, old
        self.clusters = {row["cluster_id"]: row for row in tables["clusters"].iter_rows(named=True)}
        self.by_cluster: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            if row["kind"] in ("changed", "reclassified"):
                self.by_cluster[row["cluster_id"]].add(row["column_name"])
        self.titles = _titles(tables)
        self.sources = _sources_of(tables)

    def lines(self, labels: Sequence[str]) -> Iterator[str]:
        added = self._of("added")
        if len(added) == len(self.clusters) == len(self.rows):
            yield f"The first release: {self._classes(added)}."
            return
        yield from self._lead()
        yield from self._pages()
        yield from self._method()
        yield from self._figures()
        yield from self._reclassified()
        yield from self._new(added)
        yield from self._group("Split off", self._of("split"), lambda row: f"{self._name(row)}, out of {row['old']}")
        merged = self._of("merged")
        yield from self._group(
            "Merged", merged, lambda row: f"{self._gone(row)}, now part of {self._named(row['new'])}"
        )
        yield from self._group("Gone", self._of("removed"), self._gone)
        yield from labels
        yield from self._states()
        yield from self._facts()
        yield from self._routine()

    def _lead(self) -> Iterator[str]:
        kinds = Counter(row["kind"] for row in self.rows)
        come, gone = kinds["added"] + kinds["split"], kinds["merged"] + kinds["removed"]
        total, before = len(self.clusters), len(self.clusters) - come + gone
        moved = (
            "as many as before"
            if total == before
            else f"{abs(total - before)} {'more' if total > before else 'fewer'} than before"
        )
        balance = f": {_number(come)} new, {_number(gone)} gone" if come or gone else ""
        yield f"{total} clusters and potential clusters, {moved}{balance}."
        stayed = total - come
        telling = sum(1 for columns in self.by_cluster.values() if columns - set(_ROUTINE))
        routine = len(self.by_cluster) - telling
        parts = {
            "changed in class, state or facts": telling,
            "changed only in what every visit moves": routine,
            "did not change": stayed - telling - routine,
        }
        told = [f"{number} {what}" for what, number in parts.items() if number]
        if told:
            yield f"Of the {stayed} that stayed, {_listed(told)}."
        yield f"Where no other reason stands, {CAUSES['source']}."

    def _pages(self) -> Iterator[str]:
        if self.old is None or any("sources" not in side for side in (self.old, self.tables)):
            return
        was, now = (
            dict(side["sources"].select("source_id", "last_change").iter_rows()) for side in (self.old, self.tables)
        )
        told = [
            f"{self._titled(source)} ({day})" for source, day in sorted(now.items()) if day and day != was.get(source)
        ]
        if told:
            yield f"Pages that said something new, and when: {_listed(told)}."

    def labels(self) -> Iterator[str]:
        """Yields the labels and statuses that clusters of both releases gained, lost, or that came to their end."""
        if self.old is None or any("labels" not in side for side in (self.old, self.tables)):
            return
        was, now = (_labels(side["labels"]) for side in (self.old, self.tables))
        had, has = (_held(side) for side in (self.old, self.tables))
        stayed = set(self.clusters) & set(self.old["clusters"]["cluster_id"])
        groups = {
            "Labels and statuses not met before": now - was,
            "Labels and statuses no longer met": was - now,
            "Labels and statuses that came to their end": (had - has) & now,
        }
        for title, labels in groups.items():
            of_cluster: dict[str, list[str]] = defaultdict(list)
            for cluster, label, level in sorted(one for one in labels if one[0] in stayed):
                of_cluster[cluster].append(self.shown(_label(label, level)))
            lines = [f"- {self._named(cluster)}: {'; '.join(words)}" for cluster, words in sorted(of_cluster.items())]
            if lines:
                yield f"### {title}: {_counted(len(lines), 'cluster')}"
                yield from lines[: self.most]
                if len(lines) > self.most:
                    yield f"- and {len(lines) - self.most} more"

    def _method(self) -> Iterator[str]:
        versions = [_fact(side, "method_version") for side in (self.old, self.tables)]
        if self.old is not None and versions[0] != versions[1]:
            yield f"The rules changed, from version {versions[0]} to {versions[1]}: some differences are ours, not the world's."

    def _figures(self) -> Iterator[str]:
        if self.old is None or any("statistics" not in side for side in (self.old, self.tables)):
            return
        was, now = (_totals(side["statistics"]) for side in (self.old, self.tables))
        told = [
            f"- {words}: {_figure(was[name])} → {_figure(now[name])}"
            for name, words in _FIGURES.items()
            if name in was and name in now and _figure(was[name]) != _figure(now[name])
        ]
        if told:
            yield "### Figures"
            yield from told

    def _new(self, added: Sequence[Row]) -> Iterator[str]:
        yield from self._group("New", added, self._entry, counted=self._classes(added))

    def _reclassified(self) -> Iterator[str]:
        moved = self._of("reclassified")
        why = {row["cluster_id"]: row["new"] for row in self.rows if row["column_name"] == "class_reason"}

        def entry(row: Row) -> str:
            reason = why.get(row["cluster_id"])
            return f"{self._name(row)}: {self.shown(reason)}" if reason else self._name(row)

        for old, new in sorted({(row["old"], row["new"]) for row in moved}, key=str):
            group = [row for row in moved if (row["old"], row["new"]) == (old, new)]
            yield from self._group(f"Now {_words(new)} ({_words(old)} before)", group, entry)

    def _states(self) -> Iterator[str]:
        moved = self._on("state")
        for old, new in sorted({(row["old"], row["new"]) for row in moved}, key=str):
            group = [row for row in moved if (row["old"], row["new"]) == (old, new)]
            title = _STATES.get((old, new), f"Now {_words(new)} ({_words(old)} before)")
            yield from self._group(title, group, self._name)

    def _facts(self) -> Iterator[str]:
        told = {column for columns in _FACTS.values() for column in columns} | {
            *_ROUTINE,
            *_FOLLOWING,
            "state",
            "class",
        }
        others = sorted({row["column_name"] for row in self.rows if row["column_name"]} - told)
        for title, columns in (*_FACTS.items(), *((name, {name: ""}) for name in others)):
            of_cluster: dict[str, list[Row]] = defaultdict(list)
            for row in (row for column in columns for row in self._on(column)):
                if _FOLLOWING.get(row["column_name"]) not in self.by_cluster[row["cluster_id"]]:
                    of_cluster[row["cluster_id"]].append(row)

            def entry(row: Row, of: Mapping[str, list[Row]] = of_cluster, called: Mapping[str, str] = columns) -> str:
                differences = [self._difference(part, called) for part in of[row["cluster_id"]]]
                return f"{self._name(row)}: {'; '.join(differences)}"

            yield from self._group(title, [of_cluster[cluster][0] for cluster in sorted(of_cluster)], entry)

    def _routine(self) -> Iterator[str]:
        counts = Counter(row["column_name"] for row in self.rows if row["column_name"] in _ROUTINE)
        if counts:
            listed = ", ".join(f"{words} ({counts[name]})" for name, words in _ROUTINE.items() if counts[name])
            yield "### What every visit moves"
            yield f"- {listed}"

    def _group(self, title: str, rows: Sequence[Row], entry: Callable[[Row], str], counted: str = "") -> Iterator[str]:
        if not rows:
            return
        causes = Counter(row["cause"] for row in rows)
        usual = causes.most_common(1)[0][0]
        others = [f"{number} because {CAUSES[cause]}" for cause, number in sorted(causes.items()) if cause != usual]
        because = "" if usual == "source" else f", because {CAUSES[usual]}"
        number = counted or str(len({row["cluster_id"] for row in rows}))
        yield f"### {title}: {number}{because}{', but ' * bool(others)}{', '.join(others)}"
        ordered = sorted(rows, key=lambda row: row["cause"] == usual)
        for row in ordered[: self.most]:
            said = "" if row["cause"] == usual else f" ({CAUSES[row['cause']]})"
            yield f"- {entry(row)}{said}"
        if len(rows) > self.most:
            yield f"- and {len(rows) - self.most} more"

    def _difference(self, row: Row, called: Mapping[str, str]) -> str:
        name = called.get(row["column_name"], "")
        old, new = (None if row[side] is None else self.shown(row[side]) for side in ("old", "new"))
        if old is None:
            return f"{name} {new} (not known before)".strip()
        return f"{name} {old} (no longer known)".strip() if new is None else f"{name} {old} → {new}".strip()

    def _entry(self, row: Row) -> str:
        cluster = self.clusters[row["cluster_id"]]
        founded, named = cluster.get("founded_year"), self.sources.get(row["cluster_id"])
        told = [
            _words(cluster["class"]),
            cluster.get("voivodeship"),
            f"founded {founded}" if founded else None,
            f"named by {', '.join(self._titled(source) for source in named)}" if named else None,
        ]
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

    def _titled(self, source: str) -> str:
        # The title up to what only explains it: `Kwerenda: pojedyncze fakty ...`, `Klastry w Lublinie (Urząd ...)`.
        title: str = self.titles.get(source) or source
        return self.shown(re.split(r": | \(", title)[0])

    def _gone(self, row: Row) -> str:
        return f"{self.shown(row['old'])} ({row['cluster_id']})" if row["old"] else str(row["cluster_id"])

    def _of(self, kind: str) -> list[Row]:
        return [row for row in self.rows if row["kind"] == kind]

    def _on(self, column: str) -> list[Row]:
        return [row for row in self.rows if row["column_name"] == column and row["kind"] == "changed"]


def _sources_of(tables: Tables) -> dict[str, list[str]]:
    if "cluster_records" not in tables or "records" not in tables:
        return {}
    named = tables["cluster_records"].join(tables["records"].select("record_id", "source_id"), on="record_id")
    joined = named.select("cluster_id", "source_id").unique().sort("cluster_id", "source_id")
    return dict(joined.group_by("cluster_id", maintain_order=True).agg("source_id").iter_rows())


def _titles(tables: Tables) -> dict[str, str]:
    sources = tables.get("sources")
    return {} if sources is None else dict(sources.drop_nulls("title").select("source_id", "title").iter_rows())


def _labels(labels: pl.DataFrame) -> set[tuple[str, str, str]]:
    return set(labels.select("cluster_id", "label", "level").iter_rows())


def _held(tables: Tables) -> set[tuple[str, str, str]]:
    day = first_day(_fact(tables, "as_of"))
    return set() if day is None else set(held(tables["labels"], day).iter_rows())


def _label(label: str, level: str | None) -> str:
    name = {"esca": "ESCA", "kkk": "KKK", "parp_standards": "PARP standards"}.get(label, _words(label))
    return f"{name} {_words(level)}" if level else name


def _totals(statistics: pl.DataFrame) -> dict[str, float]:
    totals = statistics.filter((pl.col("dimension") == "total") & pl.col("value").is_not_null())
    return dict(totals.select("statistic", "value").iter_rows())


def _fact(tables: Tables | None, key: str) -> str | None:
    facts = dict(tables["about"].select("key", "value").iter_rows()) if tables and "about" in tables else {}
    return facts.get(key)


def _figure(value: float) -> str:
    return f"{value:.0f}" if value == round(value) else f"{value:.1f}"


def _words(code: str | None) -> str:
    return (code or "unknown").replace("_", " ")


def _number(number: int) -> str:
    return str(number) if number else "none"


def _listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1])] * (len(parts) > 1) + [parts[-1]])


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
