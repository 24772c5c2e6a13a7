"""Synthetic registries with known truth: bilingual names, acronyms, misprints, renames, noise.

A body has a place, one to three branches and, mostly, a coined word; one to four records speak of it: in Polish or in
English, with or without the coined word, with a misprint, a legal form, an acronym in brackets, a new coined word beside
the former name, in capitals, without the town. Bodies grow with the records, two for five, and towns with the bodies.

Fair to whoever links them: a body whose place and branches another body has too is always named with its coined word,
since nobody could tell the two apart without. Places and branches are words of the concept lexicon, which favours it; so one
body in twenty has a branch that no lexicon holds, with no likeness between the languages. The draws are fixed by a seed.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inventory.identity.lexicon import Lexicon, load_lexicon
from sources.records import Record

SYLLABLES = tuple(a + v + e for a in "b d f g k l m n p r s t w z".split() for v in "aeio" for e in ("", "", "n", "r"))  # noqa: SIM905
BODIES_TO_A_TOWN = 20
UNKNOWN = 0.05
"""Share of bodies with a branch that is in no lexicon."""

Words = tuple[str, str]


@dataclass(frozen=True)
class Body:
    """What a synthetic body is: place, branches, coined word, the one after a rename, town, number of records."""

    number: int
    place: Words
    branches: tuple[Words, ...]
    coined: str
    renamed: str
    town: str
    copies: int

    @property
    def said(self) -> tuple[Words, frozenset[Words]]:
        """What its name says without the coined word."""
        return self.place, frozenset(self.branches)


def registry(size: int, seed: int = 2015) -> tuple[list[Record], NDArray[np.int64]]:
    """Returns at least `size` records, in the order of their ids, and the number of the body that each speaks of."""
    draw = random.Random(seed)  # noqa: S311
    lexicon = load_lexicon()
    places, branches = (_words(lexicon, kind) for kind in ("place", "sector"))
    bodies: list[Body] = []
    count = 0
    while count < size:
        bodies.append(_body(draw, len(bodies), places, branches, max(20, size // 50)))
        count += bodies[-1].copies
    shared = Counter(body.said for body in bodies)
    records: list[Record] = []
    truth: list[int] = []
    for body in bodies:
        always = shared[body.said] > 1
        told = replace(body, coined=body.coined or _coined(draw)) if always else body
        for copy in range(body.copies):
            records.append(_record(draw, told, copy, f"S{len(records):07d}", always=always))
            truth.append(body.number)
    return records, np.array(truth)


def _body(draw: random.Random, number: int, places: list[Words], branches: list[Words], towns: int) -> Body:
    said = draw.sample(branches, draw.choice((1, 2, 2, 3)))
    if draw.random() < UNKNOWN:
        said[0] = (_coined(draw).lower(), _coined(draw).lower())
    coined = _coined(draw) if draw.random() < 0.7 else ""
    renamed = _coined(draw) if coined and draw.random() < 0.1 else ""
    town = f"Miasto{draw.randrange(towns)}"
    return Body(number, draw.choice(places), tuple(said), coined, renamed, town, draw.choice((1, 2, 3, 4)))


def _coined(draw: random.Random) -> str:
    return "".join(draw.choice(SYLLABLES) for _ in range(draw.choice((4, 4, 5)))).capitalize()


def _words(lexicon: Lexicon, kind: str) -> list[Words]:
    by: dict[str, dict[str, str]] = {}
    for group in lexicon.terms.values():
        for term in group:
            if "+" not in term.concept and lexicon.kind[term.concept] == kind and len(term.words[0]) > 3:
                said = " ".join(term.words).replace("*", "").split()
                if lexicon.find(said) is term or _means(lexicon, said) == {term.concept}:
                    by.setdefault(term.concept, {}).setdefault(term.lang, " ".join(said))
    return sorted((words["pl"], words["en"]) for words in by.values() if {"pl", "en"} <= set(words))


def _means(lexicon: Lexicon, said: list[str]) -> set[str]:
    return {term.concept if (term := lexicon.find([word])) else word for word in said}


def _record(draw: random.Random, body: Body, copy: int, record_id: str, *, always: bool) -> Record:
    fields: dict[str, Any] = {"city": body.town} if draw.random() < 0.7 else {}
    if body.coined and draw.random() < 0.4:
        fields["website"] = f"https://{body.coined.lower()}{body.number}.pl"
    new = bool(body.renamed) and copy == 1
    name = _name(draw, body, body.renamed if new else body.coined, copy % 2, always=always)
    if new:
        fields["former_name"] = [_name(draw, body, body.coined, 0, always=always)]
    return Record(record_id, "synthetic", f"https://list{copy}.example/{body.number}", name, fields=fields)


def _name(draw: random.Random, body: Body, coined: str, lang: int, *, always: bool) -> str:
    core = " ".join(one[lang] for one in body.branches)
    name = f"{body.place[lang]} klaster {core}" if lang == 0 else f"{body.place[lang]} {core} cluster"
    if coined and (always or draw.random() < 0.9):
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
