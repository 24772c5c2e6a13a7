"""The release: candidate tables, the gate as asset checks, and the step that moves them into place.

    frames of the inventory -> release_inventory__candidate -> [checks: one per table, gate] -> release_inventory__published

A blocking check stops what is downstream only inside its own run; so the publishing step asks for the gate's report on
exactly these tables, and audits them itself where there is none.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path

import dagster as dg
import polars as pl

from assets.inventory import JUDGEMENTS, LEDGER, day_of
from assets.records import SOURCES, accounts, standings
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
from warehouse.release import Attached, GateClosedError, predecessor, publish, refuse, stage, year_before

GROUP = "release"
KINDS = {"duckdb", "parquet"}
CANDIDATE = "release_inventory__candidate"


@dg.multi_asset(
    group_name="statistics",
    outs={
        "out_inventory__statistics": dg.AssetOut(kinds={"polars", "parquet"}, description="A figure a row."),
        "out_inventory__official_figures": dg.AssetOut(
            kinds={"polars", "parquet"}, description="Published figures beside ours."
        ),
    },
)
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
        "sources": source_states(told, day),
        "reconciliation": reconciliation(
            told, core_inventory__read, core_inventory__records, core_identity__cluster_records, excluded
        ),
    }
    about = {
        "as_of": day.isoformat(),
        "method_version": criteria.method_version(),
        "sources": " ".join(sorted(told)),
        "judgements": _judged(run),
        "live": str(run.live).lower(),
    }
    folder = run.build / "candidate"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, frame in tables.items():
        frame.write_parquet(folder / f"{name}.parquet")
    (folder / "about.json").write_text(json.dumps(about, sort_keys=True), encoding="utf-8")
    (run.build / "gate.json").unlink(missing_ok=True)


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
def gate_checks(run: InventoryRun) -> Iterator[dg.AssetCheckResult]:
    """Audits the candidate once; every table's part of the audit is a check of its own."""
    report = _audited(run)
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
)
def published(context: dg.AssetExecutionContext, run: InventoryRun) -> None:
    """Publishes the candidate; the ledger's new ids are written down first, so that no number is minted twice."""
    report = _report_on_these(run) or _audited(run)
    staged = stage(run.root, *_candidate(run))
    if report.is_open:
        Ledger.load(run.build / LEDGER).save(run.root / LEDGER)
    try:
        release = publish(staged, report, attached=[_yearly_report(run), _site])
    except GateClosedError as closed:
        raise dg.Failure(str(closed)) from closed
    _tell(run, report, released=release.is_new)
    context.add_output_metadata({"version": release.version, "folder": str(release.path), "new": release.is_new})


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


def _site(tables: Mapping[str, pl.DataFrame], folder: Path) -> None:
    from warehouse.site import write_site

    write_site(tables, folder / "site")


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
            readings=source_readings(accounts(run), day, previous, live=run.live),
            previous=previous,
            allowances=read_allowances(run.root / "allowances.yml"),
            record_results=pl.concat([results_frame(()), *records]),
        )
        if not report.is_open:
            refuse(staged, report)
    _tell(run, report, released=False)
    return report


def _bounds(card: Card) -> suites.Bounds:
    return suites.Bounds(rows_min=card.bounds.rows_min, rows_max=card.bounds.rows_max, fill=card.bounds.filled)


def _fingerprint(run: InventoryRun) -> str:
    digest = hashlib.sha256()
    for path in sorted((run.build / "candidate").iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _tell(run: InventoryRun, report: GateReport, *, released: bool) -> None:
    told = {
        "candidate": _fingerprint(run),
        "open": report.is_open,
        "released": released,
        "reasons": [asdict(issue) for issue in report.issues],
    }
    report.results.write_parquet(run.build / "gate_results.parquet")
    (run.build / "gate.json").write_text(
        json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1), encoding="utf-8"
    )


def _report_on_these(run: InventoryRun) -> GateReport | None:
    path = run.build / "gate.json"
    told = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if told.get("candidate") != _fingerprint(run):
        return None
    issues = tuple(Issue(**issue) for issue in told["reasons"])
    return GateReport(issues, pl.read_parquet(run.build / "gate_results.parquet"))


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
