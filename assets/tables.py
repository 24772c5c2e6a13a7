"""Tables about the build itself: sources, rejected entries, reconciliation of counts, retired ids."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final

import polars as pl

from assets.records import standing_problems
from expectations.source_state import SourceReading
from inventory.identity.ledger import Ledger
from inventory.schemas import EXCLUDED
from sources.cards import load_cards

Accounts = Mapping[str, Mapping[str, Any]]

PATIENCE_DAYS: Final = 3
"""Days that a fault which may pass by itself is left to pass: a site that is down when its visit is due closes no gate."""


Visits = Mapping[str, Sequence[str]]
"""Source id to the days (YYYY-MM-DD) of its good visits, oldest first."""


def source_states(told: Accounts, visits: Visits, day: date) -> pl.DataFrame:
    """Returns the published table `sources`: one row per source that was read.

    A visit counts up to the day of the inventory: later ones that found nothing new change no release. Of a past year from
    before the first visit, the first one stands.
    """
    rows = []
    for source, account in sorted(told.items()):
        card = load_cards().get(source)
        change = max((page["retrieved_at"][:10] for page in account["pages"] if page["retrieved_at"]), default=None)
        known = [visit for visit in visits.get(source, ()) if visit <= day.isoformat()]
        last = known[-1] if known else next(iter(visits.get(source, ())), None)
        age = max((day - date.fromisoformat(last)).days, 0) if last else None
        rows.append(
            {
                "source_id": source,
                "title": card.title if card else "own record file",
                "publisher": card.publisher if card else "user",
                "last_visit": last,
                "last_change": change,
                "age_days": age,
                "stale": bool(card and not card.closed and (age is None or age > card.cadence_days)),
                "rows": account["rows"],
                "bounds_min": card.bounds.rows_min if card else 0,
                "bounds_max": card.bounds.rows_max if card else None,
                "licence": card.licence if card else "the user's own",
            }
        )
    return pl.DataFrame(
        rows,
        schema_overrides={
            "age_days": pl.Int64,
            "bounds_max": pl.Int64,
            "last_visit": pl.String,
            "last_change": pl.String,
        },
    )


def source_readings(
    told: Accounts, visits: Visits, day: date, previous: Mapping[str, pl.DataFrame] | None, fresh: Collection[str]
) -> list[SourceReading]:
    """Returns how each source came in, for the gate.

    Args:
        told: Accounts of the readings.
        visits: Days of good visits.
        day: The day of the inventory.
        previous: Tables of the release before.
        fresh: Sources that are asked for fresh visits: those that this home visits. Shipped snapshots do not age.
    """
    before = dict(previous["sources"].select("source_id", "rows").iter_rows()) if previous else {}
    states = source_states(told, visits, day)
    readings = []
    for row in states.iter_rows(named=True):
        card = load_cards().get(row["source_id"])
        account = told[row["source_id"]]
        unread, standing = sum(bool(page["problem"]) for page in account["pages"]), standing_problems(account)
        ages = row["source_id"] in fresh and card is not None and not card.closed and bool(card.start)
        # A visit that found nothing new does not move the day, but it shows that what is held still holds.
        held_since = max(visits.get(row["source_id"], ()), default="") > day.isoformat()
        readings.append(
            SourceReading(
                source_id=row["source_id"],
                rows=row["rows"],
                unreadable=tuple(page["problem"] for page in standing),
                overtaken=unread - len(standing),
                previous_rows=before.get(row["source_id"]),
                age_days=0 if held_since else row["age_days"],
                max_age_days=card.cadence_days + PATIENCE_DAYS if card and ages else None,
                optional=card is None or card.closed,
            )
        )
    return readings


def rejected(told: Accounts) -> pl.DataFrame:
    """Returns the entries that could not become records, as rows of schema `EXCLUDED`."""
    rows = [
        (entry["record_id"], entry["source"], None, entry["reason"], entry["note"], entry["url"])
        for _, account in sorted(told.items())
        for entry in account["rejections"]
    ]
    return pl.DataFrame(rows, schema=EXCLUDED, orient="row").unique("record_id", keep="first", maintain_order=True)


def retired_ids(ledger: Ledger) -> pl.DataFrame:
    """Returns the published table `retired_ids`: what became of ids that are no longer in use."""
    reasons = {
        event["cluster_id"]: event.get("reason") for event in ledger.events if event["event"] in ("merge", "withdraw")
    }
    rows = [(old, "merged", ledger.resolve(old), reasons.get(old)) for old in sorted(ledger.redirects)]
    rows += [(old, "withdrawn", None, reasons.get(old)) for old in sorted(ledger.withdrawn)]
    return pl.DataFrame(
        rows,
        schema={"cluster_id": pl.String, "retired_as": pl.String, "successor_id": pl.String, "reason": pl.String},
        orient="row",
    )


def reconciliation(
    told: Accounts, read: pl.DataFrame, records: pl.DataFrame, cluster_records: pl.DataFrame, excluded: pl.DataFrame
) -> pl.DataFrame:
    """Returns the published table `reconciliation`: for each stage what entered and where it went, by source.

    Args:
        told: Accounts of the readings.
        read: Packed records, one row per entry and page.
        records: Schema `RECORDS`.
        cluster_records: Schema `CLUSTER_RECORDS`.
        excluded: Schema `EXCLUDED`, with the rejected.

    Returns:
        Columns stage (printed, entries), source_id, into, counted. Rows of a stage with another `into` than `in` add up to
        the row `in`.
    """
    rejections = rejected(told)
    out_of_scope = excluded.join(rejections, on="record_id", how="anti")
    rows: list[tuple[str, str, str, int]] = []
    known = {
        "records": set(records["record_id"]),
        "clusters": set(cluster_records["record_id"]),
        "excluded": set(out_of_scope["record_id"]),
    }
    for source in sorted(set(read["source"]) | set(told)):
        printed = read.filter(pl.col("source") == source)
        entries = set(printed["record_id"])
        mine = rejections.filter(pl.col("source_id") == source).height
        rows.append(("printed", source, "in", printed.height + mine))
        rows.append(("printed", source, "rejected", mine))
        rows.append(("printed", source, "first mention of an entry", len(entries)))
        rows.append(("printed", source, "further mention of an entry", printed.height - len(entries)))
        rows.append(("entries", source, "in", len(entries)))
        rows.append(("entries", source, "clusters", len(entries & known["clusters"])))
        rows.append(("entries", source, "excluded", len(entries & known["excluded"])))
    return pl.DataFrame(
        rows, schema={"stage": pl.String, "source_id": pl.String, "into": pl.String, "counted": pl.Int64}, orient="row"
    )
