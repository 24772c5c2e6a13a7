"""What needs a person right now: read from the home alone, so that the command line and the sensors see the same.

    gate_closed      the last build was refused: reasons and remedies
    source_changed   stored pages of a source cannot be read: what changed in them, and where to mend it
    list_shrank      a source lists a quarter fewer entries, or less still, than when somebody last looked
    source_failing   a site is down, closed to us, moved or out of date
    run_failed       a run broke off (told by the sensor of failed runs, not from here)

A condition that lasts is one condition: its key leaves out what changes from day to day. What passes by itself, a site
that is down for two days or an entry that left its list, is none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from assets.gate import gate_answer
from assets.raw import GONE, asked_live, days_visited
from assets.records import standing_problems
from assets.tables import PATIENCE_DAYS
from expectations.allowances import AllowanceError, read_allowances
from sources.archive import Archive, Visit
from sources.cards import Card, load_cards
from sources.drift import drift, layouts
from sources.outcomes import KINDS

LOST: Final = 0.25
"""Least share of a source's entries whose loss from its pages is told; fewer come and go."""

_GATE_CODES: Final = {"source_changed": ("page_unreadable",), "source_failing": ("source_stale", "source_failed")}
"""Kind of condition to the codes of the gate that an allowance for it names."""

SHOWN: Final = 8
"""Reasons of a kind that a message shows; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that needs a person.

    Attributes:
        kind: One of those at the top of this module; `docs/runbook.md` has a section on each.
        about: Id of the source, `release`, or the name of a job.
        title: One line.
        reasons: What happened, a sentence each, with what to do about it.
        remedy: What to do first.
        codes: Codes behind the reasons: equal codes are the same condition.
        allowed_until: Last day (YYYY-MM-DD) of the allowance that a person wrote for it; empty where there is none.
    """

    kind: str
    about: str
    title: str
    reasons: tuple[str, ...]
    remedy: str
    codes: tuple[str, ...] = ()
    allowed_until: str = ""

    @property
    def key(self) -> str:
        """What stays the same while the condition lasts."""
        return hashlib.sha256(json.dumps([self.kind, self.about, sorted(set(self.codes))]).encode()).hexdigest()[:12]


def conditions(home: Path, today: date) -> list[Condition]:
    """Returns what needs a person, the sources first, then the gate.

    Args:
        home: The home.
        today: The day to which ages are counted.
    """
    of_sources = [found for card in load_cards().values() for found in _of_source(card, home, today)]
    told_of = {condition.about for condition in of_sources}
    shrunk = [found for card in load_cards().values() if card.id not in told_of for found in _shrunk(card, home)]
    return [_allowed(found, home) for found in (*of_sources, *shrunk, *_gate(home, told_of))]


def due(home: Path, today: date) -> list[str]:
    """Returns the sources that are due for a visit: the card's cadence has passed since the last good one."""
    return [
        card.id for card in load_cards().values() if card.start and not card.closed and next_visit(card, home) <= today
    ]


def next_visit(card: Card, home: Path) -> date:
    """Returns the first day on which a source is due; one that failed is due every day."""
    last = last_visit(card, home)
    return last + timedelta(days=card.cadence_days) if last and asked_live(card, home) else date.min


def last_visit(card: Card, home: Path) -> date | None:
    """Returns the day of the last good visit, shipped snapshot included, or None before the first."""
    days = days_visited(card, home)
    return date.fromisoformat(days[-1]) if days else None


def _of_source(card: Card, home: Path, today: date) -> Iterator[Condition]:
    changed = list(_changed(card, home))
    yield from changed
    yield from _failing(card, home, today, is_changed=bool(changed))


def _changed(card: Card, home: Path) -> Iterator[Condition]:
    path = home / "build" / "readings" / f"{card.id}.json"
    account: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"pages": []}
    unread = standing_problems(account)
    if unread:
        accepted, current = layouts(home, card.id)
        differs = drift(accepted, current) if accepted and current else []
        yield Condition(
            "source_changed",
            card.id,
            f"{card.id}: {len(unread)} of {len(account['pages'])} stored pages cannot be read",
            (
                *_few(_by_problem(card.id, unread)),
                *(f"Since the layout was last accepted: {line}" for line in _few(differs)),
            ),
            f"Mend sources/{card.id}/card.yml (captions), or parse.py where the structure is new; then "
            f"`cluster-inventory refresh` and `cluster-inventory sources accept-layout {card.id}`. Until then the gate stays "
            "closed and the last release stays in force; an allowance with a last day lets the rest be published.",
        )  # no codes: an app that is built anew every week fails in another way each time, and is one trouble


def _problem(source: str, page: Mapping[str, str]) -> str:
    """What is wrong with a page, without its name."""
    return page["problem"].removeprefix(f"{source}: ").removeprefix(f"{page['path']}: ")


def _by_problem(source: str, pages: Sequence[Mapping[str, str]]) -> list[str]:
    """One line for pages that share a problem, with the first of them to open."""
    alike: dict[str, list[str]] = {}
    for page in pages:
        alike.setdefault(_problem(source, page), []).append(page["path"])
    return [
        f"{paths[0]}{f' and {len(paths) - 1} like it' if len(paths) > 1 else ''}: {problem}"
        for problem, paths in alike.items()
    ]


