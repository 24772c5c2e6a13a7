"""The release: the candidate's tables, and the step that moves them into place.

frames of the inventory -> release_inventory__candidate -> [checks: `assets.gate`] -> release_inventory__published
"""

import json
import shutil
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from assets.gate import CANDIDATE, CODE, already, answered, audited, candidate_tables, judged, note_release, visit_days
from assets.inventory import LEDGER, day_of, write_ledger
from assets.measures import measure
from assets.previews import as_markdown, founding_years
from assets.records import FILE, SOURCES, accounts, reading_path
from assets.reuse import FILES_ONLY, Reuse, code_version, reusing
from assets.run import InventoryRun
from assets.tables import reconciliation, rejected, retired_ids, source_states
from inventory import criteria
from inventory.identity.ledger import Ledger
from warehouse.dictionary import dictionary
from warehouse.kept_results import KeptResults
from warehouse.release import (
    Attached,
    GateClosedError,
    Release,
    publish,
    stage,
    year_before,
)

DRAWINGS_CODE = code_version("warehouse/report")
"""Version of the code that draws the charts of the report."""
PAGES_CODE = code_version("warehouse/site", "warehouse/dictionary.yml", "inventory")
"""Version of the code that says what the page of a cluster says."""
GROUP = "release"
KINDS = {"duckdb", "parquet"}
OWNERS = ["team:data-engineering"]


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
        settings=lambda run: {"judgements": judged(run)},
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
        "sources": source_states(told, visit_days(run), day),
        "reconciliation": reconciliation(
            told, core_inventory__read, core_inventory__records, core_identity__cluster_records, excluded
        ),
    }
    about = {
        "as_of": day.isoformat(),
        "method_version": criteria.method_version(),
        "sources": " ".join(sorted(told)),
        "judgements": judged(run),
    }
    folder = run.build / "candidate"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, frame in tables.items():
        frame.write_parquet(folder / f"{name}.parquet")
    (folder / "about.json").write_text(json.dumps(about, sort_keys=True), encoding="utf-8")


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
    release = already(run) or _publish(run)
    note_release(run, release)
    measure(context, run, seconds=time.monotonic() - began, reused=not release.is_new)
    context.add_output_metadata({"version": release.version, "folder": str(release.path), "new": release.is_new})


def _publish(run: InventoryRun) -> Release:
    report = answered(run) or audited(run)
    staged = stage(run.root, *candidate_tables(run))
    if report.is_open:
        write_ledger(run)
    try:
        return publish(staged, report, attached=[attach(run) for attach in ATTACHED])
    except GateClosedError as closed:
        raise dg.Failure(str(closed)) from closed


def _yearly_report(run: InventoryRun) -> Attached:
    def write(tables: Mapping[str, pl.DataFrame], folder: Path) -> None:
        from warehouse.report import drawings_kept_in, write_report  # late: charts take a second to import

        day = date.fromisoformat(dict(tables["about"].iter_rows())["as_of"])
        before = year_before(run.root, day)
        with drawings_kept_in(KeptResults(run.build / "made" / "drawings", DRAWINGS_CODE)):
            write_report(tables, folder / "report", previous=before.tables() if before else None)

    return write


def _site(run: InventoryRun) -> Attached:
    def write(tables: Mapping[str, pl.DataFrame], folder: Path) -> None:
        from warehouse.site import write_site

        write_site(tables, folder / "site", KeptResults(run.build / "made" / "pages", PAGES_CODE))

    return write


ATTACHED: list[Callable[[InventoryRun], Attached]] = [_yearly_report, _site]
"""What every release holds beside its tables."""


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


ASSETS = [candidate, published]
