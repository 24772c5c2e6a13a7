"""Bodies of one or nearly one name that no list of homonyms knows, with invented names."""

import pytest

from inventory.identity.linkage import link
from inventory.records import frame
from inventory.statements import state
from sources.records import Record


def one_body(*entries: tuple[str, dict[str, str]]) -> bool:
    records = [
        Record(record_id=f"r{k}", source="regional", url=f"https://list{k}.example/{k}", name=name, fields=fields)
        for k, (name, fields) in enumerate(entries)
    ]
    return link(frame(records), state(records)).bodies["body_id"].n_unique() == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"city": "Kielce"}, {"city": "Gdynia"}),
        ({"voivodeship": "podlaskie"}, {"voivodeship": "lubuskie"}),
        ({"website": "budklaster-opole.pl"}, {"website": "klaster-bud-lublin.pl"}),
    ],
)
def test_a_name_of_branches_alone_is_anybodys(one, other):
    assert not one_body(("Klaster Ceramiczny", one), ("Klaster Ceramiczny", other))
    assert one_body(("Klaster Ceramiczny", one), ("Klaster Ceramiczny", one))


def test_two_facts_part_names_that_mean_the_same():
    one = {"founded": "2009", "website": "kkr.pl", "city": "Puck"}
    other = {"founded": "2016", "website": "rybykaszub.pl", "city": "Puck"}
    assert not one_body(("Kaszubski Klaster Rybny", one), ("Klaster Rybny Kaszub", other))


def test_a_body_of_one_own_name_may_change_its_site():
    assert one_body(
        ("Klaster Rybny Belona", {"website": "belona.pl", "city": "Puck"}),
        ("Klaster Rybny Belona", {"website": "belona.eu", "city": "Puck"}),
        ("Belona Fishery Cluster", {"city": "Puck"}),
    )


def test_an_acronym_of_two_bodies_does_not_join_them():
    assert not one_body(("Lubelski Klaster Młynarski (LKM)", {}), ("Łódzki Klaster Modowy (LKM)", {}))
    assert one_body(("Zagłębiowski Klaster Recyklingu Tworzyw", {}), ("ZKRT", {}))


def test_a_misprinted_town_contradicts_nothing():
    assert one_body(("Klaster Ceramiczny", {"city": "Byalystok"}), ("Klaster Ceramiczny", {"city": "Białystok"}))
