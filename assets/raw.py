"""Raw pages: one asset per source. Live, it visits the source's site; in any case it tells what the archives hold.

    site --(live)--> home archive          shipped archive
                          \\___________________/
                             raw_<source>__pages
"""

from pathlib import Path

import dagster as dg
import polars as pl

from assets.run import InventoryRun
from sources.archive import Archive, Fault, Page
from sources.cards import Card, load_cards

VISITS = pl.Schema({"url": pl.String, "retrieved_at": pl.String, "status": pl.Int64, "sha256": pl.String, "path": pl.String, "fault": pl.String})
"""One row per stored page version, or per fault of the archive."""


def stored(card: Card, home: Path) -> list[Page | Fault]:
    """Returns the pages of a source: its shipped archive, then what the home has fetched since."""
    places = (card.folder / "archive", home / "archive" / card.id)
    return [item for place in places for item in Archive(place).pages()]


def _raw(card: Card) -> dg.AssetsDefinition:
    @dg.asset(
        name=f"raw_{card.id}__pages",
        group_name="raw",
        kinds={"file"},
        owners=["team:data-engineering"],
        tags={"source": card.id},
        description=f"{card.title} ({card.publisher}): the stored pages. Licence: {card.licence}.",
    )
    def pages(context: dg.AssetExecutionContext, run: InventoryRun) -> pl.DataFrame:
        if run.live and (not run.visit or card.id in run.visit) and card.start:
            context.add_output_metadata(_visit(card, run))
        rows = [_row(item) for item in stored(card, run.root)]
        return pl.DataFrame(rows, schema=VISITS, orient="row")

    return pages


def _visit(card: Card, run: InventoryRun) -> dict[str, str]:
    raise NotImplementedError  # replaced when crawling is wired


def _row(item: Page | Fault) -> tuple[object, ...]:
    if isinstance(item, Fault):
        return (None, None, None, None, item.file, str(item))
    return (item.url, item.retrieved_at, item.status, item.sha256, item.path, None)


ASSETS = [_raw(card) for card in load_cards().values()]
