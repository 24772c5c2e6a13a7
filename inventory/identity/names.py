"""What a name says: words folded, looked up in the concept lexicon, and what is left over taken as proper words.

Belongs here: everything known of one name by itself. Does not belong here: comparing two names.

The lexicon `concepts.csv` has a row per concept and language: `concept`, `kind`, `within` (the wider place a place lies
in), `lang`, `terms` (separated by `|`, folded to ASCII; `*` ends a stem; blanks make a phrase), `note`. The longest
term wins; a term that says two things has both as its concept, joined by `+`. Kinds: `generic` (says nothing), `weak`
(organisational and quality words), `scope` (Polish, European), `direction`, `place`, `sector`. Words that are not in it
are `proper`, or `local` if formed like a Polish adjective of a place.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from sys import intern

from ftfy import fix_text
from rapidfuzz.distance import OSA

KINDS = ("weak", "scope", "direction", "place", "local", "sector", "proper")

_LETTERS = str.maketrans(
    {"ł": "l", "Ł": "L", "ß": "ss", "ø": "o", "Ø": "O", "đ": "d", "æ": "ae", "ı": "i", "&": " ", "'": "", "’": ""}
)
# A text of these letters alone is not mojibake: the first byte of a Polish letter in UTF-8 is never read as one of them.
_SOUND = re.compile(r"[ !-%'-~ąćęłńóśźżĄĆĘŁŃÓŚŹŻ„”–]*")
_SOUND_TO_PLAIN = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ„”", 'acelnoszzACELNOSZZ""', "'")
_WORD = re.compile(r"[a-z0-9]+")
_BRACKET = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_ALTERNATIVES = re.compile(r"[(\[/|;]")
_CLUSTER_TAIL = re.compile(r"^(\w{3,}?)(cluster|klaster|klastr)$")
_ADJECTIVE_OF_PLACE = re.compile(r"(.{3,}(?:sk|ck|dzk))(?:i|a|ie|iego|iej|im|imi|ich|iemu|o)$")
_ENDINGS = re.compile(
    r"(?<=\w{4})(?:iego|iemu|ego|emu|ymi|imi|ych|ich|ami|ach|owi|om|ow|ej|ym|im|ie|ia|iu|a|e|i|o|u|y)$"
)
_ACRONYM = re.compile(r"^[A-ZĄĆĘŁŃÓŚŹŻ][A-Za-z0-9ĄĆĘŁŃÓŚŹŻ&]*[A-ZĄĆĘŁŃÓŚŹŻ][A-Za-z0-9]?$")
_LONGEST_ACRONYM = 7


@lru_cache(maxsize=1_000_000)
def fold(text: str) -> str:
    """Returns the text repaired, in lower case, without diacritics; for comparison only, never for display.

    Example:
        >>> fold("Łódzki Klaster „Żywność”")
        'lodzki klaster "zywnosc"'
    """
    if _SOUND.fullmatch(text):
        return " ".join(text.translate(_SOUND_TO_PLAIN).lower().split())
    repaired = fix_text(text).translate(_LETTERS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", repaired) if not unicodedata.combining(c))
    return " ".join(plain.casefold().translate(_LETTERS).split())


def words(text: str) -> list[str]:
    """Returns the folded words of a text, the word cluster cut off compounds such as `Biocluster`.

    Example:
        >>> words("Infoklaster Logistyczno-Transportowy „Północ”")
        ['info', 'klaster', 'logistyczno', 'transportowy', 'polnoc']
    """
    found: list[str] = []
    for word in _WORD.findall(fold(text)):
        tail = _CLUSTER_TAIL.match(word)
        found.extend(tail.groups() if tail else (word,))
    return found


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
    """

    terms: dict[str, tuple[Term, ...]]
    kind: dict[str, str]
    within: dict[str, str]
    _first: dict[str, tuple[Term, ...]] = field(default_factory=dict, compare=False, repr=False)

    def find(self, text: Sequence[str], at: int = 0) -> Term | None:
        """Returns the longest term that stands in the words at that place."""
        first = text[at]
        if first not in self._first:
            starts = (self.terms.get(first[:size], ()) for size in range(1, len(first) + 1))
            fitting = (t for group in starts for t in group if Term(t.words[:1], t.concept, t.lang).fits([first]))
            self._first[first] = tuple(sorted(fitting, key=lambda t: t.length, reverse=True))
        for term in self._first[first]:
            if len(term.words) == 1 or term.fits(text, at):
                return term
        return None


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
    return Lexicon({first: tuple(group) for first, group in terms.items()}, kind, within)


