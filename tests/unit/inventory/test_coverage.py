from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.coverage import chapman


def test_lists_of_one_publisher_are_one_witness(build, record):
    rows = [
        record("a1", "Klaster A", "parp_map"), record("a2", "Klaster A", "parp_standards"),
        record("b1", "Klaster B", "parp_map"), record("b2", "Klaster B", "regional"),
        record("c1", "Klaster C", "esca", country="PL"), record("d1", "Klaster D", "press", coordinator="Fundacja D"),
    ]  # fmt: skip
    found = build(rows, {"a2": "a1", "b2": "b1"}).coverage
    keyed = {
        tuple(row[:3]): row[3:6]
        for row in found.select("statistic", "dimension", "dimension_value", "value", "n", "n_unknown").iter_rows()
    }
    assert keyed["list_overlap", "list_pair", "PARP|a voivodeship or its agency"][0] == 1
    assert keyed["list_overlap", "list_pair", "PARP|PARP"][0] == 2
    # A and C on one publisher's lists, B on two; D is on no list.
    assert keyed["estimated_number_of_clusters", "total", "all"] == (3 + 2 * 2 / 2, 3, 1)
    assert keyed["clusters_by_source", "source", "press"][0] == 1


def test_no_estimate_from_one_list(build, record):
    found = build([record("a", "Klaster A", "parp_map")]).coverage
    estimates = found.filter(found["statistic"] == "estimated_number_of_clusters")
    assert set(estimates["dimension"]) == {"total", "voivodeship"}
    assert estimates["value"].to_list() == [None] * 17
    assert all("no estimate" in note for note in estimates["note"])


def _listed(record, source, names, **fields):
    return [record(f"{source}-{name}", f"Klaster {name}", source, country="PL", **fields) for name in names]


def estimates(built, dimension):
    rows = built.coverage.filter(built.coverage["dimension"] == dimension)
    return {
        (row["statistic"], row["dimension_value"]): (row["value"], row["note"]) for row in rows.iter_rows(named=True)
    }


def test_two_independent_lists_and_a_region_of_its_own(build, record):
    map_, esca = [f"A{at}" for at in range(16)], [f"A{at}" for at in range(9, 19)]
    rows = _listed(record, "parp_map", map_, voivodeship="śląskie") + _listed(record, "esca", esca)
    built = build(rows, {f"esca-{name}": f"parp_map-{name}" for name in map_ if name in esca})
    # 16 and 10 clusters, 7 on both: 17 * 11 / 8 - 1.
    value, note = estimates(built, "list_pair")["estimated_number_of_clusters", "PARP|ESCA"]
    assert value == pytest.approx(22.375)
    assert "7 on both" in note
    # Silesia: 9 on one list, 7 on two; everything else has too few.
    by_region = estimates(built, "voivodeship")
    assert by_region["estimated_number_of_clusters", "24"][0] == pytest.approx(16 + 81 / 14)
    assert by_region["estimated_number_of_clusters", "02"][0] is None


def test_lists_that_take_from_each_other_are_no_pair_once_they_do(build, record):
    names = [f"A{at}" for at in range(12)]
    rows = _listed(record, "eccp", names) + _listed(record, "esca", names)
    same = {f"esca-{name}": f"eccp-{name}" for name in names}
    before, after = (
        {name for name, _ in estimates(build(rows, same, day), "list_pair")}
        for day in (date(2019, 11, 14), date(2019, 11, 15))
    )
    assert "estimated_number_of_clusters" in before
    assert "estimated_number_of_clusters" not in after


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
def test_chapman_never_says_less_than_was_seen(only_first, only_second, both):
    found = chapman(only_first + both, only_second + both, both)
    assert (found is None) == (min(only_first, only_second) + both == 0)
    if found:
        assert only_first + only_second + both <= found.low <= found.estimate <= found.high
