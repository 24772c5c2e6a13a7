import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.identity.lexicon import load_lexicon
from inventory.identity.mending import misprints
from inventory.identity.names import fold, split_words, variants, words
from inventory.identity.parsing import Names, parse_names

PHRASES = st.lists(
    st.sampled_from(
        [
            "Klaster",
            "Śląski",
            "Lotniczy",
            "Dolina",
            "Żywności",
            "Łódź",
            "(KŁL)",
            "–",
            "„Północ”",
            "/",
            "e-Biznes",
            "Źródła",
            "Ćmielów",
        ]
    ),
    min_size=1,
    max_size=8,
).map(" ".join)


def parsed(*texts: str) -> Names:
    return parse_names(texts, load_lexicon())


def concepts(text: str) -> set[str]:
    return parsed(text).concepts_of(0)


def said(names: Names) -> list[set[str]]:
    return [names.concepts_of(k) for k in range(len(names.texts))]


def test_translations_say_the_same():
    for one, other in [
        ("Dolina Lotnicza", "Aviation Valley"),
        ("Śląski Klaster Lotniczy", "Schlesischer Luftfahrtcluster"),
        ("Klaster Obróbki Metali", "Metalo apdirbimo klasteris"),
        ("Klaster Logistyczno-Transportowy Północ-Południe", "North-South Logistics & Transport Cluster"),
        ("Podkarpacki Klaster Energii Odnawialnej", "Subcarpathian Renewable Energy Cluster"),
        ("Mazowiecki Klaster Chemiczny", "Mazovian Chemical Cluster"),
        ("Zachodniopomorski Klaster Morski", "West Pomeranian Maritime Cluster"),
    ]:
        assert concepts(one) == concepts(other), (one, other)


def test_near_names_say_different_things():
    for one, other in [
        ("Klaster Obróbki Metali", "Wschodni Klaster Obróbki Metali"),
        ("Pomorski Klaster ICT", "West Pomeranian ICT Cluster"),
        ("Śląski Klaster IT", "Śląski Klaster ICT"),
        ("Śląski Klaster Drzewny", "Mazowiecki Klaster Drzewny"),
        ("Wielkopolska Aerospace Cluster", "Wielkopolski Klaster Lotniczy"),
    ]:
        assert concepts(one) != concepts(other), (one, other)


def test_word_cluster_and_legal_forms_say_nothing():
    assert (
        concepts("Stowarzyszenie Klaster Mebel-Elbląg")
        == concepts("Mebel Elbląg sp. z o.o.")
        == {"furniture", "elblag"}
    )


def test_mojibake_is_repaired():
    assert fold("ÅšlÄ…ski Klaster Å»ywnoÅ›ci") == "slaski klaster zywnosci"


@settings(deadline=None)
@given(PHRASES)
def test_folding_is_idempotent_and_plain(text: str):
    assert fold(fold(text)) == fold(text)
    assert all(word.isascii() and word.isalnum() for word in words(text))


@settings(deadline=None)
@given(PHRASES)
def test_case_does_not_matter(text: str):
    assert concepts(text) == concepts(text.upper()) == concepts(text.lower())


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_parsed(text: str):
    names = parsed(text)
    assert names.texts.to_list() == [text]
    assert variants(text, load_lexicon())


@settings(deadline=None)
@given(st.lists(PHRASES | st.text(max_size=40), max_size=8))
def test_words_of_many_texts_are_the_words_of_each(texts: list[str]):
    assert split_words(pl.Series(texts, dtype=pl.String)).to_list() == [words(text) for text in texts]


@settings(deadline=None)
@given(PHRASES)
def test_a_name_is_read_alike_alone_and_among_others(text: str):
    others = ["Klaster Obróbki Metali", "Aviation Valley"]
    assert parsed(*others, text).concepts_of(2) == concepts(text)


