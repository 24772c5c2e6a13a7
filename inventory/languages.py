"""Which language a name is in, by simple general means: letters and the commonest words.

Names are too short for statistical language detection; letters that few languages have, and the small words of cluster
names, say more.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_BRACKETS: Final = re.compile(r"\([^()]*\)")
_POLISH_LETTERS: Final = frozenset("ąęłńśźżĄĘŁŃŚŹŻ")
_SHARED_LETTERS: Final = frozenset("óćÓĆ")  # Polish, and others
_POLISH_WORDS: Final = frozenset(
    [
        "klaster",
        "klastra",
        "klastry",
        "klastrze",
        "dla",
        "na",
        "rzecz",
        "im",
        "oraz",
        "przy",
        "ze",
        "dolina",
        "doliny",
        "stowarzyszenie",
        "fundacja",
        "porozumienie",
        "polski",
        "polska",
        "polskie",
        "sieć",
        "grupa",
        "branża",
        "przemysł",
        "izba",
        "centrum",
        "sp",
        "zoo",
    ]
)
_POLISH_ENDING: Final = re.compile(
    r"(?:sk|ck|dzk)(?:i|a|ie|iego|iej|im|ich)$|(?:owy|owa|owe|owego|owej|owych|yczny|yczna|yczne|ycznych|anych|arski)$|"
    r"(?:ości|acji|ogii|enia|nictwa|stwa)$"
)
_ENGLISH_WORDS: Final = frozenset(
    [
        "the",
        "of",
        "and",
        "for",
        "in",
        "cluster",
        "clusters",
        "valley",
        "association",
        "network",
        "council",
        "group",
        "technologies",
        "technology",
        "industry",
        "industrial",
        "innovation",
        "innovative",
        "metal",
        "medical",
        "energy",
        "tourism",
        "health",
        "food",
        "construction",
        "eastern",
        "western",
        "northern",
        "southern",
        "north",
        "south",
        "east",
        "west",
        "polish",
        "silesian",
        "pomeranian",
        "lower",
        "upper",
        "greater",
        "central",
        "aviation",
        "furniture",
        "printing",
        "building",
        "processing",
        "cooperation",
        "development",
        "renewable",
        "eco",
        "creative",
    ]
)
_OTHER_WORDS: Final = frozenset(
    [
        "pôle",
        "pole",
        "de",
        "del",
        "della",
        "delle",
        "dello",
        "di",
        "du",
        "des",
        "der",
        "die",
        "das",
        "für",
        "und",
        "el",
        "la",
        "los",
        "las",
        "agrupació",
        "agrupación",
        "asociación",
        "associazione",
        "associação",
        "associació",
        "klastr",
        "klastrů",
        "grozd",
        "klasteris",
        "klasteri",
        "klaszter",
        "netzwerk",
        "verein",
        "région",
        "cluj",
        "og",
        "av",
        "på",
        "och",
        "för",
        "clúster",
        "distretto",
        "polo",
        "gmbh",
        "sarl",
        "srl",
        "s.c.r.l.",
        "a.c.",
        "scarl",
        "aei",
        "d.o.o.",
        "s.r.o.",
        "o.s",
        "nyrt",
        "kft",
        "zrt",
        "uab",
        "e.v.",
    ]
)


@lru_cache(maxsize=65536)
def language_of(name: str) -> str:
    """Returns `pl`, `en` or `other` for a name; `other` also where nothing tells.

    What stands in brackets behind a name is about it, and often in another language: it is left out.

    Example:
        >>> language_of("Dolina Lotnicza"), language_of("Aviation Valley"), language_of("Pôle Véhicule du Futur")
        ('pl', 'en', 'other')
        >>> language_of("Klaster Lotniczy (a cluster of the aviation industry)")
        'pl'
    """
    bare = _BRACKETS.sub(" ", name)
    name = bare if _letters(bare) else name
    letters, words = _letters(name), _words(name)
    polish = 3 * bool(letters & _POLISH_LETTERS) + sum(
        2 * (word in _POLISH_WORDS) + bool(_POLISH_ENDING.search(word)) for word in words
    )
    english = sum(2 * (word in _ENGLISH_WORDS) for word in words)
    foreign = foreign_marks(name)
    if polish > english and polish >= foreign:
        return "pl"
    if english > polish and english > foreign:
        return "en"
    return "other"


@lru_cache(maxsize=65536)
def foreign_marks(name: str) -> int:
    """Returns how many signs a name bears of a language that is neither Polish nor English.

    Letters that Polish and English lack count two (another script four), typical words of other languages two each.

    Example:
        >>> foreign_marks("Klaster Obróbki Metali"), foreign_marks("Agrupació d'Empreses Innovadores Tèxtils") > 2
        (0, True)
    """
    letters = _letters(name)
    strange = {char for char in letters if not char.isascii()} - _POLISH_LETTERS - _SHARED_LETTERS
    script = any(not unicodedata.name(char, "LATIN").startswith("LATIN") for char in strange)
    words = sum(2 * (word in _OTHER_WORDS) for word in _words(name))
    return 4 * script + 2 * bool(strange) + words


@lru_cache(maxsize=65536)
def polish_marks(name: str) -> int:
    """Returns how many signs of Polish a name bears.

    Letters that hardly another language has count two, words one each.

    Example:
        >>> polish_marks("Świętokrzyski Klaster"), polish_marks("Falco Cluster")
        (4, 0)
    """
    words = sum((word in _POLISH_WORDS) or bool(_POLISH_ENDING.search(word)) for word in _words(name))
    return 2 * bool(_letters(name) & _POLISH_LETTERS) + words


def _letters(name: str) -> set[str]:
    return {char for char in unicodedata.normalize("NFC", name) if char.isalpha()}


def _words(name: str) -> list[str]:
    return [word.strip(".") or word for word in re.findall(r"[^\W\d_]+(?:\.[^\W\d_]+)*\.?", name.casefold())]
