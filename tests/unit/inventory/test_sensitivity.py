"""Counts under other tables of classes."""

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory import profiles, records, sensitivity, statements, states
from inventory.criteria import assess
from inventory.standings import kinds_of_page

DAY = date(2017, 6, 30)


def counts(entries):
    terms, (known, _) = kinds_of_page(), records.known_by(entries, DAY)
    said = statements.state(known)
    members = records.frame(known).select("record_id", cluster_id="record_id")
    own = profiles.attribute(said, members, terms)
    figures = sensitivity.under_other_rules(own, assess(own, states.judge(own, terms, DAY), terms, DAY), terms, DAY)
    return {row[:2]: row[2:] for row in figures.select("statistic", "dimension_value", "n", "note").iter_rows()}


def test_each_table_decides_for_itself(record):
    found = counts(
        [
            record("a", "Klaster A", other_label="Krajowy Klaster Kluczowy"),
            record("b", "Klaster B", coordinator="Fundacja B"),
            record("c", "Klaster C", coordinator="Fundacja C", agreement_date="2012-05-01"),
            record("d", "Klaster D"),
            record("e", "Klaster E", status_note="planned"),
        ]
    )
    assert {table: found["number_of_clusters", table][0] for table in ("published", "stricter", "looser")} == {
        "published": 3,
        "stricter": 2,
        "looser": 4,
    }
    assert all(note for _, note in found.values())


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "coordinator": st.just("Fundacja"),
        "agreement_date": st.sampled_from(["2010", "2014-03"]),
        "status_note": st.sampled_from(["planned", "letter of intent", "active"]),
        "founded": st.sampled_from(["2009", "2016"]),
        "other_label": st.just("Krajowy Klaster Kluczowy"),
    },
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["press", "own_site", "parp_map"]), FIELDS), min_size=1, max_size=8))
def test_stricter_never_finds_more_and_looser_never_less(record, entries):
    found = counts([record(f"r{at}", f"Klaster {at}", source, **said) for at, (source, said) in enumerate(entries)])
    numbers = {table: found["number_of_clusters", table][0] for table in ("published", "stricter", "looser")}
    assert numbers["stricter"] <= numbers["published"] <= numbers["looser"]
    for table, number in numbers.items():
        assert number + found["number_of_potential_clusters", table][0] == len(entries)
