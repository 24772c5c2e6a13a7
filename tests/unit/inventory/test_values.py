import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory import values


@pytest.mark.parametrize(
    ("prop", "printed", "expected"),
    [
        ("members_total", "4208", "4208"),
        ("members_total", "4\u00a0208", "4208"),
        ("members_total", "103 (91)", "103"),
        ("members_total", "kilkadziesiąt", None),
        ("members_by_type.enterprises", "82", "82"),
        ("label", "Striving for Cluster Excellence", "bronze"),
        ("label", "Złota odznaka", "gold"),
        ("website", "http://WWW.Dolinalotnicza.pl/", "dolinalotnicza.pl"),
        ("website", "klastermorski.org/en/?x=1", "klastermorski.org/en"),
        ("website", "brak", None),
        ("country", "Poland", "PL"),
        ("country", "Czechy", "CZ"),
        ("country", "Atlantis", None),
        ("voivodeship", "Kujawsko-pomorskie", "kujawsko-pomorskie"),
        ("voivodeship", "WOJ. ŚLĄSKIE", "śląskie"),
        ("voivodeship", "Bavaria", None),
        ("kkk_round", "V runda", "V"),
        ("kkk_round", "6", "VI"),
        ("name", "Klaster  Turystyki\u00a0Medycznej &amp; Spa ", "Klaster Turystyki Medycznej & Spa"),
        ("krs", "KRS 0000289300", "0000289300"),
    ],
)
def test_clean(prop, printed, expected):
    assert values.clean(prop, printed) == expected


@given(st.integers(0, 10**9), st.sampled_from(["", " ", "\u00a0"]))
def test_thousands_may_be_parted(value, gap):
    printed = f"{value:,}".replace(",", gap)
    assert values.number(printed) == str(value)


@given(st.text(max_size=80), st.sampled_from(["name", "founded", "website", "country", "voivodeship", "members_total"]))
def test_cleaning_twice_changes_nothing(text, prop):
    once = values.clean(prop, text)
    if once is not None and prop != "name":
        assert values.clean(prop, once) == once
