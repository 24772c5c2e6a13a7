import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.personal_data import is_role, personal_data, scan


@pytest.mark.parametrize(
    "text",
    [
        "+48 601 234 567", "0048601234567", "tel. 17 850 19 35", "Telefon: (17) 850-19-35", "kom. 601234567", "601-234-567",
        "biuro 601 234 567 codziennie", "17 850 19 35", "+49 30 1234567", "jan.kowalski@klaster.example", "j.nowak [at] firma.example",
        "anna_wisniewska (małpa) poczta.example", "Kontakt: k.zielinska@office.example.pl.",
    ],
)  # fmt: skip
def test_what_belongs_to_a_person_is_found(text):
    assert personal_data(text)


@pytest.mark.parametrize(
    "text",
    [
        "biuro@klaster.example", "info@firma.example", "kontakt.klaster@izba.example", "dolinalotnicza@dolinalotnicza.example",
        "sekretariat2@park.example", "klastermedyczny@poczta.example", "REGON 123456789", "KRS 0000123456", "NIP 813-33-42-123",
        "NIP: 8133342123", "2016-10-25", "25-10-2016", "2011-2015", "100 000 000 zł", "budżet 123 456 789 PLN", "35-105 Rzeszów",
        "https://klaster.example/601-234-567/jan.kowalski", "lat 2012 2013 2014", "0f3c5a9be1d24c77", "12,345,678.90", "ISBN 978-83-7633-123-4",
        "1 234 567 osób", "parp_map-000123456789",
        "pages/00/0012345678901" + "e" * 51 + ".html",  # a stored page, named by its hash
    ],
)  # fmt: skip
def test_what_belongs_to_a_body_may_stand(text):
    assert personal_data(text) == []


@given(
    st.integers(500_000_000, 899_999_999),
    st.sampled_from(["{} {} {}", "{}-{}-{}", "+48 {} {} {}", "+48{}{}{}", "tel: {}{}{}"]),
)
def test_every_printed_form_of_a_mobile_number_is_found(number, form):
    digits = str(number)
    assert personal_data("Koordynator, " + form.format(digits[:3], digits[3:6], digits[6:]) + ", Lublin")


def test_the_body_itself_is_a_role():
    assert is_role("interizon", "interizon.example")
    assert is_role("biuro.zarzadu", "firma.example")
    assert not is_role("kowalska", "firma.example")


def test_the_report_does_not_publish_what_it_found():
    frame = pl.DataFrame({"note": ["call 601 234 567", "jan.kowalski@firma.example", None, "quiet"], "n": [1, 2, 3, 4]})
    rows = list(scan("personal_data", "clusters", frame))
    assert [(row["column"], row["success"], row["unexpected_count"]) for row in rows] == [("note", False, 2)]
    assert "234" not in rows[0]["sample"]
    assert "kowalski" not in rows[0]["sample"]


def test_long_hostile_text_comes_to_an_end():
    texts = [
        "a" * 1_000_000 + "@",
        "1 " * 500_000,
        "(" * 1_000_000 + "@",
        "+4" * 500_000,
        "a@" + "b." * 500_000,
        "12 345 67 8" * 90_000,
    ]
    # Backtracking would take longer than anybody waits.
    (row,) = scan("personal_data", "clusters", pl.DataFrame({"name": texts}))
    assert row["column"] == "name"
