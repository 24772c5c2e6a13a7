"""The release: candidate tables, the gate as asset checks, and the step that moves them into place.

    frames of the inventory -> release_inventory__candidate -> [checks: one per table, gate] -> release_inventory__published

A blocking check stops what is downstream only inside its own run; so the publishing step asks for the gate's report on
exactly these tables, and audits them itself where there is none.
"""

import hashlib
import json
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from assets.inventory import JUDGEMENTS, LEDGER, day_of, ledger_version, write_ledger
from assets.measures import measure
from assets.previews import as_markdown, founding_years
from assets.raw import asked_live, content_digest, days_visited, pages_digest, pages_path
from assets.records import FILE, SOURCES, accounts, reading_path, standings
from assets.reuse import FILES_ONLY, Reuse, code_version, digest_of, reusing
from assets.run import InventoryRun
from assets.tables import reconciliation, rejected, retired_ids, source_readings, source_states
from expectations import suites
from expectations.allowances import read_allowances
from expectations.gate import audit
from inventory import coverage, criteria, members, official, profiles, sensitivity, series, statistics
from inventory.identity.ledger import Ledger
from inventory.schemas import STATISTICS, conform
from sources.cards import Card, load_cards
from warehouse.dictionary import dictionary
from warehouse.findings import GateReport, Issue, results_frame
from warehouse.release import (
    Attached,
    GateClosedError,
    Release,
    latest,
    predecessor,
    publish,
    refuse,
    stage,
    year_before,
)

GROUP = "release"
KINDS = {"duckdb", "parquet"}
OWNERS = ["team:data-engineering"]
CANDIDATE = "release_inventory__candidate"
GATE = "gate.json"
FIGURES = code_version("inventory", "assets")
CODE = code_version("inventory", "sources", "assets", "expectations", "warehouse")


def _figure(description: str) -> dg.AssetOut:
    return dg.AssetOut(
        kinds={"polars", "parquet"}, description=description, owners=OWNERS, tags={"layer": "out"}, code_version=FIGURES
    )


