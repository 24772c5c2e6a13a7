import re

import polars as pl
import pytest

from warehouse.report.figures import Figures, UnknownFigureError
from warehouse.report.model import plain
from warehouse.report.wording import LANGS, Wording, WordingError, _texts, polish_order


def _figures(**values):
    rows = [(name, "total", None, float(value), 1, 0, "clusters", None) for name, value in values.items()]
    columns = ("statistic", "dimension", "dimension_value", "value", "n", "n_unknown", "unit", "note")
    schema = dict(zip(columns, (*[pl.String] * 3, pl.Float64, pl.Int64, pl.Int64, pl.String, pl.String), strict=True))
    return Figures(pl.DataFrame(rows, schema=schema, orient="row"), "a test")


@pytest.mark.parametrize(
    ("number", "polish", "english"),
    [
        (0, "0 klastrów", "0 clusters"), (1, "1 klaster", "1 cluster"), (2, "2 klastry", "2 clusters"),
        (5, "5 klastrów", "5 clusters"), (12, "12 klastrów", "12 clusters"), (22, "22 klastry", "22 clusters"),
        (112, "112 klastrów", "112 clusters"), (1234567, "1 234 567 klastrów", "1,234,567 clusters"),
        (2.5, "2,5 klastra", "2.5 clusters"),
    ],
)  # fmt: skip
def test_nouns_follow_their_number(number, polish, english):
    for lang, expected in (("pl", polish), ("en", english)):
        shown = plain(Wording(lang, _figures(number_of_clusters=number)).filled("{number_of_clusters:cluster}", "test"))
        assert shown.replace("\u00a0", " ") == expected


def test_years_have_no_groups_and_means_keep_their_decimal():
    say = Wording("pl", _figures(founded_first_of_clusters=2003, age_mean_of_clusters=15))
    assert plain(say.filled("{founded_first_of_clusters}", "test")) == "2003"
    assert plain(say.filled("{age_mean_of_clusters:year}", "test")).replace("\u00a0", " ") == "15,0 roku"


def test_an_unknown_figure_a_typed_digit_and_an_unknown_noun_fail():
    say = Wording("en", _figures(number_of_clusters=3))
    with pytest.raises(UnknownFigureError, match="number_of_unicorns"):
        say.filled("There are {number_of_unicorns}.", "test")
    with pytest.raises(WordingError, match="bare digit"):
        say.filled("There are 134 of them.", "test")
    with pytest.raises(WordingError, match="no noun `unicorn`"):
        say.filled("{number_of_clusters:unicorn}", "test")
    with pytest.raises(WordingError, match="release to compare with"):
        say.filled("{previous number_of_clusters}", "test")


def test_what_is_not_unknown_is_left_out_and_other_keys_still_fail():
    say = Wording("en", _figures(number_of_clusters=3))
    assert plain(say.filled("All.[ But {number_of_clusters/state=unknown}.]", "test")) == "All."
    with pytest.raises(UnknownFigureError):
        say.filled("All.[ But {number_of_clusters/state=asleep}.]", "test")


def test_dates_keep_their_precision():
    assert [Wording("pl", _figures()).date_in_words(day) for day in ("2015", "2015-12", "2015-12-31")] == [
        "2015", "grudzień 2015", "31 grudnia 2015",
    ]  # fmt: skip


def _shape(value):
    return {key: _shape(one) for key, one in value.items()} if isinstance(value, dict) else type(value).__name__


def test_both_languages_say_the_same_things():
    pl_, en = (_texts(lang) for lang in LANGS)
    for part in ("phrases", "chapters", "tiles", "texts", "lists"):
        assert _shape(pl_[part]) == _shape(en[part]), part
    for key, template in pl_["texts"].items():
        # The same figures in both languages, whatever the order and the noun.
        keys = [
            sorted(re.sub(":.*", "", token) for token in re.findall(r"\{([^}]+)\}", text))
            for text in (template, en["texts"][key])
        ]
        assert keys[0] == keys[1], key
    for text in (texts["lists"] for texts in (pl_, en)):
        assert {key: len(lines) for key, lines in text.items()} == {
            key: len(lines) for key, lines in pl_["lists"].items()
        }
    assert set(pl_["terms"]["criterion"]) == set(en["terms"]["criterion"])


def test_polish_letters_stand_after_their_plain_ones():
    names = ["Łódź", "Lublin", "łan", "Żory", "Zamość", "Ćmielów", "Cieszyn", "Śrem", "Sopot"]
    assert sorted(names, key=polish_order) == [
        "Cieszyn",
        "Ćmielów",
        "Lublin",
        "łan",
        "Łódź",
        "Sopot",
        "Śrem",
        "Zamość",
        "Żory",
    ]
