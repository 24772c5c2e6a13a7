from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.dates import first_day, last_day, reduced_date

MONTHS_PL = (
    "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października",
    "listopada", "grudnia",
)  # fmt: skip


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("2018/04/29", "2018-04-29"),
        ("Monday, 2 July, 2007", "2007-07-02"),
        ("29 May 2011", "2011-05-29"),
        ("on 05 April 2023", "2023-04-05"),
        ("2026-04-04T08:00Z", "2026-04-04"),
        ("31 grudnia 2024 r.", "2024-12-31"),
        ("03\nlutego\n2015", "2015-02-03"),
        ("13.10.2015 roku", "2015-10-13"),
        ("13 Paź 2015", "2015-10-13"),
        ("we wrześniu 2006 r.", "2006-09"),
        ("August 2011", "2011-08"),
        ("2012", "2012"),
        ("2015-Q4", "2015"),
        ("10 września br.", None),
        ("na przełomie kwietnia i maja br.", None),
        ("31 lutego 2015", None),
        ("1999 lub 2001", None),
        ("103 (91)", None),
        ("", None),
    ],
)
def test_forms_met_in_the_sources(printed, expected):
    assert reduced_date(printed) == expected


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_day_in_every_form_is_the_same_day(day):
    iso = day.isoformat()
    forms = (
        iso,
        day.strftime("%Y/%m/%d"),
        day.strftime("%d.%m.%Y"),
        f"{day.day} {MONTHS_PL[day.month - 1]} {day.year} r.",
        f"{day:%A}, {day.day} {day:%B}, {day.year}",
    )
    assert {reduced_date(form) for form in forms} == {iso}


@given(st.text(max_size=60))
def test_any_text_gives_a_date_or_nothing(text):
    found = reduced_date(text)
    assert found is None or reduced_date(found) == found


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.sampled_from([4, 7, 10]))
def test_a_reduced_date_spans_the_days_it_may_mean(day, length):
    text = day.isoformat()[:length]
    first, last = first_day(text), last_day(text)
    assert first is not None
    assert last is not None
    assert first <= day <= last
    assert (last + timedelta(days=1)).isoformat()[:length] != text


def test_a_quarter_keeps_its_bounds():
    assert (first_day("2015-Q4"), last_day("IV kwartał 2015")) == (date(2015, 10, 1), date(2015, 12, 31))
