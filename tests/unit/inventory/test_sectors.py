import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.sectors import _patterns, sector_code, sectors

ESCA = {
    "Aviation and space": "aviation_space",
    "Biotechnology": "biotech_lifescience",
    "Construction": "construction",
    "Creative industries": "creative",
    "Energy and environment": "energy",
    "Food industry": "agrofood",
    "Health and medical science": "health",
    "ICT": "ict",
    "Maritime technologies, water resources": "maritime",
    "Micro, nano and optical technologies": "photonics_electronics",
    "New materials and chemistry": "chemistry_plastics",
    "Production and engineering": "metal_machinery",
    "Security and defence": "defence",
    "Sports, Leisure and Tourism": "tourism_sport",
    "Transportation and mobility": "logistics_transport",
}


@pytest.mark.parametrize(("portfolio", "code"), ESCA.items())
def test_portfolios_of_esca(portfolio, code):
    assert sector_code(portfolio) == code


@pytest.mark.parametrize(
    ("polish", "english"),
    [
        ("lotnictwo", "aviation"),
        ("budownictwo", "construction"),
        ("motoryzacja", "automotive"),
        ("meble", "furniture"),
        ("gospodarka odpadami", "waste management"),
        ("żywność", "food"),
        ("odlewnicza", "foundry"),
        ("turystyka", "tourism"),
        ("fotonika", "photonics"),
    ],
)
def test_the_same_branch_in_two_languages(polish, english):
    assert sector_code(polish) == sector_code(english) is not None


def test_the_branch_named_first_is_the_main_one():
    assert sector_code("narzędziowa i przetwórstwa tworzyw sztucznych") == "metal_machinery"


def test_generic_words_count_only_where_nothing_else_is_met():
    assert sector_code("Klaster Innowacji w Agrobiznesie") == "agrofood"
    assert sector_code("Klaster Innowacji") == "business_services"


def test_words_and_taxonomy_name_the_same_codes():
    assert set().union(*(_patterns()[part] for part in _patterns())) == set(sectors())


@given(st.text(max_size=60))
def test_any_text_has_a_known_code_or_none(text):
    assert sector_code(text) in {None, *sectors()}
