"""What a source's word is worth: what a listing proves, and how far its values are trusted.

The standing of a crawled source comes from its card; that of a kind of page in a user's own record file from
`source_kinds.yml` beside this module. Classification and profiles read it from here and from nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class Standing:
    """The standing of one source.

    Attributes:
        source_id: Id of the source, or kind of page.
        publisher: Who publishes it; sources of one publisher are one witness.
        trust: 0 (hearsay) to 100 (court register), for values that `trust_by_property` does not name.
        trust_by_property: Property to trust, where it differs from `trust`.
        proves: Criteria (see `inventory.criteria`) that a listing proves by its admission rule, at the date of the
            listing.
        coverage: `full` or `partial`: whether the whole list is known to us.
        list: Whether it is a list of clusters, so that it counts in coverage estimates (a press article does not).
        country: ISO code where the source lists bodies of one country only, `any` for an international list, else
            empty.
    """

    source_id: str
    publisher: str
    trust: int
    trust_by_property: Mapping[str, int] = field(default_factory=dict)
    proves: tuple[str, ...] = ()
    coverage: str = "partial"
    list: bool = False
    country: str = ""

    def trust_in(self, prop: str) -> int:
        """Returns the trust in a value of that property, 0 to 100."""
        return self.trust_by_property.get(prop, self.trust)


@lru_cache(maxsize=1)
def kinds_of_page() -> Mapping[str, Standing]:
    """Returns the standings of the kinds of page known for record files, by kind."""
    raw = yaml.load((Path(__file__).parent / "source_kinds.yml").read_bytes(), Loader=yaml.CSafeLoader)
    return {
        kind: Standing(source_id=kind, **{**terms, "proves": tuple(terms.get("proves", ()))})
        for kind, terms in raw.items()
    }


def standing(standings: Mapping[str, Standing], source_id: str) -> Standing:
    """Returns the standing of a source; one that nobody has described is hearsay and proves nothing."""
    return standings.get(source_id) or Standing(source_id=source_id, publisher=source_id, trust=10)
