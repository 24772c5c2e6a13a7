"""Commands on stored pages: parse them, take them over, list them, hash them again."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sources.archive import Archive
from sources.archive_transfer import export_archive, import_pages
from sources.cards import Card, load_cards
from sources.drift import accept
from sources.reading import pages_under, read_source
from sources.records import write_records
from sources.warc import is_warc, write_warc

SHIPPED, HOME = "shipped", "home"


def archives(home: Path) -> Iterator[tuple[str, str, Archive]]:
    """Yields (source id, `shipped` or `home`, archive) for every source that has pages there, by source."""
    for source, card in sorted(load_cards().items()):
        for where, root in ((SHIPPED, card.folder / "archive"), (HOME, home / "archive" / source)):
            archive = Archive(root)
            if archive.manifest.exists():
                yield source, where, archive


def parse(source: str, pages: Path, out: Path | None) -> bool:
    """Parses stored pages of one source into a record file; returns whether every page could be read.

    Args:
        source: Id of the source.
        pages: A page, or a folder of pages with or without a manifest.
        out: Record file to write; None for the screen.

    Raises:
        ValueError: No such source, or nothing to read there.
    """
    card = _card(source)
    reading = read_source(card, pages_under(pages, card))
    if out is None:
        for record in reading.records:
            sys.stdout.write(json.dumps(asdict(record), ensure_ascii=False, sort_keys=True) + "\n")
    else:
        write_records(reading.records, out)
    report = Console(stderr=True)
    for rejection in reading.rejections:
        report.print(Text(f"rejected: {rejection.path}: {rejection.reason}: {rejection.note}"))
    for problem in reading.problems:
        report.print(Text(f"problem: {problem}"))
    report.print(
        Text(
            f"{len(reading.records)} records, {len(reading.rejections)} rejected, {len(reading.problems)} pages not read"
        )
    )
    return not reading.problems


def import_folder(home: Path, folder: Path, source: str | None) -> bool:
    """Takes over a folder of pages into the home's archive; returns whether all of it was sound."""
    card = _card(source or folder.resolve().name.partition(".")[0])
    name = card.id
    done = import_pages(Archive(home / "archive" / name), folder, card.all_hosts)
    console = Console()
    for fault in done.refused:
        console.print(Text(f"refused: {fault}"))
    console.print(
        Text(f"{name}: {done.new} visits taken over, {done.known} known already, {len(done.refused)} refused")
    )
    return not done.refused


def export(home: Path, source: str, file: Path, *, shipped: bool) -> None:
    """Writes an archive of a source as one file.

    Raises:
        ValueError: No such source, or it has no such archive.
    """
    card = _card(source)
    archive = Archive(card.folder / "archive" if shipped else home / "archive" / source)
    if not archive.manifest.exists():
        remedy = "Import or crawl pages first, or" if not shipped else "Leave --shipped out, or"
        raise ValueError(f"{archive.root}: no archive there. {remedy} see `cluster-inventory archive list`.")
    if is_warc(file):
        said = f"{write_warc(archive, file, source)} responses of {source}, with every visit's line of the log"
    else:
        said = f"manifest and {export_archive(archive, file)} files of {source}"
    Console().print(Text(f"{file}: {said}"), soft_wrap=True)


def accept_layout(home: Path, source: str) -> None:
    """Makes the current layout of a source the yardstick, and prints what was accepted.

    Raises:
        ValueError: No such source, or it was never read in this home.
    """
    console = Console()
    said = accept(home, _card(source).id)
    for line in said:
        console.print(Text(f"{source}: {line}"))
    console.print(Text(f"{source}: layout accepted, {len(said)} differences"))


def list_archives(home: Path, source: str | None) -> None:
    """Prints what the archives hold."""
    table = Table("source", "where", "visits", "addresses", "first visit", "last visit", "outcomes")
    for name, where, archive in archives(home):
        if source in (None, name):
            visits = list(archive.visits())
            days = sorted(visit.retrieved_at[:10] for visit in visits)
            outcomes = ", ".join(
                f"{count} {outcome}" for outcome, count in sorted(Counter(visit.outcome for visit in visits).items())
            )
            addresses = len({visit.url for visit in visits})
            table.add_row(
                name,
                where,
                str(len(visits)),
                str(addresses),
                days[0] if days else "",
                days[-1] if days else "",
                outcomes,
            )
    Console().print(table)


def verify(home: Path) -> bool:
    """Hashes every archived page again; returns whether all hold."""
    console, sound = Console(), True
    for name, where, archive in archives(home):
        faults = archive.verify()
        sound = sound and not faults
        console.print(Text(f"{name} ({where}): {sum(1 for _ in archive.visits())} visits, {len(faults)} faults"))
        for fault in faults:
            console.print(Text(f"  {fault}"))
    return sound


def _card(source: str) -> Card:
    cards = load_cards()
    if source not in cards:
        raise ValueError(f"{source}: no such source. Known: {', '.join(sorted(cards))}.")
    return cards[source]
