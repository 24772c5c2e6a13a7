"""Jobs: which parts of the graph run together, and what each is asked for by default.

refresh_source   one source (a partition each): visit its site, read its pages       every source when it is due
build            all but the release: is the gate open on what the archives hold?    weekly
release          build, and publish through an open gate                             every month
refresh_all      visit every source, build, release                                  by hand
yearly_report    the inventory of 31 December of a year, with its report             in January, or a backfill of years
"""

from datetime import date
from typing import Any, Final

import dagster as dg

from pipelines import settings
from pipelines.orders import Order, run_config
from sources.cards import load_cards

VISITED: Final = tuple(card.id for card in load_cards().values() if card.start)
"""Sources that have a site to visit."""


def steps_of(source: str) -> tuple[str, str]:
    """Returns the assets of a source: its pages, and the records read from them."""
    return f"raw_{source}__pages", f"core_{source}__records"


PUBLISHED: Final = "release_inventory__published"
LOGGERS: Final = ("console", "journal")
FIRST_YEAR: Final = 2003
"""First year that a report is made of: the oldest Polish clusters on record were founded around it."""


def config_of(order: Order) -> dict[str, Any]:
    """Returns the run configuration of an order under the settings in force, for runs that Dagster starts."""
    return run_config(settings.load(), order, LOGGERS)


def config_of_year(year: int) -> dict[str, Any]:
    """Returns the run configuration for the inventory as of the end of a year, in a home of its own beside the present one."""
    present = settings.load()
    past = present.home / "years" / str(year)
    order = Order(as_of=date(year, 12, 31), beside=present.home)
    return run_config(settings.with_home(present, past), order, LOGGERS)


def _of_source(source: str) -> dict[str, Any]:
    return config_of(Order(live=True, sources=(source,), builds=False))


_sources = dg.AssetSelection.assets(*(asset for source in VISITED for asset in steps_of(source)))
_everything = dg.AssetSelection.all()
YEARS: Final = dg.TimeWindowPartitionsDefinition(
    cron_schedule="0 0 1 1 *", start=str(FIRST_YEAR), fmt="%Y", timezone="Europe/Warsaw"
)

refresh_source = dg.define_asset_job(
    "refresh_source",
    selection=_sources,
    config=dg.PartitionedConfig(
        partitions_def=dg.StaticPartitionsDefinition(list(VISITED)), run_config_for_partition_key_fn=_of_source
    ),
    description="Visit the site of one source, politely, and read what its pages say. Nothing is built or released.",
)
build = dg.define_asset_job(
    "build",
    selection=_everything - dg.AssetSelection.assets(PUBLISHED).downstream(),
    config=config_of(Order()),
    description="Build the inventory from what the archives hold and ask the gate; publish nothing.",
)
release = dg.define_asset_job(
    "release",
    selection=_everything,
    config=config_of(Order()),
    description="Build the inventory from what the archives hold, ask the gate, publish through an open one.",
)
refresh_all = dg.define_asset_job(
    "refresh_all",
    selection=_everything,
    config=config_of(Order(live=True)),
    description="Visit every source, build the inventory, ask the gate, release.",
)
yearly_report = dg.define_asset_job(
    "yearly_report",
    selection=_everything,
    config=dg.PartitionedConfig(
        partitions_def=YEARS, run_config_for_partition_key_fn=lambda year: config_of_year(int(year))
    ),
    description="The inventory as of 31 December of a year and its report, in `<home>/years/<year>`. Backfill for past years.",
)

JOBS = [refresh_source, build, release, refresh_all, yearly_report]
