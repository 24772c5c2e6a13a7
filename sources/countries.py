"""Names of countries, English or Polish, to ISO 3166-1 alpha-2 codes."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from babel import Locale

from sources.text import fold

_OTHER_NAMES: Final = {
    "bosnia-herzegovina": "BA",
    "czech republic": "CZ",
    "england": "GB",
    "great britain": "GB",
    "holland": "NL",
    "macedonia": "MK",
    "north macedonia": "MK",
    "republic of moldova": "MD",
    "republic of korea": "KR",
    "russian federation": "RU",
    "slovak republic": "SK",
    "the netherlands": "NL",
    "turkey": "TR",
    "türkiye": "TR",
    "turkiye": "TR",
    "uk": "GB",
    "united states of america": "US",
    "usa": "US",
    "wielka brytania": "GB",
}


def country_code(text: str) -> str | None:
    """Returns the code of the country that the whole text names, or None.

    Example:
        >>> country_code("Poland"), country_code("Czechy"), country_code("Slovak Republic"), country_code("Catalonia")
        ('PL', 'CZ', 'SK', None)
    """
    return _codes().get(fold(text))


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    codes = dict(_OTHER_NAMES)
    for language in ("pl", "en"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"):
                codes.setdefault(fold(name), code)
    return codes
