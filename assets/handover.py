"""Records as a frame, so that they travel between assets like everything else, unfolded and with their fields."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from typing import Any

import polars as pl

from sources.records import Record, Rejection

PACKED_RECORDS = pl.Schema(
    {
        "record_id": pl.String(),
        "source": pl.String(),
        "url": pl.String(),
        "name": pl.String(),
        "as_of": pl.String(),
        "retrieved_at": pl.String(),
        "stated_by": pl.List(pl.String),
        "reconstructed": pl.Boolean(),
        "page": pl.String(),
        "path": pl.String(),
        "fields": pl.String(),  # JSON
    }
)
"""One row per record object, as parsers give them: several rows of one record_id are pages of one entry."""

REJECTIONS = pl.Schema({member.name: pl.String for member in fields(Rejection)})
"""One row per entry that could not become a record."""


def pack(records: Iterable[Record]) -> pl.DataFrame:
    """Returns the records as a frame of schema `PACKED_RECORDS`, in the order given."""
    rows: list[dict[str, Any]] = []
    for record in records:
        row = asdict(record)
        row["fields"] = json.dumps(row["fields"], ensure_ascii=False, sort_keys=True)
        row["stated_by"] = list(record.stated_by)
        rows.append(row)
    return pl.DataFrame(rows, schema=PACKED_RECORDS, orient="row")


def unpack(frame: pl.DataFrame) -> Iterator[Record]:
    """Yields the records that `pack` put into the frame."""
    for row in frame.iter_rows(named=True):
        yield Record(**{**row, "fields": json.loads(row["fields"]), "stated_by": tuple(row["stated_by"])})


def pack_rejections(rejections: Iterable[Rejection]) -> pl.DataFrame:
    """Returns the rejections as a frame of schema `REJECTIONS`, in the order given."""
    return pl.DataFrame([asdict(rejection) for rejection in rejections], schema=REJECTIONS, orient="row")
