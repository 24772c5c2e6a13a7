from dataclasses import replace

import pytest

from sources.archive import Archive, Page
from sources.cards import load_cards
from sources.kkk.parse import parse
from sources.parsing import LayoutUnknown
from sources.text import decode
from tests.unit.sources.remarkup import ALL, remarked

CARD = load_cards()["kkk"]
PAGES = {page.path: page for page in Archive(CARD.folder / "archive").pages() if isinstance(page, Page)}
KKK = "Krajowy Klaster Kluczowy"


def facts(parsed):
    return [(record.record_id, record.name, record.fields, record.as_of) for record in parsed.records]


def page(body, url="https://www.gov.pl/web/x"):
    text = f"<html><body><h1>Krajowe Klastry Kluczowe</h1>{body}</body></html>"
    return Page(url=url, body=text.encode(), retrieved_at="2024-02-01T00:00:00Z", path="pages/x.html")


def test_rounds_with_the_end_of_their_validity():
    parsed = parse(PAGES["pages/1.html"], CARD)
    rounds = [(record.fields.get("kkk_round"), record.fields.get("kkk_valid_until")) for record in parsed.records]
    assert parsed.kind == "rounds"
    assert rounds == [("V", "2024-12-31")] * 8 + [("II", None)] * 9 + [("I", None)] * 7 + [(None, None)] * 3
    assert parsed.records[5].fields == {
        "coordinator": "Wrocławski Park Technologiczny S. A.",
        "kkk_round": "V",
        "kkk_valid_until": "2024-12-31",
        "other_label": KKK,
    }


def test_news_with_branch_and_day_of_the_event():
    parsed = parse(PAGES["pages/8.html"], CARD)
    assert (parsed.kind, len(parsed.records)) == ("news", 3)
    assert parsed.records[1].as_of == "2016-10-25"
    assert parsed.records[1].fields == {
        "sector": "recykling, ochrona środowiska, odnawialne źródła energii", "kkk_round": "II", "other_label": KKK}  # fmt: skip


def test_a_second_list_without_a_heading_is_not_of_the_round_before():
    [*others, last] = parse(PAGES["pages/9.html"], CARD).records
    assert {record.fields["kkk_round"] for record in others} == {"V"}
    assert (last.name, last.fields) == ("Klaster LTPP", {"other_label": KKK})


def test_a_renewed_holder_is_an_entry_per_round_and_page():
    ids = [
        record.record_id
        for at in PAGES.values()
        for record in parse(at, CARD).records
        if "Obróbki Metali" in record.name
    ]
    assert len(ids) == len(set(ids)) == 5


@pytest.mark.parametrize("path", sorted(PAGES))
def test_other_markup_states_the_same(path):
    before = parse(PAGES[path], CARD)
    for change in ALL:
        after = parse(remarked(PAGES[path], change), CARD)
        assert (after.kind, facts(after)) == (before.kind, facts(before)), change


@pytest.mark.parametrize(
    ("heading", "number", "until"),
    [
        ("VI runda (status obowiązuje do 17 grudnia 2025 r.):", "VI", "2025-12-17"),
        ("Laureaci 3. edycji konkursu", "III", None),
        ("Runda IV – status ważny od 10.09.2019 do 9.09.2022", "IV", "2022-09-09"),
        ("Round VII (valid until 31 May 2029)", "VII", "2029-05-31"),
    ],
)
def test_spellings_of_a_round(heading, number, until):
    records = parse(page(f"<p><b>{heading}</b></p><ol><li>Klaster Wierzba<li>Klaster Olcha</ol>"), CARD).records
    assert [record.fields.get("kkk_round") for record in records] == [number] * 2
    assert [record.fields.get("kkk_valid_until") for record in records] == [until] * 2


@pytest.mark.parametrize(
    "item",
    [
        "Klaster Wierzba – Północ, reprezentowana przez Fundacja Olcha (branża: meble (drewno))",
        "1. Klaster Wierzba – Północ (branża: meble (drewno)), reprezentowany przez Fundacja Olcha",
        "Klaster Wierzba – Północ<div>Koordynator: Fundacja Olcha</div><div>Branża: meble (drewno)</div>",
        "<b>Klaster Wierzba – Północ</b>, represented by Fundacja Olcha; sector: meble (drewno)",
    ],
)
def test_an_item_in_any_of_its_forms(item):
    body = f"<h2>II runda</h2><ul><li>{item}</li><li>Klaster Jesion</li></ul>"
    first, second = parse(page(body), CARD).records
    assert (first.name, first.fields["coordinator"], first.fields["sector"]) == (
        "Klaster Wierzba – Północ", "Fundacja Olcha", "meble (drewno)")  # fmt: skip
    assert (second.name, second.fields) == ("Klaster Jesion", {"kkk_round": "II", "other_label": KKK})


def test_a_table_of_holders_with_a_column_of_rounds():
    body = """<table><tr><td>Runda<td>Koordynator<td>Klaster<td>Status obowiązuje do
    <tr><td rowspan=2>V<td>Fundacja Olcha<td>Klaster Wierzba<td rowspan=2>31 grudnia 2024 r.<tr><td>GRAB S.A.<td>Klaster Jesion</table>"""
    assert [(r.name, r.fields["coordinator"], r.fields["kkk_round"], r.fields["kkk_valid_until"]) for r in parse(page(body), CARD).records] == [
        ("Klaster Wierzba", "Fundacja Olcha", "V", "2024-12-31"), ("Klaster Jesion", "GRAB S.A.", "V", "2024-12-31")]  # fmt: skip


@pytest.mark.parametrize("path", sorted(PAGES))
def test_a_page_without_items_is_an_error(path):
    text = "\n".join(line for line in decode(PAGES[path]).split("\n") if not line.startswith("<li>"))
    with pytest.raises(LayoutUnknown, match=path):
        parse(replace(PAGES[path], body=text.encode()), CARD)


@pytest.mark.parametrize("source", ["parp_map", "parp_standards", "lublin_city", "eccp", "tci"])
def test_pages_of_other_sources_are_no_news_of_the_contest(source):
    for other in Archive(load_cards()[source].folder / "archive").pages():
        with pytest.raises(LayoutUnknown):
            parse(other, CARD)
