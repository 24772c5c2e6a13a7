"""The copy in object storage: a step after the release, there only where a remote is set.

release_inventory__published -> release_inventory__remote
"""

import dagster as dg

from assets.run import InventoryRun
from warehouse.remote import push


def remote_assets(address: str | None) -> list[dg.AssetsDefinition]:
    """Returns the step that copies archive, ledger and releases to a remote; none where no address is given."""
    if not address:
        return []

    @dg.asset(
        name="release_inventory__remote",
        group_name="release",
        kinds={"file"},
        owners=["team:data-engineering"],
        deps=["release_inventory__published"],
        retry_policy=dg.RetryPolicy(max_retries=3, delay=10, backoff=dg.Backoff.EXPONENTIAL),
        description="The copy of archive, ledger and releases in object storage: data first, then what points to it.",
    )
    def copied(context: dg.AssetExecutionContext, run: InventoryRun) -> None:
        """Pushes; a remote that is away fails this step alone, the release is out by then."""
        if run.beside:
            context.log.info("A past year's inventory is not copied: it can be made again from what is.")
            return
        done = push(run.root, address)
        context.add_output_metadata(
            {"remote": address, "files": done.files, "bytes": done.size, "latest": done.latest or "none"}
        )

    return [copied]
