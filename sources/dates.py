"""Dates as pages print them, English and Polish, read to reduced ISO precision (`2006`, `2006-09`, `2006-09-25`).

A precision is never invented, a day that no calendar has is no date, and a date that its own weekday contradicts is none
either. A date relative to its publication (`10 września br.`) needs the year of the page.

Belongs here: finding dates in the running text of a page. Does not: comparing dates, or the days that a reduced date spans
(`inventory.dates`, which also takes the values of record files that no parser of ours has read).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MONTHS: Final = {
    word: number
    for number, words in enumerate(
        (
            "january jan styczen stycznia styczniu sty",
            "february feb luty lutego lutym lut",
            "march mar marzec marca marcu",
            "april apr kwiecien kwietnia kwietniu kwi",
            "may maj maja maju",
            "june jun czerwiec czerwca czerwcu cze",
            "july jul lipiec lipca lipcu lip",
            "august aug sierpien sierpnia sierpniu sie",
            "september sept sep wrzesien wrzesnia wrzesniu wrz",
            "october oct pazdziernik pazdziernika pazdzierniku paz",
            "november nov listopad listopada listopadzie lis",
            "december dec grudzien grudnia grudniu gru",
        ),
        start=1,
    )
    for word in words.split()
}
"""Names of months, English and Polish in the cases that dates use, and their short forms, without accents, to their numbers."""
_MONTHS: Final = MONTHS | {
    word: number
    for number, word in enumerate(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"], start=1)
}
_WEEKDAYS: Final = {
    word: number
    for number, words in enumerate(
        (
            "monday mon poniedzialek",
            "tuesday tue tues wtorek",
            "wednesday wed sroda",
            "thursday thu thurs czwartek",
            "friday fri piatek",
            "saturday sat sobota",
            "sunday sun niedziela",
        )
    )
    for word in words.split()
}
_MONTH: Final = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAY: Final = "|".join(sorted(_WEEKDAYS, key=len, reverse=True))
_YEAR: Final = r"(?:1[89]|2[01])\d\d"
_DATE: Final = re.compile(
    rf"""(?<![\d\w])(?:(?P<weekday>{_WEEKDAY})\b[\s,.]+)?(?:
      (?P<y1>{_YEAR})(?P<s1>[-/.])\s?(?P<m1>\d{{1,2}})(?P=s1)\s?(?P<d1>\d{{1,2}})(?=\D|$)
    | (?P<d2>\d{{1,2}})(?P<s2>[-/.])\s?(?P<m2>\d{{1,2}})(?P=s2)\s?(?P<y2>{_YEAR})
    | (?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\.?[\s/,-]*(?:of\s)?(?P<m3>{_MONTH})\b\.?[\s/,-]*(?P<y3>{_YEAR}|br\b|b\.\s?r\b|this\ year)
    | (?P<m4>{_MONTH})\.?\s(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<y4>{_YEAR})
    | (?P<m5>{_MONTH})\b\.?[\s/,-]*(?P<y5>{_YEAR}|br\b|b\.\s?r\b|this\ year)
    | (?P<y6>{_YEAR})[-/.](?P<m6>\d{{1,2}})(?![\d/.-]*\d)
    | (?P<m7>\d{{1,2}})[-/.](?P<y7>{_YEAR})
    | (?P<y8>{_YEAR})
    )(?!\d)""",
    re.VERBOSE,
)


def printed_date(text: str, page_year: int | None = None) -> str | None:
    """Returns the first date that the text states, or None where it states none.

    Args:
        text: `2018/04/29`, `Monday, 2 July, 2007`, `29 May 2011`, `31 grudnia 2024 r.`, `13 Paź 2015`, `August 2011`, ...;
            day first where the order is open, as all sources are European.
        page_year: Year of the page's own date, for `br.` ("of this year"); without it such a date has no year.

    Example:
        >>> printed_date("Monday, 2 July, 2007"), printed_date("we wrześniu 2006 r."), printed_date("13.10.2015 roku")
        ('2007-07-02', '2006-09', '2015-10-13')
    """
    return next((found for _, found in dates_in(text, page_year) if found), None)


def dates_in(text: str, page_year: int | None = None) -> Iterator[tuple[str, str | None]]:
    """Yields every date of the text: the words it is printed in (lower case, no accents), and its reading or None.

    A reading is None where no calendar has that day, where the weekday contradicts it, or where its year is not known.

    Example:
        >>> list(dates_in("Sunday, 2 July, 2007 or 31.02.2015"))
        [('sunday, 2 july, 2007', None), ('31.02.2015', None)]
    """
    for met in _DATE.finditer(_plain(text)):
        yield met[0].strip(), _read(met, page_year)


def _read(met: re.Match[str], page_year: int | None) -> str | None:
    parts = {
        name[0]: value for name, value in met.groupdict().items() if value and name[0] in "ymd" and name[1:].isdigit()
    }
    year = int(parts["y"]) if parts["y"].isdigit() else page_year
    if year is None:
        return None
    if "m" not in parts:
        return f"{year:04d}"
    month = int(parts["m"]) if parts["m"].isdigit() else _MONTHS[parts["m"]]
    if not 1 <= month <= 12:
        return None
    if "d" not in parts:
        return f"{year:04d}-{month:02d}"
    try:
        day = date(year, month, int(parts["d"]))
    except ValueError:
        return None
    weekday = met["weekday"]
    return None if weekday and _WEEKDAYS[weekday] != day.weekday() else day.isoformat()


def _plain(text: str) -> str:
    lowered = unicodedata.normalize("NFD", text.lower().replace("ł", "l"))
    return " ".join("".join(char for char in lowered if not unicodedata.combining(char)).split())
