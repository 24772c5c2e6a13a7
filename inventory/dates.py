"""Dates as values: to reduced ISO precision (`2006`, `2006-09`, `2006-09-25`), and the days that such a date spans.

A precision is never invented: a year stays a year, a quarter becomes its year (its bounds keep the quarter). A date
relative to its page ("10 września br.") has no year of its own and is refused.

Belongs here: the value of one field, taken as a whole, and arithmetic with it. Does not: dates in the text of a page, which parsers
find (`sources.dates`); their values arrive here in ISO precision already, those of a user's record file as somebody typed them.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date
from functools import lru_cache

from sources.dates import MONTHS

_YEAR_WORDS = re.compile(r"\b(?:r|roku|rok|year)\b\.?")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_EARLIEST, _LATEST = 1800, 2199  # a "year" outside is a number of something else


@lru_cache(maxsize=65536)
def reduced_date(text: str) -> str | None:
    """Returns the date that the text states, in reduced ISO precision, or None where it states none with a year.

    Args:
        text: ISO, `2018/04/29`, `13.10.2015 roku`, `Monday, 2 July, 2007`, `31 grudnia 2024 r.`, `August 2011`,
            `2015-Q4`, `2026-04-04T08:00Z`, ... day first where the order is open (all sources are European).

    Example:
        >>> reduced_date("31 grudnia 2024 r."), reduced_date("we wrześniu 2006 r."), reduced_date("2015-Q4")
        ('2024-12-31', '2006-09', '2015')
    """
    plain = _plain(text)
    for pattern, order in (
        (r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", (0, 1, 2)),
        (r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)", (2, 1, 0)),
    ):
        if met := re.search(pattern, plain):
            year, month, day = (int(met.group(part + 1)) for part in order)
            return _iso(year, month, day)
    worded = _worded(plain)
    return _month_or_year(plain) if worded is None else worded or None


@lru_cache(maxsize=65536)
def first_day(text: str | None) -> date | None:
    """Returns the first day of a reduced date or quarter (`2015-Q4`), or None where there is no such date."""
    bounds = _bounds(text)
    return bounds[0] if bounds else None


@lru_cache(maxsize=65536)
def last_day(text: str | None) -> date | None:
    """Returns the last day of a reduced date or quarter (`2015-Q4`), or None where there is no such date.

    Example:
        >>> last_day("2016-02"), last_day("2015-Q4")
        (datetime.date(2016, 2, 29), datetime.date(2015, 12, 31))
    """
    bounds = _bounds(text)
    return bounds[1] if bounds else None


def _bounds(text: str | None) -> tuple[date, date] | None:
    if not text:
        return None
    if quarter := _quarter(_plain(text)):
        year, number = quarter
        last_month = 3 * number
        return date(year, last_month - 2, 1), date(year, last_month, calendar.monthrange(year, last_month)[1])
    reduced = reduced_date(text)
    if reduced is None:
        return None
    parts = [int(part) for part in reduced.split("-")]
    year = parts[0]
    month = parts[1] if len(parts) > 1 else None
    day = parts[2] if len(parts) > 2 else None
    if day and month:
        return date(year, month, day), date(year, month, day)
    first, last = month or 1, month or 12
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def _plain(text: str) -> str:
    lowered = unicodedata.normalize("NFD", text.lower().replace("ł", "l"))
    letters = "".join(char for char in lowered if not unicodedata.combining(char))
    return " ".join(letters.replace("\xa0", " ").split())


def _worded(plain: str) -> str | None:
    """Returns the date with a named month, empty if there is no such day, None if no month with a year is named."""
    words = [word for word in re.split(r"[^a-z0-9]+", _YEAR_WORDS.sub(" ", plain)) if word]
    for index, word in enumerate(words):
        month = MONTHS.get(word)
        if not month:
            continue
        before, after = words[max(0, index - 1) : index], words[index + 1 : index + 3]
        day = _day(before[0]) if before else None
        rest = after
        if day is None and after and _day(after[0]):  # "July 2, 2007"
            day, rest = _day(after[0]), after[1:]
        if rest and re.fullmatch(r"\d{4}", rest[0]):
            return _iso(int(rest[0]), month, day) or ""
    return None


def _day(word: str) -> int | None:
    met = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", word)
    return int(met.group(1)) if met and 1 <= int(met.group(1)) <= 31 else None


def _quarter(plain: str) -> tuple[int, int] | None:
    met = re.search(r"\b(\d{4})[- /]?(?:q|kw)\.?\s?([1-4])\b", plain)
    if met:
        return _valid_quarter(int(met.group(1)), int(met.group(2)))
    met = re.search(r"\b(?:q\s?([1-4])|(i{1,3}|iv|[1-4])\.?\s?(?:kw\w*|quarter))\.?\s?(\d{4})\b", plain)
    if met:
        number = met.group(1) or met.group(2)
        return _valid_quarter(int(met.group(3)), _ROMAN.get(number) or int(number))
    return None


def _valid_quarter(year: int, number: int) -> tuple[int, int] | None:
    return (year, number) if _EARLIEST <= year <= _LATEST else None


def _month_or_year(plain: str) -> str | None:
    if quarter := _quarter(plain):
        return f"{quarter[0]:04d}"
    if met := re.search(r"(?<!\d)(\d{4})[-/.](\d{1,2})(?!\d)", plain):
        return _iso(int(met.group(1)), int(met.group(2)), None)
    if met := re.search(r"(?<!\d)(\d{1,2})[-/.](\d{4})(?!\d)", plain):
        return _iso(int(met.group(2)), int(met.group(1)), None)
    years = {int(year) for year in re.findall(r"(?<!\d)(\d{4})(?!\d)", plain)}
    inside = sorted(year for year in years if _EARLIEST <= year <= _LATEST)
    return f"{inside[0]:04d}" if len(inside) == 1 and len(years) == 1 else None


def _iso(year: int, month: int, day: int | None) -> str | None:
    if not _EARLIEST <= year <= _LATEST or not 1 <= month <= 12:
        return None
    if day is None:
        return f"{year:04d}-{month:02d}"
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    return f"{year:04d}-{month:02d}-{day:02d}"
