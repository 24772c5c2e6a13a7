"""Records: one asset per source parses its stored pages; a user's own record file is read beside them."""

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from assets.handover import pack
from assets.raw import stored
from assets.run import InventoryRun
from expectations.personal_data import personal_data
from inventory.standings import Standing, kinds_of_page
from sources.cards import Card, load_cards
from sources.drift import layout_of, observe
from sources.reading import Reading, read_source
from sources.records import Record, Rejection, read_record_file, record_id

SOURCES = tuple(load_cards())
FILE = "file"


def standings() -> dict[str, Standing]:
    """Returns what each source's word is worth: kinds of page of record files, and cards over them."""
    return kinds_of_page() | {card.id: _standing(card) for card in load_cards().values()}


def reading_path(run: InventoryRun, source: str) -> Path:
    """Returns where the account of a source's reading lies: pages, problems, rejections."""
    return run.build / "readings" / f"{source}.json"


def _standing(card: Card) -> Standing:
    return Standing(
        source_id=card.id,
        publisher=card.publisher,
        trust=card.trust,
        trust_by_property=card.trust_by_property,
        proves=card.proves,
        coverage=card.coverage,
        list=card.list,
        country=card.country,
    )


def _records(card: Card) -> dg.AssetsDefinition:
    @dg.asset(
        name=f"core_{card.id}__records",
        group_name="records",
        kinds={"polars", "parquet"},
        owners=["team:data-engineering"],
        tags={"source": card.id},
        deps=[f"raw_{card.id}__pages"],
        description=f"{card.title}: one row per entry and page, as printed.",
    )
    def records(context: dg.AssetExecutionContext, run: InventoryRun) -> pl.DataFrame:
        if not run.archive:
            reading_path(run, card.id).unlink(missing_ok=True)
            return pack(())
        pages = stored(card, run.root)
        reading = read_source(card, pages)
        drifted = observe(run.root, card.id, layout_of(card, pages, reading))
        for problem in reading.problems:
            context.log.error(problem)
        context.add_output_metadata(
            {
                "entries": reading.rows,
                "pages": len(reading.pages),
                "rejected": len(reading.rejections),
                "problems": dg.MetadataValue.md("\n".join(f"- {problem}" for problem in reading.problems) or "none"),
                "unknown captions": dict(reading.unknown),
                "filled": reading.filled() if reading.rows else {},
                "drift": dg.MetadataValue.md("\n".join(f"- {said}" for said in drifted) or "none"),
            }
        )
        _account(run, card.id, reading)
        return pack(reading.records)

    return records


@dg.asset(
    name="core_file__records",
    group_name="records",
    kinds={"polars", "parquet"},
    description="A user's own record file, where the run names one: one row per record.",
)
def file_records(context: dg.AssetExecutionContext, run: InventoryRun) -> pl.DataFrame:
    """Reads the record file of the run; broken lines are rejected, the others stay."""
    records, rejections = read_record_file(Path(run.records_file)) if run.records_file else ([], [])
    records, withheld = without_personal_data(records)
    rejections += withheld
    for rejection in rejections:
        context.log.error(rejection.note)
    _account(run, FILE, Reading(FILE, tuple(records), tuple(rejections), (), {}))
    return pack(records)


def without_personal_data(records: Iterable[Record]) -> tuple[list[Record], list[Rejection]]:
    """Returns records without telephone numbers and mailboxes of persons, and a note for each value that was left out.

    Parsers ignore such captions by name; a user's own file may hold them anywhere.
    """
    kept: list[Record] = []
    withheld: list[Rejection] = []
    for record in records:
        bad = [field for field, value in record.fields.items() if personal_data(json.dumps(value, ensure_ascii=False))]
        name = record.name
        for met in personal_data(name):
            name = name.replace(met, "").strip(" ,;-")
        if bad or name != record.name:
            left = ", ".join([*bad, *(["a part of the name"] if name != record.name else [])])
            note = f"record {record.record_id}: {left} left out: it holds a telephone number or mailbox of a person. Nothing about persons is kept."
            withheld.append(
                Rejection(
                    record_id(FILE, record.record_id, "personal"),
                    FILE,
                    record.url,
                    record.path or "",
                    "personal_data",
                    note,
                )
            )
        fields = {field: value for field, value in record.fields.items() if field not in bad}
        kept.append(replace(record, name=name or record.record_id, fields=fields))
    return kept, withheld


def _account(run: InventoryRun, source: str, reading: Reading) -> None:
    path = reading_path(run, source)
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {
        "source": source,
        "rows": reading.rows,
        "printed": len(reading.records),
        "filled": reading.filled() if reading.rows else {},
        "rejections": [asdict(rejection) for rejection in reading.rejections],
        "pages": [asdict(page) for page in reading.pages],
        "unknown": dict(reading.unknown),
    }
    path.write_text(json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1), encoding="utf-8")


def accounts(run: InventoryRun, sources: Iterable[str] = (*SOURCES, FILE)) -> dict[str, dict[str, Any]]:
    """Returns the accounts of the readings of this run, by source."""
    paths = {source: reading_path(run, source) for source in sources}
    return {source: json.loads(path.read_text(encoding="utf-8")) for source, path in paths.items() if path.exists()}


ASSETS = [*(_records(card) for card in load_cards().values()), file_records]
CHECKS: list[dg.AssetChecksDefinition] = []
