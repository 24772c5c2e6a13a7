from dataclasses import replace

import pytest

from sources.archive import Archive, Page
from sources.cards import load_cards
from sources.parsing import LayoutUnknown
from sources.reading import parser_of
from tests.unit.sources.remarkup import ALL, remarked

CARD = load_cards()["regional_elblag"]
(PAGE,) = (page for page in Archive(CARD.folder / "archive").pages() if isinstance(page, Page))
parse = parser_of(CARD)


def facts(page: Page) -> list[tuple[str, dict[str, object]]]:
    return [(record.name, dict(record.fields)) for record in parse(page, CARD).records]


def test_signatories_with_the_day_of_the_agreement() -> None:
    said = {
        "city": "Elbląg",
        "category": "member of Elbląska Rada Klastrów (agreement of 2013-10-24)",
        "coordinator_form": "association",
    }
    assert facts(PAGE) == [
        ("Stowarzyszenie Klaster Mebel-Elbląg", {"list_number": 1, **said}),
        ("Stowarzyszenie Klaster Teleinformatyczny ICT AMBER", {"list_number": 2, **said}),
        ("Stowarzyszenie Elbląski Klaster Turystyczny", {"list_number": 3, **said}),
        ('Stowarzyszenie Klaster Biznesu Kultury "BizArt"', {"list_number": 7, **said}),
        ("Stowarzyszenie Polskie Telewizje Lokalne i Regionalne", {"list_number": 8, **said}),
    ]
    assert {record.as_of for record in parse(PAGE, CARD).records} == {"2013-10-24"}


def test_a_list_whose_numbers_are_the_browsers() -> None:
    body = "<h2>Rada klastrów</h2><ol><li>Klaster Dębowy<li>Fundacja Klaster Jesion<li>Sieć Wiąz</ol><h2>Kontakt</h2><p>Adam Atrapa</p>"
    read = facts(replace(PAGE, body=body.encode()))
    assert [(name, fields.get("list_number"), fields.get("coordinator_form")) for name, fields in read] == [
        ("Klaster Dębowy", None, None),
        ("Fundacja Klaster Jesion", None, "foundation"),
        ("Sieć Wiąz", None, None),
    ]


@pytest.mark.parametrize("change", ALL)
def test_other_markup_states_the_same(change: str) -> None:
    assert facts(remarked(PAGE, change)) == facts(PAGE)


def test_a_page_without_the_list_is_an_error() -> None:
    with pytest.raises(LayoutUnknown):
        parse(replace(PAGE, body=b"<html><h1>Aktualne informacje</h1></html>"), CARD)
