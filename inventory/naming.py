"""Names of a cluster: which is official in Polish and in English, and what the others are."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import polars as pl

from inventory.languages import language_of
from inventory.schemas import CLUSTER_NAMES, conform

_CLUSTER_WORD: Final = re.compile(r"^(klaster\w*|cluster\w*|klastra)$")


@dataclass(frozen=True, slots=True)
class Named:
    """A name met in a statement.

    Attributes:
        text: The name as printed.
        prop: `name`, `aliases` or `former_name`.
        trust: Trust in it, 0 to 100.
        formed: Whether the collectors formed it (inflected, descriptive, cut ... in the page), so that it is no
            official form.
        statement_id: The statement.
        record_id: The record that prints it.
    """

    text: str
    prop: str
    trust: int
    formed: bool
    statement_id: str
    record_id: str


def names(said: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Returns the official names of each cluster, and all names met.

    The official name in a language is the one of most trust; between equals the one that most records print. A name
    that the collectors formed, or that is another name with only the word for cluster cut out, comes last. A name of
    no tell-tale language (a brand) serves as the Polish one where there is none.

    Args:
        said: Statements of clusters with the columns cluster_id, record_id, statement_id, property, value, trust.

    Returns:
        A frame cluster_id, name_pl, name_en, name_pl_id, name_en_id (the statements that give them), and one of schema
        `CLUSTER_NAMES`.
    """
    formed = set(said.filter(pl.col("property") == "name_note")["record_id"])
    met: dict[str, list[Named]] = defaultdict(list)
    rows = said.filter(pl.col("property").is_in(["name", "aliases", "former_name"]) & pl.col("value").is_not_null())
    for cluster_id, prop, text, trust, statement_id, record_id in (
        rows.sort("statement_id")
        .select("cluster_id", "property", "value", "trust", "statement_id", "record_id")
        .iter_rows()
    ):
        met[cluster_id].append(
            Named(text, prop, trust, prop == "name" and record_id in formed, statement_id, record_id)
        )
    official, listed = [], []
    for cluster_id in sorted(met):
        polish, english = _official(met[cluster_id], "pl"), _official(met[cluster_id], "en")
        polish = polish or _official(met[cluster_id], "other")
        chosen = [name for name in (polish, english) if name]
        official.append((
            cluster_id, polish and polish.text, english and english.text,
            polish and polish.statement_id, english and english.statement_id,
        ))  # fmt: skip
        listed += [(cluster_id, *row) for row in _listed(met[cluster_id], {name.text for name in chosen})]
    schema = dict.fromkeys(("cluster_id", "name_pl", "name_en", "name_pl_id", "name_en_id"), pl.String)
    return (
        pl.DataFrame(official, schema=schema, orient="row"),
        conform(pl.DataFrame(listed, schema=CLUSTER_NAMES, orient="row"), CLUSTER_NAMES),
    )


def _official(met: list[Named], language: str) -> Named | None:
    former = {_key(name.text) for name in met if name.prop == "former_name"}
    fitting = [name for name in met if language_of(name.text) == language and _key(name.text) not in former]
    if not fitting:
        return None
    count = Counter(_key(name.text) for name in met)
    keys = {_key(name.text) for name in met}
    return min(
        fitting,
        key=lambda name: (
            name.prop != "name", name.formed or _is_acronym(name.text), _is_cut(_key(name.text), keys), -name.trust,
            -count[_key(name.text)], name.statement_id,
        ),
    )  # fmt: skip


def _listed(met: list[Named], official: set[str]) -> Iterable[tuple[str, str, str, str]]:
    first: dict[tuple[str, str], Named] = {}
    for name in met:
        if name.text in official:
            kind = "official"
        elif name.prop == "former_name":
            kind = "former"
        else:
            kind = "acronym" if _is_acronym(name.text) else "alias"
        known = first.get((name.text, kind))
        if known is None or name.record_id < known.record_id:
            first[name.text, kind] = name
    return ((text, language_of(text), kind, name.record_id) for (text, kind), name in sorted(first.items()))


@lru_cache(maxsize=65536)
def _is_acronym(text: str) -> bool:
    """Returns whether a name is one short word of mostly capitals, such as `MKCh` or `WSM`."""
    letters = [char for char in text if char.isalpha()]
    capitals = sum(char.isupper() for char in letters)
    return len(text.split()) == 1 and 2 <= len(letters) <= 8 and capitals >= 2 and 2 * capitals > len(letters)


@lru_cache(maxsize=65536)
def _key(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold()))


def _is_cut(words: frozenset[str], others: set[frozenset[str]]) -> bool:
    return any(words < other and all(_CLUSTER_WORD.match(word) for word in other - words) for other in others)
