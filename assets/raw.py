"""Raw pages: one asset per source. Live, it visits the source's site; in any case it tells what the archives hold.

site --(live)--> home archive --+
                                +--> raw_<source>__pages
              shipped archive --+
"""

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from assets.measures import measure
from assets.reuse import code_version, frame_digest
from assets.run import InventoryRun
from sources.addresses import sameness
from sources.archive import MANIFEST, Archive, Fault, Page, newest
from sources.cards import Card, load_cards
from sources.crawling import CrawlReport, Trouble, crawl_source
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
        "confirmed_at": pl.String,
        "stands": pl.Boolean,  # whether it is what its address last showed
    }
)
"""One row per stored page version, or per fault of the archive."""

GONE = ("not_found", "moved", "soft_404")
"""Faults of an address that has left its site: what lists do with entries."""


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


def days_visited(card: Card, home: Path) -> list[str]:
    """Returns the days (YYYY-MM-DD) of good visits of a source, oldest first: of its shipped archive and of the home's."""
    archives = (Archive(card.folder / "archive"), Archive(home / "archive" / card.id))
    return sorted({visit.retrieved_at[:10] for archive in archives for visit in archive.visits() if visit.is_good})


def asked_live(card: Card, home: Path) -> bool:
    """Whether the source was ever visited from this home, so that its pages are expected to stay fresh."""
    return (home / "archive" / card.id / MANIFEST).exists()


def content_digest(pages: pl.DataFrame) -> str:
    """Returns a digest of what a source's pages say: of schema `VISITS`, without the visits that found nothing new.

    An address that shows again what it showed before the last change says something new: that the change is over.
    """
    return frame_digest(pages.drop("confirmed_at"))


def pages_digest(card: Card, home: Path) -> str:
    """Returns `content_digest` of what the archives of a source hold right now."""
    return content_digest(_frame(card, home))


def _frame(card: Card, home: Path) -> pl.DataFrame:
    items = stored(card, home)
    left = overtaken(card, home, items)
    rows = [_row(item, stands=isinstance(item, Page) and version(item) not in left) for item in items]
    return pl.DataFrame(rows, schema=VISITS, orient="row")


def version(page: Page) -> tuple[str, str, str]:
    """Returns what tells a page version from the others: path, address, first visit."""
    return page.path, page.url, page.retrieved_at


def overtaken(card: Card, home: Path, items: Iterable[Page | Fault]) -> set[tuple[str, str, str]]:
    """Returns the `version` of pages whose address showed something else since, or is gone by its last visit.

    Args:
        card: The source's card.
        home: The home that visits it.
        items: All that is stored of the source.
    """
    pages = [item for item in items if isinstance(item, Page)]
    latest = newest(pages)
    last = {visit.url: visit.fault for visit in Archive(home / "archive" / card.id).visits()}
    return {version(page) for page in pages if latest[page.url] is not page or last.get(page.url) in GONE}


def pages_path(run: InventoryRun, source: str) -> Path:
    """Returns where a source's pages asset hands its frame over."""
    return run.build / f"raw_{source}__pages.parquet"


def _raw(card: Card) -> dg.AssetsDefinition:
    key = f"raw_{card.id}__pages"

    @dg.asset(
        name=key,
        group_name="raw",
        kinds={"file"},
        owners=["team:data-engineering"],
        tags={"source": card.id, "layer": "raw"},
        description=f"{card.title} ({card.publisher}): the stored pages. Licence: {card.licence}.",
        code_version=code_version("sources"),
        freshness_policy=_freshness(card),
        retry_policy=dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.FULL),
        pool=pool_of(card),
        check_specs=[
            dg.AssetCheckSpec("visited", asset=key, description="The last visit found every page it asked for.")
        ],
    )
    def pages(context: dg.AssetExecutionContext, run: InventoryRun) -> Iterator[Any]:
        began, report = time.monotonic(), None
        if run.live and (not run.visit or card.id in run.visit) and card.start:
            report = _visit(card, run)
            for trouble in report.troubles:
                context.log.warning(str(trouble), extra={"source": card.id, "record": trouble.url})
        frame = _frame(card, run.root)
        visits = _measures(card, run, report) if report else None
        measure(
            context, run, source=card.id, seconds=time.monotonic() - began, rows=frame.height,
            visits=visits,
        )  # fmt: skip
        found = list(map(str, report.troubles)) if report else troubles(card, run.root)
        told = {"pages": frame.height, "last visit": (days_visited(card, run.root) or ["never"])[-1], **(visits or {})}
        yield dg.Output(frame, data_version=dg.DataVersion(content_digest(frame)[:16]), metadata=told)
        yield dg.AssetCheckResult(
            check_name="visited",
            passed=not found,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"troubles": dg.MetadataValue.md("\n".join(f"- {line}" for line in found) or "none")},
        )

    return pages


def pool_of(card: Card) -> str | None:
    """Returns the pool that keeps visits of one host apart, also across runs; none for a source that is not visited."""
    return f"host_{re.sub('[^a-z0-9]+', '_', card.hosts[0].removeprefix('www.'))}" if card.start else None


def _freshness(card: Card) -> dg.FreshnessPolicy | None:
    if not card.start or card.closed:
        return None
    cadence = timedelta(days=card.cadence_days)
    return dg.FreshnessPolicy.time_window(fail_window=2 * cadence, warn_window=cadence + timedelta(days=1))


def troubles(card: Card, home: Path) -> list[str]:
    """Returns what went wrong in the last crawl of a source, a sentence with its remedy each; empty where nothing did."""
    visits = list(Archive(home / "archive" / card.id).visits())
    last = max((visit.crawl for visit in visits if visit.crawl), default=None)
    # A page that failed and was fetched later on the same day is well.
    latest = {visit.url: visit for visit in visits if visit.crawl == last}
    return [
        str(Trouble(visit.fault or "unexpected_status", visit.url, visit.reason or "no reason noted"))
        for visit in latest.values()
        if not visit.is_good
    ]


def _measures(card: Card, run: InventoryRun, report: CrawlReport) -> dict[str, Any]:
    visits = Archive(run.root / "archive" / card.id).visits()
    statuses = Counter(str(visit.status or visit.fault) for visit in visits if visit.crawl == report.crawl)
    return {
        "requests": report.requests,
        "bytes": report.received,
        "statuses": dict(sorted(statuses.items())),
        "outcomes": dict(sorted(report.outcomes.items())),
    }


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
    base = run.base_urls.get(card.id)
    try:
        return crawl_source(card, archive, run.contact or "", base, links=links, entries=entries, now=run.now)
    except ValueError as fault:  # a setting: trying again helps nobody
        raise dg.Failure(str(fault), allow_retries=False) from fault


def _row(item: Page | Fault, *, stands: bool) -> tuple[object, ...]:
    if isinstance(item, Fault):
        return (None, None, None, None, item.file, str(item), None, None)
    return (item.url, item.retrieved_at, item.status, item.sha256, item.path, None, item.confirmed_at, stands)


ASSETS = [_raw(card) for card in load_cards().values()]
