"""Small inventories for the tests of this package: records in, every frame out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl
import pytest

from inventory import (
    classes,
    coverage,
    criteria,
    labels,
    official,
    profiles,
    records,
    scope,
    statements,
    states,
    statistics,
)
from inventory.standings import kinds_of_page
from sources.records import Record


@dataclass(frozen=True)
class Built:
    excluded: pl.DataFrame
    profiles: profiles.Profiles
    clusters: pl.DataFrame
    labels: pl.DataFrame
    states: pl.DataFrame
    assessments: pl.DataFrame
    classes: pl.DataFrame
    statistics: pl.DataFrame
    official: pl.DataFrame
    coverage: pl.DataFrame


def _build(given: list[Record], body_of: dict[str, str] | None = None, as_of: date = date(2017, 6, 30)) -> Built:
    """Runs the steps from records to figures; `body_of` says which record is which body (else each is its own)."""
    standings = kinds_of_page()
    known, _ = records.known_by(given, as_of)
    frame, said = records.frame(known), statements.state(known)
    bodies = frame.select(
        "record_id", body_id=pl.col("record_id").replace(body_of or {}), probability=pl.lit(1.0), reason=pl.lit("test"),
    )  # fmt: skip
    out = scope.exclude(frame, said, bodies, standings)
    members = bodies.filter(~pl.col("record_id").is_in(out["record_id"].to_list())).rename({"body_id": "cluster_id"})
    made = profiles.profile(frame, said, members, standings, as_of)
    own = profiles.attribute(said, members, standings)
    held = labels.intervals(made.statements)
    state = states.judge(made.statements, standings, as_of)
    verdicts = criteria.assess(own, state, standings, as_of)
    decided = classes.classify(own, verdicts, standings, as_of)
    clusters = classes.complete(made.clusters, decided, state)
    figures = statistics.compute(clusters, held, as_of, criteria.method_version())
    return Built(
        out, made, clusters, held, state, verdicts, decided, figures,
        official.compare(figures, clusters, held, as_of),
        coverage.estimate(clusters, members, frame, standings, as_of, criteria.method_version()),
    )  # fmt: skip


@pytest.fixture
def build():
    """The steps as one function: records, body by record, day -> `Built`."""
    return _build


def _record(record_id: str, name: str, source: str = "press", as_of: str | None = "2016", **fields: object) -> Record:
    return Record(
        record_id=record_id, source=source, url=f"https://example.pl/{record_id}", name=name, as_of=as_of, fields=fields
    )


@pytest.fixture
def record():
    """A record from its id, name, kind of page, day and fields."""
    return _record
