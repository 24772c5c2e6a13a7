"""Misprints in invented names: by the lexicon's stems, by the words beside them, and blanks that slipped."""

import pytest

from inventory.identity.lexicon import load_lexicon
from inventory.identity.mending import Stems, moved_blanks
from inventory.identity.parsing import parse_names

LEXICON = load_lexicon()


@pytest.mark.parametrize(
    ("printed", "meant"),
    [("koleejowy", "kolejowy"), ("loticza", "lotnicza"), ("watse", "waste"), ("zorgan", None), ("interizon", None)],
)
def test_a_word_of_no_lexicon_is_read_as_one_a_letter_away(printed, meant):
    assert Stems(LEXICON).meant(printed) == meant


def test_a_blank_that_slipped_goes_back():
    assert moved_blanks([("desig", "ncluster")], frozenset({"design", "cluster"})) == {
        ("desig", "ncluster"): ("design", "cluster")
    }
    names = parse_names(["Silesian Design Cluster", "Silesian Desig nCluster"], LEXICON)
    assert names.meaning[0] == names.meaning[1]


def test_a_short_word_is_mended_where_the_other_words_are_the_same():
    names = parse_names(["Polska Grupa Zorgan", "Polska Gupa Zorgan"], LEXICON)
    assert names.meaning[0] == names.meaning[1]


def test_words_of_the_lexicon_and_changed_letters_stay():
    for one, other in [
        ("Opolski Klaster Zielarski", "Polski Klaster Zielarski"),
        ("Klaster IT Zorgan", "Klaster ICT Zorgan"),
        ("Klaster Drzewny Belka", "Klaster Drzewny Belma"),
        ("Klaster Lniarski Len 2000", "Klaster Lniarski Len 3000"),
    ]:
        names = parse_names([one, other], LEXICON)
        assert names.surface[0] != names.surface[1], (one, other)