def test_acronym_in_brackets_is_a_name_of_its_own():
    lexicon = load_lexicon()
    assert variants("Klaster LifeScience Kraków (KLSK)", lexicon) == ["Klaster LifeScience Kraków", "KLSK"]
    assert variants("Klaster Technologii Informacyjnych (IT)", lexicon) == ["Klaster Technologii Informacyjnych (IT)"]


def test_acronyms_are_formed_with_and_without_the_word_cluster():
    initials = parsed("Bydgoski Klaster Przemysłowy", "Polska Grupa Motoryzacyjna").initials
    assert set(initials.rows()) >= {(0, "bkp"), (1, "pgm")}


def test_the_word_cluster_in_capitals_is_no_acronym():
    assert parsed("KLASTER NUTRIZOR", "FALCO CLUSTER").acronyms.rows() == [(1, "falco")]


@pytest.mark.parametrize(
    ("text", "alternative"),
    [
        ("Zorgan - Klaster Innowacji Drzewnych", "Zorgan"),
        ("Stowarzyszenie Klaster Chemiczny „Zielona Chemia”", "Zielona Chemia"),
        ("Klaster Zorgan reprezentowany przez Fundację Bielik", "Klaster Zorgan"),
        ("Zorgan Cluster, coordinated by Bielik Foundation", "Zorgan Cluster"),
        ("Klaster Zorgan, koordynator: Fundacja Bielik", "Klaster Zorgan"),
    ],
)
def test_names_beside_a_dash_in_quotes_and_before_the_coordinator(text: str, alternative: str):
    assert alternative in variants(text, load_lexicon())


def test_a_part_that_says_too_little_is_no_name():
    assert variants("Klaster Budowlany - Polska", load_lexicon()) == ["Klaster Budowlany - Polska"]
    assert variants("Klaster „Budownictwo”", load_lexicon()) == ["Klaster „Budownictwo”"]


def test_energy_cluster_is_told_from_a_cluster_of_renewable_energy():
    names = parsed("Podhalańsko-Orawski Klaster Energii", "Podkarpacki Klaster Energii Odnawialnej")
    assert names.energy.tolist() == [True, False]


def test_misprints_go_to_the_known_or_more_frequent_word():
    counts = {"infrastruktur": 1, "infrastruktura": 6, "medsilesie": 1, "medsilesia": 4, "motel": 1, "hotel": 1}
    found = [
        misprints(
            pl.DataFrame({"word": list(counts), "count": list(counts.values()), "known": [w in known for w in counts]})
        ).rows()
        for known in ({"infrastruktura"}, set(counts))
    ]
    assert found == [[("infrastruktur", "infrastruktura"), ("medsilesie", "medsilesia")], []]


def test_a_misprint_of_a_very_frequent_word_is_still_mended():
    odd = [f"Kl{letter}aster Xyl{number:03}" for number, letter in enumerate("bcdefghijklmnopqrstuvwxyz" * 3)]
    assert said(parsed("Klaster Drzewny", *odd))[1:] == [{f"=xyl{number:03}"} for number in range(len(odd))]


def test_words_that_lost_or_gained_a_blank_are_mended():
    names = parsed("Klaster Life Science", "Klaster Lifescience", "Klaster Zielona Energia", "Klaster ZielonaEnergia")
    assert names.meaning[0] == names.meaning[1]
    assert names.meaning[2] == names.meaning[3]
    brand = parsed("Klaster Zorgan Met", "Klaster Zorganmet", "Klaster Zorganmet")
    assert brand.meaning[0] == brand.meaning[1]


def test_every_voivodeship_is_in_the_lexicon_in_both_languages():
    lexicon = load_lexicon()
    adjectives = (
        "dolnośląski kujawsko-pomorski lubelski lubuski łódzki małopolski mazowiecki opolski podkarpacki podlaski",
        "pomorski śląski świętokrzyski warmińsko-mazurski wielkopolski zachodniopomorski",
    )
    for polish in " ".join(adjectives).split():
        found = concepts(f"{polish} klaster")
        assert len(found) == 1, polish
        assert lexicon.kind[next(iter(found))] == "place", polish
