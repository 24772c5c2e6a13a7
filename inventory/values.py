"""Cleaning of single values: numbers, codes, addresses of the web, plain text.

Dates are in `inventory.dates`, places in `inventory.places`.

Each cleaner takes the text as printed and returns the clean value, or None where the text holds none: the original is
kept beside it, so nothing is lost.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

import babel

from inventory.dates import reduced_date
from inventory.places import voivodeship_name

DATES: Final = frozenset({
    "agreement_date", "coordinator_since", "founded", "kkk_awarded", "kkk_valid_until", "krs_registered",
    "label_awarded", "label_valid_until", "letter_of_intent", "other_label_awarded",
})  # fmt: skip
NUMBERS: Final = frozenset({"age_years", "founding_members", "list_number", "members_total", "other_label_years"})
_QUALIFIERS: Mapping[str, tuple[str, ...]] = {
    "over": ("over", "more than", "above", "at least", "ponad", "powyżej", "przeszło", "co najmniej", "min.", ">"),
    "nearly": ("nearly", "almost", "up to", "prawie", "blisko", "niemal", "do", "<"),
    "about": ("about", "around", "approx", "approximately", "circa", "ca.", "c.", "około", "ok.", "ok", "~", "≈"),
}
_LABELS: Mapping[str, tuple[str, ...]] = {
    "gold": ("gold", "złot", "proven for cluster excellence"),
    "silver": ("silver", "srebrn", "dedicated to cluster excellence"),
    "bronze": ("bronze", "brąz", "striving for cluster excellence"),
}
_ROMAN: Final = (("x", 10), ("ix", 9), ("v", 5), ("iv", 4), ("i", 1))


@lru_cache(maxsize=262144)
def clean(prop: str, text: str) -> str | None:
    """Returns the clean value of a property, or None where the text holds no value of its kind.

    Args:
        prop: A name of `sources.records.FIELDS`, `name`, or `map.key` for a member of a map.
        text: The value as printed.

    Example:
        >>> clean("label", "Bronze Label"), clean("members_total", "4 208"), clean("website", "http://www.x.pl/")
        ('bronze', '4208', 'x.pl')
    """
    base, _, key = prop.partition(".")
    if key and base != "members_by_type_qualifier":
        return number(text)
    cleaner = _CLEANERS.get(base)
    return cleaner(text) if cleaner else plain_text(text)


def plain_text(text: str) -> str | None:
    """Returns text in Unicode NFC with character references resolved, control characters dropped, blanks folded."""
    unescaped = html.unescape(text) if "&" in text else text
    normal = unicodedata.normalize("NFC", unescaped)
    visible = "".join(char if unicodedata.category(char)[0] != "C" or char.isspace() else "" for char in normal)
    return " ".join(visible.split()) or None


def number(text: str) -> str | None:
    """Returns the first whole number of the text in plain digits; blanks between thousands are closed.

    Example:
        >>> number("4 208"), number("103 (91)"), number("ponad 60"), number("kilkadziesiąt")
        ('4208', '103', '60', None)
    """
    met = re.search(r"(?<![\d,.])(\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+|\d+)(?:[.,]0+)?(?![\d]*[.,]\d)", text)
    if not met:
        return None
    return str(int(re.sub(r"\D", "", met.group(1))))


def qualifier(text: str) -> str | None:
    """Returns `over`, `nearly` or `about` where the text says that a number is not exact, else None.

    Example:
        >>> qualifier("ponad 60"), qualifier("nearly"), qualifier("60")
        ('over', 'nearly', None)
    """
    lowered = text.casefold().strip()
    for code, words in _QUALIFIERS.items():
        for word in words:
            if lowered.startswith(word) and not lowered[len(word) : len(word) + 1].isalpha():
                return code
    return None


def label(text: str) -> str | None:
    """Returns `bronze`, `silver` or `gold`: the level of an excellence label in any of its printed forms."""
    lowered = text.casefold()
    return next((code for code, words in _LABELS.items() if any(word in lowered for word in words)), None)


def web_address(text: str) -> str | None:
    """Returns host and path of a web address, without scheme, `www.`, port, query and closing slash.

    Example:
        >>> web_address("HTTP://www.Example.pl/Klaster/?x=1#top")
        'example.pl/Klaster'
    """
    stripped = text.strip().strip("<>()[],;").split()
    if not stripped:
        return None
    bare = re.split(r"[?#]", re.sub(r"^(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//", "", stripped[0]), maxsplit=1)[0]
    host, slash, path = bare.partition("/")
    host = re.sub(r":\d+$", "", host.rsplit("@", 1)[-1]).casefold().strip(".")
    host = re.sub(r"^www\d?\.", "", host)
    if "." not in host or not re.fullmatch(r"[\w.-]+", host):
        return None
    return f"{host}{slash}{path}".rstrip("/")


def country(text: str) -> str | None:
    """Returns the ISO 3166-1 alpha-2 code of a country given by code or by its Polish or English name.

    Example:
        >>> country("pl"), country("Niemcy"), country("Poland")
        ('PL', 'DE', 'PL')
    """
    folded = text.strip().casefold()
    code: str | None = _countries().get(folded)
    return code


def round_number(text: str) -> str | None:
    """Returns a round of a contest as a roman number (`V`), from roman or arabic digits (`V runda`, `5`)."""
    for word in re.findall(r"[A-Za-z0-9]+", text):
        if re.fullmatch(r"[IVX]+", word.upper()) and word.isupper():
            return str(word)
        if word.isdecimal() and 0 < int(word) < 40:
            return _roman(int(word))
    return plain_text(text)


def digits(text: str) -> str | None:
    """Returns the digits of a register number, leading zeros kept."""
    return re.sub(r"\D", "", text) or None


def _code(text: str) -> str | None:
    return plain_text(text.casefold())


def _roman(value: int) -> str:
    out = ""
    for letters, worth in _ROMAN:
        while value >= worth:
            out, value = out + letters, value - worth
    return out.upper()


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for language in ("pl", "en"):
        for code, name in dict(babel.Locale(language).territories).items():
            if re.fullmatch(r"[A-Z]{2}", code) and code not in {"EU", "EZ", "UN", "ZZ", "XA", "XB"}:
                names[str(name).casefold()] = code
                names[code.casefold()] = code
    names.update({"uk": "GB", "great britain": "GB", "usa": "US", "czech republic": "CZ", "republika czeska": "CZ",
                  "rp": "PL", "republic of poland": "PL", "holland": "NL", "holandia": "NL", "el": "GR"})  # fmt: skip
    return names


def _voivodeship(text: str) -> str | None:
    return voivodeship_name(text)


_CLEANERS: Final[Mapping[str, Callable[[str], str | None]]] = {
    **dict.fromkeys(DATES, reduced_date),
    **dict.fromkeys(NUMBERS, number),
    "coordinator_form": _code,
    "country": country,
    "kkk_round": round_number,
    "krs": digits,
    "label": label,
    "lead_form": _code,
    "members_by_type_qualifier": qualifier,
    "members_qualifier": qualifier,
    "voivodeship": _voivodeship,
    "website": web_address,
}
