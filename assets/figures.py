"""The figures: counted, measured and estimated from the inventory, with published ones beside them.

A new statistic is a function of `inventory` that returns rows of schema `STATISTICS`; it joins the others here.
"""

import dagster as dg
import polars as pl

from assets.inventory import day_of
from assets.records import standings
from assets.reuse import Reuse, code_version, reusing
from inventory import coverage, criteria, members, official, profiles, sensitivity, series, statistics
from inventory.schemas import STATISTICS, conform

OWNERS = ["team:data-engineering"]
CODE = code_version("inventory", "assets")


def _figure(description: str) -> dg.AssetOut:
    return dg.AssetOut(
        kinds={"polars", "parquet"}, description=description, owners=OWNERS, tags={"layer": "out"}, code_version=CODE
    )


@dg.multi_asset(
    group_name="statistics",
    outs={
        "out_inventory__statistics": _figure("A figure a row."),
        "out_inventory__official_figures": _figure("Published figures beside ours."),
    },
)
@reusing(Reuse(code=CODE))
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


ASSETS = [figures]
