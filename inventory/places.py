"""Places: voivodeships (TERYT), NUTS-2 regions, and towns resolved to them.

A region comes from an address or from a field of a source, never from a word in a cluster's name: clusters named after
one region sit in another.
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

_DATA: Final = Path(__file__).parent / "data"
_UNIT_WORDS: Final = re.compile(
    r"\b(?:wojew[oó]dztw\w*|woj|voivodship|voivodeship|vojvodship|province|county|region|poland|polska|pl)\b\.?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Voivodeship:
    """One of the 16 voivodeships.

    Attributes:
        code: TERYT, two digits.
        name_pl: Polish name, lower case.
        name_en: English name.
        nuts2: Codes of its NUTS-2 regions (NUTS 2021): two for Mazovia, one elsewhere.
        capital: Seat or seats.
        population: Residents in 2020 (Statistics Poland).
    """

    code: str
    name_pl: str
    name_en: str
    nuts2: tuple[str, ...]
    capital: str
    population: int


@lru_cache(maxsize=1)
def voivodeships() -> Mapping[str, Voivodeship]:
    """Returns the 16 voivodeships by TERYT code."""
    with (_DATA / "voivodeships.csv").open(encoding="utf-8", newline="") as rows:
        return {
            row["teryt"]: Voivodeship(
                row["teryt"], row["name_pl"], row["name_en"], tuple(row["nuts2"].split("/")), row["capital"],
                int(row["population_2020"]),
            )
            for row in csv.DictReader(rows)
        }  # fmt: skip


@lru_cache(maxsize=8192)
def voivodeship_code(text: str | None, *, as_region: bool = False) -> str | None:
    """Returns the TERYT code of a voivodeship given by name or code, or None.

    Args:
        text: `śląskie`, `woj. śląskie`, `Kujawsko-pomorskie`, `Poland: Silesia`, `Lesser Poland Voivodeship`, `24`, ...
        as_region: Whether the text stands in a field for looser regions. Names that are also those of a larger or older
            land (Silesia, Podlasie, Pomorze) then say nothing.

    Example:
        >>> voivodeship_code("woj. KUJAWSKO – POMORSKIE"), voivodeship_code("Silesia", as_region=True)
        ('04', None)
    """
    if not text:
        return None
    if text.strip() in voivodeships():
        return text.strip()
    bare = _fold(_UNIT_WORDS.sub(" ", text))
    strict, loose = _names()
    return strict.get(bare) if as_region else loose.get(bare)


def voivodeship_name(text: str | None) -> str | None:
    """Returns the canonical Polish name of a voivodeship given by name or code, or None."""
    code = voivodeship_code(text)
    return voivodeships()[code].name_pl if code else None


@lru_cache(maxsize=1)
def _names() -> tuple[Mapping[str, str], Mapping[str, str]]:
    strict: dict[str, str] = {}
    loose: dict[str, str] = {}
    for unit in voivodeships().values():
        stem = unit.name_pl.removesuffix("e")
        # Locative and genitive of the adjective, and its masculine form: "w województwie śląskim", "region śląski".
        for form in (unit.name_pl, f"{stem}m", f"{stem}ego", stem):
            strict[_fold(form)] = unit.code
    with (_DATA / "voivodeship_names.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            (strict if row["as_region"] == "yes" else loose)[_fold(row["name"])] = row["teryt"]
    return strict, {**strict, **loose}


def _fold(text: str) -> str:
    lowered = unicodedata.normalize("NFD", text.casefold().replace("ł", "l"))
    letters = "".join(char for char in lowered if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", letters).split())
