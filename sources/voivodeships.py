"""The 16 voivodeships as pages print them: Polish, upper or lower case, with or without the word, and in English."""

from __future__ import annotations

import re
from typing import Final

from sources.text import fold

# Polish name -> English names met (Statistics Poland uses the Polish form in English; the EU uses Latin-style names).
VOIVODESHIPS: Final = {
    "dolnośląskie": ("lower silesia", "lower silesian"),
    "kujawsko-pomorskie": ("kuyavia-pomerania", "kuyavian-pomeranian"),
    "lubelskie": ("lublin", "lublin region"),
    "lubuskie": ("lubusz",),
    "łódzkie": ("lodz", "lodzkie", "łódź"),
    "małopolskie": ("lesser poland",),
    "mazowieckie": ("mazovia", "masovian", "mazovian", "masovia"),
    "opolskie": ("opole",),
    "podkarpackie": ("subcarpathia", "subcarpathian"),
    "podlaskie": ("podlasie", "podlachia"),
    "pomorskie": ("pomerania", "pomeranian"),
    "śląskie": ("silesia", "silesian"),
    "świętokrzyskie": ("holy cross",),
    "warmińsko-mazurskie": ("warmia-masuria", "warmian-masurian"),
    "wielkopolskie": ("greater poland",),
    "zachodniopomorskie": ("west pomerania", "west pomeranian"),
}
TOWNS: Final = frozenset({"lublin", "lodz", "łódź", "opole"})
"""English names of voivodeships that are towns too: where a text may mean either, the town is meant."""
_PLAIN: Final = str.maketrans("ąćęłńóśźż", "acelnoszz")
_FORMS: Final = {
    form: name for name, english in VOIVODESHIPS.items() for form in (name, name.translate(_PLAIN), *english)
}
_WORDS: Final = re.compile(r"\b(?:wojew[oó]dztwo|woj\.?|voivodeship|voivodship|province)(?!\w)")


def voivodeship(text: str) -> str | None:
    """Returns the voivodeship that the whole text names, or None; a word inside a longer text is never one.

    Example:
        >>> voivodeship("woj. Śląskie"), voivodeship("Kujawsko - Pomorskie"), voivodeship("Śląski Klaster")
        ('śląskie', 'kujawsko-pomorskie', None)
    """
    bare = fold(_WORDS.sub(" ", fold(text)))
    return _FORMS.get(re.sub(r"\s*[-–—]\s*", "-", bare))
