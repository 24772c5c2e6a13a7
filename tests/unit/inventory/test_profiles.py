from dataclasses import replace
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.founding import RANK, kind_of
from inventory.languages import language_of
from inventory.places import voivodeships


def only(built):
    assert built.clusters.height == 1
    return built.clusters.row(0, named=True)


def test_the_more_trusted_source_wins_and_the_loser_stays(build, record):
    built = build(
        [
            record("a", "Klaster Metalowy", "own_site", founded="2007-05-04", coordinator="Fundacja A"),
            record("b", "Klaster Metalowy", "press", founded="2009", coordinator="Fundacja B"),
        ],
        {"b": "a"},
    )
    row = only(built)
    assert (row["founded_year"], row["founded_date"], row["age_years"]) == (2007, date(2007, 5, 4), 10)
    assert row["coordinator"] == "Fundacja A"
    losers = built.profiles.statements.filter(~built.profiles.statements["chosen"])
    assert {"2009", "Fundacja B"} <= set(losers["value"])
    conflict = built.profiles.conflicts.row(0, named=True)
    assert (conflict["value"], conflict["other_value"], conflict["other_url"]) == (
        "2007",
        "2009",
        "https://example.pl/b",
    )


def test_between_equals_the_newer_count_of_members_wins(build, record):
    rows = [
        record("a", "Klaster A", "press", "2012", members_total=90),
        record("b", "Klaster A", "press", "2016", members_total=165),
    ]
    row = only(build(rows, {"b": "a"}))
    assert (row["members_total"], row["members_as_of"]) == (165, "2016")


def test_no_cluster_of_a_past_day_was_first_or_last_seen_after_it(build, record):
    read_later = replace(record("b", "Klaster A", as_of=None, founded="2010"), retrieved_at="2024-05-01T10:00:00Z")
    alone = replace(record("c", "Klaster C", as_of=None, founded="2011"), retrieved_at="2024-05-01T10:00:00Z")
    built = build([record("a", "Klaster A", as_of="2014-03"), read_later, alone], {"b": "a"}, date(2015, 12, 31))
    seen = {row["cluster_id"]: (row["first_seen"], row["last_seen"]) for row in built.clusters.iter_rows(named=True)}
    assert seen == {"a": ("2014-03", "2014-03"), "c": (None, None)}
    today = build([record("a", "Klaster A", as_of="2014-03"), read_later], {"b": "a"}, date(2024, 5, 1))
    assert (only(today)["first_seen"], only(today)["last_seen"]) == ("2014-03", "2024-05-01")


def test_the_first_formal_act_is_the_founding(build, record):
    rows = [
        record("a", "Klaster Chemiczny", "own_site", letter_of_intent="2014-03-26"),
        record("b", "Klaster Chemiczny", "press", founded="2014-05-14", founded_note="partnership agreement"),
        record("c", "Klaster Chemiczny", "own_site", founded="2012", founded_note="start of the initiative"),
        record("d", "Klaster Chemiczny", "own_site", krs_registered="2015-10-07"),
    ]
    row = only(build(rows, {"b": "a", "c": "a", "d": "a"}))
    assert row["founded_date"] == date(2014, 5, 14)


def test_a_letter_of_intent_or_a_later_year_is_no_founding(build, record):
    built = build(
        [
            record("a", "Klaster X", founded="2014", founded_note="letter of intent"),
            record("b", "Klaster Y", founded="2030"),
        ]
    )
    assert built.clusters["founded_year"].to_list() == [None, None]
    assert kind_of("letter_of_intent", None) not in RANK


def test_the_most_precise_day_of_the_chosen_year(build, record):
    rows = [
        record("a", "Klaster A", "own_site", founded="2008"),
        record("b", "Klaster A", "press", founded="2008-10-15"),
    ]
    assert only(build(rows, {"b": "a"}))["founded_date"] == date(2008, 10, 15)


def test_the_region_never_comes_from_the_name(build, record):
    rows = [
        record("a", "Śląski Klaster Drzewny"),
        record("b", "Śląski Klaster Wodny", city="Opole"),
        record("c", "Mazowiecki Klaster X", address="ul. Polna 3, 26-600 Radom"),
    ]
    found = build(rows).clusters.sort("cluster_id")
    assert found["voivodeship"].to_list() == [None, "opolskie", "mazowieckie"]
    assert found["nuts2_code"].to_list() == [None, "PL52", "PL92"]


def test_names_in_two_languages_and_their_kinds(build, record):
    rows = [
        record("a", "Dolina Lotnicza", "kkk", aliases=["DL", "Lotnicza Dolina"]),
        record("b", "Aviation Valley", "esca"),
        record("c", "Doliny Lotniczej", "press", name_note="inflected", former_name=["Klaster Lotniczy"]),
    ]
    built = build(rows, {"b": "a", "c": "a"})
    row = only(built)
    assert (row["name_pl"], row["name_en"]) == ("Dolina Lotnicza", "Aviation Valley")
    kinds = dict(built.profiles.names.select("name", "kind").iter_rows())
    assert kinds == {
        "Dolina Lotnicza": "official",
        "Aviation Valley": "official",
        "DL": "acronym",
        "Lotnicza Dolina": "alias",
        "Doliny Lotniczej": "alias",
        "Klaster Lotniczy": "former",
    }


def test_a_name_with_the_word_cut_out_yields(build, record):
    rows = [record("a", "Podlaski Bielizny", "parp_standards"), record("b", "Podlaski Klaster Bielizny", "press")]
    assert only(build(rows, {"b": "a"}))["name_pl"] == "Podlaski Klaster Bielizny"


def test_languages_of_names():
    met = {name: language_of(name) for name in ("Klaster Obróbki Metali", "Metal Processing Cluster", "Interizon")}
    assert list(met.values()) == ["pl", "en", "other"]


FACTS = st.fixed_dictionaries(
    {},
    optional={
        "founded": st.sampled_from(["2006", "2007-05", "2012-03-04", "2015-Q4"]),
        "city": st.sampled_from(["Kielce", "Radom", "Warszawa", "Dąbrowa"]),
        "voivodeship": st.sampled_from([unit.name_pl for unit in voivodeships().values()]),
        "members_total": st.integers(0, 400),
        "label": st.sampled_from(["bronze", "gold"]),
        "status_note": st.sampled_from(["planned", "dissolved", "letter of intent"]),
        "coordinator": st.sampled_from(["Fundacja A", "Stowarzyszenie B"]),
        "kkk_round": st.sampled_from(["I", "II", "VI"]),
    },
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FACTS, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_records_changes_nothing_and_none_is_lost(build, record, facts, shuffler):
    given_records = [
        record(f"r{number}", f"Klaster nr {number // 2}", "regional", **fields) for number, fields in enumerate(facts)
    ]
    body_of = {f"r{number}": f"r{number - number % 2}" for number in range(len(facts))}
    shuffled = given_records[:]
    shuffler.shuffle(shuffled)
    one, other = build(given_records, body_of), build(shuffled, body_of)
    assert one.clusters.equals(other.clusters)
    assert one.profiles.statements.equals(other.profiles.statements)
    assert one.assessments.equals(other.assessments)
    assert one.statistics.equals(other.statistics)
    assert one.clusters["record_count"].sum() + one.excluded.height == len(facts)
