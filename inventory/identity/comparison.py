"""How far two records agree: for each kind of evidence one level, out of few that can be named.

Belongs here: levels. Does not belong here: what a level is worth (`weights.yml`, read by `scoring`).
All work is on whole arrays of pairs; nothing loops over pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from scipy import sparse  # type: ignore[import-untyped]

from inventory.identity.evidence import Evidence, Floats, Matrix
from inventory.identity.names import KINDS

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

LEVELS: Mapping[str, tuple[str, ...]] = {
    "name": (
        "nothing shared",
        "little shared",
        "half shared",
        "most shared",
        "part: small",
        "part: half",
        "part: most",
        "same meaning, one language, other words",
        "same meaning, other language",
        "same words",
        "an acronym alone",
    ),
    "information": ("generic", "common", "telling", "unique"),
    "proper": ("none", "shared", "shared, more on one side", "one side only", "different", "shared, more on both"),
    "field": ("none", "shared", "shared, more on one side", "one side only", "different", "shared, more on both"),
    "place": (
        "none",
        "shared",
        "nested",
        "one side only",
        "one side, confirmed",
        "one side, contradicted",
        "different",
    ),
    "direction": ("none", "shared", "one side only", "different"),
    "scope": ("none", "shared", "one side only"),
    "acronym": ("none", "printed by both", "formed from the other name", "different"),
    "listed": ("no", "alias of one is name of the other"),
    "domain": ("unknown", "same", "same, crowded", "different"),
    "host": ("other", "same", "same, crowded"),
    "city": ("unknown", "same", "different"),
    "voivodeship": ("unknown", "same", "different"),
    "coordinator": ("unknown", "same", "alike", "different"),
    "founded": ("unknown", "same year", "one year apart", "further apart"),
    "country": ("unknown", "same", "different"),
    "sector": ("unknown", "overlap", "different"),
    "page": ("other", "same page, other name"),
    "energy": ("same", "different"),
}
"""Evidence to its levels. The index in the tuple is the value in the arrays."""

NO_PAIRS = pl.DataFrame(schema={"a": pl.Int64, "b": pl.Int64, "name_a": pl.Int64, "name_b": pl.Int64})
_ENDS = {"a": "b", "b": "a", "name_a": "name_b", "name_b": "name_a"}
_CHUNK = 400_000
_CROWDED = 3.0


@dataclass(frozen=True)
class Compared:
    """Pairs of records with the level of each kind of evidence.

    Attributes:
        a: Record index of the first of each pair.
        b: Record index of the second; a < b.
        name_a: Index of the name of a that agrees best with one of b.
        name_b: Its counterpart.
        levels: Evidence to level of each pair, see `LEVELS`.
    """

    a: Ints
    b: Ints
    name_a: NDArray[np.int32]
    name_b: NDArray[np.int32]
    levels: dict[str, NDArray[np.uint8]]


def compare(evidence: Evidence, parts: Iterable[pl.DataFrame]) -> Compared:
    """Returns the levels of each pair of records of two groups, or of one, taking their best pair of names.

    Args:
        evidence: What is known.
        parts: Frames of columns a, b (groups), name_a, name_b as `blocking.Candidates.parts` gives them.

    Returns:
        The pairs in the order of a, then b.
    """
    done = [_compare_part(evidence, part) for part in parts] or [_compare_part(evidence, NO_PAIRS)]
    a, b = (np.concatenate([getattr(one, end) for one in done]) for end in ("a", "b"))
    order = np.argsort(a * (len(evidence.record_ids) + 1) + b, kind="stable")
    return Compared(
        a=a[order],
        b=b[order],
        name_a=np.concatenate([one.name_a for one in done])[order],
        name_b=np.concatenate([one.name_b for one in done])[order],
        levels={kind: np.concatenate([one.levels.pop(kind) for one in done])[order] for kind in LEVELS},
    )


def _compare_part(evidence: Evidence, pairs: pl.DataFrame) -> Compared:
    best = _records_of(evidence, _best_names(evidence, pairs))
    a, b, i, j = (best[c].to_numpy().astype(np.int64) for c in ("a", "b", "name_a", "name_b"))
    levels = {k: np.zeros(len(a), dtype=np.uint8) for k in LEVELS}
    for start in range(0, len(a), _CHUNK):
        part = slice(start, start + _CHUNK)
        found = _name_levels(evidence, a[part], b[part], i[part], j[part])
        found |= _record_levels(evidence, a[part], b[part], i[part], j[part])
        for kind, values in found.items():
            levels[kind][part] = values
    other = ((best["prop_a"] != "name") | (best["prop_b"] != "name")).to_numpy()
    levels["listed"] = (other & np.isin(levels["name"], (7, 8, 9))).astype(np.uint8)
    levels["coordinator"] = _coordinator_levels(evidence, a, b).astype(np.uint8)
    return Compared(a, b, i.astype(np.int32), j.astype(np.int32), levels)


def _best_names(evidence: Evidence, pairs: pl.DataFrame) -> pl.DataFrame:
    """Keeps for each pair of records the names most alike; ties go to what tells most, then to the indices."""
    i, j = pairs["name_a"].to_numpy(), pairs["name_b"].to_numpy()
    likeness, shared = np.zeros(len(i)), np.zeros(len(i))
    total = evidence.concepts @ evidence.bits
    alone = evidence.forms.alone
    for start in range(0, len(i), _CHUNK):
        p = slice(start, start + _CHUNK)
        both = evidence.concepts[i[p]].multiply(evidence.concepts[j[p]]) @ evidence.bits
        shared[p] = both
        smaller = np.minimum(total[i[p]], total[j[p]])
        union = total[i[p]] + total[j[p]] - both
        likeness[p] = 0.6 * _ratio(both, union) + 0.4 * _ratio(both, smaller)
        # An acronym alone is compared only where no name in words agrees better.
        likeness[p] = np.where(alone[i[p]] | alone[j[p]], np.minimum(likeness[p], 0.3), likeness[p])
        likeness[p] += (_dot(evidence.acronyms, evidence.acronyms, i[p], j[p]) > 0) * 0.05
    return (
        pairs.with_columns(likeness=likeness.round(6), shared=shared.round(6))
        .sort(["a", "b", "likeness", "shared", "name_a", "name_b"], descending=[False, False, True, True, False, False])
        .unique(["a", "b"], keep="first", maintain_order=True)
        .select("a", "b", "name_a", "name_b")
    )


def _records_of(evidence: Evidence, best: pl.DataFrame) -> pl.DataFrame:
    """Turns pairs of groups into pairs of their records, a < b, with the property under which each bears its name."""
    member = pl.DataFrame({"group": evidence.group, "record": np.arange(len(evidence.group))})
    met = (
        best.rename({"a": "group_a", "b": "group_b"})
        .join(member.rename({"group": "group_a", "record": "a"}), on="group_a")
        .join(member.rename({"group": "group_b", "record": "b"}), on="group_b")
        .filter((pl.col("group_a") != pl.col("group_b")) | (pl.col("a") < pl.col("b")))
    )
    turned = pl.col("a") > pl.col("b")
    swapped = {x: pl.when(turned).then(y).otherwise(x) for x, y in _ENDS.items()}
    prop = evidence.record_names.select("record", "name", "prop")
    return (
        met.select(**swapped)
        .join(prop.rename({"record": "a", "name": "name_a", "prop": "prop_a"}), on=["a", "name_a"], how="left")
        .join(prop.rename({"record": "b", "name": "name_b", "prop": "prop_b"}), on=["b", "name_b"], how="left")
    )


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _dot(left: Matrix, right: Matrix, i: Ints, j: Ints) -> Floats:
    return np.asarray(left[i].multiply(right[j]).sum(axis=1)).ravel()


def _name_levels(evidence: Evidence, a: Ints, b: Ints, i: Ints, j: Ints) -> dict[str, Ints]:
    kinds = sparse.csr_matrix(
        (evidence.bits, (np.arange(len(evidence.bits)), evidence.concept_kind)), shape=(len(evidence.bits), len(KINDS))
    )
    x, y = evidence.concepts[i], evidence.concepts[j]
    both = (x.multiply(y) @ kinds).toarray()
    only_x = (x @ kinds).toarray() - both
    only_y = (y @ kinds).toarray() - both
    kind = {name: k for k, name in enumerate(KINDS)}
    bits = both.sum(axis=1)
    total_x, total_y = bits + only_x.sum(axis=1), bits + only_y.sum(axis=1)
    smaller = np.minimum(total_x, total_y)
    likeness = _ratio(bits, total_x + total_y - bits)
    alone = evidence.forms.alone
    acronym = alone[i] | alone[j]
    levels = {
        "name": _agreement(evidence, i, j, likeness, _ratio(bits, smaller)),
        "information": np.digitize(bits, (6.0, 10.5, 16.0)),
        "proper": _relation(*(m[:, [kind["proper"]]].sum(axis=1) for m in (both, only_x, only_y))),
        "field": _relation(*(m[:, [kind["sector"]]].sum(axis=1) for m in (both, only_x, only_y))),
        "place": _place_relation(evidence, (a, b), (i, j), (both, only_x, only_y)),
        "direction": _simple_relation(*(m[:, kind["direction"]] for m in (both, only_x, only_y))),
        "scope": np.minimum(_simple_relation(*(m[:, kind["scope"]] for m in (both, only_x, only_y))), 2),
    }
    # An acronym by itself is no word of a name: whether it fits is said once, under `acronym`.
    levels["name"] = np.where(acronym, LEVELS["name"].index("an acronym alone"), levels["name"])
    for kind_ in ("information", "proper", "field", "place", "direction", "scope"):
        levels[kind_] = np.where(acronym, 0, levels[kind_])
    return levels


def _agreement(evidence: Evidence, i: Ints, j: Ints, likeness: Floats, part: Floats) -> Ints:
    surface, lang = evidence.forms.surface, evidence.forms.lang
    whole = likeness > 0.999
    contained = (part > 0.999) & ~whole
    return np.select(
        [
            whole & (surface[i] == surface[j]),
            whole & (lang[i] != lang[j]),
            whole,
            contained & (likeness >= 0.7),
            contained & (likeness >= 0.45),
            contained,
            likeness >= 0.6,
            likeness >= 0.35,
            likeness > 0,
        ],
        [9, 8, 7, 6, 5, 4, 3, 2, 1],
        default=0,
    ).astype(np.int64)


def _relation(both: Floats, only_x: Floats, only_y: Floats) -> Ints:
    s, x, y = both > 0.01, only_x > 0.01, only_y > 0.01
    return np.select([s & x & y, s & (x | y), s, x & y, x | y], [5, 2, 1, 4, 3], default=0).astype(np.int64)


def _simple_relation(both: Floats, only_x: Floats, only_y: Floats) -> Ints:
    x, y = only_x > 0.01, only_y > 0.01
    return np.select([x & y, x | y, both > 0.01], [3, 2, 1], default=0).astype(np.int64)


def _place_relation(
    evidence: Evidence, records: tuple[Ints, Ints], names: tuple[Ints, Ints], weights: tuple[Floats, Floats, Floats]
) -> Ints:
    """Places in the names against each other, and a place in one name against the other record's city and region."""
    (a, b), (i, j) = records, names
    places = [k for k, name in enumerate(KINDS) if name in {"place", "local"}]
    shared, x, y = (m[:, places].sum(axis=1) > 0.01 for m in weights)
    is_place = np.isin(evidence.concept_kind, places).astype(float)
    in_wider = evidence.wider[i].multiply(evidence.wider[j]) @ is_place
    nested = x & y & (in_wider > evidence.concepts[i].multiply(evidence.concepts[j]) @ is_place)
    ground = _grounds(evidence)
    stands_in_b = evidence.concepts[i].multiply(ground[b]) @ is_place > 0
    stands_in_a = evidence.concepts[j].multiply(ground[a]) @ is_place > 0
    known_a = np.asarray(ground[a].sum(axis=1)).ravel() > 0
    known_b = np.asarray(ground[b].sum(axis=1)).ravel() > 0
    one = x ^ y
    confirmed = (x & stands_in_b) | (y & stands_in_a)
    known = (x & known_b) | (y & known_a)
    return np.select([nested, x & y, one & confirmed, one & known, one, shared], [2, 6, 4, 5, 3, 1], default=0).astype(
        np.int64
    )


