import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.prose import facts, mentions, place_fields

REGIONS = {"catalonia", "centru"}


@pytest.mark.parametrize(
    ("text", "name", "fields"),
    [
        ("PRO WOOD, of Centru, Romania, working in wood, holds the silver label and was founded in 2010.", "PRO WOOD",
         {"region": "Centru", "country": "RO", "sector": "wood", "label": "silver", "founded": "2010"}),
        ("Energy Cluster of Catalonia (CEEC), of Catalonia, has over 180 members and began with 10 founding members.",
         "Energy Cluster of Catalonia",
         {"aliases": ["CEEC"], "region": "Catalonia", "members_total": 180, "members_qualifier": "over", "founding_members": 10}),
        ("Sustainable Infrastructure Cluster, of Kokotow, is named here.", "Sustainable Infrastructure Cluster", {"city": "Kokotow"}),
        ("Klaster Żółty (in Polish: Żółty Klaster, ŻK) was established on 27 July 2009.", "Klaster Żółty",
         {"aliases": ["Żółty Klaster", "ŻK"], "founded": "2009-07-27"}),
    ],
)  # fmt: skip
def test_a_sentence_about_a_body(text, name, fields):
    [mention] = mentions([text], REGIONS)
    assert (mention.name, mention.fields) == (name, fields)


@pytest.mark.parametrize(
    "text",
    [
        "Cluster managers may now register for the spring meeting.",
        "The number of seats is limited to 120; the meeting was first held in 2016.",
        "Key National Clusters are chosen in a contest; regions keep lists of their own.",
        "This page describes the policy of a country, not a cluster.",
        "The meeting was established in 2016.",
        "Poland has 180 members.",
    ],
)
def test_other_sentences_name_nobody(text):
    assert mentions([text]) == []


def test_a_pronoun_speaks_of_the_body_before():
    [mention] = mentions(["Hellenic BioCluster is named here. It has 40 members.", "The cluster was founded in 2006."])
    assert mention.fields == {"members_total": 40, "founded": "2006"}


def test_a_country_is_no_town():
    assert place_fields("Latvia", REGIONS) == {"country": "LV"}
    assert place_fields("Kujawsko-pomorskie, Poland", REGIONS) == {"voivodeship": "kujawsko-pomorskie", "country": "PL"}


@given(st.text(max_size=200))
def test_any_text_is_read_without_fault(text):
    assert isinstance(facts(text), dict)
    assert isinstance(mentions([text]), list)