@dataclass(frozen=True, slots=True)
class Name:
    """What one name says.

    Attributes:
        text: As printed.
        words: Its folded words, as printed.
        surface: Folded words without those that say nothing, in alphabetical order.
        concepts: Concept (or `=word` for a word that is not in the lexicon) to the word that says it.
        lang: pl, en, other or mixed, by the terms met; empty if none was.
        printed: Acronyms printed in it, folded.
        initials: Acronyms that could be formed from it, folded.
        alone: Whether nothing but an acronym, and the word cluster, is there.
        energy: Whether it is called a *klaster energii*, that is an energy cluster under the act on renewable energy.
    """

    text: str
    words: tuple[str, ...]
    surface: str
    concepts: dict[str, str]
    lang: str
    printed: tuple[str, ...]
    initials: tuple[str, ...]
    alone: bool
    energy: bool


@lru_cache(maxsize=1_000_000)
def _concept_of_word(word: str) -> str:
    adjective = _ADJECTIVE_OF_PLACE.match(word)
    return "=" + (adjective[1] if adjective else _ENDINGS.sub("", word))


def kind_of(concept: str, lexicon: Lexicon) -> str:
    """Returns the kind of a concept, or of a word that is not in the lexicon."""
    if concept.startswith("="):
        return "local" if re.search(r"\w{3,}(sk|ck|dzk)$", concept) else "proper"
    return lexicon.kind[concept]


def _printed_acronyms(text: str) -> list[str]:
    """Returns words written as acronyms; in a text all in capitals none stands out, unless it is a single word."""
    tokens = re.findall(r"[\w&]+", text)
    if len(tokens) > 2 and text.upper() == text:
        return []
    return [t for t in tokens if _ACRONYM.match(t) and len(t) <= _LONGEST_ACRONYM]


def _initials(text: str, lexicon: Lexicon) -> set[str]:
    split = re.sub(r"(?<=[a-ząćęłńóśźż])(?=[A-ZŁŚŻ])", " ", _BRACKET.sub(" ", text))
    tokens = _WORD.findall(fold(split))
    full = short = every = ""
    for token in tokens:
        term = lexicon.find((token,))
        every += token[0]
        if term is None:
            full, short = full + token[0], short + token[0]
            continue
        if term.concept not in {"function_word", "legal_form"}:
            full += token[0]
        if lexicon.kind[term.concept.split("+")[0]] != "generic":
            short += token[0]
    found = {full, short, every}
    return {a for a in found if 3 <= len(a) <= _LONGEST_ACRONYM}


