"""The entry point of record linkage: records and statements in, bodies, matches and the review queue out.

evidence = gather(records, statements)      what each record says
pairs = candidates(evidence)                which pairs share something rare
compared = compare(evidence, pairs)         on what they agree
weight = score(compared, weights)           what that is worth
body = resolve(...)                         which records speak of one body
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from inventory.identity.blocking import Candidates, candidates
from inventory.identity.comparison import Compared, compare
from inventory.identity.evidence import Evidence, gather, pooled
from inventory.identity.explain import reasons
from inventory.identity.homonyms import vetoes
from inventory.identity.judgements import Judgements
from inventory.identity.resolution import resolve
from inventory.identity.scoring import Weights, load_weights, probability, score
from inventory.schemas import BODIES, MATCHES, conform

Ints = NDArray[np.int64]
JUDGED = 60.0
"""Weight of a judgement of people: no evidence outweighs it."""
CERTAIN = 0.8
"""Least mean probability at which records join in the first pass."""
ALARM = 150
"""Records in one body beyond which it is reported: the largest real one has about 70."""


@dataclass(frozen=True)
class Linkage:
    """The result of record linkage.

    Attributes:
        matches: Frame MATCHES: every compared pair above the reporting floor, and those joined or judged.
        bodies: Frame BODIES.
        review: Rows of `matches` with decision `review`.
        report: Figures on the run: records, names, pairs, largest_block, dropped_blocks, bodies, largest_body, ...
        stale_judgements: Messages on judgements whose records are not there.
    """

    matches: pl.DataFrame
    bodies: pl.DataFrame
    review: pl.DataFrame
    report: Mapping[str, int]
    stale_judgements: tuple[str, ...] = ()


def link(records: pl.DataFrame, statements: pl.DataFrame, judgements: Judgements | None = None) -> Linkage:
    """Finds out which records speak of the same body.

    Args:
        records: Frame of schema RECORDS, in any order.
        statements: Frame of schema STATEMENTS, in any order; properties name, aliases, former_name, website, email,
            coordinator, lead_body, city, voivodeship, region, country, sector, founded are read.
        judgements: Judgements of people, which override the weights.

    Returns:
        Bodies, matches, review queue and figures; equal for permuted input.
    """
    judgements = judgements or Judgements()
    weights = load_weights()
    evidence = gather(records, statements)
    found = candidates(evidence)
    first = compare(evidence, _with_judged(found.pairs, evidence, judgements))
    evidence, compared, body = two_passes(evidence, first, weights, judgements)
    weight = score(compared, weights)
    matches = _matches(evidence, compared, weight, body, weights, judgements)
    return Linkage(
        matches=matches,
        bodies=_bodies(evidence, body, matches),
        review=matches.filter(pl.col("decision") == "review"),
        report=_report(evidence, found, body, matches),
        stale_judgements=tuple(
            f"{j.verdict} {j.a} {j.b} ({j.by}, {j.date}): a record is not there any more; withdraw or correct the judgement."
            for j in judgements.stale(evidence.record_ids)
        ),
    )


def two_passes(
    evidence: Evidence, first: Compared, weights: Weights, judgements: Judgements | None = None
) -> tuple[Evidence, Compared, Ints]:
    """Resolves twice: what the certain bodies of the first pass say as a whole decides the rest in the second.

    Returns:
        Evidence pooled by body, the pairs compared on it, and for each record the smallest record index of its body.
    """
    judgements = judgements or Judgements()
    listed = vetoes(evidence, first)
    certain = _resolved(evidence, first, weights, CERTAIN, judgements, listed)
    evidence = pooled(evidence, certain)
    compared = compare(evidence, _with_judged(candidates(evidence).pairs, evidence, judgements))
    listed |= vetoes(evidence, compared)
    return evidence, compared, _resolved(evidence, compared, weights, weights.match, judgements, listed)


def compared_again(evidence: Evidence, first: Compared, weights: Weights) -> Compared:
    """Returns the pairs compared on the evidence pooled by the certain bodies of a first pass."""
    return two_passes(evidence, first, weights)[1]


def _resolved(evidence: Evidence, compared: Compared, weights: Weights, match: float, judgements: Judgements, listed: set[tuple[int, int]]) -> Ints:
    together = _judged(evidence, judgements, "same")
    apart = _judged(evidence, judgements, "different")
    return resolve(
        len(evidence.record_ids),
        compared.a,
        compared.b,
        score(compared, weights),
        float(np.log2(match / (1 - match))),
        vetoes=sorted((apart | listed) - together),
        together=sorted(together),
    )


def _judged(evidence: Evidence, judgements: Judgements, verdict: str) -> set[tuple[int, int]]:
    index = {record: i for i, record in enumerate(evidence.record_ids)}
    return {(index[j.a], index[j.b]) for j in judgements.with_verdict(verdict) if j.a in index and j.b in index}


def _with_judged(pairs: pl.DataFrame, evidence: Evidence, judgements: Judgements) -> pl.DataFrame:
    """Adds judged pairs to the candidates, so that each has a row with its reasons."""
    judged = set().union(*(_judged(evidence, judgements, v) for v in ("same", "different", "unsure")))
    if not judged:
        return pairs
    extra = pl.DataFrame(sorted(judged), schema={"a": pl.Int64, "b": pl.Int64}, orient="row")
    bearer = evidence.record_names.select("record", "name")
    extra = extra.join(bearer.rename({"record": "a", "name": "name_a"}), on="a").join(
        bearer.rename({"record": "b", "name": "name_b"}), on="b"
    )
    return pl.concat([pairs, extra.select(pairs.columns)]).unique().sort("a", "b", "name_a", "name_b")


def _matches(
    evidence: Evidence,
    compared: Compared,
    weight: NDArray[np.float64],
    body: Ints,
    weights: Weights,
    judgements: Judgements,
) -> pl.DataFrame:
    chance = probability(weight)
    together = body[compared.a] == body[compared.b]
    unsure = _judged(evidence, judgements, "unsure")
    held = np.array(
        [(x, y) in unsure for x, y in zip(compared.a.tolist(), compared.b.tolist(), strict=True)]
        if unsure
        else np.zeros(len(weight)),
        dtype=bool,
    )
    kept = np.flatnonzero(together | (chance >= weights.review) | held)
    decision = np.where(together & ~held, "match", np.where((chance >= weights.review) | held, "review", "different"))
    ids = np.array(evidence.record_ids, dtype=object)
    judged = {(j.a, j.b): j for j in judgements.entries}
    frame = pl.DataFrame(
        {
            "record_a": ids[compared.a[kept]].tolist(),
            "record_b": ids[compared.b[kept]].tolist(),
            "probability": chance[kept].round(4),
            "weight": weight[kept].round(2),
            "decision": decision[kept].tolist(),
            "reasons": reasons(evidence, compared, weights, kept),
        },
        schema=MATCHES,
    )
    if judged:
        frame = pl.DataFrame(
            [_override(row, judged.get((row["record_a"], row["record_b"]))) for row in frame.iter_rows(named=True)],
            schema=MATCHES,
        )
    return conform(frame, MATCHES)


def _override(row: dict[str, object], judgement: object) -> dict[str, object]:
    from inventory.identity.judgements import Judgement  # noqa: PLC0415

    if not isinstance(judgement, Judgement):
        return row
    decision = {"same": "match", "different": "different", "unsure": "review"}[judgement.verdict]
    said = f"judged {judgement.verdict} by {judgement.by} on {judgement.date}: {judgement.reason}"
    chance = {"same": 1.0, "different": 0.0}.get(judgement.verdict, row["probability"])
    return {**row, "decision": decision, "probability": chance, "reasons": f"{said}; {row['reasons']}"}


def _bodies(evidence: Evidence, body: Ints, matches: pl.DataFrame) -> pl.DataFrame:
    ids = np.array(evidence.record_ids, dtype=object)
    frame = pl.DataFrame(
        {"record_id": evidence.record_ids, "body_id": ids[body].tolist()},
        schema={"record_id": pl.String, "body_id": pl.String},
    )
    joined = matches.filter(pl.col("decision") == "match")
    both = pl.concat(
        [
            joined.select(record_id="record_a", other="record_b", probability="probability", reason="reasons"),
            joined.select(record_id="record_b", other="record_a", probability="probability", reason="reasons"),
        ]
    )
    best = both.sort("record_id", pl.col("probability").neg(), "other").unique(
        "record_id", keep="first", maintain_order=True
    )
    text = (
        pl.when(pl.col("other").is_null())
        .then(pl.lit("no other record speaks of it"))
        .otherwise(pl.format("with {}: {}", "other", "reason"))
    )
    return conform(
        frame.join(best, on="record_id", how="left").with_columns(pl.col("probability").fill_null(1.0), reason=text),
        BODIES,
    )


def _report(evidence: Evidence, found: Candidates, body: Ints, matches: pl.DataFrame) -> dict[str, int]:
    sizes = np.bincount(body) if len(body) else np.zeros(1, dtype=np.int64)
    decisions = dict(matches.group_by("decision").len().iter_rows())
    return {
        "records": len(evidence.record_ids),
        "names": len(evidence.names),
        "candidate_pairs": found.pair_count,
        "largest_block": found.largest_block,
        "dropped_blocks": found.dropped_blocks,
        "matches": int(decisions.get("match", 0)),
        "review": int(decisions.get("review", 0)),
        "bodies": int((sizes > 0).sum()),
        "largest_body": int(sizes.max()),
        "bodies_over_alarm": int((sizes > ALARM).sum()),
    }
