"""Facts that contradict that two records speak of one body: where it is, its web site, when it was founded.

One such fact keeps two records apart in the first pass of the linkage: certain is what nothing contradicts. The second pass
weighs it, and two such facts keep bodies apart for good, unless a name of both is the same word by word: this parts
bodies of nearly one name that no list of homonyms knows. A common web site or coordinator outweighs them.
"""

from __future__ import annotations

import numpy as np

from inventory.identity.comparison import LEVELS, Compared
from inventory.identity.rows import Mask

FACTS = (
    (("city", "different"), ("voivodeship", "different"), ("country", "different")),
    (("domain", "different"),),
    (("founded", "further apart"),),
)
"""Independent facts, each with the levels of evidence of which any one contradicts."""


def contradicted(compared: Compared, least: int) -> set[tuple[int, int]]:
    """Returns the pairs of records that at least so many facts contradict.

    Args:
        compared: Compared pairs.
        least: Fewest facts; from two on, pairs with a name in common are left out.
    """

    def said(kind: str, level: str) -> Mask:
        return np.asarray(compared.levels[kind] == LEVELS[kind].index(level))

    facts = np.zeros(len(compared.a), dtype=np.int64)
    for fact in FACTS:
        facts += np.any([said(kind, level) for kind, level in fact], axis=0)
    tied = said("domain", "same") | said("coordinator", "same")
    if least > 1:
        tied |= said("name", "same words")
    at = np.flatnonzero((facts >= least) & ~tied)
    return set(zip(compared.a[at].tolist(), compared.b[at].tolist(), strict=True))
