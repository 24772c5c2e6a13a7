import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.report.figures import Figures, UnknownFigureError, key_of, parse_key


def test_a_key_finds_its_row(tables):
    figures = Figures(tables["statistics"], "this release")
    clusters = tables["clusters"].filter(**{"class": "cluster"})
    assert figures.value("number_of_clusters") == clusters.height
    assert figures.value("age_mean_of_clusters#n") == clusters["founded_year"].count()
    assert figures.value("age_mean_of_clusters#n_unknown") == clusters["founded_year"].null_count()
    in_silesia = clusters.filter(voivodeship_code="24").height
    assert figures.value("number_of_clusters/voivodeship=24") == in_silesia


@pytest.mark.parametrize("key", ["number_of_unicorns", "number_of_clusters/voivodeship=99", "", "Number", "a/b", "a#m"])
def test_an_unknown_key_names_itself_and_the_remedy(tables, key):
    with pytest.raises(UnknownFigureError, match=r"mend the key|write statistic") as fault:
        Figures(tables["statistics"], "this release").value(key)
    assert f"`{key}`" in str(fault.value)


def test_ranking_is_by_value_then_code_and_leaves_out_the_unknown(tables):
    figures = Figures(tables["statistics"], "this release")
    ranked = figures.ranked("number_of_clusters", "voivodeship")
    values = [figures.value(key_of("number_of_clusters", "voivodeship", code)) for code in ranked]
    assert values == sorted(values, reverse=True)
    assert "unknown" not in ranked
    assert all(a < b for a, b, x, y in zip(ranked, ranked[1:], values, values[1:], strict=False) if x == y)


@given(
    st.from_regex(r"[a-z_]{1,20}", fullmatch=True),
    st.from_regex(r"[a-z_]{1,9}", fullmatch=True),
    st.text("aż 0-+|()", min_size=1),
)
def test_keys_survive_writing_and_reading(statistic, dimension, value):
    assert parse_key(key_of(statistic, dimension, value)) == (statistic, dimension, value, "")
