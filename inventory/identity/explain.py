"""Why two records are, or are not, the same body, in words that an official would accept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from inventory.identity.comparison import LEVELS, Compared
from inventory.identity.evidence import Evidence
from inventory.identity.scoring import Weights

Ints = NDArray[np.int64]

BRACKETS = "In square brackets: what a piece of evidence weighs. +1 doubles the odds that both entries speak of one body, -1 halves them."
"""How to read the reasons, for whoever sees them for the first time."""
_SILENT = {"unknown", "none", "other", "no"}
_TITLES = {
    "information": "what the names share is",
    "proper": "proper words",
    "field": "branch words",
    "place": "places in the names",
    "direction": "directions in the names",
    "scope": "words like Polish or European",
    "acronym": "acronym",
    "listed": "listed names",
    "domain": "web site",
    "host": "site of the page",
    "city": "town",
    "voivodeship": "voivodeship",
    "coordinator": "coordinator",
    "founded": "founding year",
    "country": "country",
    "sector": "branch",
    "page": "page",
    "energy": "called an energy cluster",
}
_LEAST_TOLD = 0.2
_SHOWN = {"domain", "host", "city", "voivodeship", "founded", "country"}


def reasons(evidence: Evidence, compared: Compared, weights: Weights, pairs: Ints) -> list[str]:
    """Returns, for each pair asked for, its evidence in words, the weightiest first.

    Args:
        evidence: What is known of the records.
        compared: The compared pairs.
        weights: The match weights.
        pairs: Positions in `compared`.
    """
    packed = np.zeros(len(pairs), dtype=np.int64)
    for kind, names in LEVELS.items():
        packed = packed * len(names) + compared.levels[kind][pairs]
    sentences: dict[int, list[tuple[str, str]]] = {}
    shown: dict[tuple[str, int], str] = {}
    a, b, x, y = (end.tolist() for end in (compared.a, compared.b, compared.name_a, compared.name_b))
    printed = evidence.names.texts.to_list()
    told = []
    for p, key in zip(pairs.tolist(), packed.tolist(), strict=True):
        if key not in sentences:
            sentences[key] = _sentence({kind: int(compared.levels[kind][p]) for kind in LEVELS}, weights)
        texts = []
        for kind, text in sentences[key]:
            if kind in _SHOWN:
                values = tuple(
                    shown.get((kind, r)) or shown.setdefault((kind, r), _values(evidence, kind, r))
                    for r in (a[p], b[p])
                )
                texts.append(text % values)
            elif kind == "name":
                texts.append(text % (printed[x[p]], printed[y[p]]))
            else:
                texts.append(text)
        told.append("; ".join(texts))
    return told


def explain(record_ids: Iterable[str], records: pl.DataFrame, matches: pl.DataFrame) -> list[str]:
    """Returns why the given records are, or are not, taken for one body: a sentence for each record, then for each pair.

    Args:
        record_ids: Records of one body, or the two of a pair.
        records: Frame RECORDS.
        matches: Frame MATCHES of the linkage.
    """
    asked = sorted(set(record_ids))
    about = records.filter(pl.col("record_id").is_in(asked)).sort("record_id")
    told = [
        f"{record}: “{name}” as printed by {source} ({as_of or 'no date'}), {stated or url}"
        for record, name, source, as_of, stated, url in about.select(
            "record_id", "name", "source_id", "as_of", "stated_by", "url"
        ).iter_rows()
    ]
    both = pl.col("record_a").is_in(asked) & pl.col("record_b").is_in(asked)
    order = matches.filter(both).sort(pl.col("probability").neg(), "record_a", "record_b")
    told.extend(
        f"{a} and {b}: {decision}, probability {chance:.4f}: {why}"
        for a, b, decision, chance, why in order.select(
            "record_a", "record_b", "decision", "probability", "reasons"
        ).iter_rows()
    )
    return told


def _sentence(levels: Mapping[str, int], weights: Weights) -> list[tuple[str, str]]:
    """Returns, for a pair with these levels, each kind that speaks and what it says, the weightiest first."""
    parts: list[tuple[float, str, str]] = []
    for kind, names in LEVELS.items():
        name, worth = names[levels[kind]], weights.levels[kind][levels[kind]]
        if name in _SILENT or abs(worth) < _LEAST_TOLD or kind == "information":
            continue
        text = f"names “%s” and “%s”: {name}" if kind == "name" else f"{_TITLES[kind]}: {name}"
        parts.append((worth, kind, f"{text}{' (%s and %s)' if kind in _SHOWN else ''} [{worth:+.1f}]"))
    parts.sort(key=lambda part: (-abs(part[0]), part[2]))
    return [(kind, text) for _, kind, text in parts]


def _values(evidence: Evidence, kind: str, record: int) -> str:
    rows = evidence.attributes[kind]
    at = rows.values[rows.start[record] : rows.start[record + 1]]
    return ", ".join(sorted(evidence.labels[kind][k].lstrip("=") for k in at)) or "not stated"
