import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.numbers import QUALIFIERS, count, count_and_part, led

NUMBERS = st.integers(min_value=0, max_value=9_999_999)


@given(
    NUMBERS,
    st.sampled_from([" ", "\u00a0", "\u202f", ""]),
    st.sampled_from(["{} podmiotów", "łącznie {}", "({})", "{}"]),
)
def test_thousands_may_be_apart(number, blank, frame):
    assert count(frame.format(f"{number:,}".replace(",", blank))) == (number, None)


@given(NUMBERS, st.sampled_from([(kind, word) for kind, words in QUALIFIERS.items() for word in words]))
def test_every_qualifier_is_kept(number, qualifier):
    kind, word = qualifier
    assert count(f"{word.capitalize()} {number} firm") == (number, kind)


@pytest.mark.parametrize(("text", "expected"), [("40+ firms", (40, "over")), ("ok. 150", (150, "about"))])
def test_short_qualifiers(text, expected):
    assert count(text) == expected


@pytest.mark.parametrize("text", ["", "kilkanaście", "10-49", "od 10 do 20", "4,5", "103 (91)", "12 300 45"])
def test_what_is_not_one_whole_number_is_none(text):
    assert count(text) is None


@given(NUMBERS, NUMBERS)
def test_a_part_is_never_more_than_its_total(one, other):
    total, part = max(one, other), min(one, other)
    assert count_and_part(f"{total} ({part})") == (total, part)
    assert count_and_part(f"{total} (w tym {part} przedsiębiorstw)") == (total, part)
    assert (count_and_part(f"{part} ({total})") is None) == (part < total)


@given(
    st.sampled_from(["science", "small (10-49)", "Kujawsko-pomorskie", "w tym uczelnie", "large (more than 250 per.)"]),
    st.sampled_from([" .......... ", ": ", " - ", " – ", " … ", "....", " "]),
    NUMBERS,
)
def test_leaders_between_caption_and_number(caption, leaders, number):
    assert led(f"{caption}{leaders}{number}") == (caption, number)


@pytest.mark.parametrize("line", ["82", "science", "small (10-49)", "..... 5", ""])
def test_no_caption_or_no_number_is_none(line):
    assert led(line) is None
