import pytest

from sources.postal import city_of


@pytest.mark.parametrize(
    ("address", "city"),
    [
        ("25-002 Kielce Henryka Sienkiewicza 69 3", "Kielce"),
        ("ul. Krótka 5, 85-001 Bydgoszcz", "Bydgoszcz"),
        ("33-300 Nowy Sącz Lwowska 2", "Nowy Sącz"),
        ("43-300 Bielsko-Biała, ul. Nowa 1", "Bielsko-Biała"),
        ("97-400 Wólka Łękawska, ul. Polna 4", "Wólka Łękawska"),
        ("Kalisz", "Kalisz"),
        ("ul. Warszawska 6", None),
        ("", None),
    ],
)
def test_the_town_is_told_from_the_street(address, city):
    assert city_of(address) == city
