"""Postal addresses as one line: the town in them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Final

from sources.text import squash

_CODE: Final = re.compile(r"(?:\bPL-)?\b\d{2}-\d{3}\b[\s,]*")
_STREET: Final = re.compile(r"^(?:ul|al|pl|os)\.|\d", re.IGNORECASE)
_WORDS_MOST: Final = 4


def city_of(address: str) -> str | None:
    """Returns the town of a Polish address, or None where it cannot be told.

    The town follows the postal code, up to a comma, a number or the end; where the street follows without a comma, the
    longest known town of several words that the rest begins with, else its first word. A text of a few words without code and number is a town.

    Example:
        >>> city_of("25-002 Kielce Henryka Sienkiewicza 69 3"), city_of("ul. Krótka 5, 85-001 Bydgoszcz"), city_of("Kalisz")
        ('Kielce', 'Bydgoszcz', 'Kalisz')
    """
    flat = squash(address)
    code = _CODE.search(flat)
    if code is None:
        plain = not _STREET.search(flat) and "," not in flat and 0 < len(flat.split()) <= _WORDS_MOST
        return flat if plain else None
    rest, comma, _ = flat[code.end() :].partition(",")
    words = rest.split()
    named = words[: next((at for at, word in enumerate(words) if _STREET.search(word)), len(words))]
    if comma and len(named) == len(words):
        return rest.strip() or None
    for length in range(min(len(named), _WORDS_MOST), 0, -1):
        if _plain(" ".join(named[:length])) in _towns():
            return " ".join(named[:length])
    return (" ".join(named) if len(named) == len(words) and len(words) <= 2 else named[0]) if named else None


@lru_cache(maxsize=1)
def _towns() -> frozenset[str]:
    # Names of Polish towns of two and more words, folded, from GeoNames (CC BY 4.0): one word is told without a list.
    lines = (Path(__file__).parent / "towns_of_many_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.casefold().replace("ł", "l"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
