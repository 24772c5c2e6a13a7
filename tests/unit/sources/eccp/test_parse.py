from dataclasses import replace

import pytest

from sources.archive import Archive, Page
from sources.cards import load_cards
from sources.eccp.parse import parse
from sources.parsing import LayoutUnknown
from tests.unit.sources.remarkup import ALL, remarked

CARD = load_cards()["eccp"]
PAGES = {page.path: page for page in Archive(CARD.folder / "archive").pages() if isinstance(page, Page)}
HTML = sorted(path for path in PAGES if path.endswith(".html"))


def facts(parsed):
    return [(record.record_id, record.name, record.fields) for record in parsed.records]


def page(body, url="https://clustercollaboration.eu/content/x", status=200):
    return Page(url=url, body=body.encode(), retrieved_at="2021-01-01T00:00:00Z", status=status, path="pages/x.html")


@pytest.mark.parametrize(
    ("number", "kind", "name", "fields"),
    [
        (1, "profile_A", "Bydgoszcz Industrial Cluster",
         {"label": "silver", "technologies": ["Moulding, injection moulding, sintering", "Plastics, Polymers"],
          "founded": "2007-09-25", "voivodeship": "kujawsko-pomorskie"}),
        (2, "profile_B", "Waste Management and Recycling Cluster",
         {"members_by_type": {"sme": 52, "startups": 0, "large_enterprises": 2, "research_institutes": 30, "civil_society": 0,
                              "other": 6},
          "members_total": 90, "founded": "2011-05-29", "country": "PL", "voivodeship": "świętokrzyskie"}),
        (3, "profile_C", "Bydgoszcz Industrial Cluster (BIC)",
         {"other_label": "Key National Cluster", "areas": "plastics and tools; plastics processing and tool manufacturing",
          "founded": "2006", "aliases": ["Bydgoski Klaster Przemysłowy (BKP)"], "country": "PL", "voivodeship": "kujawsko-pomorskie"}),
    ],
)  # fmt: skip
def test_the_three_generations_of_profiles(number, kind, name, fields):
    parsed = parse(PAGES[f"pages/{number}.html"], CARD)
    [record] = parsed.records
    assert (parsed.kind, record.name, record.fields, parsed.unknown) == (kind, name, fields, ())
    assert record.reconstructed
    assert record.stated_by


@pytest.mark.parametrize("path", HTML)
def test_other_markup_states_the_same(path):
    before = parse(PAGES[path], CARD)
    for change in ALL:
        after = parse(remarked(PAGES[path], change), CARD)
        assert (after.kind, facts(after)) == (before.kind, facts(before)), change


def test_list_row_map_marker_own_page_and_host_copy_are_one_entry():
    ids = {
        path: {
            record.record_id
            for record in parse(PAGES[f"pages/{path}.html"], CARD).records
            if record.name.endswith("(BIC)")
        }
        for path in (3, 6, 21, 22, 25)
    }
    assert len(set.union(*ids.values())) == 1
    assert all(ids.values())


def test_pages_that_are_known_and_hold_no_cluster():
    kinds = {number: parse(PAGES[f"pages/{number}.html"], CARD) for number in (16, 17, 18, 19, 20)}
    assert [parsed.kind for parsed in kinds.values()] == ["news", "policy", "legal", "legal", "not_found"]
    assert not any(parsed.records for parsed in kinds.values())


def test_feeds_give_addresses_of_the_public_host():
    index, urls, feed = (parse(PAGES[f"pages/{number}.xml"], CARD) for number in (26, 27, 29))
    assert (index.kind, urls.kind, feed.kind) == ("sitemap_index", "sitemap", "rss")
    assert index.links[0] == "https://clustercollaboration.eu/sitemap.xml?page=1"
    assert all(link.startswith("https://clustercollaboration.eu/") for link in (*urls.links, *feed.links))


def test_the_pager_is_followed():
    links = parse(PAGES["pages/21.html"], CARD).links
    assert "https://clustercollaboration.eu/cluster-organisations?page=0%2C1" in links
    assert not any("privacy" in link for link in links)


def test_news_are_dated_by_their_byline_and_keep_its_person_out():
    parsed = parse(PAGES["pages/9.html"], CARD)
    [record] = parsed.records
    assert record.as_of == "2018-09-04"
    everything = repr([parse(page, CARD) for page in PAGES.values()])
    for person in ("Przykładowa", "Wymyślona", "Wzorcowa", "+48 ", "poczta.example"):
        assert person not in everything


def test_numbers_behind_their_captions_in_a_sibling_are_found_and_empty_ones_stay_unknown():
    text = PAGES["pages/1.html"].body.decode()
    empty = '<div class="cluster-figure cluster-figure-empty"></div>'
    parts = text.split(empty)
    filled = parts[0] + empty + parts[1] + "<div>120</div>" + empty.join(parts[2:])
    assert parse(replace(PAGES["pages/1.html"], body=filled.encode()), CARD).records[0].fields["members_total"] == 120


def test_a_date_with_a_wrong_weekday_is_kept_apart():
    text = PAGES["pages/1.html"].body.decode().replace("Tuesday, 25 September, 2007", "Monday, 25 September, 2007")
    parsed = parse(replace(PAGES["pages/1.html"], body=text.encode()), CARD)
    assert "founded" not in parsed.records[0].fields
    assert [rejection.reason for rejection in parsed.rejections] == ["contradictory_date"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<h1>Weather</h1><p>Rain.</p>",
        "<h1>Cluster Organisations</h1><p>No rows.</p>",
        "<urlset></urlset>",
        "\x00<div>" * 300,
    ],
)
def test_an_unknown_page_is_an_error_that_names_it(body):
    with pytest.raises(LayoutUnknown, match=r"pages/x\.html"):
        parse(page(body), CARD)


def test_a_page_that_is_gone_is_no_error():
    assert parse(page("gone", status=410), CARD).kind == "not_found"
