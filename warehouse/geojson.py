"""Clusters as points on a map (GeoJSON, RFC 7946): the point of the town, never of an address.

Every feature says so in `position` (`town`, or `unknown` with no geometry: nothing is guessed), because many clusters of a
town share one point. Points: GeoNames (https://www.geonames.org), CC BY 4.0, in `town_points.csv`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import polars as pl

ATTRIBUTION: Final = "Points of towns: GeoNames (https://www.geonames.org), CC BY 4.0"


def collection(columns: Sequence[str], rows: Iterable[Sequence[Any]], facts: Mapping[str, Any]) -> Iterator[str]:
    """Yields the text of a FeatureCollection in pieces, one feature a line.

    Args:
        columns: Names of the columns; `city` and `voivodeship_code` (TERYT) place a row on the map.
        rows: Values that JSON knows.
        facts: Told of the collection in `metadata`.

    Raises:
        ValueError: There is no column `city`.
    """
    if "city" not in columns:
        raise ValueError("a map needs the column city: ask for it (and voivodeship_code), or choose another format")
    head = json.dumps({**facts, "positions": ATTRIBUTION}, ensure_ascii=False)
    yield f'{{"type": "FeatureCollection", "metadata": {head}, "features": ['
    for number, row in enumerate(rows):
        values = dict(zip(columns, row, strict=True))
        point = point_of(values["city"], values.get("voivodeship_code"))
        feature = {
            "type": "Feature",
            "id": values.get("cluster_id", number + 1),
            "geometry": {"type": "Point", "coordinates": list(point)} if point else None,
            "properties": {**values, "position": "town" if point else "unknown"},
        }
        yield f"{',' if number else ''}\n{json.dumps(feature, ensure_ascii=False)}"
    yield "\n]}\n"


def write_map(path: Path, clusters: pl.DataFrame, facts: Mapping[str, str]) -> None:
    """Writes all published clusters as `clusters.geojson`.

    Args:
        path: File to write.
        clusters: The published table.
        facts: The table about, key to value.
    """
    days = clusters.select(pl.selectors.date()).columns
    plain = clusters.with_columns(pl.col(name).dt.to_string("%Y-%m-%d") for name in days)
    told = {key: facts.get(key) for key in ("version", "as_of", "method_version")}
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(collection(plain.columns, plain.iter_rows(), told))


def point_of(city: str | None, voivodeship_code: str | None) -> tuple[float, float] | None:
    """Returns longitude and latitude (WGS 84) of the town, or None where it is not known or not the only one.

    Without a voivodeship the name has to be that of one town alone.
    """
    if not city:
        return None
    towns = _points().get(city, {})
    if voivodeship_code:
        return towns.get(voivodeship_code)
    return next(iter(towns.values())) if len(towns) == 1 else None


@lru_cache(maxsize=1)
def _points() -> Mapping[str, Mapping[str, tuple[float, float]]]:
    points: dict[str, dict[str, tuple[float, float]]] = {}
    with (Path(__file__).parent / "town_points.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            place = (float(row["longitude"]), float(row["latitude"]))
            points.setdefault(row["name"], {})[row["teryt"]] = place
    return points
