import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.voivodeships import VOIVODESHIPS, voivodeship


@given(
    st.sampled_from(sorted(VOIVODESHIPS)),
    st.sampled_from(["{}", " {} ", "woj. {}", "województwo {}", "{}:", "Województwo\u00a0{}"]),
    st.sampled_from([str, str.upper, str.title]),
)
def test_every_printed_form_is_the_voivodeship(name, frame, case):
    assert voivodeship(frame.format(case(name))) == name
    assert voivodeship(frame.format(case(name).replace("-", " – "))) == name


@pytest.mark.parametrize(
    "text", ["", "Śląski Klaster Lotniczy", "Lubelski", "śląskie, opolskie", "mazowieckie centrum"]
)
def test_a_word_in_a_longer_text_is_no_voivodeship(text):
    assert voivodeship(text) is None
