"""What a reader sees and does, in a headless Chromium."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

pytestmark = pytest.mark.browser

HOSTILE_START = "<img src=x onerror=alert(1)>"
AXE = (Path(__file__).parent / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
KINDS = [
    "index",
    "register",
    "statistics",
    "sources",
    "excluded",
    "dictionary",
    "downloads",
    "about",
    "clusters/PL-C0001",
]


def names(page):
    return page.locator("#rows th a").all_inner_texts()


def found(page):
    page.wait_for_function("/[0-9]/.test(document.querySelector('#count').innerText)")  # the list is drawn by a script
    return int(page.locator("#count").inner_text().split()[0])


def follow(link):
    """Clicks a link and waits for the page behind it."""
    with link.page.expect_navigation():
        link.click()


def query(page):
    return {key: values[0] for key, values in parse_qs(urlsplit(page.url).query).items()}


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("lodz", "Łódzki Klaster Medialny"),
        ("ŁÓDZ", "Łódzki Klaster Medialny"),
        ("slaski lotniczy", "Śląski Klaster Lotniczy"),
        ("aviation valley", "Klaster Dolina Lotnicza"),
        ("pl-c0005", "Klaster Gospodarki Odpadowej i Recyklingu"),
        ("ict wielkopolska", "Wielkopolska ICT Cluster"),
    ],
)
def test_search_finds_names_without_polish_letters_in_either_language(open_page, typed, first):
    page = open_page("pl/index.html")
    page.fill("#q", typed)
    assert names(page)[0] == first
    assert query(page) == {"q": typed}


def test_search_without_a_hit_says_so_and_points_to_what_is_out_of_scope(open_page):
    page = open_page("en/index.html?q=zzzz")
    assert page.locator("#nothing").is_visible()
    assert page.locator("#table").is_hidden()
    assert page.locator("#count").inner_text() == "0 of 120 clusters"
    follow(page.locator("#nothing a"))
    assert page.url.endswith("/en/excluded.html")


def test_filters_agree_with_the_tables_and_stand_in_the_address(open_page, tables):
    page = open_page("pl/index.html")
    page.check("input[name=class][value=potential_cluster]")
    page.check("input[name=state][value=active]")
    clusters = tables["clusters"]
    asked = clusters.filter((clusters["class"] == "potential_cluster") & (clusters["state"] == "active"))
    assert found(page) == asked.height
    page.fill("#from", "2008")
    page.fill("#to", "2012")
    page.keyboard.press("Tab")
    assert found(page) == asked.filter(asked["founded_year"].is_between(2008, 2012)).height
    assert query(page) == {"class": "potential_cluster", "state": "active", "from": "2008", "to": "2012"}


def test_counts_beside_filters_are_what_choosing_them_gives(open_page):
    page = open_page("pl/index.html?class=cluster")
    for box in page.locator("input[name=state]").all():
        promised = int(box.locator("xpath=..").locator(".count").inner_text())
        box.check()
        assert found(page) == promised
        box.uncheck()


def test_label_filter_knows_held_from_expired(open_page, tables):
    page = open_page("pl/index.html?label=esca")
    assert found(page) == tables["labels"]["cluster_id"].n_unique()
    page.check("#held")
    assert (
        found(page) == tables["labels"].filter(tables["labels"]["valid_until"] >= "2015-12-31")["cluster_id"].n_unique()
    )


def test_a_shared_address_gives_the_same_view(open_page):
    page = open_page("pl/index.html")
    page.fill("#q", "klaster")
    page.check("input[name=class][value=cluster]")
    page.select_option("#sort", "oldest")
    page.click("#pages a[data-page='2']")
    shared = open_page(page.url)
    assert query(shared)["page"] == "2"
    assert names(shared) == names(page)
    assert shared.locator("#sort").input_value() == "oldest"
    assert shared.locator("#chips button").count() == 2


def test_an_address_of_nonsense_gives_the_whole_list(open_page):
    page = open_page("pl/index.html?class=evil,<b>&state=__proto__&sort=constructor&page=-7&from=abcd&to=%27%3E")
    assert found(page) == 120
    assert page.locator("#chips button").count() == 0


def test_back_returns_to_the_view_before(open_page):
    page = open_page("pl/index.html")
    page.check("input[name=class][value=potential_cluster]")
    few = found(page)
    page.check("input[name=state][value=dormant]")
    page.go_back()
    assert found(page) == few
    assert not page.locator("input[name=state][value=dormant]").is_checked()


def test_the_language_switch_keeps_the_view(open_page):
    page = open_page("pl/index.html?q=aviation&class=cluster")
    before = found(page)
    follow(page.locator("#language"))
    assert page.locator("html").get_attribute("lang") == "en"
    assert query(page) == {"q": "aviation", "class": "cluster"}
    assert found(page) == before
    assert "Aviation Valley" in names(page)


def test_the_language_switch_keeps_the_cluster(open_page):
    page = open_page("en/clusters/PL-C0001.html#labels")
    follow(page.locator("#language"))
    assert page.url.endswith("/pl/clusters/PL-C0001.html#labels")
    assert page.locator("h1").inner_text() == "Klaster Dolina Lotnicza"


def test_the_map_counts_and_filters(open_page, tables):
    page = open_page("pl/index.html")
    by_code = dict(tables["clusters"].group_by("voivodeship_code").len().iter_rows())
    shown = {
        link.get_attribute("data-code"): int(link.locator("text").inner_html()) for link in page.locator("#map a").all()
    }
    assert shown == by_code
    # The middle of the link's frame may lie outside an odd shape; the count stands inside.
    page.locator("#map a[data-code='18'] path").dispatch_event("click")
    assert found(page) == by_code["18"]
    assert query(page) == {"voivodeship": "18"}
    assert page.locator("#map a[data-code='18']").get_attribute("aria-current") == "true"
    page.locator("#map a[data-code='18'] path").dispatch_event("click")
    assert found(page) == 120


def test_the_map_answers_the_mouse_and_the_keyboard(open_page, tables):
    page = open_page("pl/index.html")
    expected = tables["clusters"].filter(tables["clusters"]["voivodeship_code"] == "14").height
    count = page.locator("#map a[data-code='14'] text").bounding_box()
    page.mouse.click(count["x"] + count["width"] / 2, count["y"] + count["height"] / 2)
    assert found(page) == expected
    assert query(page) == {"voivodeship": "14"}
    page.locator("#map a[data-code='14']").focus()
    page.keyboard.press("Enter")
    assert query(page) == {}


def test_everything_is_reached_by_keyboard(open_page):
    page = open_page("pl/index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("medialny")
    stops = []
    for _ in range(80):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
        if stops[-1] == "Łódzki Klaster Medialny":
            break
    assert {"from", "to", "held", "clear", "sort"} <= set(stops)
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/pl/clusters/PL-C0002.html")
    assert page.locator("h1").inner_text() == "Łódzki Klaster Medialny"


def test_chips_name_and_remove_each_filter(open_page):
    page = open_page("en/index.html?q=klaster&state=active,dormant&from=2005")
    chips = page.locator("#chips button")
    assert [text.removesuffix(" ×") for text in chips.all_inner_texts()] == [
        "search: klaster", "active", "dormant", "Year of founding: from 2005",
    ]  # fmt: skip
    page.get_by_role("button", name="Remove the filter: active").click()
    assert query(page) == {"q": "klaster", "state": "dormant", "from": "2005"}
    page.click("#clear")
    assert query(page) == {}
    assert found(page) == 120


@pytest.mark.parametrize("lang", ["pl", "en"])
def test_hostile_names_are_text(open_page, lang):
    page = open_page(f"{lang}/index.html?q=onerror")
    assert names(page)[0].startswith(HOSTILE_START)
    follow(page.locator("#rows th a").first)
    assert page.locator("h1").inner_text().startswith(HOSTILE_START)
    assert "{{7*7}}" in page.locator("h1").inner_text()
    assert page.locator("main img, main script").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    page.goto(page.url.replace("clusters/PL-C0003", "register"))
    assert page.locator("main img, main script").count() == 0


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing(open_page, kind):
    page = open_page(f"pl/{kind}.html")
    assert violations(page) == []


@pytest.mark.parametrize(("width", "scheme"), [(1300, "dark"), (360, "light")])
@pytest.mark.parametrize("kind", ["index", "statistics", "clusters/PL-C0001"])
def test_axe_finds_nothing_in_the_dark_and_on_a_phone(open_page, kind, width, scheme):
    page = open_page(f"en/{kind}.html", width=width, scheme=scheme)
    assert violations(page) == []


def violations(page):
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    page.evaluate(AXE)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    result = page.evaluate("tags => axe.run({runOnly: tags})", tags)
    assert len(result["passes"]) > 10
    return [(fault["id"], fault["nodes"][0]["html"]) for fault in result["violations"]]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_sticks_out_at_320_pixels(open_page, kind):
    """WCAG 2.2, success criterion 1.4.10: no scrolling in two directions at a width of 320 CSS pixels."""
    page = open_page(f"pl/{kind}.html", width=320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_site_works_from_disk(open_page, site):
    page = open_page((site / "index.html").as_uri())
    page.wait_for_url("**/pl/index.html")
    page.fill("#q", "lodz")
    assert names(page)[0] == "Łódzki Klaster Medialny"
    assert query(page) == {"q": "lodz"}
    follow(page.locator("#language"))
    assert page.locator("#q").input_value() == "lodz"
    follow(page.locator("#rows th a").first)
    assert page.locator("h1").inner_text() == "Łódzki Klaster Medialny"


def test_print_holds_the_whole_view_and_no_controls(open_page):
    page = open_page("pl/index.html")
    assert len(names(page)) == 50
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert len(names(page)) == 120
    assert all(page.locator(hidden).is_hidden() for hidden in ("#panel", "#search", "#pager", "#language"))
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert len(names(page)) == 50


def test_without_script_the_register_is_offered(chromium, served):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}/pl/index.html")
    follow(page.locator("noscript a"))
    follow(page.get_by_role("link", name="Łódzki Klaster Medialny"))
    assert page.locator("h1").inner_text() == "Łódzki Klaster Medialny"
    context.close()


def test_the_policy_forbids_what_the_pages_do_not_need(chromium, served):
    """A script that slipped into a page would not run, and nothing is fetched from elsewhere."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{served}/pl/index.html")
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "document.title = 'broken in'";
        document.body.append(script);
    }""")
    refused = page.evaluate("fetch('/').then(() => 'fetched', () => 'refused')")
    assert page.title() != "broken in"
    assert refused == "refused"
    context.close()
