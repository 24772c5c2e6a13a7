"""How sources came in, for the gate."""

from datetime import date

import pytest

from assets.tables import source_readings

DAY = date(2026, 4, 5)


@pytest.mark.parametrize(
    ("visits", "age"),
    [
        (["2025-03-27"], 374),
        (["2025-03-27", "2026-04-01"], 4),
        (
            ["2025-03-27", "2026-11-26"],
            0,
        ),  # a live visit that found nothing new leaves the day of the inventory where it was
    ],
)
def test_a_source_that_was_visited_after_the_day_of_the_inventory_is_not_old(visits: list[str], age: int) -> None:
    told = {"esca": {"pages": [], "rows": 86, "rejections": []}}
    [reading] = source_readings(told, {"esca": visits}, DAY, None, {"esca"})
    assert reading.age_days == age
    assert reading.max_age_days is not None
