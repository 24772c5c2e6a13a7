"""Facts that contradict that two records speak of one body: where it is, its web site, when it was founded.

One such fact keeps two records apart in the first pass of the linkage, two if they have one name: certain is what nothing
contradicts. The second pass weighs it, and two such facts keep bodies apart for good, unless a name of both is the same
word by word: this parts bodies of nearly one name that no list of homonyms knows. A name of branches alone, such as *Klaster Turystyczny*, is
anybody's: there one other town or site is enough. A common web site or coordinator outweighs them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inventory.identity.comparison import LEVELS, Compared
from inventory.identity.evidence import Evidence
from inventory.identity.lexicon import KINDS
from inventory.identity.rows import Mask

FACTS = (
    (("city", "different"), ("voivodeship", "different"), ("country", "different")),
    (("domain", "different"),),
    (("founded", "further apart"),),
)
"""Independent facts, each with the levels of evidence of which any one contradicts."""
_OWN = np.isin(KINDS, ("proper", "place", "local", "direction"))
"""Which kinds of words make a name one body's."""


def contradicted(evidence: Evidence, compared: Compared) -> set[tuple[int, int]]:
    """Returns the pairs of records of which the first pass is not certain: a fact contradicts, and names differ or are bare.

    Args:
        evidence: What each record says by itself.
        compared: Compared pairs.
    """
    own_name = _said(compared, "name", "same words") & ~_bare(evidence, compared)
    return _pairs(compared, (_facts(compared) > own_name) & ~_tied(compared))


def irreconcilable(evidence: Evidence, compared: Compared) -> set[tuple[int, int]]:
    """Returns the pairs of records that must stay apart, for two facts, or for one where the names say branches alone.

    Args:
        evidence: What is known, pooled by certain bodies.
        compared: Compared pairs.
    """
    two = (_facts(compared) > 1) & ~_said(compared, "name", "same words")
    elsewhere = _said(compared, "city", "different") | _said(compared, "domain", "different")
    return _pairs(compared, (two | (elsewhere & _bare(evidence, compared))) & ~_tied(compared))


def _bare(evidence: Evidence, compared: Compared) -> Mask:
    """Tells in which pairs both names say branches alone."""
    own = evidence.concepts.keep(_OWN[evidence.concept_kind]).size > 0
    bare = ~(own | evidence.names.alone)
    return np.asarray(bare[compared.name_a] & bare[compared.name_b])


def _facts(compared: Compared) -> NDArray[np.int64]:
    facts = np.zeros(len(compared.a), dtype=np.int64)
    for fact in FACTS:
        facts += np.any([_said(compared, kind, level) for kind, level in fact], axis=0)
    return facts


def _tied(compared: Compared) -> Mask:
    return _said(compared, "domain", "same") | _said(compared, "coordinator", "same")


def _said(compared: Compared, kind: str, level: str) -> Mask:
    return np.asarray(compared.levels[kind] == LEVELS[kind].index(level))


def _pairs(compared: Compared, wanted: Mask) -> set[tuple[int, int]]:
    at = np.flatnonzero(wanted)
    return set(zip(compared.a[at].tolist(), compared.b[at].tolist(), strict=True))
