"""Damaged pages: a parser raises a named error or states less, and never gives a cluster the value of another one.

Elements of shipped pages are deleted, doubled, reordered, and the bytes cut off anywhere.
"""

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.sources import compositions as composed_pages
from sources.archive import Archive, Page
from sources.cards import load_cards
from sources.parsing import LayoutUnknown, SourceChanged
from sources.reading import parser_of
from sources.records import Record
from sources.text import decode

NAMED = (LayoutUnknown, SourceChanged)
OWN = ("coordinator", "link", "website", "email", "address", "label_valid_until", "members_total", "founded")
"""Fields whose value belongs to one cluster; a sector or a voivodeship is shared by many."""


def _one_page_of_each_kind() -> list[tuple[str, Page]]:
    found = {}
    for source, card in load_cards().items():
        for page in Archive(card.folder / "archive").pages():
            kind = parser_of(card)(page, card).kind if isinstance(page, Page) else ""
            if kind:
                found.setdefault((source, kind), (source, page))
    return list(found.values())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "damaged" in metafunc.fixturenames:
        pages = _one_page_of_each_kind()
        if "elements" in metafunc.function.__name__:
            pages = [(source, page) for source, page in pages if page.path.endswith(".html")]
        metafunc.parametrize("damaged", pages, ids=[f"{source}-{page.path}" for source, page in pages])


def _read(source: str, page: Page) -> tuple[Record, ...]:
    card = load_cards()[source]
    try:
        return parser_of(card)(page, card).records
    except NAMED:
        return ()


def _own_values(records: tuple[Record, ...]) -> dict[tuple[str, str], set[str]]:
    """Maps field and value to the clusters that state it."""
    found: dict[tuple[str, str], set[str]] = {}
    for record in records:
        for field in OWN:
            if field in record.fields:
                found.setdefault((field, str(record.fields[field])), set()).add(record.name)
    return found


def _assert_no_value_changed_hands(before: tuple[Record, ...], after: tuple[Record, ...]) -> None:
    names = {record.name for record in before}
    stated = _own_values(before)
    for (field, value), holders in _own_values(after).items():
        rightful = stated.get((field, value), holders)
        assert holders & names <= rightful, f"{field} {value} of {rightful} was given to {holders - rightful}"


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_deleted_doubled_and_reordered_elements(damaged: tuple[str, Page], data: st.DataObject) -> None:
    source, page = damaged
    before = _read(source, page)
    soup = BeautifulSoup(decode(page), "lxml")
    for _ in range(data.draw(st.integers(1, 4))):
        elements = [tag for tag in soup.select("*") if tag.name not in {"html", "body"} and tag.parent is not None]
        if not elements:
            break
        chosen = elements[data.draw(st.integers(0, len(elements) - 1))]
        match data.draw(st.sampled_from(["delete", "double", "last"])):
            case "delete":
                chosen.decompose()
            case "double":
                chosen.insert_after(BeautifulSoup(str(chosen), "html.parser"))
            case "last":
                chosen.parent.append(chosen.extract())
    headers = {"content-type": "text/html; charset=utf-8"}
    _assert_no_value_changed_hands(before, _read(source, replace(page, body=str(soup).encode(), headers=headers)))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(share=st.floats(0, 1))
def test_bytes_cut_off_anywhere(damaged: tuple[str, Page], share: float) -> None:
    source, page = damaged
    cut = replace(page, body=page.body[: int(len(page.body) * share)])
    _assert_no_value_changed_hands(_read(source, page), _read(source, cut))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=st.binary(max_size=400))
def test_any_bytes_give_a_named_error_or_nothing(damaged: tuple[str, Page], body: bytes) -> None:
    source, page = damaged
    assert all(record.name for record in _read(source, replace(page, body=body)))


def test_shipped_pages_in_several_changes_of_markup_at_once_state_the_same() -> None:
    results = [composed_pages.tried((number, 1)) for number in range(40)]
    stated, kept = (sum(result[column] for result in results) for column in (0, 1))
    assert kept / stated >= 0.99, [said for *_, said in results if said]
