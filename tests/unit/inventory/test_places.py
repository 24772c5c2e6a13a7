import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory import places


def test_sixteen_voivodeships_and_seventeen_regions():
    units = places.voivodeships().values()
    assert len(units) == 16
    assert len({code for unit in units for code in unit.nuts2}) == 17


@pytest.mark.parametrize("code", sorted(places.voivodeships()))
def test_names_of_a_voivodeship(code):
    unit = places.voivodeships()[code]
    stem = unit.name_pl.removesuffix("e")
    for form in (
        unit.name_pl,
        unit.name_pl.upper(),
        f"woj. {unit.name_pl}",
        f"w województwie {stem}m",
        unit.name_en,
        code,
    ):
        bare = form.removeprefix("w ")
        assert places.voivodeship_code(bare) == code
    assert places.town(unit.capital.split("/")[0]).code == code


@pytest.mark.parametrize(("name", "code"), [("Gliwice", "24"), ("Szczecinek", "32"), ("Warsaw", "14"), ("Elblag", "28"),
                                            ("Bielsko-Biała", "24"), ("Kedzierzyn-Kozle", "16")])  # fmt: skip
def test_towns_with_and_without_polish_letters(name, code):
    assert places.town(name).code == code


def test_namesakes_need_more_evidence():
    assert places.town("Dąbrowa") is None


def test_the_two_mazovian_regions():
    assert places.nuts2_code("14", "Warszawa") == "PL91"
    assert places.nuts2_code("14", "Mińsk Mazowiecki") == "PL91"
    assert places.nuts2_code("14", "Płock") == "PL92"
    assert places.nuts2_code("14", None) is None
    assert places.nuts2_code(None, "Radom") is None


def test_names_of_larger_lands_say_nothing_as_a_region():
    assert places.voivodeship_code("Podlasie") == "20"
    assert places.voivodeship_code("Podlasie", as_region=True) is None
    assert places.voivodeship_code("Mazovia Region", as_region=True) == "14"


@given(st.text(max_size=40))
def test_any_text_is_a_place_or_none(text):
    assert places.voivodeship_name(text) in {None, *(unit.name_pl for unit in places.voivodeships().values())}
    places.town_of_address(text)
