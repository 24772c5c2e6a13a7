"""Members by type: wholes and parts, one record per cluster, never two years in one sum."""

from datetime import date

import pytest

from inventory import members, profiles, records, statements
from inventory.standings import kinds_of_page

DAY = date(2020, 6, 30)


@pytest.fixture
def figures(build):
    def run(entries, body_of=None):
        known, _ = records.known_by(entries, DAY)
        frame = records.frame(known)
        ids = frame["record_id"].replace(body_of or {})
        members_of = frame.select("record_id").with_columns(cluster_id=ids)
        said = profiles.attribute(statements.state(known), members_of, kinds_of_page())
        found = members.by_type(said, build(entries, body_of, DAY).clusters, DAY)
        return {row[0]: row[1:] for row in found.select("dimension_value", "value", "n", "n_unknown").iter_rows()}

    return run


def entry(record, record_id, source, as_of, **counts):
    return record(record_id, f"Klaster {record_id[0]}", source, as_of, coordinator="Fundacja", members_by_type=counts)


def test_years_stay_apart_and_kinds_are_grouped(record, figures):
    found = figures(
        [
            entry(record, "a", "own_site", "2018", enterprises=40, universities=3, research_institutes=2),
            entry(record, "b", "own_site", "2018-05", sme=20, large_enterprises=2, local_government=1),
            entry(record, "c", "own_site", "2019", enterprises=10),
            record("d", "Klaster d", coordinator="Fundacja D"),
        ]
    )
    assert found == {
        "2018|enterprises": (62, 2, 2),
        "2018|science": (5, 1, 3),
        "2018|administration": (1, 1, 3),
        "2019|enterprises": (10, 1, 3),
    }


def test_a_group_stated_as_a_whole_is_not_counted_by_its_parts_again(record, figures):
    found = figures([entry(record, "a", "own_site", "2018", enterprises=40, sme=35, large_enterprises=5)])
    assert found == {"2018|enterprises": (40, 1, 0)}


def test_one_record_speaks_for_a_cluster(record, figures):
    found = figures(
        [
            entry(record, "a1", "press", "2019", enterprises=90),
            entry(record, "a2", "own_site", "2018", enterprises=40),
            entry(record, "a3", "own_site", "2017", enterprises=30),
        ],
        {"a2": "a1", "a3": "a1"},
    )
    assert found == {"2018|enterprises": (40, 1, 0)}


@pytest.mark.parametrize(
    ("kind", "group"),
    [
        ("manufacturing_enterprises", "enterprises"),
        ("science", "science"),
        ("local_government", "administration"),
        ("local_government_and_research", "other"),
        ("natural_persons", "other"),
    ],
)
def test_groups(kind, group):
    assert members.group_of(kind) == group
