import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from warehouse.spreadsheet_text import defused, defused_column

texts = st.text(max_size=12) | st.from_regex(r"[=+\-@\t\r\n＝＋－＠'0-9.,]{1,6}", fullmatch=True)


@given(st.lists(texts, max_size=8))
def test_text_and_column_are_defused_alike(given_texts):
    frame = pl.DataFrame({"x": given_texts}, schema={"x": pl.String})
    assert frame.select(defused_column("x"))["x"].to_list() == [defused(text) for text in given_texts]


@given(texts)
def test_nothing_runs_and_nothing_is_lost(text):
    safe = defused(text)
    assert safe in (text, f"'{text}")
    if safe[:1] and safe[0] in "=+-@\t\r\n＝＋－＠":
        float(safe.replace(",", "."))


@given(
    st.integers()
    | st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9).map(lambda x: round(x, 3))
)
def test_plain_numbers_stay(number):
    text = f"{number:f}" if isinstance(number, float) else str(number)
    assert defused(text) == text
