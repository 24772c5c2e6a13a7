from dataclasses import replace

import pytest

from sources.archive import Archive, Page
from sources.cards import load_cards
from sources.lublin_city.parse import parse
from sources.parsing import LayoutUnknown
from sources.text import decode
from tests.unit.sources.remarkup import ALL, remarked

CARD = load_cards()["lublin_city"]
PAGES = {page.path: page for page in Archive(CARD.folder / "archive").pages() if isinstance(page, Page)}


def facts(parsed):
    return [(record.record_id, record.name, record.fields) for record in parsed.records]


def test_the_two_languages_name_as_many_clusters_in_the_same_order():
    english, polish = parse(PAGES["pages/1.html"], CARD), parse(PAGES["pages/2.html"], CARD)
    assert (english.kind, polish.kind, len(english.records), len(polish.records)) == ("list_en", "list_pl", 10, 10)
    assert (english.records[8].name, polish.records[8].name) == (
        "Lublin Medicine – Medical & Wellness Cluster", "Lubelska Medycyna – Klaster Usług Medycznych i Prozdrowotnych")  # fmt: skip
    assert {record.fields["city"] for record in (*english.records, *polish.records)} == {"Lublin"}


def test_the_table_with_members_and_the_enterprises_among_them():
    parsed = parse(PAGES["pages/3.html"], CARD)
    assert (parsed.kind, len(parsed.records), parsed.unknown) == ("table", 10, ())
    assert parsed.records[1].fields == {
        "city": "Lublin", "founded": "2007", "members_total": 103, "members_by_type": {"enterprises": 91}}  # fmt: skip
    assert parsed.records[8].fields == {"city": "Lublin", "founded": "2013"}


@pytest.mark.parametrize("path", sorted(PAGES))
def test_other_markup_states_the_same(path):
    before = parse(PAGES[path], CARD)
    for change in ALL:
        after = parse(remarked(PAGES[path], change), CARD)
        assert (after.kind, facts(after)) == (before.kind, facts(before)), change


@pytest.mark.parametrize("path", sorted(PAGES))
def test_a_page_without_entries_is_an_error(path):
    lines = decode(PAGES[path]).split("\n")
    text = "\n".join(line for line in lines if not line.startswith(("<li>", "<tr><td>")))
    with pytest.raises(LayoutUnknown, match=path):
        parse(replace(PAGES[path], body=text.encode()), CARD)


@pytest.mark.parametrize("source", ["parp_map", "parp_standards", "kkk", "esca", "tci"])
def test_pages_of_other_sources_are_no_lists_of_the_city(source):
    for other in Archive(load_cards()[source].folder / "archive").pages():
        with pytest.raises(LayoutUnknown):
            parse(other, CARD)
