"""Jobs: which parts of the graph run together."""

import dagster as dg

refresh_all = dg.define_asset_job(
    "refresh_all",
    selection=dg.AssetSelection.all(),
    description="Read every source, build the inventory, ask the gate, release.",
)

JOBS = [refresh_all]
