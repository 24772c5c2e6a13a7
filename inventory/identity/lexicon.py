"""The concept lexicon: which words, in which language, say the same.

Belongs here: reading `concepts.csv` and finding its terms in words. Does not belong here: what a whole name says (`parsing`).

`concepts.csv` has a row per concept and language: `concept`, `kind`, `within` (the wider place a place lies in), `lang`,
`terms` (separated by `|`, folded to ASCII; `*` ends a stem; blanks make a phrase), `note`. The longest term wins; a term
that says two things has both as its concept, joined by `+`. Kinds: `generic` (says nothing), `weak` (organisational and
quality words), `scope` (Polish, European), `direction`, `place`, `sector`. Words that are not in it are `proper`, or
`local` if formed like a Polish adjective of a place.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

KINDS = ("weak", "scope", "direction", "place", "local", "sector", "proper")
SHORTEST_TOWN = 8
"""Letters of a place's name of which one may be wrong without making it another place."""
_LONGEST = 64
"""Letters of the longest beginning that is looked up: a scraped word of a megabyte must not be tried letter by letter."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the lexicon: its words (a stem ends with `*`), concept and language."""

    words: tuple[str, ...]
    concept: str
    lang: str

    def fits(self, text: Sequence[str], at: int = 0) -> bool:
        """Tells whether this term stands in the words of the text at that place."""
        return len(text) - at >= len(self.words) and all(
            text[place].startswith(stem[:-1]) if stem.endswith("*") else text[place] == stem
            for place, stem in enumerate(self.words, start=at)
        )

    def begins(self, word: str) -> bool:
        """Tells whether its first word is that word."""
        stem = self.words[0]
        return word.startswith(stem[:-1]) if stem.endswith("*") else word == stem

    @property
    def length(self) -> tuple[int, int, bool]:
        """What decides between terms that fit: words, letters, exactness."""
        return len(self.words), sum(map(len, self.words)), not self.words[-1].endswith("*")


@dataclass(frozen=True)
class Lexicon:
    """The concept lexicon.

    Attributes:
        terms: Terms by their first word, stems without the star.
        kind: Concept to kind.
        within: Place to the wider place it lies in.
        later: Words of phrases after the first, stems with their star.
    """

    terms: dict[str, tuple[Term, ...]]
    kind: dict[str, str]
    within: dict[str, str]
    later: frozenset[str] = frozenset()
    _first: dict[str, tuple[Term, ...]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def towns(self) -> dict[str, str]:
        """Places by their names, or stems, of one long word."""
        terms = sorted((t for group in self.terms.values() for t in group if len(t.words) == 1), key=lambda t: t.words)
        stems = ((t.words[0].rstrip("*"), t.concept) for t in terms if self.kind.get(t.concept) == "place")
        return {stem: concept for stem, concept in stems if len(stem) >= SHORTEST_TOWN}

    def find(self, text: Sequence[str], at: int = 0) -> Term | None:
        """Returns the longest term that stands in the words at that place."""
        for term in self.beginning(text[at]):
            if len(term.words) == 1 or term.fits(text, at):
                return term
        return None

    def knows(self, word: str) -> bool:
        """Tells whether a word is in the lexicon, be it in a phrase only."""
        if self.beginning(word):
            return True
        return word in self.later or any(
            f"{word[:size]}*" in self.later for size in range(1, min(len(word), _LONGEST) + 1)
        )

    def beginning(self, word: str) -> tuple[Term, ...]:
        """Returns the terms whose first word this is, the longest first."""
        found = self._first.get(word)
        if found is None:
            groups = [
                self.terms[stem]
                for size in range(1, min(len(word), _LONGEST) + 1)
                if (stem := word[:size]) in self.terms
            ]
            fitting = [t for group in groups for t in group if t.begins(word)]
            found = tuple(sorted(fitting, key=lambda t: t.length, reverse=True)) if fitting else ()
            self._first[word] = found
        return found


@cache
def load_lexicon(path: Path | None = None) -> Lexicon:
    """Reads the concept lexicon.

    Raises:
        ValueError: A term is listed under two concepts, or a place lies within an unknown one.
    """
    path = path or Path(__file__).parent / "concepts.csv"
    terms: dict[str, list[Term]] = {}
    kind: dict[str, str] = {}
    within: dict[str, str] = {}
    met: dict[str, str] = {}
    with path.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            concept = row["concept"]
            for part in concept.split("+"):
                kind.setdefault(part, row["kind"])
            if row["within"]:
                within[concept] = row["within"]
            for printed in row["terms"].split("|"):
                if met.setdefault(printed, concept) != concept:
                    raise ValueError(f"{path.name}: {printed!r} is under {met[printed]} and {concept}; keep one.")
                term = Term(tuple(printed.split()), concept, row["lang"])
                terms.setdefault(term.words[0].rstrip("*"), []).append(term)
    lost = sorted(set(within.values()) - set(kind))
    if lost:
        raise ValueError(f"{path.name}: places lie within {lost}, which have no row; add them.")
    later = frozenset(word for group in terms.values() for term in group for word in term.words[1:])
    return Lexicon({first: tuple(group) for first, group in terms.items()}, kind, within, later)