def _grounds(evidence: Evidence) -> Matrix:
    """Records x concepts: the places that a record's own fields speak of."""
    column = {c: k for k, c in enumerate(evidence.concept_names)}
    labels = evidence.labels["place"]
    at = [(k, column[label]) for k, label in enumerate(labels) if label in column]
    rows, columns = zip(*at, strict=True) if at else ((), ())
    turn = sparse.csr_matrix((np.ones(len(at)), (rows, columns)), shape=(len(labels), len(column)))
    return evidence.attributes["place"] @ turn


def _record_levels(evidence: Evidence, a: Ints, b: Ints, i: Ints, j: Ints) -> dict[str, Ints]:
    energy, surface = evidence.forms.energy, evidence.forms.surface
    same_page = _dot(evidence.attributes["url"], evidence.attributes["url"], a, b) > 0
    levels = {
        kind: _same_or_different(evidence.attributes[kind], a, b)
        for kind in ("city", "voivodeship", "country", "sector")
    }
    levels["domain"] = np.where(
        _crowded(evidence, "domain", a, b),
        2,
        np.where((d := _same_or_different(evidence.attributes["domain"], a, b)) == 2, 3, d),
    )
    host = _dot(evidence.attributes["host"], evidence.attributes["host"], a, b) > 0
    levels["host"] = np.where(_crowded(evidence, "host", a, b), 2, host.astype(np.int64))
    levels["founded"] = _founded(evidence, a, b)
    levels["acronym"] = _acronym(evidence, i, j)
    levels["page"] = (same_page & (surface[i] != surface[j])).astype(np.int64)
    levels["energy"] = (energy[i] != energy[j]).astype(np.int64)
    return levels


