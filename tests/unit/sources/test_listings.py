"""Lists and single entries, set in every way: under a header, with captions in every entry, as a table of two rows."""

import pytest

from sources.captions import captioned
from sources.cards import load_cards
from sources.listings import listings
from sources.text import markup

CARD = load_cards()["parp_standards"]
ENTRIES = [
    {"list_number": "1", "name": "Klaster Żwirowy", "coordinator": "Fundacja Żwir", "voivodeship": "łódzkie"},
    {"list_number": "2", "name": "Klaster Gliniany", "coordinator": "", "voivodeship": "śląskie"},
    {"list_number": "3", "name": "", "coordinator": "Izba Piasku", "voivodeship": "opolskie"},
    {"list_number": "4", "name": "Klaster Piaskowy", "coordinator": "Izba Piasku", "voivodeship": "opolskie"},
]
WORDS = {"list_number": "Lp.", "name": "Nazwa klastra", "coordinator": "Koordynator", "voivodeship": "Województwo"}


def _table() -> str:
    head = "".join(f"<th>{word}</th>" for word in WORDS.values())
    rows = "".join("<tr>" + "".join(f"<td>{entry[field]}</td>" for field in WORDS) + "</tr>" for entry in ENTRIES)
    return f"<table><tr>{head}</tr>{rows}</table>"


def _boxes() -> str:
    lines = [[f"<span>{WORDS[field]}</span> <span>{entry[field]}</span>" for field in WORDS] for entry in ENTRIES]
    return "".join("<div>" + "".join(f"<div>{line}</div>" for line in entry) + "</div>" for entry in lines)


def _definitions() -> str:
    lists = ["".join(f"<dt>{WORDS[field]}:</dt><dd>{entry[field]}</dd>" for field in WORDS) for entry in ENTRIES]
    return "".join(f"<dl>{entry}</dl>" for entry in lists)


def _grid() -> str:
    rows = [list(WORDS.values()), *([entry[field] for field in WORDS] for entry in ENTRIES)]
    return (
        "<section>"
        + "".join("<div>" + "".join(f"<p>{cell}</p>" for cell in row) + "</div>" for row in rows)
        + "</section>"
    )


@pytest.mark.parametrize("page", [_table(), _boxes(), _definitions(), _grid()], ids=["table", "boxes", "dl", "grid"])
def test_a_list_is_the_same_list_in_any_markup(page: str) -> None:
    (found,) = listings(markup(f"<html><body><h1>Lista</h1>{page}</body></html>"), CARD)
    assert [{field: row.text(field) for field in WORDS} for row in found.rows] == ENTRIES


def test_an_empty_value_or_name_takes_nothing_from_the_next_entry() -> None:
    rows = listings(markup(_definitions()), CARD)[0].rows
    assert [(row.text("name"), row.text("coordinator")) for row in rows[1:3]] == [
        ("Klaster Gliniany", ""),
        ("", "Izba Piasku"),
    ]


@pytest.mark.parametrize("page", ["", "<p>Nazwa klastra: Klaster Żwirowy</p><p>Koordynator: Fundacja Żwir</p>"])
def test_a_page_without_a_list_has_none(page: str) -> None:
    assert listings(markup(page), CARD) == []


def test_an_entry_set_as_two_rows_has_its_values_below_its_captions() -> None:
    page = "<table><tr><th>Koordynator</th><th>Województwo</th><th>Nazwa</th></tr><tr><td>Izba</td><td></td><td>Klaster</td></tr></table>"
    pairs = captioned(markup(page), {"koordynator", "województwo", "nazwa"})
    assert [(pair.caption, pair.values) for pair in pairs] == [
        ("koordynator", ("Izba",)),
        ("województwo", ()),
        ("nazwa", ("Klaster",)),
    ]
