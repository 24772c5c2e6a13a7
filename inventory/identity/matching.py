"""Somebody's own list of names against the inventory: the same comparison and weights as between records.

Belongs here: finding, for each name, the body that it most probably means. Does not belong here: joining or minting;
a name that is looked up leaves no trace.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from inventory.identity.blocking import Part, candidates
from inventory.identity.comparison import compare
from inventory.identity.contradictions import irreconcilable
from inventory.identity.evidence import gather, pooled
from inventory.identity.explain import reasons
from inventory.identity.homonyms import vetoes
from inventory.identity.scoring import load_weights, probability, score
from inventory.schemas import RECORDS, STATEMENTS, empty

MATCHED = pl.Schema(
    {
        "row": pl.Int64,
        "name": pl.String,
        "body_id": pl.String,
        "record_id": pl.String,
        "probability": pl.Float64,
        "decision": pl.String,
        "reason": pl.String,
    }
)
"""One row per name looked up. Key: row. `body_id` is null where no body is probable enough for review."""

_ASKED = "\x7fasked:"  # sorts after every record id, so that a name looked up is always the second of a pair


def match(names: pl.DataFrame, records: pl.DataFrame, statements: pl.DataFrame, bodies: pl.DataFrame) -> pl.DataFrame:
    """Finds the body that each name means.

    Args:
        names: Column name; further columns city, voivodeship, website, coordinator, country, founded are taken as
            evidence where they are there and not null.
        records: Frame RECORDS of the inventory.
        statements: Frame STATEMENTS of the inventory.
        bodies: Frame BODIES, or any frame of record_id and body_id (a cluster id will do).

    Returns:
        Frame MATCHED, in the order of `names`; `decision` is match, review or different; `reason` in words, of a name that
        would be near if no fact stood against it, too.
    """
    asked, said = _as_records(names)
    evidence = gather(pl.concat([records, asked]), pl.concat([statements, said]))
    home = dict(bodies.select("record_id", "body_id").iter_rows())
    place: dict[str, int] = {}
    group = [place.setdefault(home.get(record, record), i) for i, record in enumerate(evidence.record_ids)]
    evidence = pooled(evidence, np.array(group, dtype=np.int64))
    known = len(records)
    compared = compare(evidence, (_across(part, known) for part in candidates(evidence).parts()))
    weights = load_weights()
    weight = score(compared, weights)
    chance = probability(weight, weights)
    least = float(probability(np.array([weights.match]), weights)[0])
    barred = vetoes(evidence, compared) | irreconcilable(evidence, compared)
    pairs = pl.DataFrame({"pair": np.arange(len(compared.a)), "a": compared.a, "b": compared.b, "chance": chance})
    pairs = pairs.filter(pl.col("chance") >= weights.review)
    is_barred = [pair in barred for pair in pairs.select("a", "b").iter_rows()]
    pairs = pairs.with_columns(barred=pl.Series(is_barred, dtype=pl.Boolean))
    best = pairs.sort("barred", pl.col("chance").neg(), "a", "b").unique("b", keep="first", maintain_order=True)
    told = reasons(evidence, compared, weights, best["pair"].to_numpy())
    found: dict[str, tuple[str | None, float, str]] = {}
    for (a, b, p, kept_apart), why in zip(best.select("a", "b", "chance", "barred").iter_rows(), told, strict=True):
        near = evidence.record_ids[a]
        apart = f"the name is near {home.get(near, near)}, but what is said of the two does not go together: {why}"
        found[evidence.record_ids[b]] = (None, 0.0, apart) if kept_apart else (near, p, why)
    rows = []
    for row, name in enumerate(names["name"].to_list()):
        record, p, why = found.get(f"{_ASKED}{row:09d}", (None, 0.0, "no name of the inventory is near it"))
        decision = "match" if p >= least else "review" if record else "different"
        rows.append((row, name, home.get(record) if record else None, record, round(p, 4), decision, why))
    return pl.DataFrame(rows, schema=MATCHED, orient="row")


def _as_records(names: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    ids = [f"{_ASKED}{row:09d}" for row in range(len(names))]
    asked = pl.DataFrame(
        {"record_id": ids, "name": names["name"].fill_null("")}, schema_overrides={"record_id": pl.String}
    )
    columns = [c for c in ("city", "voivodeship", "website", "coordinator", "country", "founded") if c in names.columns]
    said = [
        names.select(record_id=pl.Series(ids, dtype=pl.String), property=pl.lit(c), value=pl.col(c).cast(pl.String))
        for c in columns
    ]
    return (
        pl.concat([empty(RECORDS), asked], how="diagonal"),
        pl.concat([empty(STATEMENTS), *said], how="diagonal").filter(pl.col("value").is_not_null()),
    )


def _across(part: Part, known: int) -> Part:
    """Keeps pairs of a record of the inventory and a name looked up."""
    kept = (part.a < known) & (part.b >= known)
    return Part(*(end[kept] for end in (part.a, part.b, part.name_a, part.name_b)))
