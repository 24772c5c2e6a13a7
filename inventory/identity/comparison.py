"""How far two records agree: for each kind of evidence one level, out of few that can be named.

Belongs here: levels. Does not belong here: what a level is worth (`weights.yml`, read by `scoring`).
All work is on whole arrays of pairs; nothing loops over pairs. What records of a group share is compared once for the
group, and then spread over its records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from inventory.identity.blocking import Part
from inventory.identity.evidence import KIND_BITS, Evidence
from inventory.identity.lexicon import KINDS
from inventory.identity.rows import Floats, Ints, Mask, Places, Rows

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

OF_RECORDS = ("host", "page", "listed")
"""Evidence that records of one group do not share."""

_CHUNK = 65_536
_INFORMATION = (6.0, 10.5, 16.0)
_LETTER_BITS = 4.0
"""What a letter of an acronym tells, in bits: some are rare, and a long list has every short acronym more than once."""
_OTHER_WORDS_BITS = 8.0
"""What an acronym tells less where both also have names in words, and these agree less than the acronyms."""
NAMED = (
    LEVELS["name"].index("same words"),
    *(LEVELS["name"].index(f"same meaning, {x}") for x in ("one language, other words", "other language")),
)


@dataclass(frozen=True)
class Compared:
    """Pairs of records, or of groups of records, with the level of each kind of evidence.

    Attributes:
        a: Record index of the first of each pair.
        b: Record index of the second; a < b, or a = b for a group with itself.
        name_a: Index of the name of a that agrees best with one of b.
        name_b: Its counterpart.
        levels: Evidence to level of each pair, see `LEVELS`.
    """

    a: Places
    b: Places
    name_a: Places
    name_b: Places
    levels: dict[str, NDArray[np.uint8]]


def compare(evidence: Evidence, parts: Iterable[Part]) -> Compared:
    """Returns the levels of each pair of records of two groups, or of one, taking their best pair of names.

    Args:
        evidence: What is known.
        parts: Pairs of groups as `blocking.Candidates.parts` gives them.

    Returns:
        The pairs in the order of a, then b.
    """
    nothing = np.zeros(0, dtype=np.int64)
    done = [of_records(evidence, of_groups(evidence, best_names(evidence, part))) for part in parts]
    done = done or [of_records(evidence, of_groups(evidence, Part(nothing, nothing, nothing, nothing)))]
    return in_order(concatenated(done), len(evidence.record_ids))


def concatenated(parts: list[Compared]) -> Compared:
    """Returns the pairs of all parts."""
    return Compared(
        a=np.concatenate([part.a for part in parts]),
        b=np.concatenate([part.b for part in parts]),
        name_a=np.concatenate([part.name_a for part in parts]),
        name_b=np.concatenate([part.name_b for part in parts]),
        levels={kind: np.concatenate([part.levels[kind] for part in parts]) for kind in LEVELS},
    )


def in_order(compared: Compared, count: int) -> Compared:
    """Returns the pairs in the order of a, then b."""
    return chosen(compared, np.argsort(compared.a * (count + 1) + compared.b, kind="stable"))


def chosen(compared: Compared, at: Ints | Mask) -> Compared:
    """Returns the pairs at the given places."""
    levels = {kind: values[at] for kind, values in compared.levels.items()}
    return Compared(compared.a[at], compared.b[at], compared.name_a[at], compared.name_b[at], levels)


def best_names(evidence: Evidence, part: Part) -> Part:
    """Keeps for each pair of groups the names most alike; ties go to what tells most, then to the indices.

    Returns:
        The pairs in the order of a, then b, each once.
    """
    # That an acronym could be formed from a name tells nothing where both have names in words to compare.
    alone = evidence.names.alone
    formed = (alone[part.name_a] != alone[part.name_b]) & evidence.worded[part.a] & evidence.worded[part.b]
    part = Part(*(end[~formed] for end in (part.a, part.b, part.name_a, part.name_b)))
    key = part.a * (len(evidence.record_ids) + 1) + part.b
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.concatenate([[True], key[1:] != key[:-1]]) if len(key) else np.zeros(0, dtype=bool)
    single = first & np.concatenate([first[1:], [True]]) if len(key) else first
    several = order[~single]
    i, j = part.name_a[several], part.name_b[several]
    likeness, shared = _likeness(evidence, i, j)
    ranked = np.lexsort((j, i, -shared, -likeness, key[~single]))
    keys = key[~single][ranked]
    best = several[ranked[np.concatenate([[True], keys[1:] != keys[:-1]])]] if len(keys) else several
    kept = np.concatenate([order[single], best])
    kept = kept[np.argsort(part.a[kept] * (len(evidence.record_ids) + 1) + part.b[kept], kind="stable")]
    return Part(part.a[kept], part.b[kept], part.name_a[kept], part.name_b[kept])


def _likeness(evidence: Evidence, i: Places, j: Places) -> tuple[Floats, Floats]:
    """Returns how alike two names are, and what they share, in bits."""
    both = np.zeros(len(i))
    for at, concept, met in evidence.concepts.hits(i, evidence.concepts, j):
        both[at] += evidence.bits[concept] * met
    total = evidence.total
    smaller = np.minimum(total[i], total[j])
    likeness = 0.6 * _ratio(both, total[i] + total[j] - both) + 0.4 * _ratio(both, smaller)
    # An acronym alone is compared only where no name in words agrees better.
    alone = evidence.names.alone
    likeness = np.where(alone[i] | alone[j], np.minimum(likeness, 0.3), likeness)
    likeness += evidence.acronyms.meet(i, evidence.acronyms, j) * 0.05
    # Of names that say the same, those that say it in the same words are shown, and weighed, first.
    likeness += (evidence.names.surface[i] == evidence.names.surface[j]) * 0.01
    return likeness.round(6), both.round(6)


def of_groups(evidence: Evidence, pairs: Part) -> Compared:
    """Returns the levels of pairs of groups, without what differs between records of one group (`OF_RECORDS`)."""
    levels = {kind: np.zeros(len(pairs.a), dtype=np.uint8) for kind in LEVELS}
    for start in range(0, len(pairs.a), _CHUNK):
        at = slice(start, start + _CHUNK)
        ends = pairs.a[at], pairs.b[at], pairs.name_a[at], pairs.name_b[at]
        for kind, values in (_name_levels(evidence, *ends) | _record_levels(evidence, *ends)).items():
            levels[kind][at] = values
    levels["coordinator"] = _coordinator_levels(evidence, pairs.a, pairs.b).astype(np.uint8)
    return Compared(pairs.a, pairs.b, pairs.name_a, pairs.name_b, levels)


def of_records(evidence: Evidence, groups: Compared) -> Compared:
    """Turns pairs of groups into pairs of their records, a < b, with the evidence that is of records alone."""
    count = len(evidence.group)
    member = Rows.of(evidence.group, np.arange(count), count, count)
    at, a = member.spread(groups.a)
    pair, b = member.spread(groups.b[at])
    at, a, b = at[pair], a[pair].astype(np.int64), b.astype(np.int64)
    kept = (groups.a[at] != groups.b[at]) | (a < b)
    at, a, b = at[kept], a[kept], b[kept]
    i, j = groups.name_a[at], groups.name_b[at]
    turned = a > b
    a, b = np.where(turned, b, a), np.where(turned, a, b)
    i, j = np.where(turned, j, i), np.where(turned, i, j)
    levels = {kind: values[at] for kind, values in groups.levels.items()}
    other = ~(_own_name(evidence, a, i) & _own_name(evidence, b, j))
    levels["listed"] = (other & np.isin(levels["name"], NAMED)).astype(np.uint8)
    host = evidence.attributes["host"]
    shared = host.meet(a, host, b)
    levels["host"] = np.where(_crowded(evidence, "host", a, b, shared), 2, shared).astype(np.uint8)
    url, surface = evidence.attributes["url"], evidence.names.surface
    levels["page"] = (url.meet(a, url, b) & (surface[i] != surface[j])).astype(np.uint8)
    return Compared(a, b, i, j, levels)


def by_themselves(evidence: Evidence, a: Places, b: Places) -> Compared:
    """Compares pairs of records, a < b, by what they say themselves, whether or not they are candidates.

    Args:
        evidence: What each record says by itself, not pooled.
        a: First record of each pair; the pairs in the order of a, then b.
        b: Second record of each pair.
    """
    record, name = (evidence.record_names[column].to_numpy() for column in ("record", "name"))
    names = Rows.of(record, name, len(evidence.record_ids), len(evidence.concepts))
    at, x = names.spread(a)
    again, y = names.spread(b[at])
    at, x = at[again], x[again].astype(np.int64)
    return of_records(evidence, of_groups(evidence, best_names(evidence, Part(a[at], b[at], x, y.astype(np.int64)))))


def shares_something(compared: Compared) -> Mask:
    """Tells which pairs share a word, a meaning, an acronym or a web site."""
    name, acronym, domain = (compared.levels[kind] for kind in ("name", "acronym", "domain"))
    words = (name != 0) & (name != LEVELS["name"].index("an acronym alone"))
    return np.asarray(words | np.isin(acronym, (1, 2)) | np.isin(domain, (1, 2)))


def _own_name(evidence: Evidence, record: Places, name: Places) -> Mask:
    """Tells whether a record bears that name as its name, not as an alias or for another record of its group."""
    keys = evidence.own_names
    asked = record * max(len(evidence.concepts), 1) + name
    if not len(keys):
        return np.zeros(len(record), dtype=bool)
    return np.asarray(keys[np.minimum(np.searchsorted(keys, asked), len(keys) - 1)] == asked)


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _name_levels(evidence: Evidence, a: Places, b: Places, i: Places, j: Places) -> dict[str, Ints]:
    kinds, said, total = evidence.kind_digit, evidence.kinds_said, evidence.total
    bits, both = np.zeros(len(i)), np.zeros(len(i), dtype=np.int64)
    for at, told, met in evidence.concepts.hits(i, evidence.concepts, j):
        bits[at] += evidence.bits[told] * met
        both[at] += kinds[told] * met
    only_x, only_y = said[i] - both, said[j] - both

    def of(*names: str) -> tuple[Mask, Mask, Mask]:
        digits = sum(((1 << KIND_BITS) - 1) << (KIND_BITS * KINDS.index(kind)) for kind in names)
        return (both & digits) != 0, (only_x & digits) != 0, (only_y & digits) != 0

    smaller = np.minimum(total[i], total[j])
    likeness = _ratio(bits, total[i] + total[j] - bits)
    levels = {
        "name": _agreement(evidence, i, j, likeness, _ratio(bits, smaller)),
        "information": np.digitize(bits - evidence.chance_bits, _INFORMATION),
        "proper": _relation(*of("proper")),
        "field": _relation(*of("sector")),
        "place": _place_relation(evidence, (a, b), (i, j), of("place", "local")),
        "direction": _simple_relation(*of("direction")),
        "scope": np.minimum(_simple_relation(*of("scope")), 2),
    }
    # An acronym by itself is no word of a name: whether it fits is said once, under `acronym`.
    acronym = evidence.names.alone[i] | evidence.names.alone[j]
    levels["name"] = np.where(acronym, LEVELS["name"].index("an acronym alone"), levels["name"])
    for kind in ("proper", "field", "place", "direction", "scope"):
        levels[kind] = np.where(acronym, 0, levels[kind])
    letters = np.maximum(evidence.acronym_letters[i], evidence.acronym_letters[j])
    worded = evidence.worded[a] & evidence.worded[b]
    bits = _LETTER_BITS * letters - evidence.chance_bits - _OTHER_WORDS_BITS * worded
    levels["information"] = np.where(acronym, np.digitize(bits, _INFORMATION), levels["information"])
    return levels


def _agreement(evidence: Evidence, i: Places, j: Places, likeness: Floats, part: Floats) -> Ints:
    surface, lang = evidence.names.surface, evidence.names.lang
    whole = likeness > 0.999
    contained = (part > 0.999) & ~whole
    level = np.digitize(likeness, (1e-12, 0.35, 0.6))
    level = np.where(contained, 4 + np.digitize(likeness, (0.45, 0.7)), level)
    at = np.flatnonzero(whole)
    x, y = i[at], j[at]
    level[at] = np.where(surface[x] == surface[y], 9, np.where(lang[x] != lang[y], 8, 7))
    return level.astype(np.int64)


def _relation(both: Mask, only_x: Mask, only_y: Mask) -> Ints:
    s, x, y = both, only_x, only_y
    return np.select([s & x & y, s & (x | y), s, x & y, x | y], [5, 2, 1, 4, 3], default=0).astype(np.int64)


def _simple_relation(both: Mask, only_x: Mask, only_y: Mask) -> Ints:
    return np.select([only_x & only_y, only_x | only_y, both], [3, 2, 1], default=0).astype(np.int64)


def _place_relation(
    evidence: Evidence, records: tuple[Places, Places], names: tuple[Places, Places], told: tuple[Mask, Mask, Mask]
) -> Ints:
    """Places in the names against each other, and a place in one name against the other record's city and region."""
    (a, b), (i, j), (shared, x, y) = records, names, told
    level = np.where(x & y, 6, np.where(x | y, 3, shared)).astype(np.int64)
    at = np.flatnonzero(x & y)
    level[at[_nested(evidence, i[at], j[at])]] = 2
    ground, places = evidence.grounds, evidence.places
    for end, mine, theirs in ((x & ~y, i, b), (y & ~x, j, a)):
        at = np.flatnonzero(end)
        at = at[ground.size[theirs[at]] > 0]
        level[at] = np.where(places.meet(mine[at], ground, theirs[at]), 4, 5)
    return level