def parse_name(
    text: str, lexicon: Lexicon, joined: frozenset[str] = frozenset(), repaired: dict[str, str] | None = None
) -> Name:
    """Returns what a name says.

    Args:
        text: The name as printed.
        lexicon: The concept lexicon.
        joined: Words known to be written as one (`lifescience`), to be joined where they are printed apart.
        repaired: Misprinted word to the word it stands for.

    Example:
        >>> name = parse_name("Śląski Klaster Lotniczy", load_lexicon())
        >>> sorted(name.concepts), name.lang, name.initials
        (['aviation', 'slaskie'], 'pl', ('skl',))
    """
    repaired = repaired or {}
    said = tuple(map(intern, words(text)))
    tokens = [repaired.get(word, word) for word in said]
    concepts: dict[str, str] = {}
    langs: Counter[str] = Counter()
    at = 0
    energy = False
    while at < len(tokens):
        if at + 1 < len(tokens) and tokens[at] + tokens[at + 1] in joined:
            tokens[at : at + 2] = [tokens[at] + tokens[at + 1]]
        term = lexicon.find(tokens, at)
        if term is None:
            word = tokens[at]
            if len(word) > 1 or word == "e" or word.isdigit():
                concepts.setdefault(_concept_of_word(word), word)
            at += 1
            continue
        end = at + len(term.words)
        for concept in term.concept.split("+"):
            if lexicon.kind[concept] != "generic":
                concepts.setdefault(concept, tokens[at] if end == at + 1 else " ".join(tokens[at:end]))
        energy |= (
            term.concept == "cluster"
            and tokens[at + 1 : at + 2] == ["energii"]
            and not "".join(tokens[at + 2 : at + 3]).startswith("odnawialn")
        )
        langs[term.lang] += term.concept not in {"function_word", "legal_form"}
        at = end
    printed = {fold(a).replace(" ", "") for a in _printed_acronyms(text)}
    printed = {
        a
        for a in printed
        if not (found := lexicon.find([a])) or lexicon.kind[found.concept.split("+")[0]] in {"weak", "generic"}
    }
    content = {word for concept, word in concepts.items()}
    return Name(
        text=text,
        words=said,
        surface=" ".join(sorted(content)),
        concepts=concepts,
        lang=_language(langs),
        printed=tuple(sorted(printed)),
        initials=tuple(sorted(_initials(text, lexicon))),
        alone=bool(printed) and len(concepts) == 1,
        energy=energy,
    )


def _language(langs: Counter[str]) -> str:
    known = {lang: n for lang, n in langs.items() if n}
    if not known:
        return ""
    best = max(sorted(known), key=lambda lang: known[lang])
    return best if known[best] > sum(known.values()) / 2 else "mixed"


def variants(text: str, lexicon: Lexicon) -> list[str]:
    """Returns the names that one printed name holds: alternatives of a slash, an acronym in brackets, or the whole.

    Example:
        >>> variants("Baltic Sea & Space Cluster / BSSC Cluster", load_lexicon())
        ['Baltic Sea & Space Cluster / BSSC Cluster', 'Baltic Sea & Space Cluster', 'BSSC Cluster']
        >>> variants("Bydgoszcz Industrial Cluster (BIC)", load_lexicon())
        ['Bydgoszcz Industrial Cluster', 'BIC']
    """
    if not _ALTERNATIVES.search(text):
        return [text]
    outside = " ".join(_BRACKET.sub(" ", text).split())
    inside = [part.strip() for part in _BRACKET.findall(text)]
    found = [text]
    acronyms = all(
        _printed_acronyms(part) and len(part.split()) == 1 and not lexicon.find(words(part)) for part in inside
    )
    if outside and inside and acronyms:
        found = [outside, *inside]
    parts = [p.strip() for p in re.split(r"\s/\s|\s\|\s|;", text)]
    if len(parts) > 1 and all("luster" in p.lower() or "laster" in p.lower() for p in parts):
        found.extend(parts)
    return found


def misprints(counts: Counter[str], known: Iterable[str]) -> dict[str, str]:
    """Returns misprinted words with the word that they stand for.

    A word stands for another if one letter is dropped, added, changed or swapped with its neighbour (Damerau distance
    one),
    both have six letters or more, and the other is known to the lexicon or more frequent. Words are found by the
    letters
    left when one is taken out, so that the work grows with the number of words, not of pairs.

    Args:
        counts: Word to the number of names it is in.
        known: Words that the lexicon knows; they are never misprints.
    """
    known = frozenset(known)
    shapes: dict[str, list[str]] = {}
    for word in sorted(counts):
        if len(word) >= 6 and not word.isdigit():
            for shape in {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}:
                shapes.setdefault(shape, []).append(word)
    best: dict[str, tuple[bool, int, str]] = {}
    for group in shapes.values():
        if not 1 < len(group) <= 50:
            continue
        for word in group:
            if word in known:
                continue
            for other in group:
                rank = (other in known, counts[other], other)
                if other != word and rank > (False, counts[word], word) and _one_edit(word, other):
                    best[word] = max(best.get(word, rank), rank)
    return {word: rank[2] for word, rank in sorted(best.items())}


def _one_edit(a: str, b: str) -> bool:
    return bool(OSA.distance(a, b, score_cutoff=1) <= 1)
