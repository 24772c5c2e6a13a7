"""Sectors: from the sources' own words, Polish or English, to one code of `data/sectors.csv`.

Words are matched by stems at the beginning of a word, the earliest in the text first: a source names the main branch
first.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import yaml

_HERE: Final = Path(__file__).parent
_WHOLE: Final = 3
"""Stems of at most this many letters must be the whole word (`it`, `ict`, `oze`)."""


@dataclass(frozen=True, slots=True)
class Sector:
    """One sector of the taxonomy."""

    code: str
    title_pl: str
    title_en: str


@lru_cache(maxsize=1)
def sectors() -> Mapping[str, Sector]:
    """Returns the taxonomy by code."""
    with (_HERE / "data" / "sectors.csv").open(encoding="utf-8", newline="") as rows:
        return {row["code"]: Sector(**row) for row in csv.DictReader(rows)}


@lru_cache(maxsize=65536)
def sector_code(text: str | None) -> str | None:
    """Returns the sector that a text names first, or None where it names none.

    Example:
        >>> sector_code("narzędziowa i przetwórstwa tworzyw sztucznych"), sector_code("Health and medical science")
        ('metal_machinery', 'health')
    """
    if not text:
        return None
    folded = _fold(text)
    for part in ("words", "otherwise"):
        met = [
            (match.start(), -len(match.group()), code)
            for code, pattern in _patterns()[part].items()
            if (match := pattern.search(folded))
        ]
        if met:
            return min(met)[2]
    return None


@lru_cache(maxsize=1)
def _patterns() -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    raw = yaml.load((_HERE / "sector_words.yml").read_bytes(), Loader=yaml.CSafeLoader)
    return {part: {code: _any_of(stems) for code, stems in codes.items()} for part, codes in raw.items()}


def _any_of(stems: list[str]) -> re.Pattern[str]:
    longest_first = sorted(stems, key=lambda stem: (-len(stem), stem))
    return re.compile("|".join(_stem(stem) for stem in longest_first))


def _stem(stem: str) -> str:
    words = r"\w* ".join(re.escape(word) for word in stem.split())
    return rf"\b{words}\b" if len(stem) <= _WHOLE else rf"\b{words}\w*"


def _fold(text: str) -> str:
    lowered = unicodedata.normalize("NFD", text.casefold().replace("ł", "l"))
    return "".join(char for char in lowered if not unicodedata.combining(char))
