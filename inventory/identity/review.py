"""The review queue: what a person should look at, one row per pair of bodies, by effect on the published counts.

Belongs here: ranking and folding of open pairs. Does not belong here: deciding (`judgements`), or finding the pairs
(`linkage`, `ledger`).
"""

from __future__ import annotations

import polars as pl

from inventory.schemas import MATCHES, conform

QUEUE = pl.Schema(
    {
        "record_a": pl.String,
        "record_b": pl.String,
        "probability": pl.Float64,
        "effect": pl.Float64,
        "reasons": pl.String,
    }
)
"""One row per pair of bodies. Key: record_a, record_b: the pair of their records to judge. Sorted by effect, falling."""


def rank(matches: pl.DataFrame, bodies: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    """Returns what waits for a judgement, one row per pair of bodies, the most weighty for the published counts first.

    The effect is the expected change of the number of published clusters if somebody looked: the chance that the
    decision is wrong, times the clusters that would be one fewer or one more. Two published clusters that may be one
    change the count by one; two bodies of which one is not published change only what is said of the other, which
    counts a tenth; two unpublished bodies change nothing that is printed, and count a hundredth.

    Args:
        matches: Frame MATCHES; rows with decision `review` are ranked.
        bodies: Frame BODIES.
        clusters: Columns record_id and cluster_id: which records are published.

    Returns:
        Frame QUEUE: of each pair of bodies the likeliest pair of records; its reasons say how many more pairs there
        are.
    """
    home = bodies.select("record_id", "body_id")
    published = clusters.select("record_id", "cluster_id").unique("record_id")
    waiting = matches.filter(pl.col("decision") == "review")
    for end in ("a", "b"):
        waiting = waiting.join(
            home.rename({"record_id": f"record_{end}", "body_id": f"body_{end}"}), on=f"record_{end}"
        )
        ids = published.rename({"record_id": f"record_{end}", "cluster_id": f"cluster_{end}"})
        waiting = waiting.join(ids, on=f"record_{end}", how="left")
    one_body = pl.col("body_a") == pl.col("body_b")
    shown = pl.col("cluster_a").is_not_null().cast(pl.Int8) + pl.col("cluster_b").is_not_null().cast(pl.Int8)
    # Where both stand in one body the count would rise if they are different.
    doubt = pl.when(one_body).then(1.0 - pl.col("probability")).otherwise("probability")
    changed = pl.when(shown == 2).then(1.0).when(shown == 1).then(0.1).otherwise(0.01)
    told = pl.when(pl.col("pairs") > 1).then(
        pl.format("{} (and {} more pairs of records of the two)", "reasons", pl.col("pairs") - 1)
    )
    return (
        waiting.with_columns(
            effect=(doubt * changed).round(4),
            first=pl.min_horizontal("body_a", "body_b"),
            second=pl.max_horizontal("body_a", "body_b"),
        )
        .with_columns(pairs=pl.len().over("first", "second"))
        .sort(pl.col("effect").neg(), pl.col("probability").neg(), "record_a", "record_b")
        .unique(["first", "second"], keep="first", maintain_order=True)
        .with_columns(reasons=told.otherwise("reasons"))
        .select(list(QUEUE))
        .cast(QUEUE)
    )


def with_held(matches: pl.DataFrame, linked: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    """Puts joins and partings of published ids that wait for a judgement into the review queue.

    Args:
        matches: Frame MATCHES of a linkage.
        linked: Frame BODIES of the same linkage.
        settled: Frame BODIES that `Ledger.settle` made of it.

    Returns:
        Frame MATCHES: for each two settled bodies that the linkage read as one, their likeliest pair waits; for each
        part that the linkage cut off a settled body, the likeliest pair across the cut, or the first records of both.
    """
    said = matches
    for end in ("a", "b"):
        said = said.join(_homes(linked, "was", end), on=f"record_{end}").join(
            _homes(settled, "is", end), on=f"record_{end}"
        )
    joins = said.filter((pl.col("was_a") == pl.col("was_b")) & (pl.col("is_a") != pl.col("is_b")))
    cuts = said.filter((pl.col("was_a") != pl.col("was_b")) & (pl.col("is_a") == pl.col("is_b")))
    held = pl.concat([
        _likeliest(joins, "is", "now read as one body; two published ids wait for a judgement: {}"),
        _likeliest(pl.concat([cuts, _cut(linked, settled).select(cuts.columns)]), "was",
                   "now read as two bodies; one published id waits for a judgement: {}"),
    ]).select(list(MATCHES))  # fmt: skip
    rest = matches.join(held, on=["record_a", "record_b"], how="anti")
    return conform(pl.concat([rest, held]), MATCHES)


def _homes(bodies: pl.DataFrame, title: str, end: str) -> pl.DataFrame:
    return bodies.select(pl.col("record_id").alias(f"record_{end}"), pl.col("body_id").alias(f"{title}_{end}"))


def _likeliest(pairs: pl.DataFrame, title: str, reason: str) -> pl.DataFrame:
    ends = pl.min_horizontal(f"{title}_a", f"{title}_b"), pl.max_horizontal(f"{title}_a", f"{title}_b")
    return (
        pairs.with_columns(first=ends[0], second=ends[1])
        .sort(pl.col("probability").neg(), "record_a", "record_b")
        .unique(["first", "second"], keep="first", maintain_order=True)
        .with_columns(decision=pl.lit("review"), reasons=pl.format(reason, "reasons"))
    )


def _cut(linked: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    """Returns, for each part cut off a settled body, its first record and the first of the largest part, as a match."""
    parts = (
        linked.select("record_id", was="body_id")
        .join(settled.select("record_id", body="body_id"), on="record_id")
        .group_by("body", "was")
        .agg(size=pl.len(), record=pl.col("record_id").min())
        .sort("body", -pl.col("size").cast(pl.Int64), "was")
    )
    main = parts.unique("body", keep="first", maintain_order=True)
    pairs = parts.join(main.select("body", main="was", chief="record"), on="body").filter(
        pl.col("was") != pl.col("main")
    )
    swapped = pl.col("record") < pl.col("chief")
    return pairs.select(
        record_a=pl.min_horizontal("record", "chief"),
        record_b=pl.max_horizontal("record", "chief"),
        probability=pl.lit(0.0),
        weight=pl.lit(0.0),
        decision=pl.lit("different"),
        reasons=pl.lit("nothing joins them in this run"),
        was_a=pl.when(swapped).then("was").otherwise("main"),
        was_b=pl.when(swapped).then("main").otherwise("was"),
        is_a="body",
        is_b="body",
    )
