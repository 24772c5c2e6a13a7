"""The card: a slip in it is an error that names file, member and remedy."""

from pathlib import Path

import pytest
import yaml

from sources.cards import CardError, load_card, load_cards

CARD = {
    "id": "regional_x",
    "title": "Lista wojewódzka",
    "publisher": "Urząd",
    "country": "PL",
    "language": "pl",
    "start": ["https://lista.example/"],
    "hosts": ["lista.example"],
    "cadence_days": 30,
    "licence": "unknown",
    "coverage": "partial",
    "list": True,
    "proves": ["activity"],
    "trust": 50,
    "bounds": {"rows_min": 1, "rows_max": 9, "filled": {"city": 0.5}},
}


def write(folder: Path, card: object) -> Path:
    path = folder / "regional_x" / "card.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(card if isinstance(card, str) else yaml.safe_dump(card), encoding="utf-8")
    return path


def test_a_card_is_read_with_its_defaults(tmp_path: Path) -> None:
    card = load_card(write(tmp_path, CARD))
    assert card.title == "Lista wojewódzka"
    assert card.all_hosts == ("lista.example",)
    assert (card.closed, card.crawl_delay, card.captions) == (False, 5, {})
    assert load_cards(tmp_path) == {"regional_x": card}


@pytest.mark.parametrize("member", sorted(set(CARD) - {"proves"}))
def test_a_missing_member_is_named_with_file_and_remedy(tmp_path: Path, member: str) -> None:
    path = write(tmp_path, {name: value for name, value in CARD.items() if name != member})
    with pytest.raises(CardError, match=rf"sources/regional_x/card\.yml: {member}: .*sources/cards\.py"):
        load_card(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"caption": {}}, "caption: extra inputs"),
        ({"trust": 101}, "trust: "),
        ({"cadence_days": 0}, "cadence_days: "),
        ({"coverage": "most"}, "coverage: "),
        ({"bounds": {"rows_min": 0, "rows_max": 2}}, "bounds.rows_min: "),
        ({"bounds": {"rows_min": 1, "rows_max": 2, "rows": 3}}, "bounds.rows: "),
        ({"proves": ["wealth"]}, "unknown criterion wealth"),
        ({"id": "other"}, "the folder is regional_x"),
    ],
)
def test_a_wrong_member_is_named(tmp_path: Path, change: dict, said: str) -> None:
    with pytest.raises(CardError, match=rf"sources/regional_x/card\.yml.*{said}"):
        load_card(write(tmp_path, CARD | change))


@pytest.mark.parametrize("text", ["id: [", "", "- a\n- b\n"])
def test_a_file_that_is_no_card_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(CardError, match=r"sources/regional_x/card\.yml"):
        load_card(write(tmp_path, text))
