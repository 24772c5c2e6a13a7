"""The gate as asset checks, and its memory: what was asked, what it answered, and whether a question is the same again.

    candidate's tables, records, how sources came in, allowances  -->  audit  -->  <home>/build/gate.json

A blocking check stops what is downstream only inside its own run; so the publishing step asks for the answer on exactly
these tables, and audits them itself where there is none. A whole refresh is a question too: where its pages, code and
decisions are those of the last one, `unchanged` gives the answer without a step.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from assets.inventory import JUDGEMENTS, ledger_version
from assets.measures import measure
from assets.raw import asked_live, content_digest, days_visited, pages_digest, pages_path
from assets.records import SOURCES, accounts
from assets.reuse import code_version, digest_of
from assets.run import InventoryRun
from assets.tables import source_readings
from expectations import suites
from expectations.allowances import read_allowances
from expectations.gate import audit
from sources.cards import Card, load_cards
from warehouse.dictionary import dictionary
from warehouse.findings import GateReport, Issue, results_frame
from warehouse.kept_results import KeptResults
from warehouse.release import (
    Release,
    latest,
    predecessor,
    refuse,
    stage,
)

CANDIDATE = "release_inventory__candidate"
GATE = "gate.json"
CODE = code_version("inventory", "sources", "assets", "expectations", "warehouse")
"""Version of all code that a release is made with."""
CHECKS_CODE = code_version(
    "expectations", "warehouse/dictionary.yml", "warehouse/dictionary.py", "warehouse/findings.py"
)
"""Version of the code that checks a table."""

_TABLE_CHECKS = tuple(dictionary().tables)


@dg.multi_asset_check(
    specs=[
        *(
            dg.AssetCheckSpec(
                f"{name}_holds", asset=CANDIDATE, description=f"Expectations on the table {name}: {table.en}"
            )
            for name, table in dictionary().tables.items()
        ),
        *(
            dg.AssetCheckSpec(
                f"{source}_records_hold", asset=CANDIDATE, description=f"Expectations on the records of {source}"
            )
            for source in SOURCES
        ),
        dg.AssetCheckSpec(
            "gate", asset=CANDIDATE, blocking=True, description="Whether the release may be published, with reasons."
        ),
    ]
)
def gate_checks(context: dg.AssetCheckExecutionContext, run: InventoryRun) -> Iterator[dg.AssetCheckResult]:
    """Audits the candidate once; every table's part of the audit is a check of its own."""
    began = time.monotonic()
    known = answered(run)
    report = known or audited(run)
    measure(context, run, seconds=time.monotonic() - began, rows=report.results.height, reused=known is not None)
    for suite, name in (*(("table", name) for name in _TABLE_CHECKS), *(("records", source) for source in SOURCES)):
        mine = pl.col("table") == name if suite == "table" else pl.col("suite") == f"records:{name}"
        part = report.results.filter(
            mine if suite == "records" else mine & ~pl.col("suite").str.starts_with("records:")
        )
        yield _check(f"{name}_holds" if suite == "table" else f"{name}_records_hold", part)
    yield dg.AssetCheckResult(
        check_name="gate",
        passed=report.is_open,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "reasons": dg.MetadataValue.md("\n".join(f"- {issue}" for issue in report.issues) or "nothing to report")
        },
    )


def _check(name: str, part: pl.DataFrame) -> dg.AssetCheckResult:
    failed = part.filter(~pl.col("success"))
    critical = failed.filter(pl.col("severity") == "critical").height
    words = [
        f"- {row['severity']}: {row['expectation']} {row['column']}: {row['observed']} {row['remedy']}"
        for row in failed.iter_rows(named=True)
    ]
    return dg.AssetCheckResult(
        check_name=name,
        passed=failed.is_empty(),
        severity=dg.AssetCheckSeverity.ERROR if critical else dg.AssetCheckSeverity.WARN,
        metadata={
            "expectations": part.height,
            "failed": failed.height,
            "what": dg.MetadataValue.md("\n".join(words) or "all hold"),
        },
    )