def _same_or_different(matrix: Matrix, a: Ints, b: Ints) -> Ints:
    has = np.asarray(matrix.sum(axis=1)).ravel() > 0
    same = _dot(matrix, matrix, a, b) > 0
    return np.where(same, 1, np.where(has[a] & has[b], 2, 0)).astype(np.int64)


def _crowded(evidence: Evidence, kind: str, a: Ints, b: Ints) -> Mask:
    """Whether all that is shared are domains of many bodies."""
    matrix = evidence.attributes[kind]
    own = matrix.multiply((evidence.crowded[kind] <= _CROWDED).astype(float)).tocsr()
    return np.asarray((_dot(matrix, matrix, a, b) > 0) & (_dot(own, own, a, b) == 0))


def _founded(evidence: Evidence, a: Ints, b: Ints) -> Ints:
    years = np.array([float(y) for y in evidence.labels["founded"]])
    matrix = evidence.attributes["founded"]
    count = np.asarray(matrix.sum(axis=1)).ravel()
    mean = _ratio(np.asarray(matrix @ years) if len(years) else np.zeros(matrix.shape[0]), count)
    known = (count[a] > 0) & (count[b] > 0)
    same = _dot(matrix, matrix, a, b) > 0
    apart = np.abs(mean[a] - mean[b])
    return np.where(~known, 0, np.where(same, 1, np.where(apart < 1.5, 2, 3))).astype(np.int64)


