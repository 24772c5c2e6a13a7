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
    row = found.filter(found["statistic"] == "estimated_number_of_clusters").row(0, named=True)
    assert row["value"] is None
    assert "no estimate" in row["note"]
