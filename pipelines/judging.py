"""`review`, `judge`, `match`: the unsure pairs, what people decide on them, and somebody's own list against the inventory."""

from __future__ import annotations

import csv
import getpass
import io
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl
from rich.console import Console
from rich.text import Text

from inventory.identity.explain import BRACKETS
from inventory.identity.judgements import VERDICTS, Judgement, append
from inventory.identity.matching import match as look_up
from inventory.identity.names import fold
from inventory.schemas import RECORDS, STATEMENTS
from warehouse.release import Release, latest
from warehouse.spreadsheet_text import defused

JUDGEMENTS = "judgements.yml"
COLUMNS: Final[Mapping[str, frozenset[str]]] = {
    "name": frozenset(
        {
            "name",
            "cluster",
            "cluster name",
            "name of cluster",
            "nazwa",
            "klaster",
            "nazwa klastra",
            "organizacja",
            "organisation",
        }
    ),
    "city": frozenset({"city", "town", "seat", "miasto", "miejscowosc", "siedziba"}),
    "voivodeship": frozenset({"voivodeship", "region", "province", "wojewodztwo"}),
    "website": frozenset({"website", "web", "www", "url", "strona", "strona www", "strona internetowa"}),
    "coordinator": frozenset(
        {"coordinator", "cluster coordinator", "koordynator", "koordynator klastra", "nazwa koordynatora"}
    ),
    "founded": frozenset(
        {"founded", "year founded", "founding year", "rok zalozenia", "rok powstania", "rok utworzenia"}
    ),
    "country": frozenset({"country", "kraj", "panstwo"}),
}
"""Headings, folded to plain lower-case letters, under which a list may give a piece of evidence."""


def review(home: Path, count: int) -> None:
    """Prints the unsure pairs of the latest release, most effect on the published counts first.

    Raises:
        ValueError: There is no release.
    """
    release = _latest(home)
    tables = release.tables()
    queue = tables["review_queue"].sort(pl.col("effect").neg(), "record_a", "record_b")
    home_of = dict(tables["cluster_records"].select("record_id", "cluster_id").iter_rows())
    names = dict(tables["records"].select("record_id", "name").iter_rows())
    console = Console(soft_wrap=True, highlight=False)
    for row in queue.head(count).iter_rows(named=True):
        for record in (row["record_a"], row["record_b"]):
            console.print(Text(f"{record}  {names.get(record)}  ({home_of.get(record, 'not published')})"))
        console.print(Text(f"    effect {row['effect']:.2f}, probability {row['probability']:.3f}: {row['reasons']}\n"))
    console.print(
        Text(
            f"{queue.height} pairs wait, {min(count, queue.height)} shown. "
            f"{BRACKETS}\nDecide with: cluster-inventory judge A B same|different|unsure --why ..."
        )
    )


def judge(home: Path, a: str, b: str, verdict: str, why: str, by: str | None) -> None:  # noqa: PLR0913  a judgement has these parts
    """Records a judgement on two records or two clusters.

    Args:
        home: The home folder.
        a: Record or cluster id.
        b: Record or cluster id.
        verdict: same, different or unsure.
        why: The reason.
        by: Who decides; the user's own name by default.

    Raises:
        ValueError: The verdict or an id is unknown, both are the same, or no reason is given.
    """
    if verdict not in VERDICTS:
        raise ValueError(f"{verdict}: no such verdict. Use one of {', '.join(VERDICTS)}.")
    if not why.strip():
        raise ValueError("A judgement needs its reason: --why '...'.")
    tables = _latest(home).tables()
    first, second = sorted((_record(tables, a), _record(tables, b)))
    if first == second:
        raise ValueError(f"{a} and {b} are the same entry. Name two.")
    # The day of a judgement is when somebody made it: a fact about a person's act, not content of the inventory.
    made = Judgement(first, second, verdict, why.strip(), by or getpass.getuser(), date.today().isoformat())  # noqa: DTZ011
    append(home / JUDGEMENTS, made)
    Console(soft_wrap=True).print(
        Text(
            f"{first} and {second}: {verdict}. Written to {home / JUDGEMENTS}; `cluster-inventory refresh` takes it in."
        )
    )


