"""Records: one asset per source parses its stored pages; a user's own record file is read beside them."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from assets.handover import pack
from assets.raw import content_digest, overtaken, pages_digest, pages_path, stored
from assets.reuse import Reuse, code_version, is_made, reusing
from assets.run import InventoryRun
from expectations.personal_data import personal_data
from inventory.standings import Standing, kinds_of_page
from sources.cards import ROOT as CARDS
from sources.cards import Card, load_cards
from sources.drift import drift, layout_of, layouts, observe
from sources.reading import Reading, read_source
from sources.records import Record, Rejection, read_record_file, record_id

SOURCES = tuple(load_cards())
FILE = "file"
FILE_CODE = code_version(
    "sources/records.py", "expectations/personal_data.py", "assets/records.py", "assets/handover.py"
)


def standings() -> dict[str, Standing]:
    """Returns what each source's word is worth: kinds of page of record files, and cards over them."""
    return {**kinds_of_page(), **{card.id: _standing(card) for card in load_cards().values()}}


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


def settled_sources(run: InventoryRun) -> list[str]:
    """Returns the sources that a run has nothing to do for: pages, code and records are those of the last run.

    A refresh leaves their steps out; what needs their records reads those of the last run.
    """
    return [card.id for card in load_cards().values() if _is_settled(card, run)]


def _is_settled(card: Card, run: InventoryRun) -> bool:
    path = pages_path(run, card.id)
    if not path.exists() or content_digest(pl.read_parquet(path)) != pages_digest(card, run.root):
        return False
    return is_made(run, f"core_{card.id}__records", _reuse(card))


def _reuse(card: Card) -> Reuse:
    def pages_taken(run: InventoryRun) -> dict[str, Any]:
        pages = pl.read_parquet(pages_path(run, card.id)) if run.archive else None
        return {"pages": None if pages is None else content_digest(pages)}

    return Reuse(
        code=_code(card),
        settings=pages_taken,
        writes=lambda run: [reading_path(run, card.id)],
        tells=lambda run: _told(run, card),
        source=card.id,
    )


def _records(card: Card) -> dg.AssetsDefinition:
    key = f"core_{card.id}__records"

    @dg.asset(
        name=key,
        group_name="records",
        kinds={"polars", "parquet"},
        owners=["team:data-engineering"],
        tags={"source": card.id, "layer": "core"},
        deps=[f"raw_{card.id}__pages"],
        description=f"{card.title}: one row per entry and page, as printed.",
        code_version=_code(card),
    )
    @reusing(_reuse(card))
    def records(context: dg.AssetExecutionContext, run: InventoryRun) -> pl.DataFrame:
        if not run.archive:
            reading_path(run, card.id).unlink(missing_ok=True)
            return pack(())
        pages = stored(card, run.root)
        reading = read_source(card, pages)
        observe(run.root, card.id, layout_of(card, pages, reading))
        for page in reading.pages:
            if page.problem:
                context.log.error(page.problem, extra={"source": card.id, "record": page.path})
        _account(run, card.id, reading, overtaken(card, run.root, pages))
        return pack(reading.records)

    return records


def standing_problems(account: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Returns the pages of a source's account that cannot be read; versions that were overtaken are left out."""
    return [page for page in account["pages"] if page["problem"] and page.get("stands", True)]


def _code(card: Card) -> str:
    kit = sorted(path.name for path in CARDS.glob("*.py"))
    return code_version(
        *(f"sources/{name}" for name in kit), f"sources/{card.id}", "assets/records.py", "assets/handover.py"
    )


def _told(run: InventoryRun, card: Card) -> dict[str, Any]:
    """What the UI shows of a source's reading, read from its account."""
    account = accounts(run, (card.id,)).get(card.id)
    if account is None:
        return {"entries": 0}
    accepted, current = layouts(run.root, card.id)
    drifted = drift(accepted, current) if accepted and current else []
    return {
        "entries": account["rows"],
        "pages": len(account["pages"]),
        "rejected": len(account["rejections"]),
        "problems": _listed(page["problem"] for page in standing_problems(account)),
        "unknown captions": account["unknown"],
        "filled": account["filled"],
        "drift": _listed(drifted),
    }


def _listed(lines: Iterable[str]) -> dg.MarkdownMetadataValue:
    return dg.MetadataValue.md("\n".join(f"- {line}" for line in lines) or "none")


def _reads_well(card: Card) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=f"core_{card.id}__records",
        name="pages_read",
        description="Every stored page could be read, and the entries keep to the bounds of the card.",
    )
    def pages_read(run: InventoryRun) -> dg.AssetCheckResult:
        account = accounts(run, (card.id,)).get(card.id)
        wrong = [page["problem"] for page in standing_problems(account)] if account else []
        if account and not card.closed and account["rows"] < card.bounds.rows_min:
            wrong.append(
                f"{card.id}: {account['rows']} entries, the card expects {card.bounds.rows_min} or more. Open its newest "
                f"page: if the list did shrink, lower bounds.rows_min in sources/{card.id}/card.yml."
            )
        return dg.AssetCheckResult(
            passed=not wrong, severity=dg.AssetCheckSeverity.WARN, metadata={"problems": _listed(wrong)}
        )

    return pages_read


@dg.asset(
    name="core_file__records",
    group_name="records",
    kinds={"polars", "parquet"},
    owners=["team:data-engineering"],
    tags={"layer": "core"},
    description="A user's own record file, where the run names one: one row per record.",
    code_version=FILE_CODE,
)
@reusing(
    Reuse(
        code=FILE_CODE,
        reads=lambda run: [Path(run.records_file)] if run.records_file else [],
        writes=lambda run: [reading_path(run, FILE)],
        source=FILE,
    )
)
def file_records(context: dg.AssetExecutionContext, run: InventoryRun) -> pl.DataFrame:
    """Reads the record file of the run; broken lines are rejected, the others stay."""
    records, rejections = read_record_file(Path(run.records_file)) if run.records_file else ([], [])
    records, withheld = without_personal_data(records)
    rejections += withheld
    for rejection in rejections:
        context.log.error(rejection.note, extra={"source": FILE, "record": rejection.record_id})
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


def _account(
    run: InventoryRun, source: str, reading: Reading, left: Collection[tuple[str, str, str]] = frozenset()
) -> None:
    path = reading_path(run, source)
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {
        "source": source,
        "rows": reading.rows,
        "printed": len(reading.records),
        "filled": reading.filled() if reading.rows else {},
        "rejections": [asdict(rejection) for rejection in reading.rejections],
        # When a page was seen again is no content: reading it again would give the same.
        "pages": [
            {**asdict(page), "confirmed_at": None, "stands": (page.path, page.url, page.retrieved_at) not in left}
            for page in reading.pages
        ],
        "unknown": dict(reading.unknown),
    }
    path.write_text(json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1), encoding="utf-8")


def accounts(run: InventoryRun, sources: Iterable[str] = (*SOURCES, FILE)) -> dict[str, dict[str, Any]]:
    """Returns the accounts of the readings of this run, by source."""
    paths = {source: reading_path(run, source) for source in sources}
    return {source: json.loads(path.read_text(encoding="utf-8")) for source, path in paths.items() if path.exists()}


ASSETS = [*(_records(card) for card in load_cards().values()), file_records]
CHECKS = [_reads_well(card) for card in load_cards().values()]
