"""The ledger of published ids: minted once, kept for ever, never used twice.

The ledger is an append-only file of JSON Lines; memory is a pure function of it. One event a line, each with `event`
and `cluster_id`:

    mint      records          a new id and its first records
    member    records          records that came later, or moved here
    merge     into, reason     the id redirects from now on
    split     from, records    a new id out of an old one
    withdraw  reason           a tombstone: the id has no body and no other use
    restore   reason, records  the same id lives again, after a tombstone or a merge that was undone

A record that is gone from the sources stays a member: if it comes back it finds its id. An id without records in a
run is
not withdrawn by itself: a source may only be late.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from inventory.identity.judgements import Judgements
from inventory.schemas import BODIES, conform

Event = dict[str, Any]
STRONG = 0.99
"""Least probability of a pair for joining two published ids without a judgement, where a new record brings it."""


class LedgerError(ValueError):
    """A ledger that contradicts itself. The message names file, line and remedy."""


@dataclass(frozen=True)
class Ledger:
    """Published ids and their records.

    Attributes:
        events: All events, oldest first.
        country: Prefix of new ids.
        home: Record id to the id it belongs to (before redirects).
        redirects: Merged id to the id it went into.
        withdrawn: Ids with a tombstone.
        highest: The highest number ever minted.
    """

    events: tuple[Event, ...] = ()
    country: str = "PL"
    home: Mapping[str, str] = field(default_factory=dict)
    redirects: Mapping[str, str] = field(default_factory=dict)
    withdrawn: frozenset[str] = frozenset()
    highest: int = 0

    @classmethod
    def load(cls, path: Path, country: str = "PL") -> Ledger:
        """Reads a ledger; a missing file is an empty one.

        Args:
            path: The ledger file.
            country: Prefix of new ids, ISO 3166-1 alpha-2.

        Raises:
            LedgerError: A line is broken, mints an id again, or speaks of an id that was never minted.
        """
        if not path.exists():
            return cls(country=country)
        events = []
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                events.append(json.loads(line))
            except ValueError as fault:
                raise LedgerError(
                    f"{path.name}, line {number}: {fault}. Restore the file from its last committed version."
                ) from fault
        return cls.of(events, country, path.name)

    @classmethod
    def of(cls, events: Iterable[Event], country: str = "PL", where: str = "ledger") -> Ledger:
        """Returns the ledger that a sequence of events makes.

        Raises:
            LedgerError: As `load`.
        """
        events = tuple(events)
        memory = _Memory()
        for number, event in enumerate(events, start=1):
            try:
                memory.take(event)
            except (KeyError, ValueError) as fault:
                raise LedgerError(
                    f"{where}, line {number}: {fault}. Restore the file from its last committed version."
                ) from fault
        return cls(events, country, memory.home, memory.redirects, frozenset(memory.withdrawn), memory.highest)

    def save(self, path: Path) -> None:
        """Writes the ledger in one step: whoever reads sees the old file or the new one, also after a crash.

        Raises:
            LedgerError: The file holds events that this ledger does not begin with: somebody else wrote in between.
        """
        text = "".join(json.dumps(e, ensure_ascii=False, sort_keys=True) + "\n" for e in self.events)
        if path.exists() and not text.startswith(path.read_text(encoding="utf-8")):
            raise LedgerError(
                f"{path.name} has events that this run did not see; run again, so that they are taken in."
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8", newline="\n") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        Path(out.name).replace(path)
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def resolve(self, cluster_id: str) -> str | None:
        """Returns the id that stands for it today; None for a withdrawn or unknown id."""
        while cluster_id in self.redirects:
            cluster_id = self.redirects[cluster_id]
        known = cluster_id in self.ids
        return cluster_id if known and cluster_id not in self.withdrawn else None

    @property
    def ids(self) -> frozenset[str]:
        """All ids ever minted."""
        return frozenset(e["cluster_id"] for e in self.events if e["event"] in {"mint", "split"})

    def home_of(self, record_id: str) -> str | None:
        """Returns the id that a record belongs to today, tombstones included."""
        cluster_id = self.home.get(record_id)
        while cluster_id is not None and cluster_id in self.redirects:
            cluster_id = self.redirects[cluster_id]
        return cluster_id

    def with_events(self, events: Iterable[Event]) -> Ledger:
        """Returns the ledger with further events."""
        return Ledger.of((*self.events, *events), self.country)

    def withdraw(self, cluster_id: str, reason: str) -> Ledger:
        """Returns the ledger with a tombstone for that id."""
        return self.with_events([{"event": "withdraw", "cluster_id": cluster_id, "reason": reason}])

    def restore(self, cluster_id: str, reason: str) -> Ledger:
        """Returns the ledger with that id alive again."""
        return self.with_events([{"event": "restore", "cluster_id": cluster_id, "reason": reason}])

    def left_scope(self, records: pl.DataFrame, excluded: pl.DataFrame) -> dict[str, str]:
        """Returns the ids in use all of whose records that were read are out of scope now, with the reason.

        An id none of whose records were read has not left the scope: its source may be away.

        Args:
            records: Frame RECORDS of this run.
            excluded: Frame EXCLUDED of this run.
        """
        reasons = dict(excluded.select("record_id", pl.format("{}: {}", "reason", "note")).iter_rows())
        read: dict[str, list[str | None]] = {}
        for record in records["record_id"].sort():
            home = self.home_of(record)
            if home is not None and home not in self.withdrawn:
                read.setdefault(home, []).append(reasons.get(record))
        return {cluster: told[0] or "" for cluster, told in sorted(read.items()) if all(told)}

    def settle(
        self, bodies: pl.DataFrame, matches: pl.DataFrame, judgements: Judgements
    ) -> tuple[pl.DataFrame, list[str]]:
        """Returns bodies that join published ids only for a judgement or strong new evidence, and part them for a judgement.

        Args:
            bodies: Frame BODIES as linkage found them.
            matches: Frame MATCHES of the same run.
            judgements: Judgements of people.

        Returns:
            Frame BODIES, and a sentence for each join or parting that waits for a judgement.
        """
        return _Settlement(self, bodies, matches, judgements).run()

    def assign(
        self, bodies: pl.DataFrame, in_scope_body_ids: Iterable[str], records: pl.DataFrame | None = None
    ) -> tuple[Ledger, pl.DataFrame, list[Event]]:
        """Gives each body in scope its id: the one most of its records have, or a new one.

        Args:
            bodies: Frame BODIES.
            in_scope_body_ids: Bodies to be published; others get no id, and keep what they have.
            records: Frame RECORDS; new ids are minted by earliest `as_of`, then name, then record id (without it by
            record id).

        Returns:
            The ledger with the new events, a frame of body_id and cluster_id, and the new events.
        """
        members = _members(bodies, set(in_scope_body_ids))
        claims = {body: Counter(h for r in rows if (h := self.home_of(r))) for body, rows in members.items()}
        keeper = _keepers(claims)
        order = _order(members, records)
        events: list[Event] = []
        assigned: dict[str, str] = {}
        number = self.highest
        for body in sorted(members, key=lambda one: (0, keeper[one], "") if one in keeper else (1, *order[one])):
            cluster_id = keeper.get(body)
            rows = members[body]
            if cluster_id is None:
                event = self._own_again(rows, set(assigned.values()))
                if event is None:
                    number += 1
                    origin = min(claims[body], default=None)
                    event = {"event": "split", "from": origin} if origin else {"event": "mint"}
                    event |= {"cluster_id": f"{self.country}-C{number:04d}"}
                cluster_id = event["cluster_id"]
                events.append(event | {"records": rows})
            else:
                events.extend(self._updates(cluster_id, rows, claims[body], set(keeper.values())))
            assigned[body] = cluster_id
        frame = pl.DataFrame(
            sorted(assigned.items()), schema={"body_id": pl.String, "cluster_id": pl.String}, orient="row"
        )
        return self.with_events(events), frame, events

    def _own_again(self, rows: list[str], taken: set[str]) -> Event | None:
        """Returns the event that gives records of an undone merge the id back that they had before it."""
        before = Counter(h for r in rows if (h := self.home.get(r)) in self.redirects and h not in taken)
        if not before:
            return None
        cluster_id = min(before, key=lambda one: (-before[one], one))
        return {"event": "restore", "cluster_id": cluster_id, "reason": "the merge is undone"}

    def _updates(self, cluster_id: str, rows: list[str], claims: Counter[str], kept: set[str]) -> Iterable[Event]:
        if cluster_id in self.withdrawn:
            yield {"event": "restore", "cluster_id": cluster_id, "reason": "its records are in scope again"}
        for other in sorted(set(claims) - kept):
            reason = "all its records in this run belong to the other"
            yield {"event": "merge", "cluster_id": other, "into": cluster_id, "reason": reason}
        added = [r for r in rows if (home := self.home_of(r)) != cluster_id and (home is None or home in kept)]
        if added:
            yield {"event": "member", "cluster_id": cluster_id, "records": added}


class _Memory:
    """What the events make, step by step."""

    def __init__(self) -> None:
        self.home: dict[str, str] = {}
        self.redirects: dict[str, str] = {}
        self.withdrawn: set[str] = set()
        self.minted: set[str] = set()
        self.highest = 0

    def take(self, event: Event) -> None:
        kind, cluster_id = event["event"], event["cluster_id"]
        if kind in {"mint", "split"}:
            if cluster_id in self.minted:
                raise ValueError(f"{cluster_id} is minted twice")
            self.minted.add(cluster_id)
            self.highest = max(self.highest, int(cluster_id.rsplit("-C", 1)[1]))
        elif cluster_id not in self.minted:
            raise ValueError(f"{cluster_id} was never minted")
        if kind in {"mint", "split", "member"}:
            self.home.update(dict.fromkeys(event["records"], cluster_id))
        elif kind == "merge":
            self._merge(cluster_id, event["into"])
        elif kind == "withdraw":
            self.withdrawn.add(cluster_id)
        elif kind == "restore":
            self.withdrawn.discard(cluster_id)
            self.redirects.pop(cluster_id, None)
            self.home.update(dict.fromkeys(event.get("records", ()), cluster_id))
        else:
            raise ValueError(f"unknown event {kind!r}")

    def _merge(self, old: str, new: str) -> None:
        if new not in self.minted:
            raise ValueError(f"{new} was never minted")
        seen = new
        while seen in self.redirects:
            seen = self.redirects[seen]
        if seen == old or old in self.redirects:
            raise ValueError(f"{old} cannot redirect to {new}: it would redirect to itself or twice")
        self.redirects[old] = new


def _members(bodies: pl.DataFrame, in_scope: set[str]) -> dict[str, list[str]]:
    used = bodies.filter(pl.col("body_id").is_in(sorted(in_scope))).sort("body_id", "record_id")
    return {key[0]: part["record_id"].to_list() for key, part in used.group_by("body_id", maintain_order=True)}


def _keepers(claims: Mapping[str, Counter[str]]) -> dict[str, str]:
    """Returns which body keeps which id: most records first; ties to the lower id, then the lower body."""
    ranked = sorted((-votes, cluster_id, body) for body, count in claims.items() for cluster_id, votes in count.items())
    keeper: dict[str, str] = {}
    taken: set[str] = set()
    for _, cluster_id, body in ranked:
        if body not in keeper and cluster_id not in taken:
            keeper[body] = cluster_id
            taken.add(cluster_id)
    return keeper


def _order(members: Mapping[str, list[str]], records: pl.DataFrame | None) -> dict[str, tuple[str, str, str]]:
    if records is None:
        return {body: ("", "", rows[0]) for body, rows in members.items()}
    told = {
        r: (as_of or "9999", name or "") for r, as_of, name in records.select("record_id", "as_of", "name").iter_rows()
    }
    return {body: min((*told.get(r, ("9999", "")), r) for r in rows) for body, rows in members.items()}


class _Settlement:
    """Joins and partings of published ids, weighed."""

    def __init__(self, ledger: Ledger, bodies: pl.DataFrame, matches: pl.DataFrame, judgements: Judgements) -> None:
        self.ledger = ledger
        self.frame = bodies
        self.body = dict(bodies.select("record_id", "body_id").iter_rows())
        self.home = {r: h for r in self.body if (h := ledger.home_of(r))}
        self.best: dict[frozenset[str], float] = {}
        for a, b, p in matches.select("record_a", "record_b", "probability").iter_rows():
            self._note(a, b, p)
        self.judged = {v: [(j.a, j.b) for j in judgements.with_verdict(v)] for v in ("same", "different")}
        self.waiting: list[str] = []

    def _note(self, a: str, b: str, p: float) -> None:
        if (x := self.home.get(a)) and (y := self.home.get(b)) and x != y:
            self.best[frozenset((x, y))] = max(p, self.best.get(frozenset((x, y)), 0.0))

    def run(self) -> tuple[pl.DataFrame, list[str]]:
        self._rejoin()
        self._part()
        ids: dict[str, str] = {}
        for record, body in sorted(self.body.items()):
            ids.setdefault(body, record)
        changed = {r: ids.get(b, b) for r, b in self.body.items()}
        frame = self.frame.with_columns(body_id=pl.col("record_id").replace_strict(changed, return_dtype=pl.String))
        return conform(frame, BODIES), self.waiting

    def _rejoin(self) -> None:
        """Brings parts of one published id together again where nothing strong parts them."""
        parts: dict[str, Counter[str]] = {}
        for record, home in self.home.items():
            parts.setdefault(home, Counter())[self.body[record]] += 1
        for home, count in sorted(parts.items()):
            main = min(count, key=lambda b: (-count[b], b))
            for other in sorted(set(count) - {main}):
                if self._parted(main, other):
                    continue
                for record in sorted(r for r, b in self.body.items() if b == other and self.home.get(r) == home):
                    self.body[record] = main
                self.waiting.append(
                    f"{home}: records now read as another body ({other}) stay with it until they are judged different."
                )

    def _parted(self, main: str, other: str) -> bool:
        """Only a judgement parts: records that once met may look strange to each other when the one between is lost."""
        return any({self.body.get(a), self.body.get(b)} == {main, other} for a, b in self.judged["different"])

    def _part(self) -> None:
        """Keeps published ids apart that one body unites without strong evidence."""
        homes: dict[str, Counter[str]] = {}
        for record, home in self.home.items():
            homes.setdefault(self.body[record], Counter())[home] += 1
        for body, count in sorted(homes.items()):
            main = min(count, key=lambda h: (-count[h], h))
            for other in sorted(set(count) - {main}):
                pair = frozenset((main, other))
                judged = any({self.home.get(a), self.home.get(b)} == set(pair) for a, b in self.judged["same"])
                # Without a new record the same evidence was there before: a lost source must not join what stood apart.
                news = any(b == body and r not in self.home for r, b in self.body.items())
                if judged or (news and self.best.get(pair, 0.0) >= STRONG):
                    continue
                for record in sorted(r for r, b in self.body.items() if b == body and self.home.get(r) == other):
                    self.body[record] = f"{body}/{other}"
                self.waiting.append(
                    f"{main} and {other} now read as one body ({body}); they stay apart until they are judged the same."
                )