def match(home: Path, file: Path, name_column: str | None, out: Path | None) -> None:
    """Matches somebody's own list against the latest release; writes the list with cluster_id, probability, decision, reason.

    Args:
        home: The home folder.
        file: CSV file, UTF-8 or windows-1250, comma, semicolon or tab.
        name_column: Heading of the names; found by its words where it is not given.
        out: File to write; None for the screen.

    Raises:
        ValueError: There is no release, the file cannot be read, or no column holds names.
    """
    tables = _latest(home).tables()
    given = _read(file)
    columns = _columns(given, name_column, file)
    names = given.select(pl.col(theirs).alias(ours) for ours, theirs in columns.items())
    ours = tables["cluster_records"]
    found = look_up(
        names,
        _in_utc(tables["records"]).join(ours, on="record_id", how="semi").select(list(RECORDS)),
        _in_utc(tables["statements"]).select(list(STATEMENTS)),
        ours.select("record_id", body_id="cluster_id"),
    )
    answer = given.with_columns(
        cluster_id=found["body_id"],
        probability=found["probability"].round(4),
        decision=found["decision"],
        reason=found["reason"],
    )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(answer.columns)
    for row in answer.iter_rows():
        writer.writerow([defused(cell) if isinstance(cell, str) else "" if cell is None else cell for cell in row])
    if out is None:
        sys.stdout.write(text.getvalue())
    else:
        out.write_text(text.getvalue(), encoding="utf-8-sig")


def _in_utc(frame: pl.DataFrame) -> pl.DataFrame:
    # The published files hold moments without a zone, in UTC, because not every client reads zones.
    return frame.with_columns(pl.col("retrieved_at").dt.replace_time_zone("UTC"))


def _latest(home: Path) -> Release:
    release = latest(home)
    if release is None:
        raise ValueError(f"No release yet in {home}. Make one with `cluster-inventory refresh`.")
    return release


def _record(tables: Mapping[str, pl.DataFrame], asked: str) -> str:
    if asked in tables["records"]["record_id"]:
        return asked
    of_cluster = tables["cluster_records"].filter(pl.col("cluster_id") == asked.upper())["record_id"].sort()
    if of_cluster.is_empty():
        raise ValueError(
            f"{asked}: no such record or cluster in the latest release. `cluster-inventory review` shows ids."
        )
    return str(of_cluster[0])


def _read(file: Path) -> pl.DataFrame:
    if not file.is_file():
        raise ValueError(f"{file}: no such file. Give a CSV file with a heading line.")
    body = file.read_bytes()
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("windows-1250", errors="replace")
    if not text.strip():
        raise ValueError(f"{file}: the file is empty. Give a CSV file with a heading line.")
    heading = text.splitlines()[0]
    separator = max(",;\t", key=heading.count)
    rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    width = len(rows[0])
    bad = [number for number, row in enumerate(rows, start=1) if row and len(row) != width]
    if bad:
        raise ValueError(
            f"{file}, line {bad[0]}: {len(rows[bad[0] - 1])} cells, the heading has {width}. Mend that line."
        )
    return pl.DataFrame([row for row in rows[1:] if row], schema=dict.fromkeys(rows[0], pl.String), orient="row")


def _columns(given: pl.DataFrame, name_column: str | None, file: Path) -> dict[str, str]:
    if name_column is not None and name_column not in given.columns:
        raise ValueError(f"{file}: no column {name_column}. Its columns are {', '.join(given.columns)}.")
    found = {}
    for ours, headings in COLUMNS.items():
        theirs = next((column for column in given.columns if fold(column).strip() in headings), None)
        if theirs is not None:
            found[ours] = theirs
    if name_column is not None:
        found["name"] = name_column
    if "name" not in found:
        raise ValueError(
            f"{file}: which column holds the names? Say it with --name-column. Its columns are {', '.join(given.columns)}."
        )
    return found
