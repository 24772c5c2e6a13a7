"""What `release ...`, `export`, `diff` and `sources suggest-bounds` do: releases listed, checked, pruned, exported, compared."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from expectations.bounds import SuggestedBounds, suggest
from sources.cards import load_cards
from warehouse.changes import changes
from warehouse.exports import export as write_export
from warehouse.exports import whole
from warehouse.query import query
from warehouse.release import Release, ReleaseError, latest, releases, roll_back
from warehouse.release_notes import plain, release_notes
from warehouse.upkeep import prune as remove
from warehouse.upkeep import to_prune
from warehouse.upkeep import verify as check

NO_RELEASE = "No release yet in {home}. Make one with `cluster-inventory refresh` (or name another --home)."
_FACTS = 'SELECT "key", "value" FROM about WHERE "key" <> \'content\' ORDER BY "key"'
_CLASSES = "SELECT class, state, count(*) FROM clusters GROUP BY ALL ORDER BY ALL"


def listed(home: Path) -> None:
    """Prints the releases of a home, newest first, with what each counts and the one in force marked."""
    in_force = latest(home)
    table = Table("version", "clusters", "potential", "gate", "rules", "")
    for release in reversed(releases(home)):
        facts = release.about()
        counts = dict(query(release.database, "SELECT class, count(*) FROM clusters GROUP BY ALL").rows)
        table.add_row(
            release.version,
            str(counts.get("cluster", 0)),
            str(counts.get("potential_cluster", 0)),
            Text(facts.get("gate") or ""),
            Text(facts.get("method_version") or ""),
            "latest" if in_force and in_force.version == release.version else "",
        )
    if not table.row_count:
        raise ReleaseError(NO_RELEASE.format(home=home))
    Console().print(table)


def show(home: Path, version: str | None) -> None:
    """Prints what a release says of itself, its classes, and what it changed.

    Raises:
        ReleaseError: There is no such release.
    """
    release, console = release_of(home, version), Console(soft_wrap=True, highlight=False)
    console.print(Text(str(release.path), style="bold"))
    for key, value in query(release.database, _FACTS).rows:
        console.print(Text(f"{key}: {plain(value or '')}"))
    for name, state, number in query(release.database, _CLASSES).rows:
        console.print(Text(f"{name}, {state}: {number}"))
    tables = release.tables()
    _print(console, release_notes(tables["changes"], tables, most=5))


def verify(home: Path, version: str | None) -> bool:
    """Hashes every file of one release, or of all, again; prints what is wrong and returns whether nothing is."""
    chosen = releases(home) if version is None else (release_of(home, version),)
    if not chosen:
        raise ReleaseError(NO_RELEASE.format(home=home))
    console, sound = Console(soft_wrap=True, highlight=False), True
    for release in chosen:
        found = check(release)
        sound = sound and not found
        console.print(Text(f"{release.version}: {'as published' if not found else f'{len(found)} things are wrong'}"))
        for problem in found:
            console.print(Text(f"  {problem}"))
    return sound


def set_back(home: Path, version: str) -> None:
    """Points `latest` at that release, if its files are those that were published.

    Raises:
        ReleaseError: There is no such release, or it was changed.
    """
    found = check(release_of(home, version))
    if found:
        raise ReleaseError(f"{version} is not as it was published, latest stays: {'; '.join(found)}")
    roll_back(home, version)
    Console().print(Text(f"latest is now {version}; nothing was removed"))


def prune(home: Path, keep: int, *, dry_run: bool) -> None:
    """Removes old releases by the rule of `warehouse.upkeep.to_prune` (or only says which) and prints them."""
    gone = to_prune(releases(home), latest(home), keep) if dry_run else remove(home, keep)
    what = "would go" if dry_run else "removed"
    Console().print(Text(f"{what}: {', '.join(release.version for release in gone) or 'none'}"))


def export(  # noqa: PLR0913 - the options of one command
    home: Path, version: str | None, out: Path, form: str, sql: str | None, table: str | None, *, bom: bool
) -> None:
    """Writes a query's answer or a whole table to a file.

    Raises:
        ValueError: Neither or both are named, or the export cannot be made.
    """
    if (sql is None) == (table is None):
        raise ValueError("Say what to export: either a query (--sql) or a table or view (--table).")
    asked = sql if sql is not None else whole(table or "")
    answer = write_export(release_of(home, version), out, form, asked, bom=bom)
    Console(soft_wrap=True, highlight=False).print(
        Text(f"{len(answer.rows)} rows in {out}; where they come from is in {out}.about.json")
    )


def diff(home: Path, old: str | None, new: str | None, *, full: bool) -> None:
    """Prints the notes between two releases; `full` names every cluster.

    Raises:
        ReleaseError: A version is not there, or there is nothing to compare with.
    """
    newer = release_of(home, new)
    before = [
        release for release in releases(home) if release.version != newer.version and release.as_of <= newer.as_of
    ]
    if old is None and not before:
        raise ReleaseError(f"{newer.version} is the only release; there is nothing to compare it with.")
    older = release_of(home, old) if old else before[-1]
    tables = newer.tables()
    before_tables = older.tables()
    found = changes(tables, before_tables)
    console = Console(soft_wrap=True, highlight=False)
    console.print(Text(f"{older.version} -> {newer.version}", style="bold"))
    _print(console, release_notes(found, tables, most=found.height if full else 12, old=before_tables))


def suggest_bounds(home: Path) -> None:
    """Prints bounds for the card of each source, as they would stand there, with the runs behind them and the card's own.

    Nothing is changed: a person reads them and writes into the card what is right.

    Raises:
        ReleaseError: There is no release.
    """
    known = releases(home)
    if not known:
        raise ReleaseError(NO_RELEASE.format(home=home))
    console, cards = Console(soft_wrap=True, highlight=False), load_cards()
    for found in suggest([release.tables() for release in known]):
        card = cards.get(found.source_id)
        console.print(Text(f"{found.source_id}, from {found.runs} runs", style="bold"))
        console.print(Text(f"  suggested: {found}"))
        if card is not None:
            own = SuggestedBounds(
                found.source_id, 0, card.bounds.rows_min, card.bounds.rows_max or 0, dict(card.bounds.filled)
            )
            console.print(Text(f"  its card:  {own}"))


def release_of(home: Path, version: str | None) -> Release:
    """Returns the release of that version, the one in force for None.

    Raises:
        ReleaseError: There is none.
    """
    known = {release.version: release for release in releases(home)}
    in_force = latest(home)
    if in_force is None and not known:
        raise ReleaseError(NO_RELEASE.format(home=home))
    wanted = version or (in_force.version if in_force else None)
    if wanted not in known:
        raise ReleaseError(f"There is no release {wanted or 'in force'}. Known: {', '.join(known)}.")
    return known[wanted]


def _print(console: Console, lines: list[str]) -> None:
    for line in lines:
        heading = line.startswith("### ")
        console.print(Text(f"\n{line.removeprefix('### ')}" if heading else line, style="bold" if heading else ""))
