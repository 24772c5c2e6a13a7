"""Profiles: one value per property for each cluster, by declared trust; the losers stay, conflicts are listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from inventory.founding import foundings
from inventory.naming import names
from inventory.places import nuts2_code, town, town_of_address, voivodeship_code, voivodeships
from inventory.schemas import CLUSTER_STATEMENTS, CLUSTERS, CONFLICTS, conform
from inventory.sectors import sector_code, sectors
from inventory.standings import Standing, standing

_SIMPLE: Final = ("coordinator", "website", "members_total")
_PLACE: Final = ("voivodeship", "address", "city", "region")


@dataclass(frozen=True, slots=True)
class Profiles:
    """What is known of each cluster.

    Attributes:
        clusters: Schema `CLUSTERS` less `class`, `class_reason` and `state`, which are decided later.
        names: Schema `CLUSTER_NAMES`.
        statements: Schema `CLUSTER_STATEMENTS`: every statement of a cluster, and whether the profile shows its value.
        conflicts: Schema `CONFLICTS`: values that contradict the chosen one, with both pages.
    """

    clusters: pl.DataFrame
    names: pl.DataFrame
    statements: pl.DataFrame
    conflicts: pl.DataFrame


def attribute(
    statements: pl.DataFrame, cluster_records: pl.DataFrame, standings: Mapping[str, Standing]
) -> pl.DataFrame:
    """Returns the statements of clusters with the trust they deserve.

    Args:
        statements: Schema `STATEMENTS`.
        cluster_records: Schema `CLUSTER_RECORDS`: which entry is which cluster.
        standings: Standing by source id.

    Returns:
        The columns of `STATEMENTS`, with cluster_id, trust (0 to 100) and day (ISO text: the last day the page may
        speak of, else its visit; empty where neither is known). Sorted by statement_id.
    """
    said = statements.join(cluster_records.select("record_id", "cluster_id"), on="record_id")
    pairs = said.select("source_id", "property").unique().sort("source_id", "property")
    trust = pairs.with_columns(
        trust=pl.Series(
            [standing(standings, source).trust_in(prop.partition(".")[0]) for source, prop in pairs.iter_rows()],
            dtype=pl.Int32,
        )
    )
    return (
        said.join(trust, on=["source_id", "property"])
        .with_columns(day=pl.coalesce("as_of", pl.col("retrieved_at").dt.strftime("%Y-%m-%d"), pl.lit("")))
        .sort("statement_id")
    )


def profile(
    records: pl.DataFrame,
    statements: pl.DataFrame,
    cluster_records: pl.DataFrame,
    standings: Mapping[str, Standing],
    as_of: date,
) -> Profiles:
    """Returns the profile of every cluster.

    A value is chosen by declared trust, then a dated before an undated one (a visit does not date what a page says), then by
    date (the newer), then by statement id. The founding follows
    `inventory.founding`, names `inventory.naming`. The region comes from a voivodeship that a source states, else
    from the town of the address, else from the town stated, else from a region that is a voivodeship by another
    name; never from the cluster's name.

    Args:
        records: Schema `RECORDS`.
        statements: Schema `STATEMENTS`.
        cluster_records: Schema `CLUSTER_RECORDS`; records that are not in it belong to no cluster.
        standings: Standing by source id.
        as_of: The day of the inventory.
    """
    said = attribute(statements, cluster_records, standings)
    founded = foundings(said, as_of.year)
    official, met = names(said)
    picked = {prop: _best(said, prop) for prop in (*_SIMPLE, *_PLACE, "country")}
    placed = _place(picked)
    branch = _sector(said, official)
    chosen_founding = founded.filter("chosen")
    clusters = (
        _seen(records, cluster_records, as_of)
        .join(official, on="cluster_id", how="left")
        .join(chosen_founding.select("cluster_id", founded="value", founded_year="year"), on="cluster_id", how="left")
        .join(placed, on="cluster_id", how="left")
        .join(branch, on="cluster_id", how="left")
    )
    for prop in (*_SIMPLE, "country"):
        clusters = clusters.join(
            picked[prop].select("cluster_id", pl.col("value").alias(prop), pl.col("as_of").alias(f"{prop}_as_of")),
            on="cluster_id", how="left",
        )  # fmt: skip
    shown = {
        *founded.filter("chosen")["statement_id"],
        *official["name_pl_id"].drop_nulls(),
        *official["name_en_id"].drop_nulls(),
        *branch["sector_id"].drop_nulls(),
        *placed["place_id"].drop_nulls(),
        *placed["city_id"].drop_nulls(),
    }
    shown.update(*(picked[prop]["statement_id"] for prop in (*_SIMPLE, "country")))
    return Profiles(
        clusters=_finish(clusters, as_of),
        names=met,
        statements=conform(said.with_columns(chosen=pl.col("statement_id").is_in(sorted(shown))), CLUSTER_STATEMENTS),
        conflicts=_conflicts(said, founded, picked["voivodeship"]),
    )


def _best(said: pl.DataFrame, prop: str) -> pl.DataFrame:
    return (
        said.filter((pl.col("property") == prop) & pl.col("value").is_not_null())
        .with_columns(undated=pl.col("as_of").is_null())
        .sort("cluster_id", "trust", "undated", "day", "statement_id", descending=[False, True, False, True, False])
        .unique("cluster_id", keep="first", maintain_order=True)
        .select("cluster_id", "statement_id", "value", "as_of", "url")
    )


def _place(picked: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Returns cluster_id, city, voivodeship_code, voivodeship, nuts2_code, place_id and city_id (statements)."""
    values = {prop: {row[0]: (row[1], row[2]) for row in picked[prop].iter_rows()} for prop in _PLACE}
    rows = []
    for cluster_id in sorted(set().union(*values.values())):
        given = {prop: values[prop].get(cluster_id, (None, None)) for prop in _PLACE}
        code = voivodeship_code(given["voivodeship"][1])
        there = town_of_address(given["address"][1])
        city = town(given["city"][1], code) or town(given["city"][1])
        seat = city or there
        why = given["voivodeship"][0] if code else None
        if code is None and (found := there or city):
            code, why = found.code, given["address"][0] if there else given["city"][0]
        if code is None and (code := voivodeship_code(given["region"][1], as_region=True)):
            why = given["region"][0]
        name = seat.name if seat else given["city"][1]
        city_id = given["city"][0] if given["city"][1] else given["address"][0] if there else None
        title = voivodeships()[code].name_pl if code else None
        rows.append((cluster_id, name, code, title, nuts2_code(code, name), why, city_id))
    columns = ("cluster_id", "city", "voivodeship_code", "voivodeship", "nuts2_code", "place_id", "city_id")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def _sector(said: pl.DataFrame, official: pl.DataFrame) -> pl.DataFrame:
    """Returns cluster_id, sector_code, sector, sector_id: stated branch, else areas and technologies, else the name."""
    stated = said.filter(pl.col("property").is_in(["sector", "areas", "technologies"]) & pl.col("value").is_not_null())
    stated = stated.select("cluster_id", "statement_id", "value", "trust", "day", later=pl.col("property") != "sector")
    named = [
        official.select(
            "cluster_id",
            statement_id=f"name_{lang}_id",
            value=f"name_{lang}",
            trust=pl.lit(0, pl.Int32),
            day=pl.lit(""),
            later=pl.lit(value=True),
        ).drop_nulls()
        for lang in ("pl", "en")
    ]
    coded = (
        pl.concat([stated, *named])
        .with_columns(sector_code=pl.col("value").map_elements(sector_code, return_dtype=pl.String, skip_nulls=True))
        .drop_nulls("sector_code")
        .sort("cluster_id", "later", "trust", "day", "statement_id", descending=[False, False, True, True, False])
        .unique("cluster_id", keep="first", maintain_order=True)
    )
    titles = {code: sector.title_en for code, sector in sectors().items()}
    return coded.select(
        "cluster_id", "sector_code", sector=pl.col("sector_code").replace_strict(titles, return_dtype=pl.String),
        sector_id="statement_id",
    )  # fmt: skip


