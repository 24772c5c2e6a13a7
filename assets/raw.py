"""Raw pages: one asset per source. Live, it visits the source's site; in any case it tells what the archives hold.

site --(live)--> home archive --+
                                +--> raw_<source>__pages
              shipped archive --+
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import dagster as dg
import polars as pl

from assets.run import InventoryRun
from sources.addresses import sameness
from sources.archive import Archive, Fault, Page
from sources.cards import Card, load_cards
from sources.crawling import CrawlReport, crawl_source
from sources.parsing import LayoutUnknown, Parsed, SourceChanged
from sources.reading import parser_of

VISITS = pl.Schema(
    {
        "url": pl.String,
        "retrieved_at": pl.String,
        "status": pl.Int64,
        "sha256": pl.String,
        "path": pl.String,
        "fault": pl.String,
    }
)
"""One row per stored page version, or per fault of the archive."""


def stored(card: Card, home: Path) -> list[Page | Fault]:
    """Returns the pages of a source: its shipped archive, then what the home has fetched since.

    A crawl copies bytes that still hold into the home's archive; they stay the page that they were, seen again later.
    """
    shipped = list(Archive(card.folder / "archive").pages())
    fetched = list(Archive(home / "archive" / card.id).pages())
    again: dict[tuple[object, ...], str] = {}
    for page in fetched:
        if isinstance(page, Page):
            again[_bytes_at(page)] = max(page.confirmed_at, again.get(_bytes_at(page), ""))
    known = {_bytes_at(page) for page in shipped if isinstance(page, Page)}
    return [
        *(_confirmed(item, again.get(_bytes_at(item), "")) if isinstance(item, Page) else item for item in shipped),
        *(item for item in fetched if isinstance(item, Fault) or _bytes_at(item) not in known),
    ]


def _bytes_at(page: Page) -> tuple[object, ...]:
    return (*sameness(page.url), page.sha256)


def _confirmed(page: Page, moment: str) -> Page:
    return replace(page, confirmed_at=max(page.confirmed_at, moment))


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
            report = _visit(card, run)
            for trouble in report.troubles:
                context.log.warning(str(trouble))
            context.add_output_metadata(
                {
                    "visits": dict(report.outcomes),
                    "requests": report.requests,
                    "bytes": report.received,
                    "troubles": dg.MetadataValue.md("\n".join(f"- {trouble}" for trouble in report.troubles) or "none"),
                }
            )
        rows = [_row(item) for item in stored(card, run.root)]
        return pl.DataFrame(rows, schema=VISITS, orient="row")

    return pages


def _visit(card: Card, run: InventoryRun) -> CrawlReport:
    parse = parser_of(card)

    def parsed(page: Page) -> Parsed | None:
        try:
            return parse(page, card)
        except (LayoutUnknown, SourceChanged):
            return None  # told again, with its remedy, when the page is read

    def links(page: Page) -> Sequence[str]:
        found = parsed(page)
        return found.links if found else ()

    def entries(page: Page) -> Sequence[str]:
        found = parsed(page)
        return [record.name for record in found.records] if found else ()

    archive = Archive(run.root / "archive" / card.id)
    return crawl_source(card, archive, run.contact or "", run.base_urls.get(card.id), links=links, entries=entries)


def _row(item: Page | Fault) -> tuple[object, ...]:
    if isinstance(item, Fault):
        return (None, None, None, None, item.file, str(item))
    return (item.url, item.retrieved_at, item.status, item.sha256, item.path, None)


ASSETS = [_raw(card) for card in load_cards().values()]
