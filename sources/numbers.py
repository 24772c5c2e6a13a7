"""Numbers of members as pages print them: `1 024`, `103 (91)`, `ponad 40`, `enterprises ...... 82`."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from sources.text import fold, squash

QUALIFIERS: Final = {
    "over": (
        "ponad",
        "przeszło",
        "powyżej",
        "więcej niż",
        "co najmniej",
        "minimum",
        "over",
        "more than",
        "above",
        "at least",
    ),
    "nearly": ("prawie", "niemal", "blisko", "niespełna", "nearly", "almost", "close to"),
    "about": ("około", "ok", "ca", "circa", "mniej więcej", "about", "around", "approximately", "approx"),
}
_DIGITS: Final = r"\d{1,3}(?:[ \u00a0\u202f\u2009.,']\d{3})+(?!\d)|\d+"
_NUMBER: Final = re.compile(rf"(?<![\d.,])(?:{_DIGITS})(?![\d]|[.,]\d)")
_PAIR: Final = re.compile(rf"^\D*?(?P<total>{_DIGITS})\D*?\(\D*?(?P<part>{_DIGITS})\D*\)\D*$")
_QUALIFIER: Final = re.compile(
    r"(?<!\w)("
    + "|".join(re.escape(word) for words in QUALIFIERS.values() for word in sorted(words, key=len, reverse=True))
    + r")\.?\s*(?=\d)"
)


class Count(NamedTuple):
    """A number of things as printed.

    Attributes:
        number: The number.
        qualifier: over, nearly, about, or None where the number is exact.
    """

    number: int
    qualifier: str | None = None


def count(text: str) -> Count | None:
    """Returns the only whole number of a text, or None where there is none, or more than one.

    Example:
        >>> count("ponad 1 200 członków")
        Count(number=1200, qualifier='over')
        >>> count("10-49") is None
        True
    """
    flat = squash(text)
    found = _NUMBER.findall(flat)
    if len(found) != 1:
        return None
    met = _QUALIFIER.search(flat.casefold())
    trailing = re.search(r"\d\s*\+", flat)
    return Count(_whole(found[0]), _qualifier(met[1]) if met else "over" if trailing else None)


def count_and_part(text: str) -> tuple[int, int] | None:
    """Returns total and part of a printed `103 (91)`, or None for any other text and where the part exceeds the total.

    Example:
        >>> count_and_part("103 (w tym 91 firm)")
        (103, 91)
    """
    met = _PAIR.match(squash(text))
    if not met:
        return None
    total, part = _whole(met["total"]), _whole(met["part"])
    return (total, part) if part <= total else None


def led(line: str) -> tuple[str, int] | None:
    """Returns caption and number of a line with leaders (`science ........ 10`, `Małopolskie - 16`, `inne: 4`), or None.

    Args:
        line: One line; numbers inside the caption (`small (10-49)`) belong to it.

    Example:
        >>> led("small (10-49) ............ 42")
        ('small (10-49)', 42)
    """
    flat = squash(line)
    met = re.search(rf"(?P<number>{_DIGITS})$", flat)
    if not met:
        return None
    caption = flat[: met.start()].rstrip()
    caption = re.sub(r"[\s.…·_:–—-]+$", "", caption)
    return (caption, _whole(met["number"])) if fold(caption) else None


def _whole(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def _qualifier(word: str) -> str:
    return next(kind for kind, words in QUALIFIERS.items() if word in words)