def _acronym(evidence: Evidence, i: Ints, j: Ints) -> Ints:
    printed = _dot(evidence.acronyms, evidence.acronyms, i, j) > 0
    formed = (_dot(evidence.acronyms, evidence.initials, i, j) + _dot(evidence.initials, evidence.acronyms, i, j)) > 0
    has = np.asarray(evidence.acronyms.sum(axis=1)).ravel() > 0
    return np.select([printed, formed, has[i] & has[j]], [1, 2, 3], default=0).astype(np.int64)


def _coordinator_levels(evidence: Evidence, a: Ints, b: Ints) -> Ints:
    known = evidence.coordinators
    pairs = pl.DataFrame({"pair": np.arange(len(a)), "a": a, "b": b})
    met = pairs.join(known.rename({"record": "a", "coordinator": "x"}), on="a").join(
        known.rename({"record": "b", "coordinator": "y"}), on="b"
    )
    out = np.zeros(len(a), dtype=np.int64)
    if not len(met):
        return out
    distinct = met.select("x", "y").unique().sort("x", "y")
    score = process.cpdist(distinct["x"].to_list(), distinct["y"].to_list(), scorer=fuzz.token_set_ratio, workers=1)
    best = met.join(distinct.with_columns(score=score), on=["x", "y"]).group_by("pair").agg(pl.col("score").max())
    value = best["score"].to_numpy()
    out[best["pair"].to_numpy()] = np.select([value >= 95, value >= 75], [1, 2], default=3)
    return out