def audited(run: InventoryRun) -> GateReport:
    """Audits the candidate, notes the answer, and keeps what was refused for a look.

    Raises:
        ReleaseError: The candidate cannot be staged.
    """
    tables, about = candidate_tables(run)
    with stage(run.root, tables, about) as staged:
        day = date.fromisoformat(about["as_of"])
        before = predecessor(run.root, day)
        previous = before.tables() if before else None
        kept = KeptResults(run.build / "made" / "checks", CHECKS_CODE)
        records = [
            suites.check_records(
                source, run.build / f"core_{source}__records.parquet", _bounds(load_cards()[source]), kept
            )
            for source in accounts(run)
            if source in load_cards()
        ]
        report = audit(
            staged.tables,
            on=day,
            readings=source_readings(accounts(run), visit_days(run), day, previous, _fresh(run, day)),
            previous=previous,
            allowances=read_allowances(run.root / "allowances.yml"),
            record_results=pl.concat([results_frame(()), *records]),
            kept=kept,
        )
        kept.forget_unused()
        if not report.is_open:
            refuse(staged, report)
    _note_audit(run, report)
    return report


def _bounds(card: Card) -> suites.Bounds:
    return suites.Bounds(rows_min=card.bounds.rows_min, rows_max=card.bounds.rows_max, fill=card.bounds.filled)


def candidate_tables(run: InventoryRun) -> tuple[dict[str, pl.DataFrame], dict[str, str]]:
    """Returns the candidate's tables by name, and its facts (as_of, method_version, sources, judgements)."""
    folder = run.build / "candidate"
    tables = {path.stem: pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}
    return tables, json.loads((folder / "about.json").read_text(encoding="utf-8"))


def visit_days(run: InventoryRun) -> dict[str, list[str]]:
    """Returns the days (YYYY-MM-DD) of good visits by source, oldest first; none where no archive is read."""
    return {card.id: days_visited(card, run.root) for card in load_cards().values()} if run.archive else {}


def _fresh(run: InventoryRun, day: date) -> set[str]:
    """Sources asked for fresh visits: of a past day nothing fresh can be asked."""
    newest = pl.read_parquet(run.build / "core_inventory__as_of.parquet")["newest"].to_list()[0]
    if newest is None or day < newest:
        return set()
    return _visited(run)


def _visited(run: InventoryRun) -> set[str]:
    return {card.id for card in load_cards().values() if asked_live(card, run.root)}


def _asked(run: InventoryRun) -> str:
    """Returns a digest of all that the gate's answer depends on, the release before left out."""
    folder = run.build / "candidate"
    day = date.fromisoformat(json.loads((folder / "about.json").read_text(encoding="utf-8"))["as_of"])
    asked = {
        "candidate": digest_of(folder),
        "records": {source: digest_of(run.build / f"core_{source}__records.parquet") for source in SOURCES},
        "allowances": digest_of(run.root / "allowances.yml"),
        "readings": [
            asdict(one) for one in source_readings(accounts(run), visit_days(run), day, None, _fresh(run, day))
        ],
        "code": CODE,
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _before(run: InventoryRun) -> str | None:
    """Returns the version that these tables are compared with."""
    about = json.loads((run.build / "candidate" / "about.json").read_text(encoding="utf-8"))
    release = predecessor(run.root, date.fromisoformat(about["as_of"]))
    return release.version if release else None


def gate_answer(build: Path) -> dict[str, Any]:
    """Returns the gate's last answer in a build folder, empty before the first.

    Args:
        build: `<home>/build`.

    Returns:
        question (digest of what the refresh depended on), as_of (the day asked for, or null), asked (digest of what was
        audited), before (version compared with), open, reasons, and, once it was published, version and released (whether
        that made a new release).
    """
    path = build / GATE
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return told


def answered(run: InventoryRun) -> GateReport | None:
    """Returns the gate's answer on exactly these tables, where it gave one; published, they are their own predecessor."""
    told = gate_answer(run.build)
    if not told or told["asked"] != _asked(run) or _before(run) not in (told["before"], told.get("version")):
        return None
    issues = tuple(Issue(**issue) for issue in told["reasons"])
    return GateReport(issues, pl.read_parquet(run.build / "gate_results.parquet"))


def already(run: InventoryRun) -> Release | None:
    """Returns the release in force, where it is what was made of exactly these tables."""
    in_force = latest(run.root)
    told = gate_answer(run.build).get("version") if answered(run) else None
    return in_force if in_force is not None and in_force.version == told else None


def note_release(run: InventoryRun, release: Release) -> None:
    """Notes what the gate's last answer was published as."""
    told = {"version": release.version, "released": release.is_new, "question": _question(run)}
    _note(run, gate_answer(run.build) | told)


def _note_audit(run: InventoryRun, report: GateReport) -> None:
    report.results.write_parquet(run.build / "gate_results.parquet")
    reasons = [asdict(issue) for issue in report.issues]
    told = {
        "asked": _asked(run), "before": _before(run), "open": report.is_open, "reasons": reasons, "as_of": run.as_of
    }  # fmt: skip
    _note(run, {**told, "question": _question(run)})


def _note(run: InventoryRun, told: Mapping[str, Any]) -> None:
    draft = (run.build / GATE).with_suffix(".part")
    draft.write_text(json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1), encoding="utf-8")
    draft.replace(run.build / GATE)


