from datetime import date

from inventory.labels import held, kkk_rounds


def test_rounds_of_the_national_status(build, record):
    built = build([
        record("a", "Klaster A", "kkk", "2015-10", other_label="Krajowy Klaster Kluczowy", kkk_round="I"),
        record("b", "Klaster B", "kkk", "2016-10", other_label="Krajowy Klaster Kluczowy", kkk_awarded="2016"),
        record("c", "Klaster C", "kkk", "2017-01", other_label="Key National Cluster"),
        record("d", "Klaster D", "kkk_list", "2017-01", kkk_round="V", kkk_valid_until="2024-12-31"),
    ])  # fmt: skip
    rows = {row["record_id"]: row for row in built.labels.iter_rows(named=True)}
    assert [rows[key]["level"] for key in "abcd"] == ["I", "II", "round not stated", "V"]
    assert (rows["d"]["valid_from"], rows["d"]["valid_until"]) == (None, "2024-12-31")
    assert "derived" in rows["a"]["note"]
    assert set(held(built.labels, date(2016, 12, 31))["cluster_id"]) == {"a", "b"}
    assert set(held(built.labels, date(2023, 1, 1))["cluster_id"]) == {"d"}
    assert held(built.labels, date(2025, 1, 1)).is_empty()


def test_expired_is_not_held(build, record):
    built = build([record("a", "Klaster A", "esca", "2016", label="bronze", label_valid_until="2018-04-29"),
                   record("b", "Klaster B", "esca", "2016", label="bronze", label_awarded="2011"),
                   record("c", "Klaster C", "esca", "2016", label="gold")])  # fmt: skip
    assert set(held(built.labels, date(2018, 4, 29))["cluster_id"]) == {"a"}
    assert held(built.labels, date(2018, 4, 30)).is_empty()
    assert set(held(built.labels, date(2013, 6, 1))["cluster_id"]) == {"b"}
    note = dict(built.labels.select("cluster_id", "note").iter_rows())
    assert note == {"a": None, "b": "end derived: two years from the award", "c": "end not stated"}


def test_the_audit_of_standards_is_an_event(build, record):
    built = build([record("a", "Klaster A", "parp_standards", "2016", other_label="PARP cluster management standards",
                          other_label_awarded="2015-Q4")])  # fmt: skip
    row = built.labels.row(0, named=True)
    assert (row["label"], row["valid_from"], row["valid_until"]) == ("parp_standards", "2015-10", "2015-12")


def test_a_regional_status_is_not_the_national_one(build, record):
    built = build([record("a", "Klaster A", "regional", other_label="Opolski Regionalny Klaster Kluczowy",
                          other_label_awarded="2017-02", other_label_years=2)])  # fmt: skip
    row = built.labels.row(0, named=True)
    assert (row["label"], row["valid_until"]) == ("regional", "2019-02")


def test_every_round_has_an_end_and_its_page():
    assert set(kkk_rounds()) == {"I", "II", "III", "IV", "V", "VI"}
    assert all(known.valid_until and known.url.startswith("http") for known in kkk_rounds().values())
