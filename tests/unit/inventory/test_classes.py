import csv
import os
from datetime import date
from pathlib import Path

import pytest

from inventory.classes import _LINES
from inventory.criteria import rules
from sources.records import Record, read_records


def decided(built):
    return {row["cluster_id"]: (row["class"], row["rule"]) for row in built.classes.iter_rows(named=True)}


def verdict(built, cluster_id, criterion):
    row = built.assessments.filter(
        (built.assessments["cluster_id"] == cluster_id) & (built.assessments["criterion"] == criterion)
    )
    return row.row(0, named=True)


@pytest.mark.parametrize(
    "status",
    [
        "planned",
        "letter of intent signed in May 2014",
        "list intencyjny",
        "being formed",
        "idea of a cluster",
        "to be founded in June",
        "founding meeting",
        "klaster powstaje",
        "awaiting registration",
        "project to set up the cluster",
    ],
)
def test_an_intention_is_at_most_a_potential_cluster(build, record, status):
    built = build(
        [record("a", "Klaster A", "own_site", coordinator="Fundacja A", members_total=30, status_note=status)]
    )
    assert decided(built) == {"a": ("potential_cluster", "intended")}


@pytest.mark.parametrize(
    "fields",
    [
        {"letter_of_intent": "2016"},
        {"founded": "2016", "founded_note": "letter of intent"},
        {"founded": "2016", "founded_note": "agreement to work out the cluster"},
    ],
)
def test_a_letter_of_intent_is_no_formal_act(build, record, fields):
    assert decided(build([record("a", "Klaster A", **fields)])) == {"a": ("potential_cluster", "intended")}


def test_a_formal_act_after_the_intention_makes_a_cluster(build, record):
    rows = [
        record("a", "Klaster A", as_of="2014", letter_of_intent="2014-03"),
        record("b", "Klaster A", as_of="2015", founded="2014-05", founded_note="agreement"),
    ]
    assert decided(build(rows, {"b": "a"})) == {"a": ("cluster", "formal_cooperation")}


@pytest.mark.parametrize(
    ("source", "fields", "inside", "after"),
    [
        ("kkk", {"kkk_round": "I"}, date(2018, 10, 31), date(2018, 11, 1)),
        ("press", {"kkk_round": "V", "kkk_valid_until": "2024-12-31"}, date(2024, 12, 31), date(2025, 1, 1)),
        ("parp_standards", {"other_label": "standardy zarządzania klastrem"}, date(2015, 12, 31), date(2016, 1, 1)),
        ("esca", {"label": "gold", "label_valid_until": "2018-03", "country": "PL"}, date(2018, 3, 31), date(2018, 4, 1)),
        ("press", {"label": "bronze", "label_awarded": "2015-11"}, date(2017, 11, 30), date(2017, 12, 1)),
        # Without an end: three years from the day of the page.
        ("press", {"other_label": "Krajowy Klaster Kluczowy"}, date(2018, 11, 1), date(2018, 11, 2)),
    ],
)  # fmt: skip
def test_a_holder_is_a_cluster_inside_the_interval_and_not_because_of_it_after(
    build, record, source, fields, inside, after
):
    entry = [record("a", "Klaster A", source, "2015-11-01", **fields)]
    within, later = build(entry, as_of=inside), build(entry, as_of=after)
    assert decided(within) == {"a": ("cluster", "status_held")}
    assert verdict(within, "a", "coordinator")["verdict"] == "met"
    assert decided(later) == {"a": ("potential_cluster", "otherwise")}
    assert {
        verdict(later, "a", criterion)["verdict"] for criterion in ("triple_helix", "interaction", "coordinator")
    } == {"unknown"}


def test_after_its_end_a_status_leaves_the_decision_to_other_evidence(build, record):
    rows = [
        record("a", "Klaster A", "kkk", "2015", kkk_round="I"),
        record("b", "Klaster A", "own_site", "2016", agreement_date="2009-05-04"),
    ]
    built = build(rows, {"b": "a"}, date(2024, 1, 1))
    assert decided(built) == {"a": ("cluster", "formal_cooperation")}
    assert verdict(built, "a", "formal_cooperation")["note"] == "agreement_date stated: 2009-05-04"


@pytest.mark.parametrize(
    ("source", "fields", "expected"),
    [
        ("press", {}, ("potential_cluster", "otherwise")),
        ("press", {"coordinator": "Fundacja A"}, ("cluster", "coordinator")),
        ("press", {"cluster_form": "agreement"}, ("cluster", "formal_cooperation")),
        ("regional", {}, ("cluster", "listed_active")),
        ("eccp", {"country": "PL"}, ("cluster", "verified_listing")),
        ("tci", {"country": "PL"}, ("potential_cluster", "otherwise")),
        ("press", {"lead_body": "Fundacja A"}, ("potential_cluster", "otherwise")),
    ],
)
def test_what_a_listing_or_a_value_proves(build, record, source, fields, expected):
    assert decided(build([record("a", "Klaster A", source, **fields)])) == {"a": expected}


def test_verdicts_name_the_statement_that_proves_them(build, record):
    built = build(
        [
            record(
                "a",
                "Klaster A",
                "own_site",
                cluster_form="consortium",
                members_by_type={"enterprises": 30, "universities": 4, "local_government": 2},
                members_by_voivodeship={"śląskie": 30, "opolskie": 6},
            )
        ]
    )
    proofs = dict(built.profiles.statements.select("statement_id", "property").iter_rows())
    assert proofs[verdict(built, "a", "formal_cooperation")["statement_id"]] == "cluster_form"
    assert proofs[verdict(built, "a", "triple_helix")["statement_id"]].startswith("members_by_type.")
    assert proofs[verdict(built, "a", "concentration")["statement_id"]] == "members_by_voivodeship.śląskie"
    assert verdict(built, "a", "interaction")["verdict"] == "unknown"
    assert verdict(built, "a", "interaction")["statement_id"] is None


def test_members_spread_over_the_country_refute_concentration(build, record):
    built = build([record("a", "Klaster A", members_by_voivodeship={"śląskie": 3, "opolskie": 3, "lubelskie": 3})])
    assert verdict(built, "a", "concentration")["verdict"] == "not_met"


def test_the_tables_name_lines_that_exist_and_end_with_otherwise():
    tables = {name: [line["when"] for line in table["lines"]] for name, table in rules()["classes"].items()}
    assert set(tables) == {"published", "stricter", "looser"}
    assert {line for lines in tables.values() for line in lines} == set(_LINES)
    assert {lines[-1] for lines in tables.values()} == {"otherwise"}


@pytest.mark.skipif(
    "CLUSTER_INVENTORY_LABELS" not in os.environ, reason="needs labelled records: set CLUSTER_INVENTORY_LABELS"
)
def test_labelled_intentions_are_never_clusters(build):
    folder = Path(os.environ["CLUSTER_INVENTORY_LABELS"])
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as rows:
        labels = {row["record_id"]: row for row in csv.DictReader(rows)}
    given = [record for record in read_records(folder / "records.jsonl") if isinstance(record, Record)]
    classes = decided(build(given, {key: row["gold_id"] for key, row in labels.items()}, date(2026, 1, 9)))
    intended = {
        row["gold_id"] for row in labels.values() if row["state"] == "intended" and row["confidence"] != "doubtful"
    }
    assert {classes[body][0] for body in intended if body in classes} == {"potential_cluster"}
