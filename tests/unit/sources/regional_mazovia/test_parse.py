from dataclasses import replace

import pytest

from sources.archive import Archive, Page
from sources.cards import load_cards
from sources.parsing import LayoutUnknown
from sources.regional_mazovia.parse import parse
from tests.unit.sources.remarkup import ALL, remarked

CARD = load_cards()["regional_mazovia"]
(PAGE,) = (page for page in Archive(CARD.folder / "archive").pages() if isinstance(page, Page))


def facts(page: Page) -> list[tuple[str, dict[str, object]]]:
    return [(record.name, dict(record.fields)) for record in parse(page, CARD).records]


def test_names_with_their_coordinators() -> None:
    assert facts(PAGE)[1:3] == [
        (
            'Klaster "Bezpieczna żywność"',
            {
                "coordinator": "Mazowiecki Park Naukowo-Technologiczny - Park Spółdzielczy w Płońsku",
                "list_number": 2,
            },
        ),
        ("Radomski Klaster Metalowy", {"coordinator": "Izba Przemysłowo-Handlowa Ziemi Radomskiej", "list_number": 3}),
    ]
    assert [fields["list_number"] for _, fields in facts(PAGE)] == [1, 2, 3, 4, 5, 6, 8]


def test_line_breaks_and_empty_lines_inside_cells() -> None:
    broken = PAGE.body.replace(b"Radomski Klaster Metalowy", b"Radomski <br>\n\n Klaster\n<p></p>Metalowy")
    assert facts(replace(PAGE, body=broken)) == facts(PAGE)


@pytest.mark.parametrize("change", ALL)
def test_other_markup_states_the_same(change: str) -> None:
    assert facts(remarked(PAGE, change)) == facts(PAGE)


def test_a_page_without_the_list_is_an_error() -> None:
    with pytest.raises(LayoutUnknown):
        parse(replace(PAGE, body=b"<html><h1>Aktualne informacje</h1></html>"), CARD)