def _question(run: InventoryRun) -> str:
    """Returns what was asked in this run, by the pages that its steps took."""
    taken = {source: pl.read_parquet(pages_path(run, source)) for source in SOURCES}
    return asked_of(run, {source: content_digest(pages) for source, pages in taken.items()}, run.as_of)


def asked_of(run: InventoryRun, pages: Mapping[str, str], as_of: str | None) -> str:
    """Returns a digest of all that a whole refresh depends on: pages, code, settings, and what people decided.

    Args:
        run: The run; where it visits, and when, is no part of it.
        pages: Source id to the digest of what its pages say.
        as_of: The day asked for, or None for the newest date of the inputs.
    """
    told = {
        "pages": dict(sorted(pages.items())) if run.archive else {},
        "code": CODE,
        "as_of": as_of,
        "records": digest_of(Path(run.records_file)) if run.records_file else None,
        "judged": judged(run),
        "ledger": ledger_version(run),
        "allowances": digest_of(run.root / "allowances.yml"),
        "fresh": sorted(_fresh(run, date.fromisoformat(as_of)) if as_of else _visited(run)),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def unchanged(run: InventoryRun) -> bool:
    """Whether the release in force is what a refresh now would give.

    Nothing is parsed, matched or released for it: the stored pages are hashed, that is all. A closed gate is asked again: a
    visit that found nothing new may be what it waited for.
    """
    told = gate_answer(run.build)
    if not told or not told["open"] or told.get("question") != asked_of(run, _pages(run), run.as_of):
        return False
    in_force = latest(run.root)
    return in_force is not None and in_force.version == told.get("version")


def asked_before(run: InventoryRun) -> bool:
    """Whether the gate's last answer was about what the home holds now, on whatever day it was asked."""
    told = gate_answer(run.build)
    return bool(told) and told.get("question") == asked_of(run, _pages(run), told.get("as_of"))


def _pages(run: InventoryRun) -> dict[str, str]:
    return {card.id: pages_digest(card, run.root) for card in load_cards().values()}


def decisions(run: InventoryRun) -> str:
    """Returns a digest of all that people decided: judgements, corrections and allowances."""
    return hashlib.sha256(f"{judged(run)} {digest_of(run.root / 'allowances.yml')}".encode()).hexdigest()[:12]


def judged(run: InventoryRun) -> str:
    """Returns a digest of what people decided, so that a difference it makes is told from one of method."""
    files = [run.root / JUDGEMENTS, *(card.folder / "corrections.yml" for card in load_cards().values())]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files if path.exists())).hexdigest()[:12]


CHECKS = [gate_checks]