def _shrunk(card: Card, home: Path) -> Iterator[Condition]:
    accepted, current = layouts(home, card.id)
    if not accepted or not current or current.entries > accepted.entries * (1 - LOST):
        return
    yield Condition(
        "list_shrank",
        card.id,
        f"{card.id}: its pages list {current.entries} entries, {accepted.entries} when its layout was last accepted",
        tuple(_few(drift(accepted, current))),
        f"Open {card.start[0] if card.start else card.hosts[0]} in a browser. If the list did shrink, "
        f"`cluster-inventory sources accept-layout {card.id}`; if it goes on where our visit ended (another pager, a filter), "
        f"mend sources/{card.id}. What left the list stays in the inventory, and the gate stays open.",
    )


def _allowed(condition: Condition, home: Path) -> Condition:
    try:
        allowances = read_allowances(home / "allowances.yml")
    except AllowanceError:  # the next build breaks off over it, and says so
        return condition
    codes = _GATE_CODES.get(condition.kind, ())
    days = [one.until.isoformat() for one in allowances if one.code in codes and one.source in ("", condition.about)]
    return replace(condition, allowed_until=max(days, default=""))


def _failing(card: Card, home: Path, today: date, *, is_changed: bool) -> Iterator[Condition]:
    if not asked_live(card, home) or card.closed or not card.start:
        return
    faults = [visit for visit in _last_crawl(card, home) if not visit.is_good and _needs_a_person(visit, card)]
    if is_changed:  # what the guards doubt about pages that cannot be read is the same trouble
        faults = [visit for visit in faults if visit.outcome != "suspicious"]
    passing = all(map(_passing, faults))
    last = last_visit(card, home)
    age = (today - last).days if last else None
    overdue = age is None or age > 2 * card.cadence_days
    if overdue or (faults and (not passing or age is None or age >= card.cadence_days + PATIENCE_DAYS)):
        told = [f"{visit.url}: {visit.reason} ({visit.fault}). {_remedy(visit)}" for visit in faults]
        if age is None:
            shown = "it was never read"
        elif age > card.cadence_days:
            shown = f"its data is {age} days old, the card asks for {card.cadence_days}"
        else:
            shown = f"{len(faults)} of its addresses cannot be visited"
        yield Condition(
            "source_failing",
            card.id,
            f"{card.id}: {shown}",
            tuple(_few(told)) or ("No visit was made.",),
            f"Open {card.start[0]} in a browser. If the site is gone for good, set `closed: true` on the card; if it will "
            f"return, allow source_stale for {card.id} in allowances.yml with a last day. What is published stays, with its age.",
            # A site that is down fails in many ways, one a day: that is one trouble.
            tuple(sorted({visit.fault for visit in faults if visit.fault and not _passing(visit)})),
        )


def _passing(visit: Visit) -> bool:
    kind = KINDS.get(visit.fault or "")
    return kind is not None and kind.passing


def _needs_a_person(visit: Visit, card: Card) -> bool:
    # An entry that left its list, or moved within the site, is what lists do.
    return visit.fault not in GONE or visit.url in card.start


def _remedy(visit: Visit) -> str:
    kind = KINDS.get(visit.fault or "")
    return kind.remedy if kind else ""


def _last_crawl(card: Card, home: Path) -> list[Visit]:
    visits = list(Archive(home / "archive" / card.id).visits())
    last = max((visit.crawl for visit in visits if visit.crawl), default=None)
    return list({visit.url: visit for visit in visits if visit.crawl == last}.values())


def _gate(home: Path, told_of: set[str]) -> Iterator[Condition]:
    told = gate_answer(home / "build")
    if not told or told["open"]:
        return
    closing = [reason for reason in told["reasons"] if reason["severity"] == "critical" and not reason["allowed_by"]]
    if closing and all(reason["source"] in told_of for reason in closing):
        return  # each is told with its source
    yield Condition(
        "gate_closed",
        "release",
        f"The gate is closed by {len(closing)} finding{'' if len(closing) == 1 else 's'}; the last release stays in force",
        tuple(_few([f"{_where(reason)}{reason['message']} {reason['remedy']}".strip() for reason in closing])),
        "Look at refused/<version>/quality.html in the home, mend the cause, run `cluster-inventory refresh`; what is right as "
        "it is can be allowed in allowances.yml, with a reason and a last day.",
        tuple(
            sorted({f"{reason['code']}:{reason['source']}:{reason['table']}:{reason['column']}" for reason in closing})
        ),
    )


def _where(reason: dict[str, Any]) -> str:
    place = " ".join(reason[part] for part in ("source", "table", "column") if reason[part])
    return f"{place}: " if place else ""


def _few(lines: Sequence[str]) -> list[str]:
    more = len(lines) - SHOWN
    return [*lines[:SHOWN], *([f"... and {more} more"] if more > 0 else [])]
