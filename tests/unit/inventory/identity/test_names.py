from hypothesis import given
from hypothesis import strategies as st

from inventory.identity.names import Lexicon, fold, load_lexicon, misprints, parse_name, variants, words

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


def concepts(text: str, lexicon: Lexicon | None = None) -> set[str]:
    return set(parse_name(text, lexicon or load_lexicon()).concepts)


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


@given(PHRASES)
def test_folding_is_idempotent_and_plain(text: str):
    assert fold(fold(text)) == fold(text)
    assert all(word.isascii() and word.isalnum() for word in words(text))


@given(PHRASES)
def test_case_does_not_matter(text: str):
    assert concepts(text) == concepts(text.upper()) == concepts(text.lower())


@given(st.text(max_size=80))
def test_any_text_is_parsed(text: str):
    name = parse_name(text, load_lexicon())
    assert name.text == text
    assert variants(text, load_lexicon())


def test_acronym_in_brackets_is_a_name_of_its_own():
    lexicon = load_lexicon()
    assert variants("Klaster LifeScience Kraków (KLSK)", lexicon) == ["Klaster LifeScience Kraków", "KLSK"]
    assert variants("Klaster Technologii Informacyjnych (IT)", lexicon) == ["Klaster Technologii Informacyjnych (IT)"]


def test_acronyms_are_formed_with_and_without_the_word_cluster():
    assert {"bkp", "bp"} & set(parse_name("Bydgoski Klaster Przemysłowy", load_lexicon()).initials) == {"bkp"}
    assert "pgm" in parse_name("Polska Grupa Motoryzacyjna", load_lexicon()).initials


def test_energy_cluster_is_told_from_a_cluster_of_renewable_energy():
    assert parse_name("Podhalańsko-Orawski Klaster Energii", load_lexicon()).energy
    assert not parse_name("Podkarpacki Klaster Energii Odnawialnej", load_lexicon()).energy


def test_misprints_go_to_the_known_or_more_frequent_word():
    from collections import Counter

    counts = Counter(
        {"infrastruktur": 1, "infrastruktura": 6, "medsilesie": 1, "medsilesia": 4, "motel": 1, "hotel": 1}
    )
    assert misprints(counts, ["infrastruktura"]) == {"infrastruktur": "infrastruktura", "medsilesie": "medsilesia"}
    assert misprints(counts, counts) == {}


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
