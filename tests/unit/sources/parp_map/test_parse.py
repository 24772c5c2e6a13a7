from collections import defaultdict
from dataclasses import replace

import pytest

from sources.archive import Archive, Page
from sources.cards import load_cards
from sources.parp_map.parse import parse
from sources.parsing import LayoutUnknown
from sources.text import decode
from tests.unit.sources.remarkup import ALL, remarked

CARD = load_cards()["parp_map"]
PAGES = {page.path: page for page in Archive(CARD.folder / "archive").pages() if isinstance(page, Page)}
PARSED = {path: parse(page, CARD) for path, page in PAGES.items()}


def facts(parsed):
    return [(record.record_id, record.name, record.fields) for record in parsed.records]


def rewritten(path, *changes):
    text = decode(PAGES[path])
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return replace(PAGES[path], body=text.encode(), headers={})


@pytest.mark.parametrize(
    ("path", "kind", "name", "fields"),
    [
        ("pages/22.html", "old_card", "Spożywczy Południowej Wielkopolski",
         {"sector": "spożywcza", "founded": "2009", "members_total": 39, "city": "Kalisz", "mark": "r",
          "members_by_type": {"enterprises": 28, "science": 6, "business_environment": 4}}),
        ("pages/60.html", "new_card", "NUTRIBIOMED Klaster",
         {"sector": "lifescience: żywność, farmacja, biotechnologia, kosmetyka, medycyna, chemia", "mark": "k",
          "coordinator_form": "joint_stock_company", "coordinator": "Wrocławski Park Technologiczny S. A."}),
        ("pages/62.html", "new_card", "Polska Grupa Motoryzacyjna",
         {"sector": "motoryzacja", "mark": "k", "members_by_type": {"enterprises": 30},
          "members_by_type_qualifier": {"enterprises": "over"}}),
    ],
)  # fmt: skip
def test_cards_of_both_generations(path, kind, name, fields):
    [record] = PARSED[path].records
    assert (PARSED[path].kind, record.name, record.fields) == (kind, name, fields)
    assert record.reconstructed
    assert record.stated_by


def test_lists_state_every_entry_once_with_its_link_and_mark():
    assert [len(PARSED[f"pages/{number}.html"].records) for number in (27, 28, 72, 73)] == [25, 1, 20, 7]
    for number in (27, 72):
        parsed = PARSED[f"pages/{number}.html"]
        assert all({"link", "mark"} <= record.fields.keys() for record in parsed.records)
        assert len(set(parsed.links)) > len(parsed.records)  # the entries' own pages, and the next page of the list


def test_list_row_filtered_row_and_own_card_are_one_entry():
    kinds = defaultdict(set)
    for parsed in PARSED.values():
        for record in parsed.records:
            kinds[record.record_id].add(parsed.kind.partition("_filtered")[0])
    assert sorted(kinds.values(), key=sorted) == [{"new_card", "new_list"}] * 27 + [{"old_card", "old_list"}] * 26


@pytest.mark.parametrize(
    "path", [f"pages/{n}.html" for n in (4, 22, 24, 27, 28, 29, 33, 45, 57, 60, 62, 72, 73, 75, 83, 84)]
)
def test_other_markup_states_the_same(path):
    for change in ALL:
        after = parse(remarked(PAGES[path], change), CARD)
        assert (after.kind, facts(after)) == (PARSED[path].kind, facts(PARSED[path])), change


def test_a_catalogue_card_without_a_heading_is_rejected_and_with_one_it_states_all():
    assert not PARSED["pages/84.html"].records
    assert [rejection.reason for rejection in PARSED["pages/84.html"].rejections] == ["nameless_row"]
    [record] = parse(rewritten("pages/84.html", ("<table", "<h2>Klaster Wierzbowy</h2><table")), CARD).records
    assert record.name == "Klaster Wierzbowy"
    assert sum(record.fields["members_by_voivodeship"].values()) == 103
    assert {field: value for field, value in record.fields.items() if field != "members_by_voivodeship"} == {
        "cluster_form": "agreement",
        "founded": "2012",
        "coordinator": "Centrum Kooperacji Recyklingu-not for profit system Sp. z o. o.",
        "address": "25-002 Kielce Henryka Sienkiewicza 69 3",
        "city": "Kielce",
        "email": "biuro@klasterodpadowy.com",
        "website": "www.klasterodpadowy.com",
        "sector": "public utility, housing, waste management",
        "members_by_type": {"enterprises": 82, "science": 10, "business_environment": 7, "other": 4},
        "enterprises_by_size": {"micro": 18, "small": 42, "medium": 15, "large": 7},
    }


def test_no_person_of_a_card_gets_into_a_record():
    for parsed in PARSED.values():
        for record in parsed.records:
            said = " ".join(map(str, record.fields.values()))
            assert "555 " not in said
            assert "poczta.example" not in said


def test_a_mark_is_read_from_the_legend_where_the_row_has_a_sign_alone():
    path = "pages/72.html"
    text = decode(PAGES[path]).replace('title="', 'data-x="')
    turned = text.replace(">R<", ">A<").replace(">KKK<", ">B<")
    marks = [record.fields["mark"] for record in PARSED[path].records]
    for body in (text, turned):
        parsed = parse(replace(PAGES[path], body=body.encode()), CARD)
        assert [record.fields["mark"] for record in parsed.records] == marks


def test_a_form_with_a_slash_keeps_its_date_apart():
    path = "pages/84.html"
    page = rewritten(
        path, ("<table", "<h2>Klaster Wierzbowy</h2><table"), ("agreement / 2012", "agreement / settlement / 05.2011")
    )
    [record] = parse(page, CARD).records
    assert (record.fields["cluster_form"], record.fields["founded"]) == ("agreement", "2011-05")


@pytest.mark.parametrize("path", ["pages/27.html", "pages/72.html"])
def test_a_list_without_rows_is_an_error(path):
    text = decode(PAGES[path])
    for tag in ("<tr><td>", '<li class="klaster"'):
        text = "\n".join(line for line in text.split("\n") if not (line.startswith(tag) and "select" not in line))
    with pytest.raises(LayoutUnknown, match=path):
        parse(replace(PAGES[path], body=text.encode()), CARD)


@pytest.mark.parametrize("source", ["kkk", "parp_standards", "lublin_city", "esca", "tci"])
def test_pages_of_other_sources_are_no_pages_of_the_map(source):
    for page in Archive(load_cards()[source].folder / "archive").pages():
        with pytest.raises(LayoutUnknown):
            parse(page, CARD)
