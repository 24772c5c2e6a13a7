"""The frames that the steps of the inventory hand to each other: columns, types, order.

A frame is in the order of its first columns, so equal content means equal bytes. Text dates are reduced ISO precision
(`2006`, `2006-09`, `2006-09-25`). Whatever is published is described, column by column, in the warehouse's dictionary;
a test holds the two together.
"""

from __future__ import annotations

import polars as pl

RECORDS = pl.Schema(
    {
        "record_id": pl.String(),
        "source_id": pl.String(),  # a source's folder, or the kind of page for records from a file of a user's own
        "url": pl.String(),  # the page as fetched
        "stated_by": pl.String(),  # public addresses that state the facts, separated by a blank; equals url unless rebuilt
        "as_of": pl.String(),  # reduced precision; null where the list gives none
        "retrieved_at": pl.Datetime("us", "UTC"),
        "name": pl.String(),
        "page": pl.String(),
        "path": pl.String(),
        "reconstructed": pl.Boolean(),
    }
)
"""One row per list entry, as printed. Key: record_id."""

STATEMENTS = pl.Schema(
    {
        "statement_id": pl.String(),  # hash of record_id, property and original_value: a better cleaner re-keys nothing
        "record_id": pl.String(),
        "source_id": pl.String(),
        "property": pl.String(),  # a name of sources.records.FIELDS, `name`, or `map.key` for a member of a map
        "value": pl.String(),  # cleaned; numbers in plain digits, dates in reduced ISO precision, codes where there is a code list
        "original_value": pl.String(),
        "qualifier": pl.String(),  # over, nearly, about; null for exact
        "url": pl.String(),  # the public address that states it
        "as_of": pl.String(),
        "retrieved_at": pl.Datetime("us", "UTC"),
    }
)
"""One row per value met. Key: statement_id."""

MATCHES = pl.Schema(
    {
        "record_a": pl.String(),  # record_a < record_b
        "record_b": pl.String(),
        "probability": pl.Float64(),
        "weight": pl.Float64(),  # sum of match weights, base 2 logarithm
        "decision": pl.String(),  # match, review, different
        "reasons": pl.String(),  # readable, strongest evidence first, with both values
    }
)
"""One row per candidate pair that was scored above the reporting floor. Key: record_a, record_b."""

BODIES = pl.Schema(
    {
        "record_id": pl.String(),
        "body_id": pl.String(),  # the smallest record_id of the group: a name for this run only, never published
        "probability": pl.Float64(),  # of the strongest link into the group; 1.0 for a single record
        "reason": pl.String(),
    }
)
"""Which records speak of the same body. Key: record_id. Every record is in exactly one body."""

CLUSTER_RECORDS = pl.Schema(
    {
        "record_id": pl.String(),
        "cluster_id": pl.String(),
        "probability": pl.Float64(),
        "reason": pl.String(),
    }
)
"""Which entry is which cluster. Key: record_id."""

EXCLUDED = pl.Schema(
    {
        "record_id": pl.String(),
        "source_id": pl.String(),
        "name": pl.String(),
        "reason": pl.String(),  # code: energy_cluster, hydrogen_valley, cluster_association, programme_or_project, foreign, ...
        "note": pl.String(),  # the evidence in words
        "url": pl.String(),
    }
)
"""Records out of scope or rejected, each with its reason. Key: record_id."""

CLUSTERS = pl.Schema(
    {
        "cluster_id": pl.String(),
        "name_pl": pl.String(),
        "name_en": pl.String(),
        "class": pl.String(),  # cluster, potential_cluster
        "class_reason": pl.String(),  # the line of the rule table that decided, in words
        "state": pl.String(),  # active, dormant, ended, unknown
        "founded_year": pl.Int32(),
        "founded_date": pl.Date(),
        "age_years": pl.Int32(),  # year of as_of less founded_year
        "city": pl.String(),
        "voivodeship_code": pl.String(),  # TERYT, two digits
        "voivodeship": pl.String(),
        "nuts2_code": pl.String(),
        "coordinator": pl.String(),
        "sector_code": pl.String(),
        "sector": pl.String(),
        "members_total": pl.Int32(),
        "members_as_of": pl.String(),
        "website": pl.String(),
        "first_seen": pl.String(),  # earliest date a record speaks of
        "last_seen": pl.String(),
        "record_count": pl.Int32(),
        "source_count": pl.Int32(),
        "country": pl.String(),
    }
)
"""One row per cluster or potential cluster. Key: cluster_id."""

