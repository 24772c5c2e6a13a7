import pytest

from sources.countries import country_code


@pytest.mark.parametrize(
    ("name", "code"),
    [("Poland", "PL"), ("POLSKA", "PL"), (" Czechia ", "CZ"), ("Czech Republic", "CZ"), ("Czechy", "CZ"), ("Turkey", "TR"),
     ("The Netherlands", "NL"), ("Slovak Republic", "SK"), ("Wielka Brytania", "GB"), ("Europe", None), ("European Union", None),
     ("Catalonia", None), ("", None)],
)  # fmt: skip
def test_names_of_countries(name, code):
    assert country_code(name) == code
