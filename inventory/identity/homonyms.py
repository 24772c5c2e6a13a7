"""Listed homonyms: names known to mean different bodies, as reviewed data in `homonyms.csv`.

The file has a row per case: `kind`, `name_a`, `name_b`, `note`. `distinct`: two names of two bodies, never joined
because of
them. `ambiguous`: one string that more than one body goes by, so its equality alone proves nothing: two records that
have
no more than it in common, and neither town, web site nor coordinator, stay apart.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inventory.identity.comparison import LEVELS, Compared
from inventory.identity.evidence import Evidence
from inventory.identity.names import words


@dataclass(frozen=True)
class Homonyms:
    """The listed homonyms, names as their folded words in alphabetical order.

    Attributes:
        distinct: Pairs of names, each pair in order.
        ambiguous: Names that mean more than one body.
    """

    distinct: frozenset[tuple[str, str]]
    ambiguous: frozenset[str]


def _key(text: str) -> str:
    return " ".join(sorted(words(text)))


@cache
def load_homonyms(path: Path | None = None) -> Homonyms:
    """Reads the listed homonyms.

    Raises:
        ValueError: A row is of no known kind.
    """
    path = path or Path(__file__).parent / "homonyms.csv"
    distinct, ambiguous = set(), set()
    with path.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            if row["kind"] == "distinct":
                first, second = sorted((_key(row["name_a"]), _key(row["name_b"])))
                distinct.add((first, second))
            elif row["kind"] == "ambiguous":
                ambiguous.add(_key(row["name_a"]))
            else:
                raise ValueError(f"{path.name}: kind {row['kind']!r}; use distinct or ambiguous.")
    return Homonyms(frozenset(distinct), frozenset(ambiguous))


def vetoes(evidence: Evidence, compared: Compared) -> set[tuple[int, int]]:
    """Returns the pairs of records that listed homonyms keep apart.

    An ambiguous name keeps a record apart from those that nothing else ties to it, if it is all that the record is called; beside
    a name of its own it says nothing either way.
    """
    listed = load_homonyms()
    keys = evidence.names.keys
    involved = sorted({key for pair in listed.distinct for key in pair} | listed.ambiguous)
    marked = keys.is_in(involved).to_numpy()
    proof = np.zeros(len(compared.a), dtype=bool)
    for kind, level in (
        ("domain", "same"),
        ("host", "same"),
        ("city", "same"),
        ("coordinator", "same"),
        ("voivodeship", "same"),
    ):
        proof |= compared.levels[kind] == LEVELS[kind].index(level)
    bare = _bare(evidence, listed)
    found = set()
    for p in np.flatnonzero(
        marked[compared.name_a] & marked[compared.name_b]
        | marked[compared.name_a] & ~proof
        | marked[compared.name_b] & ~proof
    ):
        first, second = sorted((keys[int(compared.name_a[p])], keys[int(compared.name_b[p])]))
        alone = bool(bare[compared.a[p]] or bare[compared.b[p]]) and not proof[p]
        if (first, second) in listed.distinct or alone:
            found.add((int(compared.a[p]), int(compared.b[p])))
    return found


def _bare(evidence: Evidence, listed: Homonyms) -> NDArray[np.bool_]:
    """Returns for each record whether it, and all it is pooled with, bears ambiguous names only."""
    ambiguous = evidence.names.keys.is_in(sorted(listed.ambiguous)).to_numpy()
    record, name = (evidence.record_names[column].to_numpy() for column in ("record", "name"))
    own = np.zeros(len(evidence.record_ids), dtype=bool)
    own[evidence.group[record[~ambiguous[name]]]] = True
    return ~own[evidence.group]
