from dataclasses import replace

import pytest

from sources.archive import Archive, Page
from sources.cards import load_cards
from sources.parsing import LayoutUnknown
from sources.tci.parse import parse
from tests.unit.sources.remarkup import ALL, remarked

CARD = load_cards()["tci"]
PAGES = {page.path: page for page in Archive(CARD.folder / "archive").pages() if isinstance(page, Page)}


def facts(parsed):
    return [(record.record_id, record.name, record.fields) for record in parsed.records]


def test_the_entry_in_free_text_and_its_row_in_the_list():
    entry, row = (parse(PAGES[f"pages/{number}.html"], CARD) for number in (1, 2))
    assert (entry.kind, row.kind) == ("initiative", "list")
    assert entry.records[0].record_id == row.records[0].record_id
    assert entry.records[0].fields == {
        "aliases": ["Podkarpacki Klaster Energii Odnawialnej", "PKEO"], "sector": "renewable energy", "city": "Rzeszow"
    }  # fmt: skip
    assert row.links == ("http://www.tci-network.org/initiatives/initiative/4704",)


def test_the_contact_in_the_last_line_is_never_read():
    assert "Przykładowa" not in repr(parse(PAGES["pages/1.html"], CARD))


@pytest.mark.parametrize("path", sorted(PAGES))
def test_other_markup_states_the_same(path):
    before = parse(PAGES[path], CARD)
    for change in ALL:
        after = parse(remarked(PAGES[path], change), CARD)
        assert (after.kind, facts(after)) == (before.kind, facts(before)), change


def test_an_entry_without_known_verbs_has_the_names_in_brackets():
    body = "<h2>Yellow Meadow Cluster</h2><p>Yellow Meadow Cluster (in Polish: Klaster Żółtej Łąki, KŻŁ) serves farmers.</p><p>Jan Próbny</p>"
    [record] = parse(replace(PAGES["pages/1.html"], body=body.encode()), CARD).records
    assert (record.name, record.fields) == ("Yellow Meadow Cluster", {"aliases": ["Klaster Żółtej Łąki", "KŻŁ"]})


@pytest.mark.parametrize(
    "body", ["", "<h1>How to join</h1><p>Fill in the form.</p>", "<h2>Cluster initiatives</h2><ul></ul>"]
)
def test_a_site_without_its_registry_is_an_error_that_names_the_page(body):
    with pytest.raises(LayoutUnknown, match=r"pages/2\.html"):
        parse(replace(PAGES["pages/2.html"], body=body.encode()), CARD)
