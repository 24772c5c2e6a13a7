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
from inventory.identity.judgements import VERDICTS, Judgements
from inventory.identity.resolution import Scored, resolve
from inventory.identity.scoring import Weights, load_weights, probability, score
from inventory.schemas import BODIES, MATCHES, conform

Ints = NDArray[np.int64]
CERTAIN = 2.0
"""Least mean weight at which records join in the first pass."""
TRIANGLE = "agree, but others of the two bodies disagree (inconsistent triangle): {}"
"""Reason of a pair that would join by itself, but whose bodies do not."""
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
        statements: Frame of schema STATEMENTS, in any order; name, aliases, former_name, website, email,
            coordinator, lead_body, city, voivodeship, region, country, sector, founded are read.
        judgements: Judgements of people, which override the weights.

    Returns:
        Bodies, matches, review queue and figures; equal for permuted input.
    """
    judgements = judgements or Judgements()
    weights = load_weights()
    evidence = gather(records, statements)
    found, first = _compared(evidence, judgements)
    together, compared, body = two_passes(evidence, first, weights, judgements)
    matches = _matches(_Run(evidence, first, together, compared, body, weights, judgements))
    return Linkage(
        matches=matches,
        bodies=_bodies(evidence, body, matches),
        review=matches.filter(pl.col("decision") == "review"),
        report={"candidate_pairs": len(first.a)} | _report(evidence, found, body, matches),
        stale_judgements=tuple(
            f"{j.verdict} {j.a} {j.b} ({j.by}, {j.date}): a record is gone; withdraw or correct the judgement."
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
    same, different = (_judged(evidence, judgements, verdict) for verdict in ("same", "different"))
    apart = (vetoes(evidence, first) | different) - same
    certain = resolve(_scored(evidence, first, weights), CERTAIN, apart, sorted(same))
    evidence = pooled(evidence, certain)
    _, compared = _compared(evidence, judgements)
    apart |= vetoes(evidence, compared) - same
    return evidence, compared, resolve(_scored(evidence, compared, weights), weights.match, apart, sorted(same))


def compared_again(evidence: Evidence, first: Compared, weights: Weights) -> Compared:
    """Returns the pairs compared on the evidence pooled by the certain bodies of a first pass."""
    return two_passes(evidence, first, weights)[1]


def _scored(evidence: Evidence, compared: Compared, weights: Weights) -> Scored:
    return Scored(len(evidence.record_ids), compared.a, compared.b, score(compared, weights))


def _judged(evidence: Evidence, judgements: Judgements, verdict: str) -> set[tuple[int, int]]:
    index = {record: i for i, record in enumerate(evidence.record_ids)}
    return {(index[j.a], index[j.b]) for j in judgements.with_verdict(verdict) if j.a in index and j.b in index}


def _compared(evidence: Evidence, judgements: Judgements) -> tuple[Candidates, Compared]:
    """Compares the candidates, and the judged pairs so that each of these has a row with its reasons."""
    judged = set().union(*(_judged(evidence, judgements, v) for v in VERDICTS))
    group = evidence.group.tolist()
    found = candidates(evidence).with_groups((group[x], group[y]) for x, y in judged)
    return found, compare(evidence, found.parts())


@dataclass(frozen=True)
class _Run:
    """What one run of linkage holds while its matches are written."""

    evidence: Evidence
    first: Compared
    pooled: Evidence
    compared: Compared
    body: Ints
    weights: Weights
    judgements: Judgements

    def reasons(self, kept: Ints) -> list[str]:
        """Returns reasons from what the two records say themselves, or their bodies where they share nothing."""
        n = len(self.evidence.record_ids)
        own = self.first.a * n + self.first.b
        asked = self.compared.a[kept] * n + self.compared.b[kept]
        at = np.searchsorted(own, asked)
        there = (
            (at < len(own)) & (own[np.minimum(at, len(own) - 1)] == asked) if len(own) else np.zeros(len(kept), bool)
        )
        texts = np.empty(len(kept), dtype=object)
        texts[there] = reasons(self.evidence, self.first, self.weights, at[there])
        theirs = reasons(self.pooled, self.compared, self.weights, kept[~there])
        texts[~there] = [f"by what other records of the same bodies say: {text}" for text in theirs]
        return list(texts)


def _matches(run: _Run) -> pl.DataFrame:
    compared, weights = run.compared, run.weights
    weight = score(compared, weights)
    chance = probability(weight, weights)
    together = run.body[compared.a] == run.body[compared.b]
    judged = set().union(*(_judged(run.evidence, run.judgements, v) for v in VERDICTS))
    n = len(run.evidence.record_ids)
    marked = np.isin(compared.a * n + compared.b, sorted(x * n + y for x, y in judged))
    kept = np.flatnonzero(together | (chance >= weights.review) | marked)
    decision = np.where(together, "match", np.where(chance >= weights.review, "review", "different"))
    ids = np.array(run.evidence.record_ids, dtype=object)
    frame = pl.DataFrame(
        {
            "record_a": ids[compared.a[kept]].tolist(),
            "record_b": ids[compared.b[kept]].tolist(),
            "probability": chance[kept].round(4),
            "weight": weight[kept].round(2),
            "decision": decision[kept].tolist(),
            "reasons": run.reasons(kept),
        },
        schema=MATCHES,
    )
    torn = pl.Series(~together[kept] & (weight[kept] > weights.match), dtype=pl.Boolean)
    frame = frame.with_columns(reasons=pl.when(torn).then(pl.format(TRIANGLE, "reasons")).otherwise("reasons"))
    return conform(_overridden(frame, run.judgements), MATCHES)


def _overridden(frame: pl.DataFrame, judgements: Judgements) -> pl.DataFrame:
    """Puts the decisions of people in the place of those by weight."""
    rows = [
        (
            j.a,
            j.b,
            {"same": "match", "different": "different", "unsure": "review"}[j.verdict],
            {"same": 1.0, "different": 0.0}.get(j.verdict),
            f"judged {j.verdict} by {j.by} on {j.date}: {j.reason}; ",
        )
        for j in judgements.entries
    ]
    schema = {
        "record_a": pl.String,
        "record_b": pl.String,
        "judged": pl.String,
        "chance": pl.Float64,
        "said": pl.String,
    }
    joined = frame.join(pl.DataFrame(rows, schema=schema, orient="row"), on=["record_a", "record_b"], how="left")
    return joined.with_columns(
        decision=pl.coalesce("judged", "decision"),
        probability=pl.coalesce("chance", "probability"),
        reasons=pl.concat_str(pl.col("said").fill_null(""), "reasons"),
    )


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
        "largest_block": found.largest_block,
        "dropped_blocks": found.dropped_blocks,
        "matches": int(decisions.get("match", 0)),
        "review": int(decisions.get("review", 0)),
        "bodies": int((sizes > 0).sum()),
        "largest_body": int(sizes.max()),
        "bodies_over_alarm": int((sizes > ALARM).sum()),
    }