@dg.multi_asset(
    group_name="statistics",
    outs={
        "out_inventory__statistics": _figure("A figure a row."),
        "out_inventory__official_figures": _figure("Published figures beside ours."),
    },
)
@reusing(Reuse(code=FIGURES))
def figures(
    core_inventory__as_of: pl.DataFrame,
    core_inventory__clusters: pl.DataFrame,
    core_inventory__records: pl.DataFrame,
    core_inventory__statements: pl.DataFrame,
    core_identity__cluster_records: pl.DataFrame,
    core_profiles__labels: pl.DataFrame,
    core_classes__assessments: pl.DataFrame,
    core_classes__states: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Counts, measures, estimates what the lists miss, and puts published figures beside ours."""
    day, version, terms = day_of(core_inventory__as_of), criteria.method_version(), standings()
    said = profiles.attribute(core_inventory__statements, core_identity__cluster_records, terms)
    counted = statistics.compute(core_inventory__clusters, core_profiles__labels, day, version)
    missed = coverage.estimate(
        core_inventory__clusters, core_identity__cluster_records, core_inventory__records, terms, day, version
    )
    over_years = series.yearly(core_inventory__clusters, core_profiles__labels, core_classes__states, day, version)
    tested = sensitivity.under_other_rules(said, core_classes__assessments, terms, day)
    of_members = members.by_type(said, core_inventory__clusters, day)
    ours = conform(pl.concat([counted, missed, over_years, tested, of_members]), STATISTICS)
    return ours, official.compare(ours, core_inventory__clusters, core_profiles__labels, day)


@dg.asset(
    name=CANDIDATE,
    group_name=GROUP,
    kinds=KINDS,
    description="The tables of the next release, as they would be published.",
    owners=OWNERS,
    tags={"layer": "release"},
    code_version=CODE,
    dagster_type=FILES_ONLY,
)
@reusing(
    Reuse(
        code=CODE,
        settings=lambda run: {"judgements": _judged(run)},
        reads=lambda run: [
            run.build / LEDGER,
            *(reading_path(run, source) for source in (*SOURCES, FILE)),
            *(run.build / f"core_{source}__records.parquet" for source in (*SOURCES, FILE)),
        ],
        writes=lambda run: [run.build / "candidate"],
        tells=lambda run: preview(run.build / "candidate"),
    )
)
def candidate(
    run: InventoryRun,
    core_inventory__as_of: pl.DataFrame,
    core_inventory__read: pl.DataFrame,
    core_inventory__records: pl.DataFrame,
    core_inventory__not_yet: pl.DataFrame,
    core_inventory__excluded: pl.DataFrame,
    core_identity__matches: pl.DataFrame,
    core_identity__review_queue: pl.DataFrame,
    core_identity__cluster_records: pl.DataFrame,
    core_profiles__names: pl.DataFrame,
    core_profiles__statements: pl.DataFrame,
    core_profiles__conflicts: pl.DataFrame,
    core_profiles__labels: pl.DataFrame,
    core_classes__assessments: pl.DataFrame,
    core_inventory__clusters: pl.DataFrame,
    out_inventory__statistics: pl.DataFrame,
    out_inventory__official_figures: pl.DataFrame,
) -> None:
    """Puts the published tables together in the build folder."""
    day, told = day_of(core_inventory__as_of), accounts(run)
    excluded = pl.concat([core_inventory__excluded, core_inventory__not_yet, rejected(told)]).unique(
        "record_id", keep="first", maintain_order=True
    )
    ledger = Ledger.load(run.build / LEDGER)
    tables = {
        "clusters": core_inventory__clusters,
        "cluster_names": core_profiles__names,
        "records": core_inventory__records,
        "cluster_records": core_identity__cluster_records,
        "statements": core_profiles__statements,
        "labels": core_profiles__labels,
        "assessments": core_classes__assessments,
        "excluded": excluded,
        "review_queue": core_identity__review_queue,
        "matches": core_identity__matches.filter(pl.col("decision") == "match").drop("decision"),
        "conflicts": core_profiles__conflicts,
        "retired_ids": retired_ids(ledger),
        "statistics": out_inventory__statistics,
        "official_figures": out_inventory__official_figures,
        "sources": source_states(told, _visits(run), day),
        "reconciliation": reconciliation(
            told, core_inventory__read, core_inventory__records, core_identity__cluster_records, excluded
        ),
    }
    about = {
        "as_of": day.isoformat(),
        "method_version": criteria.method_version(),
        "sources": " ".join(sorted(told)),
        "judgements": _judged(run),
    }
    folder = run.build / "candidate"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, frame in tables.items():
        frame.write_parquet(folder / f"{name}.parquet")
    (folder / "about.json").write_text(json.dumps(about, sort_keys=True), encoding="utf-8")


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
    known = _answered(run)
    report = known or _audited(run)
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


@dg.asset(
    name="release_inventory__published",
    group_name=GROUP,
    kinds=KINDS,
    deps=[CANDIDATE],
    description="The release: moved into place in one step, only through an open gate.",
    owners=OWNERS,
    tags={"layer": "release"},
    code_version=CODE,
)
def published(context: dg.AssetExecutionContext, run: InventoryRun) -> None:
    """Publishes the candidate; the ledger's new ids are written down first, so that no number is minted twice."""
    began = time.monotonic()
    release = _already(run) or _publish(run)
    _note_release(run, release)
    measure(context, run, seconds=time.monotonic() - began, reused=not release.is_new)
    context.add_output_metadata({"version": release.version, "folder": str(release.path), "new": release.is_new})


def _publish(run: InventoryRun) -> Release:
    report = _answered(run) or _audited(run)
    staged = stage(run.root, *_candidate(run))
    if report.is_open:
        write_ledger(run)
    try:
        return publish(staged, report, attached=[_yearly_report(run), *ATTACHED])
    except GateClosedError as closed:
        raise dg.Failure(str(closed)) from closed


def decisions(run: InventoryRun) -> str:
    """Returns a digest of all that people decided: judgements, corrections and allowances."""
    return hashlib.sha256(f"{_judged(run)} {digest_of(run.root / 'allowances.yml')}".encode()).hexdigest()[:12]


def _judged(run: InventoryRun) -> str:
    """Returns a digest of what people decided, so that a difference it makes is told from one of method."""
    files = [run.root / JUDGEMENTS, *(card.folder / "corrections.yml" for card in load_cards().values())]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files if path.exists())).hexdigest()[:12]


