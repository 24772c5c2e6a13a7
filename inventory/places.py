"""Places: voivodeships (TERYT), NUTS-2 regions, and towns resolved to them.

A region comes from an address or from a field of a source, never from a word in a cluster's name: clusters named after
one region sit in another.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict
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

_ABBREVIATED: Final[Mapping[str, str]] = {
    "wlkp": "wielkopolski", "maz": "mazowiecki", "sl": "slaski", "slask": "slaski", "lub": "lubelski",
    "pom": "pomorski", "podl": "podlaski", "kuj": "kujawski", "tryb": "trybunalski", "swiet": "swietokrzyski",
}  # fmt: skip
_DOMINANT: Final = 5
"""How many times larger than its namesakes a town must be for its bare name to mean it."""
_KNOWN: Final = 10_000
"""Residents that a town with namesakes must have for its bare name to mean it."""


@dataclass(frozen=True, slots=True)
class Town:
    """A Polish town.

    Attributes:
        name: Polish name.
        code: TERYT code of its voivodeship.
        population: Residents by GeoNames.
    """

    name: str
    code: str
    population: int


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
    strict, loose = _names()
    known = strict if as_region else loose
    return known.get(_fold(text)) or known.get(_fold(_UNIT_WORDS.sub(" ", text)))


def voivodeship_name(text: str | None) -> str | None:
    """Returns the canonical Polish name of a voivodeship given by name or code, or None."""
    code = voivodeship_code(text)
    return voivodeships()[code].name_pl if code else None


@lru_cache(maxsize=16384)
def town(text: str | None, voivodeship: str | None = None) -> Town | None:
    """Returns the Polish town of that name, or None where there is none or several could be meant.

    Args:
        text: Name with or without Polish letters, also by another name of the town (`Warsaw`); abbreviated endings
            such as `Gorzów Wlkp.` are read.
        voivodeship: TERYT code that decides between namesakes, if known.

    Example:
        >>> town("Bialystok").code, town("Gorzów Wlkp.").name, town("Dąbrowa"), town("Dąbrowa", "14")
        ('20', 'Gorzów Wielkopolski', None, None)
    """
    if not text:
        return None
    key = " ".join(_ABBREVIATED.get(word, word) if place else word for place, word in enumerate(_fold(text).split()))
    named = [place for place in _towns().get(key, ()) if voivodeship in {None, place.code}]
    if not named:
        return None
    first = named[0]
    rest = [place for place in named[1:] if place.code != first.code]
    if rest and (first.population < _KNOWN or first.population < _DOMINANT * rest[0].population):
        return None
    return first


@lru_cache(maxsize=8192)
def town_of_address(text: str | None) -> Town | None:
    """Returns the town of a Polish postal address: the longest town name after the postal code, else the last part.

    Example:
        >>> town_of_address("25-002 Kielce Henryka Sienkiewicza 69 3").name
        'Kielce'
        >>> town_of_address("ul. Hanasiewicza 19") is None
        True
    """
    if not text:
        return None
    coded = re.search(r"\b\d{2}[-–]\d{3}\b", text)
    parts = [text[coded.end() :]] if coded else [part for part in text.split(",")[::-1] if not re.search(r"\d", part)]
    for part in parts:
        words = part.split(",")[0].split()
        for length in range(min(len(words), 4), 0, -1):
            if met := town(" ".join(words[:length])):
                return met
    return None


@lru_cache(maxsize=1024)
def nuts2_code(voivodeship: str | None, town_name: str | None) -> str | None:
    """Returns the NUTS-2 region (NUTS 2021) of a voivodeship; Mazovia, which has two, needs the town.

    PL91 is Warsaw with the nine counties around it (Eurostat, Regulation (EU) 2016/2066), PL92 the rest.

    Args:
        voivodeship: TERYT code.
        town_name: Town of the seat, or None.

    Example:
        >>> nuts2_code("24", None), nuts2_code("14", "Radom"), nuts2_code("14", None)
        ('PL22', 'PL92', None)
    """
    if voivodeship is None:
        return None
    regions = voivodeships()[voivodeship].nuts2
    if len(regions) == 1:
        return regions[0]
    place = town(town_name, voivodeship)
    if place is None:
        return None
    return regions[0] if _fold(place.name) in _capital_region() else regions[1]


@lru_cache(maxsize=1)
def _capital_region() -> frozenset[str]:
    with (_DATA / "warsaw_capital_region.csv").open(encoding="utf-8", newline="") as rows:
        return frozenset(_fold(row["town"]) for row in csv.DictReader(rows))


@lru_cache(maxsize=1)
def cities_abroad() -> Mapping[str, str]:
    """Returns the country code of the large cities outside Poland, by name."""
    with (_DATA / "cities_world.csv").open(encoding="utf-8", newline="") as rows:
        return {row["name"]: row["country"] for row in csv.DictReader(rows)}


@lru_cache(maxsize=1)
def _towns() -> Mapping[str, tuple[Town, ...]]:
    """Returns folded name to the towns of that name, largest first; other names yield to names proper."""
    proper: dict[str, set[Town]] = defaultdict(set)
    other: dict[str, set[Town]] = defaultdict(set)
    with (_DATA / "towns_pl.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            place = Town(row["name"], row["teryt"], int(row["population"]))
            proper[_fold(place.name)].add(place)
            for name in row["other_names"].split("|"):
                other[_fold(name)].add(place)
    return {
        key: tuple(sorted(proper.get(key) or other[key], key=lambda place: (-place.population, place.code)))
        for key in {*proper, *other} - {""}
    }


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