def _nested(evidence: Evidence, i: Places, j: Places) -> Mask:
    """Tells whether a place in one name lies in a place in the other. Two places in a third are two places."""
    wider, places = evidence.wider, evidence.places
    return wider.meet(i, places, j) | wider.meet(j, places, i)


def _record_levels(evidence: Evidence, a: Places, b: Places, i: Places, j: Places) -> dict[str, Ints]:
    energy = evidence.names.energy
    attributes = evidence.attributes
    levels = {kind: _same_or_different(attributes[kind], a, b) for kind in ("city", "voivodeship", "country", "sector")}
    site = _same_or_different(attributes["domain"], a, b)
    levels["domain"] = np.where(_crowded(evidence, "domain", a, b, site == 1), 2, np.where(site == 2, 3, site))
    levels["founded"] = _founded(evidence, a, b)
    levels["acronym"] = _acronym(evidence, i, j)
    levels["energy"] = (energy[i] != energy[j]).astype(np.int64)
    return levels


def _same_or_different(rows: Rows, a: Places, b: Places) -> Ints:
    known = (rows.size[a] > 0) & (rows.size[b] > 0)
    return np.where(rows.meet(a, rows, b), 1, np.where(known, 2, 0)).astype(np.int64)


def _crowded(evidence: Evidence, kind: str, a: Places, b: Places, shared: Mask) -> Mask:
    """Tells whether all that is shared are domains of many bodies."""
    own = evidence.own_sites[kind]
    out = np.zeros(len(a), dtype=bool)
    at = np.flatnonzero(shared)
    out[at] = ~own.meet(a[at], own, b[at])
    return out