def _yearly_report(run: InventoryRun) -> Attached:
    def write(tables: Mapping[str, pl.DataFrame], folder: Path) -> None:
        from warehouse.report import write_report  # late: charts take a second to import

        day = date.fromisoformat(dict(tables["about"].iter_rows())["as_of"])
        before = year_before(run.root, day)
        write_report(tables, folder / "report", previous=before.tables() if before else None)

    return write


def _visits(run: InventoryRun) -> dict[str, list[str]]:
    return {card.id: days_visited(card, run.root) for card in load_cards().values()} if run.archive else {}


def _fresh(run: InventoryRun, day: date) -> set[str]:
    """Sources asked for fresh visits: of a past day nothing fresh can be asked."""
    newest = pl.read_parquet(run.build / "core_inventory__as_of.parquet")["newest"].to_list()[0]
    if newest is None or day < newest:
        return set()
    return _visited(run)


def _visited(run: InventoryRun) -> set[str]:
    return {card.id for card in load_cards().values() if asked_live(card, run.root)}


def _site(tables: Mapping[str, pl.DataFrame], folder: Path) -> None:
    from warehouse.site import write_site

    write_site(tables, folder / "site")


ATTACHED: list[Attached] = [_site]
"""What every release holds beside its tables and the yearly report."""


def _candidate(run: InventoryRun) -> tuple[dict[str, pl.DataFrame], dict[str, str]]:
    folder = run.build / "candidate"
    tables = {path.stem: pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}
    return tables, json.loads((folder / "about.json").read_text(encoding="utf-8"))


def _audited(run: InventoryRun) -> GateReport:
    tables, about = _candidate(run)
    with stage(run.root, tables, about) as staged:
        day = date.fromisoformat(about["as_of"])
        before = predecessor(run.root, day)
        previous = before.tables() if before else None
        records = [
            suites.check_records(source, run.build / f"core_{source}__records.parquet", _bounds(load_cards()[source]))
            for source in accounts(run)
            if source in load_cards()
        ]
        report = audit(
            staged.tables,
            on=day,
            readings=source_readings(accounts(run), _visits(run), day, previous, _fresh(run, day)),
            previous=previous,
            allowances=read_allowances(run.root / "allowances.yml"),
            record_results=pl.concat([results_frame(()), *records]),
        )
        if not report.is_open:
            refuse(staged, report)
    _note_audit(run, report)
    return report


def _bounds(card: Card) -> suites.Bounds:
    return suites.Bounds(rows_min=card.bounds.rows_min, rows_max=card.bounds.rows_max, fill=card.bounds.filled)


