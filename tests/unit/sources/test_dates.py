import calendar
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.dates import dates_in, printed_date

GENITIVE = [
    "stycznia",
    "lutego",
    "marca",
    "kwietnia",
    "maja",
    "czerwca",
    "lipca",
    "sierpnia",
    "września",
    "października",
    "listopada",
    "grudnia",
]


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("2018/04/29", "2018-04-29"),
        ("Monday, 2 July, 2007", "2007-07-02"),
        ("29 May 2011", "2011-05-29"),
        ("on 05 April 2023", "2023-04-05"),
        ("2026-04-04T08:00Z", "2026-04-04"),
        ("31 grudnia 2024 r.", "2024-12-31"),
        ("03\nlutego\n2015", "2015-02-03"),
        ("2015-01-12", "2015-01-12"),
        ("13.10.2015 roku", "2015-10-13"),
        ("13 Paź 2015", "2015-10-13"),
        ("2012", "2012"),
        ("August 2011", "2011-08"),
        ("we wrześniu 2006 r.", "2006-09"),
        ("Tue, 04 Apr 2023 09:00:00 +0000", "2023-04-04"),
        ("July 2, 2007", "2007-07-02"),
        ("25\xa0września\xa02015 r.", "2015-09-25"),
        ("1st of March 2010", "2010-03-01"),
        ("środa, 1 lipca 2015", "2015-07-01"),
        ("12 IX 2015", "2015-09-12"),
        ("09.2015", "2015-09"),
        ("founded in 2006, says the page", "2006"),
        ("10 września br.", None),
        ("Tuesday, 2 July, 2007", None),
        ("30.02.2015", None),
        ("4208 members", None),
        ("tel. 22 2015 990", "2015"),
        ("+48 615557540", None),
        ("", None),
    ],
)
def test_forms_met_on_pages(printed, read):
    assert printed_date(printed) == read


def test_this_year_is_the_year_of_the_page():
    assert printed_date("10 września br.", page_year=2015) == "2015-09-10"


@given(st.dates(date(1800, 1, 1), date(2199, 12, 31)))
def test_every_day_in_every_form(day):
    forms = (
        day.isoformat(),
        f"{day:%Y/%m/%d}",
        f"{day.day}.{day.month:02}.{day.year} r.",
        f"{day.day} {GENITIVE[day.month - 1]} {day.year} roku",
        f"{day:%A}, {day.day} {calendar.month_name[day.month]}, {day.year}",
        f"{calendar.month_name[day.month]} {day.day}, {day.year}",
        f"{day:%d %b %Y}".upper(),
    )
    assert {printed_date(form) for form in forms} == {day.isoformat()}


@given(st.text())
def test_any_text_is_read_without_fault(text):
    for _, found in dates_in(text):
        assert found is None or len(found) in (4, 7, 10)