def _founded(evidence: Evidence, a: Places, b: Places) -> Ints:
    level = _same_or_different(evidence.attributes["founded"], a, b)
    apart = np.abs(evidence.mean_year[a] - evidence.mean_year[b])
    return np.where((level == 2) & (apart >= 1.5), 3, level).astype(np.int64)


def _acronym(evidence: Evidence, i: Places, j: Places) -> Ints:
    acronyms, initials = evidence.acronyms, evidence.initials
    has = acronyms.size > 0
    level = np.where(has[i] & has[j], 3, 0)
    level[acronyms.meet(i, initials, j) | initials.meet(i, acronyms, j)] = 2
    level[acronyms.meet(i, acronyms, j)] = 1
    return level


def _coordinator_levels(evidence: Evidence, a: Places, b: Places) -> Ints:
    known = evidence.coordinators
    out = np.zeros(len(a), dtype=np.int64)
    has = evidence.coordinated
    both = np.flatnonzero(has[a] & has[b])
    if not len(both):
        return out
    pairs = pl.DataFrame({"pair": both, "a": a[both], "b": b[both]})
    met = pairs.join(known.rename({"record": "a", "coordinator": "x"}), on="a").join(
        known.rename({"record": "b", "coordinator": "y"}), on="b"
    )
    distinct = met.select("x", "y").unique().sort("x", "y")
    score = process.cpdist(distinct["x"].to_list(), distinct["y"].to_list(), scorer=fuzz.token_set_ratio, workers=1)
    best = met.join(distinct.with_columns(score=score), on=["x", "y"]).group_by("pair").agg(pl.col("score").max())
    value = best["score"].to_numpy()
    out[best["pair"].to_numpy()] = np.select([value >= 95, value >= 75], [1, 2], default=3)
    return out
