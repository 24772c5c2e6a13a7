import polars as pl
import pytest

from expectations.continuity import check_continuity


def _codes(new, old):
    return {issue.code for issue in check_continuity(new, old)}


def _changed(tables, column, values, count):
    number = pl.int_range(pl.len())
    return {
        **tables,
        "clusters": tables["clusters"].with_columns(
            pl.when(number < count).then(pl.lit(values)).otherwise(pl.col(column)).alias(column)
        ),
    }


def _retired(*ids):
    return pl.DataFrame({"cluster_id": list(ids), "successor_id": ["PL-C0001"] * len(ids)})


def test_the_same_and_a_grown_inventory_follow(make_tables):
    assert _codes(make_tables(40, 120), make_tables(40, 120)) == set()
    assert _codes(make_tables(80, 240), make_tables(40, 120)) == set()


def test_a_vanished_id_needs_a_redirect_or_tombstone(make_tables):
    old, new = make_tables(40, 120), make_tables(38, 120)
    assert _codes(new, old) == {"ids_vanished"}
    assert _codes({**new, "retired_ids": _retired("PL-C0039")}, old) == {"ids_vanished"}
    assert _codes({**new, "retired_ids": _retired("PL-C0039", "PL-C0040")}, old) == set()


def test_more_than_a_fifth_gone_closes_even_if_explained(make_tables):
    old = make_tables(40, 120)
    for left, codes in ((32, set()), (31, {"too_many_gone"})):
        gone = _retired(*(f"PL-C{number:04}" for number in range(left + 1, 41)))
        assert _codes({**make_tables(left, 120), "retired_ids": gone}, old) == codes


@pytest.mark.parametrize(("column", "value"), [("class", "other"), ("name_pl", None), ("voivodeship_code", "99")])
def test_more_than_a_fifth_changed_closes(make_tables, column, value):
    old = make_tables(40, 120)
    assert _codes(_changed(old, column, value, 8), old) == set()
    assert _codes(_changed(old, column, value, 9), old) == {"too_many_changed"}


def test_an_unknown_that_became_known_is_no_change(make_tables):
    new = make_tables(40, 120)
    old = {**new, "clusters": new["clusters"].with_columns(founded_year=pl.lit(None, pl.Int32))}
    assert _codes(new, old) == set()
    assert _codes(old, new) == {"too_many_changed"}


def test_of_a_handful_no_share_is_taken(make_tables):
    old, new = make_tables(8, 16), make_tables(5, 16)
    assert _codes({**new, "retired_ids": _retired("PL-C0006", "PL-C0007", "PL-C0008")}, old) == set()


def test_the_limit_grows_with_the_years_between(make_tables):
    old = make_tables(40, 120)
    new = _changed(old, "class", "other", 20)
    days = [pl.DataFrame({"key": ["as_of"], "value": [day]}) for day in ("2015-12-31", "2016-12-30", "2019-12-31")]
    assert _codes({**new, "about": days[1]}, {**old, "about": days[0]}) == {"too_many_changed"}
    assert _codes({**new, "about": days[2]}, {**old, "about": days[0]}) == set()
