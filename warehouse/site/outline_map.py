"""The outlines of the voivodeships as SVG paths.

Boundaries and the places of the counts are those of the report (`warehouse/report/boundaries`, with its licence).
TopoJSON: https://github.com/topojson/topojson-specification, version 1.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

WIDTH: Final = 400
_FOLDER: Final = Path(__file__).parent.parent / "report" / "boundaries"

_Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Outline:
    """One voivodeship on the map.

    Attributes:
        code: TERYT code.
        path: SVG path in units of a drawing that is `WIDTH` wide.
        x: Place of the count.
        y: Place of the count.
    """

    code: str
    path: str
    x: int
    y: int


@lru_cache(maxsize=1)
def outlines() -> tuple[tuple[Outline, ...], int]:
    """Returns the outlines in the order of their codes, and the height of the drawing."""
    topology = json.loads((_FOLDER / "poland.topo.json").read_text(encoding="utf-8"))
    places = yaml.load((_FOLDER / "poland.yml").read_bytes(), Loader=yaml.CSafeLoader)
    arcs = [_degrees(arc, topology["transform"]) for arc in topology["arcs"]]
    shapes = {
        shape["id"]: [_ring(ring, arcs) for ring in _rings(shape)] for shape in topology["objects"]["pol"]["geometries"]
    }
    drawn, height = _projection([point for rings in shapes.values() for ring in rings for point in ring])
    made = []
    for code, place in sorted(places.items()):
        x, y = drawn((place["longitude"], place["latitude"]))
        path = "".join(_path([drawn(point) for point in ring]) for ring in shapes[place["id"]])
        made.append(Outline(code, path, round(x), round(y)))
    return tuple(made), height


def _projection(points: list[_Point]) -> tuple[Callable[[_Point], _Point], int]:
    """Returns the drawing of degrees (equirectangular, true along the middle latitude) and its height."""
    longitudes, latitudes = [x for x, _ in points], [y for _, y in points]
    west, north, south = min(longitudes), max(latitudes), min(latitudes)
    shrink = math.cos(math.radians((north + south) / 2))
    scale = WIDTH / ((max(longitudes) - west) * shrink)

    def drawn(point: _Point) -> _Point:
        return (point[0] - west) * shrink * scale, (north - point[1]) * scale

    return drawn, math.ceil((north - south) * scale)


def _degrees(arc: list[list[int]], transform: dict[str, list[float]]) -> list[_Point]:
    (scale_x, scale_y), (move_x, move_y) = transform["scale"], transform["translate"]
    points, x, y = [], 0, 0
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        points.append((x * scale_x + move_x, y * scale_y + move_y))
    return points


def _rings(shape: dict[str, Any]) -> list[list[int]]:
    if shape["type"] == "Polygon":
        return list(shape["arcs"])
    return [ring for polygon in shape["arcs"] for ring in polygon]


def _ring(numbers: list[int], arcs: list[list[_Point]]) -> list[_Point]:
    points: list[_Point] = []
    for number in numbers:
        # A negative number is the complement of an arc that is walked backwards.
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points.extend(arc if not points else arc[1:])
    return points


def _path(ring: list[_Point]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z"
