import re
from itertools import pairwise

from inventory.places import voivodeships
from warehouse.site.outline_map import WIDTH, outlines


def test_every_voivodeship_has_an_outline_and_its_count_inside():
    shapes, height = outlines()
    assert [shape.code for shape in shapes] == sorted(voivodeships())
    for shape in shapes:
        for ring in shape.path.removesuffix("Z").split("Z"):
            points = [tuple(map(float, pair.split())) for pair in ring.removeprefix("M").split("L")]
            assert points[0] == points[-1]
            assert all(-0.1 <= x <= WIDTH + 0.1 and -0.1 <= y <= height + 0.1 for x, y in points)
        largest = max(shape.path.split("M")[1:], key=len)
        points = [tuple(map(float, pair)) for pair in re.findall(r"([\d.]+) ([\d.]+)", largest)]
        assert _inside(shape.x, shape.y, points), shape.code


def test_neighbours_lie_where_they_lie_in_poland():
    places = {shape.code: (shape.x, shape.y) for shape in outlines()[0]}
    zachodniopomorskie, podlaskie, podkarpackie, dolnoslaskie = (places[code] for code in ("32", "20", "18", "02"))
    assert zachodniopomorskie[0] < dolnoslaskie[0] < podkarpackie[0] < podlaskie[0]
    assert zachodniopomorskie[1] < podlaskie[1] + 20 < dolnoslaskie[1] < podkarpackie[1]


def _inside(x, y, points):
    crossings = 0
    for (ax, ay), (bx, by) in pairwise(points):
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            crossings += 1
    return crossings % 2 == 1
