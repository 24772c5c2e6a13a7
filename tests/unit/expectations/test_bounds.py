import polars as pl
import pytest
import yaml

from expectations.bounds import suggest


def _tables(rows, stale=False, cities=10):
    ids = [f"esca-{number}" for number in range(10)]
    said = [(record, "name") for record in ids] + [(record, "city") for record in ids[:cities]]
    return {
        "sources": pl.DataFrame({"source_id": ["esca"], "rows": [rows], "stale": [stale]}),
        "records": pl.DataFrame({"record_id": [*ids, "esca-out"], "source_id": ["esca"] * 11}),
        "statements": pl.DataFrame(said, orient="row", schema={"record_id": pl.String, "property": pl.String}),
    }


def test_a_good_run_gives_its_share_and_its_multiple():
    (found,) = suggest([_tables(100)])
    assert (found.source_id, found.runs, found.rows_min, found.rows_max) == ("esca", 1, 85, 200)
    assert found.filled == {"name": 0.85, "city": 0.85}


def test_the_smallest_and_the_largest_good_run_decide_in_any_order():
    history = [_tables(100), _tables(140, cities=8), _tables(120)]
    assert suggest(history) == suggest(history[::-1])
    (found,) = suggest(history)
    assert (found.runs, found.rows_min, found.rows_max, found.filled["city"]) == (3, 85, 280, 0.68)


def test_stale_and_empty_runs_do_not_count():
    assert suggest([_tables(100), _tables(3, stale=True), _tables(0)])[0].rows_min == 85
    assert suggest([_tables(0)]) == ()


def test_what_is_seldom_stated_is_not_promised():
    assert "city" not in suggest([_tables(100, cities=4)])[0].filled
    assert "city" not in suggest([_tables(100), _tables(100, cities=0)])[0].filled


@pytest.mark.parametrize("rows", [1, 7, 100_000])
def test_the_run_itself_is_within_its_bounds_and_the_line_is_yaml(rows):
    (found,) = suggest([_tables(rows)])
    assert 1 <= found.rows_min <= rows <= found.rows_max
    assert yaml.safe_load(str(found)) == {
        "bounds": {"rows_min": found.rows_min, "rows_max": found.rows_max, "filled": dict(found.filled)}
    }
