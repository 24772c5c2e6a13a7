from dataclasses import replace

import pytest

from sources.archive import Archive, Page
from sources.cards import load_cards
from sources.esca.parse import parse
from sources.parsing import LayoutUnknown
from tests.unit.sources.remarkup import ALL, remarked

CARD = load_cards()["esca"]
PAGES = {page.path: page for page in Archive(CARD.folder / "archive").pages() if isinstance(page, Page)}
ID = "a36e53af-4be9-4791-bc22-5a32a7982347"
ROWS = [
    ("Alfa Cluster", "ICT", "2015/02/11"),
    ("Beta Cluster", "Construction", ""),
    ("", "Food industry", "2017/02/04"),
]


def facts(parsed):
    return [(record.record_id, record.name, record.fields) for record in parsed.records]


def page(body, url=f"http://www.cluster-analysis.org/benchmarked-clusters/?country={ID}"):
    return Page(url=url, body=f"<h1>Bronze Label</h1>{body}".encode(), retrieved_at="", path="pages/x.html")


def table(rows):
    cells = "".join(f"<tr><td>{name}<td>{branch}<td><img src=i.png><td>{until}" for name, branch, until in rows)
    return f"<table><tr><th>Name<th>Comparative portfolio<th>www<th>Label valid until{cells}</table>"


@pytest.mark.parametrize("path", sorted(PAGES))
def test_other_markup_states_the_same(path):
    before = parse(PAGES[path], CARD)
    for change in ALL:
        after = parse(remarked(PAGES[path], change), CARD)
        assert (after.kind, facts(after)) == (before.kind, facts(before)), change
        assert len(after.rejections) == len(before.rejections), change


@pytest.mark.parametrize(
    "body",
    [
        table(ROWS),
        "<table><tr><td>Label valid until<td>NAME<td>Comparative portfolio</tr>"
        + "".join(f"<tr><td>{until}<td>{name}<td>{branch}</tr>" for name, branch, until in ROWS) + "</table>",
        "".join(f"<dl><dt>Name<dd>{name}<dt>Comparative portfolio<dd>{branch}<dt>Label valid until<dd>{until}</dl>"
                for name, branch, until in ROWS),
        "".join(f"Name: {name}<br>Comparative portfolio: {branch}<br>Label valid until: {until}<br>" for name, branch, until in ROWS),
    ],
)  # fmt: skip
def test_a_countrys_rows_and_the_one_without_a_name(body):
    parsed = parse(page(body), CARD)
    assert [(record.name, record.fields) for record in parsed.records] == [
        ("Alfa Cluster", {"sector": "ICT", "label": "bronze", "label_valid_until": "2015-02-11", "country": "PL"}),
        ("Beta Cluster", {"sector": "Construction", "label": "bronze", "country": "PL"}),
    ]
    assert [rejection.reason for rejection in parsed.rejections] == ["nameless_row"]
    assert "Food industry" in parsed.rejections[0].note


def test_the_id_of_a_country_with_and_without_dashes_is_one():
    plain = page(table(ROWS), f"https://cluster-analysis.org/benchmarked-clusters/?country={ID.replace('-', '')}")
    assert facts(parse(plain, CARD)) == facts(parse(page(table(ROWS)), CARD))
    assert facts(parse(PAGES["pages/4.html"], CARD)) == facts(parse(PAGES["pages/5.html"], CARD))


def test_an_unknown_country_is_reported_and_its_rows_are_kept():
    parsed = parse(page(table(ROWS), "http://cluster-analysis.org/benchmarked-clusters/?country=" + "0" * 32), CARD)
    assert len(parsed.records) == 2
    assert parsed.unknown == ("country id " + "0" * 32,)
    assert "country" not in parsed.records[0].fields


def test_a_body_benchmarked_twice_is_two_entries():
    parsed = parse(
        page(table([("Alfa Cluster", "ICT", "2013/01/01"), ("Alfa Cluster", "Biotechnology", "2015/01/01")])), CARD
    )
    assert len({record.record_id for record in parsed.records}) == 2


def test_labels_by_country_and_a_block_without_a_country():
    parsed = parse(PAGES["pages/10.html"], CARD)
    found = {record.name: record.fields for record in parsed.records}
    assert parsed.kind == "label_bronze"
    assert len(found) == 16
    assert found["CzecHemp"] == {"country": "CZ", "label": "bronze", "label_valid_until": "2025-08-31"}
    assert found["Клъстер София град на знанието"] == {"label": "bronze", "label_valid_until": "2023-12-31"}


@pytest.mark.parametrize(
    "body",
    [
        "<dl><dt>Poland:<dd>Alfa - label valid until 31 August 2025<dd>Beta<dt>Spain:<dd>Gamma</dl><p>Imprint</p>",
        (
            "<table><tr><th>Country<th>Cluster<th>Valid until<tr><td rowspan=2>Poland<td>Alfa<td>2025/08/31<tr><td>Beta<td>"
            "<tr><td>Spain<td>Gamma<td></table>"
        ),
        "<div><b>Poland</b><p>Alfa (label valid until 31 August 2025)<p>Beta</div><div><b>Spain</b><p>Gamma</div>",
        "<p>Poland<br>Alfa – label valid until 31 August 2025<br>Beta<br>Spain<br>Gamma</p>",
    ],
)
def test_a_list_of_a_label_in_other_forms(body):
    parsed = parse(page(body, "https://www.cluster-analysis.org/benchmarked-clusters"), CARD)
    assert parsed.kind == "label_bronze"
    assert [(record.name, record.fields) for record in parsed.records] == [
        ("Alfa", {"country": "PL", "label": "bronze", "label_valid_until": "2025-08-31"}),
        ("Beta", {"country": "PL", "label": "bronze"}),
        ("Gamma", {"country": "ES", "label": "bronze"}),
    ]


def test_the_overview_gives_the_countries():
    parsed = parse(PAGES["pages/9.html"], CARD)
    assert (parsed.kind, len(parsed.links), parsed.records) == ("overview", 7, ())


@pytest.mark.parametrize("body", ["<p>Nothing here.</p>", table([]), table([("", "ICT", "2015/02/11")])])
def test_a_list_without_names_is_an_error_that_names_the_page(body):
    with pytest.raises(LayoutUnknown, match=r"pages/x\.html"):
        parse(page(body), CARD)


def test_bytes_of_another_site_are_an_error():
    with pytest.raises(LayoutUnknown):
        parse(replace(PAGES["pages/1.html"], body=b"<h1>Imprint</h1><p>Address of the office.</p>"), CARD)
