"""`explain`: why these records are one cluster, why this class, where each value comes from. Read from the latest release."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.text import Text

from inventory.identity.explain import BRACKETS
from inventory.identity.names import fold
from warehouse.release import latest

Tables = Mapping[str, pl.DataFrame]
_ID = re.compile(r"[A-Z]{2}-C\d{4,}", re.IGNORECASE)
SHOWN = 12


def explain(home: Path, asked: str) -> None:
    """Prints the explanation of one cluster, or of why an entry is not in the inventory.

    Args:
        home: The home folder.
        asked: A cluster id (also a retired one), a record id, or a name in any spelling.

    Raises:
        ValueError: There is no release, or nothing answers to that id or name; several that do are listed.
    """
    release = latest(home)
    if release is None:
        raise ValueError(f"No release yet in {home}. Make one with `cluster-inventory refresh`.")
    console = Console(soft_wrap=True, highlight=False)
    for line in lines(release.tables(), asked):
        console.print(Text(line))


def lines(tables: Tables, asked: str) -> Iterator[str]:
    """Yields the explanation line by line.

    Raises:
        ValueError: As `explain`.
    """
    excluded = _excluded(tables, asked)
    cluster_id = _cluster(tables, asked) if excluded.is_empty() else None
    if cluster_id is None:
        for row in excluded.iter_rows(named=True):
            yield f"{row['name'] or row['record_id']} is not in the inventory: {row['reason']}. {row['note']} ({row['url']})"
        return
    row = tables["clusters"].row(by_predicate=pl.col("cluster_id") == cluster_id, named=True)
    yield f"{cluster_id}  {row['name_pl'] or row['name_en']}" + (
        f"  ({row['name_en']})" if row["name_en"] and row["name_pl"] else ""
    )
    if cluster_id != asked.upper() and _ID.fullmatch(asked):
        yield f"{asked.upper()} was retired; {cluster_id} stands for it today."
    yield from _class(tables, row)
    yield from _values(tables, cluster_id)
    yield from _conflicts(tables, cluster_id)
    yield from _labels(tables, cluster_id)
    yield from _names(tables, cluster_id)
    yield from _records(tables, cluster_id)


def _excluded(tables: Tables, asked: str) -> pl.DataFrame:
    if _ID.fullmatch(asked) or not _named(tables, asked).is_empty():
        return tables["excluded"].clear()
    wanted = fold(asked)
    return tables["excluded"].filter(
        (pl.col("record_id") == asked)
        | pl.col("name").map_elements(lambda name: fold(name) == wanted, return_dtype=pl.Boolean, skip_nulls=True)
    )


def _named(tables: Tables, asked: str) -> pl.DataFrame:
    wanted = fold(asked)
    names = tables["cluster_names"]
    exact = names.filter(pl.col("name").map_elements(lambda name: fold(name) == wanted, return_dtype=pl.Boolean))
    if not exact.is_empty():
        return exact
    return names.filter(pl.col("name").map_elements(lambda name: wanted in fold(name), return_dtype=pl.Boolean))


def _cluster(tables: Tables, asked: str) -> str:
    if _ID.fullmatch(asked):
        wanted = asked.upper()
        successors = dict(tables["retired_ids"].select("cluster_id", "successor_id").iter_rows())
        found = successors.get(wanted) or wanted
        if found in tables["clusters"]["cluster_id"]:
            return str(found)
        gone = " It was withdrawn." if wanted in successors else ""
        raise ValueError(f"{wanted}: no such cluster in the latest release.{gone} The table `clusters` lists them.")
    by_record = tables["cluster_records"].filter(pl.col("record_id") == asked)
    if not by_record.is_empty():
        return str(by_record["cluster_id"][0])
    found_ids = sorted(set(_named(tables, asked)["cluster_id"]))
    if len(found_ids) == 1:
        return str(found_ids[0])
    if not found_ids:
        raise ValueError(f"{asked}: no cluster, record or excluded entry of that id or name. Try a part of the name.")
    named = dict(tables["clusters"].select("cluster_id", pl.coalesce("name_pl", "name_en")).iter_rows())
    listed = "\n".join(f"  {cluster_id}  {named[cluster_id]}" for cluster_id in found_ids)
    raise ValueError(f"{asked}: several clusters answer to that name; ask by id:\n{listed}")


def _class(tables: Tables, row: Mapping[str, object]) -> Iterator[str]:
    yield ""
    yield f"Class: {row['class']}. {row['class_reason'] or ''}".rstrip()
    yield f"State: {row['state']}"
    told = tables["assessments"].filter(pl.col("cluster_id") == row["cluster_id"])
    pages = dict(tables["statements"].select("statement_id", "url").iter_rows())
    for verdict in told.sort("criterion").iter_rows(named=True):
        page = pages.get(verdict["statement_id"])
        yield f"  {verdict['criterion']}: {verdict['verdict'].replace('_', ' ')} - {verdict['note']}" + (
            f" <{page}>" if page else ""
        )


def _values(tables: Tables, cluster_id: str) -> Iterator[str]:
    yield ""
    yield "Values shown, and the page that states each:"
    shown = tables["statements"].filter((pl.col("cluster_id") == cluster_id) & pl.col("chosen"))
    for said in shown.sort("property", "statement_id").iter_rows(named=True):
        printed = "" if said["original_value"] == said["value"] else f" (printed: {said['original_value']})"
        yield f"  {said['property']}: {said['value']}{printed}, as of {said['as_of'] or 'an unknown day'} <{said['url']}>"


def _conflicts(tables: Tables, cluster_id: str) -> Iterator[str]:
    conflicts = tables["conflicts"].filter(pl.col("cluster_id") == cluster_id)
    if conflicts.is_empty():
        return
    yield ""
    yield "Pages that say otherwise:"
    for row in conflicts.sort("property", "other_value").iter_rows(named=True):
        yield f"  {row['property']}: {row['other_value']} <{row['other_url']}> instead of {row['value']} <{row['url']}>"


def _labels(tables: Tables, cluster_id: str) -> Iterator[str]:
    labels = (
        tables["labels"]
        .filter(pl.col("cluster_id") == cluster_id)
        .unique(["label", "level", "valid_from", "valid_until"], maintain_order=True)
    )
    if labels.is_empty():
        return
    yield ""
    yield "Labels and statuses:"
    for row in labels.sort("label", "level", "valid_until").iter_rows(named=True):
        yield f"  {row['label']} {row['level']}: {row['valid_from'] or '?'} to {row['valid_until'] or '?'}" + (
            f" ({row['note']})" if row["note"] else ""
        )


def _names(tables: Tables, cluster_id: str) -> Iterator[str]:
    yield ""
    yield "Names met:"
    names = tables["cluster_names"].filter(pl.col("cluster_id") == cluster_id)
    for row in names.sort("kind", "name").iter_rows(named=True):
        yield f"  {row['name']} ({row['kind']}, {row['lang']})"


def _records(tables: Tables, cluster_id: str) -> Iterator[str]:
    entries = (
        tables["cluster_records"].filter(pl.col("cluster_id") == cluster_id).join(tables["records"], on="record_id")
    )
    yield ""
    yield f"Entries that speak of it ({entries.height}), and why:"
    yield f"  ({BRACKETS})"
    ranked = entries.sort(pl.col("probability"), "record_id")
    for row in ranked.head(SHOWN).iter_rows(named=True):
        yield f"  {row['record_id']}: {row['name']} ({row['source_id']}, {row['as_of'] or 'no date'}) <{row['stated_by'].split(' ')[0]}>"
        yield f"      probability {row['probability']:.3f}: {row['reason']}"
    if entries.height > SHOWN:
        yield f"  ... and {entries.height - SHOWN} more, surer than these; the table cluster_records has all."