def _seen(records: pl.DataFrame, cluster_records: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Returns first and last day seen; a visit after the day of the inventory does not date an undated page, so it is left out."""
    day = pl.coalesce("as_of", pl.col("retrieved_at").dt.strftime("%Y-%m-%d"))
    day = pl.when(day <= as_of.isoformat()).then(day)
    return (
        cluster_records.select("record_id", "cluster_id")
        .join(records, on="record_id")
        .group_by("cluster_id")
        .agg(
            first_seen=day.min(),
            last_seen=day.max(),
            record_count=pl.len(),
            source_count=pl.col("source_id").n_unique(),
        )
        .sort("cluster_id")
    )


def _finish(clusters: pl.DataFrame, as_of: date) -> pl.DataFrame:
    day = pl.when(pl.col("founded").str.len_chars() == 10).then(pl.col("founded")).str.to_date("%Y-%m-%d", strict=False)
    schema = pl.Schema(
        {name: kind for name, kind in CLUSTERS.items() if name not in {"class", "class_reason", "state"}}
    )
    return conform(
        clusters.with_columns(
            founded_date=day,
            age_years=pl.lit(as_of.year) - pl.col("founded_year"),
            members_total=pl.col("members_total").cast(pl.Int32, strict=False),
            members_as_of=pl.when(pl.col("members_total").is_not_null()).then(pl.col("members_total_as_of")),
            country=pl.coalesce("country", pl.lit("PL")),
        ),
        schema,
    )  # fmt: skip


def _conflicts(said: pl.DataFrame, founded: pl.DataFrame, region: pl.DataFrame) -> pl.DataFrame:
    # Letters of intent and plans are no candidates, so they contradict nothing.
    years = founded.select("cluster_id", "statement_id", "url", "chosen", value=pl.col("year").cast(pl.String))
    chosen_region = set(region["statement_id"])
    regions = said.filter((pl.col("property") == "voivodeship") & pl.col("value").is_not_null()).select(
        "cluster_id", "statement_id", "url", chosen=pl.col("statement_id").is_in(sorted(chosen_region)), value="value"
    )
    frames = []
    for prop, candidates in (("founded", years), ("voivodeship", regions)):
        best = candidates.filter("chosen").drop("chosen")
        frames.append(
            candidates.join(best, on="cluster_id", suffix="_chosen")
            .filter(pl.col("value") != pl.col("value_chosen"))
            .with_columns(property=pl.lit(prop))
        )
    other = {name: f"other_{name}" for name in ("value", "statement_id", "url")}
    shown = {f"{name}_chosen": name for name in other}
    return conform(pl.concat(frames).rename({**other, **shown}), CONFLICTS)