def _asked(run: InventoryRun) -> str:
    """Returns a digest of all that the gate's answer depends on, the release before left out."""
    folder = run.build / "candidate"
    day = date.fromisoformat(json.loads((folder / "about.json").read_text(encoding="utf-8"))["as_of"])
    asked = {
        "candidate": digest_of(folder),
        "records": {source: digest_of(run.build / f"core_{source}__records.parquet") for source in SOURCES},
        "allowances": digest_of(run.root / "allowances.yml"),
        "readings": [asdict(one) for one in source_readings(accounts(run), _visits(run), day, None, _fresh(run, day))],
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
        "judged": _judged(run),
        "ledger": ledger_version(run),
        "allowances": digest_of(run.root / "allowances.yml"),
        "fresh": sorted(_fresh(run, date.fromisoformat(as_of)) if as_of else _visited(run)),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def unchanged(run: InventoryRun) -> dict[str, Any] | None:
    """Returns the gate's last answer where a refresh now could give no other one; None where there is work to do.

    Nothing is parsed, matched or released for it: the stored pages are hashed, that is all. A closed gate is asked again: a
    visit that found nothing new may be what it waited for.
    """
    told = gate_answer(run.build)
    if not told or not told["open"] or told.get("question") != asked_of(run, _pages(run), run.as_of):
        return None
    in_force = latest(run.root)
    return told if in_force is not None and in_force.version == told.get("version") else None


def asked_before(run: InventoryRun) -> bool:
    """Whether the gate's last answer was about what the home holds now, on whatever day it was asked."""
    told = gate_answer(run.build)
    return bool(told) and told.get("question") == asked_of(run, _pages(run), told.get("as_of"))


def _pages(run: InventoryRun) -> dict[str, str]:
    return {card.id: pages_digest(card, run.root) for card in load_cards().values()}


def _note(run: InventoryRun, told: Mapping[str, Any]) -> None:
    draft = (run.build / GATE).with_suffix(".part")
    draft.write_text(json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1), encoding="utf-8")
    draft.replace(run.build / GATE)


def _note_audit(run: InventoryRun, report: GateReport) -> None:
    report.results.write_parquet(run.build / "gate_results.parquet")
    reasons = [asdict(issue) for issue in report.issues]
    told = {
        "asked": _asked(run), "before": _before(run), "open": report.is_open, "reasons": reasons, "as_of": run.as_of
    }  # fmt: skip
    _note(run, {**told, "question": _question(run)})


def _note_release(run: InventoryRun, release: Release) -> None:
    told = {"version": release.version, "released": release.is_new, "question": _question(run)}
    _note(run, gate_answer(run.build) | told)


def _question(run: InventoryRun) -> str:
    """Returns what was asked in this run, by the pages that its steps took."""
    taken = {source: pl.read_parquet(pages_path(run, source)) for source in SOURCES}
    return asked_of(run, {source: content_digest(pages) for source, pages in taken.items()}, run.as_of)


def _answered(run: InventoryRun) -> GateReport | None:
    """Returns the gate's answer on exactly these tables, where it gave one; published, they are their own predecessor."""
    told = gate_answer(run.build)
    if not told or told["asked"] != _asked(run) or _before(run) not in (told["before"], told.get("version")):
        return None
    issues = tuple(Issue(**issue) for issue in told["reasons"])
    return GateReport(issues, pl.read_parquet(run.build / "gate_results.parquet"))


def _already(run: InventoryRun) -> Release | None:
    """Returns the release in force, where it is what was made of exactly these tables."""
    in_force = latest(run.root)
    told = gate_answer(run.build).get("version") if _answered(run) else None
    return in_force if in_force is not None and in_force.version == told else None


def preview(candidate: Path) -> dict[str, Any]:
    """Returns what the UI shows of the candidate: counts, the founding years as a picture, the first clusters.

    Args:
        candidate: Folder with a Parquet file per table.
    """
    clusters = pl.read_parquet(candidate / "clusters.parquet")
    counts = dict(clusters.group_by("class").len().sort("class").iter_rows())
    first = clusters.select("cluster_id", "name_pl", "class", "state", "founded_year", "voivodeship").head(10)
    rows = {path.stem: pl.read_parquet(path).height for path in sorted(candidate.glob("*.parquet"))}
    return {
        "clusters": counts.get("cluster", 0),
        "potential clusters": counts.get("potential_cluster", 0),
        "rows by table": rows,
        "founding years": dg.MetadataValue.md(founding_years(clusters["founded_year"])),
        "first clusters": dg.MetadataValue.md(as_markdown(first)),
        "dagster/column_schema": _columns("clusters"),
    }


def _columns(table: str) -> dg.TableSchema:
    described = dictionary().tables[table].columns
    return dg.TableSchema(columns=[dg.TableColumn(one.name, one.type, description=one.en) for one in described])


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


ASSETS = [figures, candidate, published]
CHECKS = [gate_checks]
