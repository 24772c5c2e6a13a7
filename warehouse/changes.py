"""What differs from the release before, cluster by cluster, and what each difference comes from.

The cause is read from the evidence. Other statements or other records behind a cluster: the sources say something else.
The same evidence on another day, in a column that depends on the day: the calendar; but time alone wakes nobody, so a cluster
that is active again was met on a new visit. The same evidence under the same
version of the rules but other files of judgement (`judgements` in the table about, a digest of them): a person's
judgement. What is left is ours: the method.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

import polars as pl

from warehouse.dictionary import dictionary

Tables = Mapping[str, pl.DataFrame]

# What moves with the day of the inventory although nothing else changed.
_CALENDAR: Final = frozenset({"age_years", "state", "class"})


def changes(new: Tables, old: Tables | None) -> pl.DataFrame:
    """Returns the differences between two sets of published tables.

    Args:
        new: Tables of this release, at least clusters, cluster_records, statements, retired_ids and about.
        old: The same of the release before, or None for the first: then every cluster is added.

    Returns:
        A frame of the published table `changes`: rows of kind added and split less rows of kind removed and merged
        equal the difference of the numbers of clusters.
    """
    before = old if old is not None else {name: frame.clear() for name, frame in new.items()}
    compared = _Compared(new, before)
    rows = [*compared.gone(), *compared.come(), *compared.differing()]
    schema = dictionary().tables["changes"].schema
    return pl.DataFrame(rows, schema=schema, orient="row").sort(list(schema), nulls_last=False)


class _Compared:
    def __init__(self, new: Tables, old: Tables) -> None:
        self.new, self.old = _by_id(new["clusters"]), _by_id(old["clusters"])
        self.records, self.old_records = _records(new["cluster_records"]), _records(old["cluster_records"])
        self.evidence, self.old_evidence = _evidence(new["statements"]), _evidence(old["statements"])
        retired = new.get("retired_ids", pl.DataFrame())
        self.successors = dict(retired.select("cluster_id", "successor_id").iter_rows()) if retired.width else {}
        facts, old_facts = (dict(side["about"].select("key", "value").iter_rows()) for side in (new, old))
        self.is_first = not self.old
        self.other_method = facts.get("method_version") != old_facts.get("method_version")
        self.other_judgements = facts.get("judgements") != old_facts.get("judgements")
        self.other_day = facts.get("as_of") != old_facts.get("as_of")

    def gone(self) -> Iterator[tuple[Any, ...]]:
        for cluster in self.old.keys() - self.new.keys():
            successor = self.successors.get(cluster)
            kind = "merged" if successor else "removed"
            yield cluster, kind, None, self.old[cluster]["name_pl"], successor, self._cause(cluster)

    def come(self) -> Iterator[tuple[Any, ...]]:
        was = {record: cluster for cluster, records in self.old_records.items() for record in records}
        for cluster in self.new.keys() - self.old.keys():
            parents = {was.get(record) for record in self.records[cluster]}
            parent = next(iter(parents)) if len(parents) == 1 else None
            kind = "split" if parent in self.new else "added"
            shown = parent if kind == "split" else None
            yield cluster, kind, None, shown, self.new[cluster]["name_pl"], self._cause(cluster)

    def differing(self) -> Iterator[tuple[Any, ...]]:
        for cluster in self.new.keys() & self.old.keys():
            new, old = self.new[cluster], self.old[cluster]
            # A column that the release before did not have tells nothing about a cluster.
            for column in (column for column in new if column in old and new[column] != old[column]):
                kind = "reclassified" if column == "class" else "changed"
                yield cluster, kind, column, _text(old[column]), _text(new[column]), self._cause(cluster, column)

    def _cause(self, cluster: str, column: str | None = None) -> str:
        if self.is_first:
            return "source"
        same = (
            self.records[cluster] == self.old_records[cluster] and self.evidence[cluster] == self.old_evidence[cluster]
        )
        if (
            column == "age_years"
            and self.other_day
            and self.new[cluster]["founded_year"] == self.old[cluster]["founded_year"]
        ):
            return "calendar"
        if column is None:
            # A cluster that came or went: did its evidence come or go too, or was it only read in another way?
            side, other = (self.records, self.old_records) if cluster in self.new else (self.old_records, self.records)
            same = side[cluster] <= frozenset().union(*other.values())
        if not same or self._is_awake_again(cluster, column):
            return "source"
        if self.other_day and not self.other_method and column in _CALENDAR:
            return "calendar"
        return "judgement" if self.other_judgements and not self.other_method else "method"

    def _is_awake_again(self, cluster: str, column: str | None) -> bool:
        """Whether a later visit found what is printed as before: it says that the cluster is there still."""
        moved = column == "state" and self.other_day and not self.other_method and not self.other_judgements
        return moved and self.new[cluster]["state"] == "active"


def _by_id(clusters: pl.DataFrame) -> dict[str, dict[str, Any]]:
    return {row["cluster_id"]: row for row in clusters.iter_rows(named=True)}


def _records(cluster_records: pl.DataFrame) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for record, cluster in cluster_records.select("record_id", "cluster_id").iter_rows():
        found[cluster].add(record)
    return defaultdict(frozenset, {cluster: frozenset(records) for cluster, records in found.items()})


def _evidence(statements: pl.DataFrame) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for statement, cluster in statements.select("statement_id", "cluster_id").iter_rows():
        found[cluster].add(statement)
    return defaultdict(frozenset, {cluster: frozenset(ids) for cluster, ids in found.items()})


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
