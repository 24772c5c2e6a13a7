from assets.records import standings, without_personal_data
from sources.cards import load_cards
from sources.records import Record


def test_values_about_persons_are_left_out_and_noted_and_the_record_stays():
    record = Record(
        "R1", "press", "https://a.example/x", "Klaster Alfa tel. 601 234 567",
        fields={"email": "jan.kowalski@poczta.example", "city": "Lublin", "address": "ul. Prosta 1, tel. +48 601 234 567"},
    )  # fmt: skip
    (kept,), (note,) = without_personal_data([record])
    assert kept.name == "Klaster Alfa"
    assert kept.fields == {"city": "Lublin"}
    assert note.reason == "personal_data"
    assert "601" not in note.note


def test_role_mailboxes_stay():
    record = Record(
        "R1", "press", "https://a.example/x", "Klaster Alfa", fields={"email": "biuro@klaster-alfa.example"}
    )
    assert without_personal_data([record]) == ([record], [])


def test_every_source_has_the_standing_of_its_card():
    for card in load_cards().values():
        standing = standings()[card.id]
        assert (standing.trust, standing.proves, standing.list, standing.country) == (
            card.trust,
            card.proves,
            card.list,
            card.country,
        )