CLUSTER_NAMES = pl.Schema(
    {
        "cluster_id": pl.String(),
        "name": pl.String(),
        "lang": pl.String(),  # pl, en, other
        "kind": pl.String(),  # official, alias, acronym, former
        "record_id": pl.String(),  # the record that prints it (the first, where several do)
    }
)
"""Names met. Key: cluster_id, name, kind."""

LABELS = pl.Schema(
    {
        "cluster_id": pl.String(),
        "label": pl.String(),  # esca, kkk, parp_standards, regional
        "level": pl.String(),  # bronze, silver, gold; round of the contest; name of a regional status
        "valid_from": pl.String(),
        "valid_until": pl.String(),
        "record_id": pl.String(),
        "note": pl.String(),
    }
)
"""Labels and statuses held, as intervals. Key: cluster_id, label, level, record_id."""

ASSESSMENTS = pl.Schema(
    {
        "cluster_id": pl.String(),
        "as_of": pl.String(),
        "criterion": pl.String(),
        "verdict": pl.String(),  # met, not_met, unknown
        "statement_id": pl.String(),  # the statement that proves it; null for unknown
        "note": pl.String(),
    }
)
"""Criterion by criterion. Key: cluster_id, criterion."""

CLUSTER_STATEMENTS = pl.Schema(
    {
        "statement_id": pl.String(),
        "cluster_id": pl.String(),
        **{k: v for k, v in STATEMENTS.items() if k != "statement_id"},
        "chosen": pl.Boolean(),  # whether the profile shows this value
    }
)
"""Statements of published clusters. Key: statement_id."""

CONFLICTS = pl.Schema(
    {
        "cluster_id": pl.String(),
        "property": pl.String(),  # founded (by year), voivodeship
        "value": pl.String(),  # the value that the profile shows
        "statement_id": pl.String(),
        "url": pl.String(),
        "other_value": pl.String(),
        "other_statement_id": pl.String(),
        "other_url": pl.String(),
    }
)
"""Values that contradict the chosen one, with both pages. Key: cluster_id, property, other_statement_id."""

STATISTICS = pl.Schema(
    {
        "statistic": pl.String(),
        "as_of": pl.String(),
        "dimension": pl.String(),  # total, class, voivodeship, nuts2, sector, founded_year, cohort, ...
        "dimension_value": pl.String(),
        "value": pl.Float64(),
        "n": pl.Int64(),  # clusters behind the value
        "n_unknown": pl.Int64(),  # clusters of the population without the value
        "unit": pl.String(),
        "note": pl.String(),
        "method_version": pl.String(),
    }
)
"""A figure a row. Key: statistic, as_of, dimension, dimension_value."""

OFFICIAL_FIGURES = pl.Schema(
    {
        "figure_id": pl.String(),
        "statistic": pl.String(),
        "statistic_pl": pl.String(),
        "population": pl.String(),
        "population_pl": pl.String(),
        "as_of": pl.String(),
        "value_min": pl.Float64(),
        "value_max": pl.Float64(),
        "relation": pl.String(),  # exact, over, nearly, about
        "unit": pl.String(),
        "ours": pl.Float64(),
        "comparable": pl.Boolean(),
        "note": pl.String(),
        "note_pl": pl.String(),
        "publisher": pl.String(),
        "publisher_pl": pl.String(),
        "url": pl.String(),
    }
)
"""Published figures beside ours. Key: figure_id."""


def conform(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Returns the frame with exactly the schema's columns, in its order and types, sorted by all of them from the left.

    Args:
        frame: Any frame that has at least the schema's columns.
        schema: One of the schemas of this module.

    Raises:
        polars.exceptions.ColumnNotFoundError: A column is missing.
        polars.exceptions.InvalidOperationError: A value does not fit its type.
    """
    return frame.select(pl.col(name).cast(kind) for name, kind in schema.items()).sort(
        by=list(schema), nulls_last=False
    )


def empty(schema: pl.Schema) -> pl.DataFrame:
    """Returns a frame of that schema with no rows."""
    return pl.DataFrame(schema=schema)
