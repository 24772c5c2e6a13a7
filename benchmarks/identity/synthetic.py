"""Synthetic registries with known truth: bilingual names, acronyms, misprints, renames, noise.

A body has a place, one to three branches (words of the concept lexicon) and, mostly, a coined word; one to four records
speak of it: in Polish or in English, with or without the coined word, with a misprint, a legal form, an acronym in
brackets, a new coined word beside the former name, in capitals, without the town. Of bodies with the same place and
branches only one is ever named without a coined word: nobody could tell two of them apart. The draws are fixed by a seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inventory.identity.names import Lexicon, load_lexicon
from sources.records import Record

SYLLABLES = tuple(a + v + e for a in "b d f g k l m n p r s t w z".split() for v in "aeio" for e in ("", "", "n", "r"))  # noqa: SIM905
TOWNS = 2000

Words = tuple[str, str]


@dataclass(frozen=True)
class Body:
    """What a synthetic body is: place, branches, coined word, whether it is always said, the one after a rename, town."""

    number: int
    place: Words
    branches: tuple[Words, ...]
    coined: str
    always: bool
    renamed: str
    town: str


def registry(size: int, seed: int = 2015) -> tuple[list[Record], NDArray[np.int64]]:
    """Returns at least `size` records, in the order of their ids, and the number of the body that each speaks of."""
    draw = random.Random(seed)  # noqa: S311
    lexicon = load_lexicon()
    places, branches = (_words(lexicon, kind) for kind in ("place", "sector"))
    taken: set[tuple[Words, frozenset[Words]]] = set()
    records: list[Record] = []
    truth: list[int] = []
    number = 0
    while len(records) < size:
        body = _body(draw, number, places, branches, taken)
        for copy in range(draw.choice((1, 2, 3, 4))):
            records.append(_record(draw, body, copy, f"S{len(records):07d}"))
            truth.append(number)
        number += 1
    return records, np.array(truth)


def _body(draw: random.Random, number: int, places: list[Words], branches: list[Words], taken: set[Any]) -> Body:
    place = draw.choice(places)
    said = tuple(draw.sample(branches, draw.choice((1, 2, 2, 3))))
    known = (place, frozenset(said)) in taken
    taken.add((place, frozenset(said)))
    coined = _coined(draw) if known or draw.random() < 0.7 else ""
    renamed = _coined(draw) if coined and draw.random() < 0.1 else ""
    return Body(number, place, said, coined, known, renamed, f"Miasto{draw.randrange(TOWNS)}")


def _coined(draw: random.Random) -> str:
    return "".join(draw.choice(SYLLABLES) for _ in range(draw.choice((3, 4, 4)))).capitalize()


def _words(lexicon: Lexicon, kind: str) -> list[Words]:
    by: dict[str, dict[str, str]] = {}
    for group in lexicon.terms.values():
        for term in group:
            if "+" not in term.concept and lexicon.kind[term.concept] == kind and len(term.words[0]) > 3:
                by.setdefault(term.concept, {}).setdefault(term.lang, " ".join(term.words).replace("*", ""))
    return sorted((words["pl"], words["en"]) for words in by.values() if {"pl", "en"} <= set(words))


def _record(draw: random.Random, body: Body, copy: int, record_id: str) -> Record:
    fields: dict[str, Any] = {"city": body.town} if draw.random() < 0.7 else {}
    if body.coined and draw.random() < 0.4:
        fields["website"] = f"https://{body.coined.lower()}{body.number}.pl"
    new = bool(body.renamed) and copy == 1
    name = _name(draw, body, body.renamed if new else body.coined, copy % 2)
    if new:
        fields["former_name"] = [_name(draw, body, body.coined, 0)]
    return Record(record_id, "synthetic", f"https://list{copy}.example/{body.number}", name, fields=fields)


def _name(draw: random.Random, body: Body, coined: str, lang: int) -> str:
    core = " ".join(one[lang] for one in body.branches)
    name = f"{body.place[lang]} klaster {core}" if lang == 0 else f"{body.place[lang]} {core} cluster"
    if coined and (body.always or draw.random() < 0.9):
        name += f" {coined}"
    for chance, change in CHANGES:
        if draw.random() < chance:
            name = change(draw, name)
    return name


def _misprint(draw: random.Random, name: str) -> str:
    at = draw.randrange(len(name) - 1)
    return draw.choice(
        (name[:at] + name[at + 1 :], name[:at] + name[at + 1] + name[at] + name[at + 2 :], name[:at] + "x" + name[at:])
    )


def _acronym(_: random.Random, name: str) -> str:
    return f"{name} ({''.join(word[0] for word in name.split()).upper()})"


CHANGES: tuple[tuple[float, Callable[[random.Random, str], str]], ...] = (
    (0.08, _misprint),
    (0.10, lambda _, name: f"Stowarzyszenie {name}"),
    (0.10, _acronym),
    (0.05, lambda _, name: name.upper()),
    (0.05, lambda _, name: f"{name} sp. z o.o."),
    (0.05, lambda draw, name: f"{name} {draw.choice(('projekt', 'biuro', 'siec', 'platforma', 'grupa', 'lider'))}"),
)
"""Chance and change of a name, one after another."""
