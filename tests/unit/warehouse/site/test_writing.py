import hashlib
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from inventory import official
from warehouse.site import SiteError, write_site
from warehouse.site.wording import alphabet


def digests(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class Anchors(HTMLParser):
    """Collects ids, and addresses of links, scripts and styles."""

    def __init__(self):
        super().__init__()
        self.ids, self.links, self.inline = [], [], []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        self.links += [attributes[name] for name in ("href", "src") if attributes.get(name)]
        if tag == "style" or (tag == "script" and "src" not in attributes):
            self.inline.append(tag)
        self.inline += [name for name in attributes if name == "style" or name.startswith("on")]


def read(path):
    parsed = Anchors()
    parsed.feed(path.read_text(encoding="utf-8"))
    return parsed


def test_it_writes_a_page_a_cluster_and_language_and_says_how_many(site, tables, tmp_path):
    number = write_site(tables, tmp_path / "site")
    pages = {path.relative_to(tmp_path / "site").as_posix() for path in (tmp_path / "site").rglob("*.html")}
    assert number == len(pages) == 1 + 2 * (8 + tables["clusters"].height)
    assert {
        f"{lang}/clusters/{cluster_id}.html" for lang in ("pl", "en") for cluster_id in tables["clusters"]["cluster_id"]
    } < pages


def test_permuted_tables_give_equal_bytes(tables, tmp_path):
    permuted = {
        name: frame.select(reversed(frame.columns)).sample(fraction=1, shuffle=True, seed=5)
        for name, frame in reversed(tables.items())
    }
    write_site(tables, tmp_path / "one")
    write_site(permuted, tmp_path / "two")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_every_link_within_the_release_has_its_file_and_place(site):
    parsed = {path.resolve(): read(path) for path in site.rglob("*.html")}
    broken = []
    for path, page in parsed.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file() or (parts.fragment and parts.fragment not in parsed[target].ids):
                broken.append((path.name, link))
    assert broken == []
    assert sum(len(page.links) for page in parsed.values()) > 1000


def test_no_page_holds_inline_code_or_an_address_of_another_host_to_load(site):
    for path in site.rglob("*.html"):
        page = read(path)
        assert page.inline == [], path.name
        assert len(page.ids) == len(set(page.ids)), path.name
        text = path.read_text(encoding="utf-8")
        assert re.search(r"default-src 'none'", text)
        assert "unsafe" not in text
        assert re.findall(r"<(?:script|link|img|iframe)[^>]+(?:https?:)?//", text) == []


def test_links_of_sources_are_web_addresses_only(site):
    schemes = {urlsplit(link).scheme for path in site.rglob("*.html") for link in read(path).links}
    assert schemes == {"", "http", "https"}


def test_a_cluster_page_cites_the_public_page_of_each_value(site, tables):
    text = (site / "en" / "clusters" / "PL-C0001.html").read_text(encoding="utf-8")
    mine = (
        tables["statements"]
        .filter(pl.col("cluster_id") == "PL-C0001")
        .join(tables["records"], on="record_id", suffix="_of_record")
    )
    assert mine.height > 4
    for row in mine.iter_rows(named=True):
        assert row["value"] in text
        assert f'href="{row["stated_by"]}"' in text
    assert "Mielec" in text
    assert "PL-C9001" in text
    assert all(f"<code>{record_id}</code>" in text for record_id in mine["record_id"])


@pytest.mark.parametrize(
    "cluster_id", ["../../../etc/passwd", "PL-C1", "pl-c0001", "PL-C0001/..", "", "PL-C0001\n", "CON"]
)
def test_an_id_that_cannot_be_a_file_name_is_refused_before_anything_is_written(tables, tmp_path, cluster_id):
    evil = tables["clusters"].with_columns(
        cluster_id=pl.when(pl.col("cluster_id") == "PL-C0007").then(pl.lit(cluster_id)).otherwise("cluster_id")
    )
    with pytest.raises(SiteError, match=r"clusters\.cluster_id"):
        write_site({**tables, "clusters": evil}, tmp_path / "site")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_table_is_named(tables, tmp_path):
    with pytest.raises(SiteError, match="conflicts"):
        write_site({name: frame for name, frame in tables.items() if name != "conflicts"}, tmp_path / "site")


def test_an_empty_inventory_still_has_its_pages(tables, tmp_path):
    assert write_site({name: frame.clear() for name, frame in tables.items()}, tmp_path / "site") == 1 + 2 * 8


def test_published_figures_are_told_in_the_language_of_the_page(tables, tmp_path):
    figures = official.compare(*(tables[name] for name in ("statistics", "clusters", "labels")), date(2026, 1, 9))
    write_site({name: frame.clear() for name, frame in tables.items()} | {"official_figures": figures}, tmp_path)
    for lang, said in (("pl", "_pl"), ("en", "")):
        page = html.fromstring((tmp_path / lang / "statistics.html").read_bytes())
        [table] = page.xpath("//section[h2[@id='official']]//table")
        assert table.xpath(".//@lang") == []
        shown = [[cell.text_content() for cell in row] for row in table.xpath("./tbody/tr")]
        expected = figures.select(f"{name}{said}" for name in ("statistic", "population", "note", "publisher"))
        assert sorted((row[0], row[1], row[6]) for row in shown) == sorted(
            (statistic, population + note, publisher) for statistic, population, note, publisher in expected.iter_rows()
        )


def test_downloads_offer_what_lies_beside_the_site(site, tables, tmp_path):
    write_site(tables, tmp_path / "lonely" / "site")
    lonely = (tmp_path / "lonely" / "site" / "en" / "downloads.html").read_text(encoding="utf-8")
    beside = (site / "en" / "downloads.html").read_text(encoding="utf-8")
    assert "inventory.duckdb" in beside
    assert "../../csv/clusters.csv" in beside
    assert "inventory.duckdb" not in lonely
    assert "../../csv" not in lonely


def test_no_clock_and_no_path_of_this_machine_is_in_a_page(site):
    texts = [path.read_text(encoding="utf-8") for path in site.rglob("*") if path.suffix in {".html", ".js"}]
    assert not any(str(Path.cwd()) in text or str(site.parent) in text for text in texts)


def test_the_register_follows_the_polish_alphabet(site):
    names = ["zebra", "Ćma", "Łódź", "Cyna", "Lublin", "Żubr", "źdźbło", "Ósmy", "(nawias)", "osa"]
    assert sorted(names, key=alphabet) == [
        "Cyna",
        "Ćma",
        "Lublin",
        "Łódź",
        "(nawias)",
        "osa",
        "Ósmy",
        "zebra",
        "źdźbło",
        "Żubr",
    ]


@given(st.text("aąbcćdeęłńóśzźż xq", max_size=12), st.lists(st.text(max_size=8), max_size=6))
def test_the_alphabet_knows_no_case_and_no_signs_and_orders_any_text(name, others):
    assert alphabet(name) == alphabet(name.upper()) == alphabet(f"„{name}”!")
    assert sorted([name, *others], key=alphabet)
