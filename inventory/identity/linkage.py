"""The entry point of record linkage: records and statements in, bodies, matches and the review queue out.

evidence = gather(records, statements)      what each record says
found = candidates(evidence)                which pairs share something rare
screened = screen(evidence, found, ...)     which of these can matter, and on what they agree
weight = score(compared, weights)           what that is worth
body = resolve(...)                         which records speak of one body
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from inventory.identity.blocking import Candidates, candidates
from inventory.identity.comparison import Compared, by_themselves, shares_something
from inventory.identity.contradictions import contradicted, irreconcilable
from inventory.identity.evidence import Evidence, gather, pooled
from inventory.identity.explain import reasons
from inventory.identity.homonyms import vetoes
from inventory.identity.judgements import VERDICTS, Judgements
from inventory.identity.resolution import Scored, resolve
from inventory.identity.rows import Ints
from inventory.identity.scoring import Weights, load_weights, probability, score, weight_of
from inventory.identity.screening import Screened, Wanted, screen
from inventory.schemas import BODIES, MATCHES, conform

CERTAIN = 3.0
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


COMPARED = 500
"""Letters of a text that are compared: no name is longer, and a scraped megabyte must not cost hours."""


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
    evidence = gather(
        records.with_columns(pl.col("name").str.slice(0, COMPARED)),
        statements.with_columns(pl.col("value", "original_value").str.slice(0, COMPARED)),
    )
    found = candidates(evidence)
    run = two_passes(evidence, found, weights, judgements)
    matches = _matches(run)
    return Linkage(
        matches=matches,
        bodies=_bodies(evidence, run.body, matches),
        review=matches.filter(pl.col("decision") == "review"),
        report={"candidate_pairs": run.pairs} | _report(evidence, found, run.body, matches),
        stale_judgements=tuple(
            f"{j.verdict} {j.a} {j.b} ({j.by}, {j.date}): a record is gone; withdraw or correct the judgement."
            for j in judgements.stale(evidence.record_ids)
        ),
    )


@dataclass(frozen=True)
class Run:
    """What two passes over the records found.

    Attributes:
        evidence: What each record says by itself.
        pooled: What it says with the certain bodies of the first pass.
        compared: Pairs of records that can matter, compared on the pooled evidence.
        body: For each record the smallest record index of its body.
        pairs: Candidate pairs of records of the first pass.
        weights: The match weights.
        judgements: The judgements taken in.
    """

    evidence: Evidence
    pooled: Evidence
    compared: Compared
    body: Ints
    pairs: int
    weights: Weights
    judgements: Judgements


def two_passes(evidence: Evidence, found: Candidates, weights: Weights, judgements: Judgements | None = None) -> Run:
    """Resolves twice: what the certain bodies of the first pass say as a whole decides the rest in the second.

    Args:
        evidence: What each record says by itself.
        found: The candidate pairs on it.
        weights: The match weights.
        judgements: Judgements of people.
    """
    judgements = judgements or Judgements()
    same, different = (_judged(evidence, judgements, verdict) for verdict in ("same", "different"))
    asked = set().union(*(_judged(evidence, judgements, verdict) for verdict in VERDICTS))
    certain, first, apart = _first_pass(evidence, found, weights, (same, different, asked))
    together = pooled(evidence, certain)
    least = min(weights.match, weight_of(weights.review, weights))
    judged = same, different | apart, asked
    second = _screened(together, candidates(together, found), weights, (weights.match, least), judged)
    barred = _apart(together, second, judged) | (irreconcilable(together, second.compared) - same)
    body = _joined(together, second, weights, weights.match, (same, barred))
    return Run(evidence, together, second.compared, body, first.pairs, weights, judgements)


def pooled_by_certain(evidence: Evidence, found: Candidates, weights: Weights) -> Evidence:
    """Returns the evidence pooled by the certain bodies of a first pass."""
    certain, _, _ = _first_pass(evidence, found, weights, (set(), set(), set()))
    return pooled(evidence, certain)


_Pairs = set[tuple[int, int]]
_Judged = tuple[_Pairs, _Pairs, _Pairs]


def _first_pass(
    evidence: Evidence, found: Candidates, weights: Weights, judged: _Judged
) -> tuple[Ints, Screened, _Pairs]:
    """Returns the certain bodies, the pairs that matter, and the pairs that must stay apart whatever comes."""
    screened = _screened(evidence, found, weights, (CERTAIN, np.inf), judged)
    apart = _apart(evidence, screened, judged)
    doubtful = apart | (contradicted(evidence, screened.compared) - judged[0])
    return _joined(evidence, screened, weights, CERTAIN, (judged[0], doubtful)), screened, apart


def _screened(
    evidence: Evidence, found: Candidates, weights: Weights, least: tuple[float, float], judged: _Judged
) -> Screened:
    """Returns the pairs that matter in one pass."""
    group = evidence.group
    asked = frozenset((int(group[x]), int(group[y])) for x, y in judged[2])
    return screen(evidence, found.with_groups(asked), weights, Wanted(*least, asked))


def _apart(evidence: Evidence, screened: Screened, judged: _Judged) -> _Pairs:
    """Returns the pairs that listed homonyms and judgements keep apart."""
    same, different, _ = judged
    return (vetoes(evidence, screened.compared) | different) - same


def _joined(
    evidence: Evidence, screened: Screened, weights: Weights, least: float, judged: tuple[_Pairs, _Pairs]
) -> Ints:
    """Returns the bodies of one pass: of the pairs judged same, and of the others those not to be kept apart."""
    compared, (same, apart) = screened.compared, judged
    pairs = Scored(len(evidence.record_ids), compared.a, compared.b, score(compared, weights))
    return resolve(pairs, least, apart, sorted(same))


def _judged(evidence: Evidence, judgements: Judgements, verdict: str) -> set[tuple[int, int]]:
    index = {record: i for i, record in enumerate(evidence.record_ids)} if judgements.entries else {}
    return {(index[j.a], index[j.b]) for j in judgements.with_verdict(verdict) if j.a in index and j.b in index}


def _reasons(run: Run, kept: Ints) -> list[str]:
    """Returns reasons from what the two records say themselves, or their bodies where they share nothing."""
    own = by_themselves(run.evidence, run.compared.a[kept], run.compared.b[kept])
    there = shares_something(own)
    texts = np.empty(len(kept), dtype=object)
    texts[there] = reasons(run.evidence, own, run.weights, np.flatnonzero(there))
    theirs = reasons(run.pooled, run.compared, run.weights, kept[~there])
    texts[~there] = [f"by what other records of the same bodies say: {text}" for text in theirs]
    return list(texts)


def _matches(run: Run) -> pl.DataFrame:
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
            "reasons": _reasons(run, kept),
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
        "names": len(evidence.names.texts),
        "largest_block": found.largest_block,
        "dropped_blocks": found.dropped_blocks,
        "matches": int(decisions.get("match", 0)),
        "review": int(decisions.get("review", 0)),
        "bodies": int((sizes > 0).sum()),
        "largest_body": int(sizes.max()),
        "bodies_over_alarm": int((sizes > ALARM).sum()),
    }
