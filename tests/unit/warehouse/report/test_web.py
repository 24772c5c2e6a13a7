"""The HTML report: every number is a row of `statistics`, names stay text, the page is whole and accessible."""

import itertools
import re
from decimal import Decimal

import pytest
from lxml import html

from warehouse.report import write_report
from warehouse.report.figures import Figures
from warehouse.report.web import write_page
from warehouse.report.writing import compose

ORIGINS = ("statistic", "previous", "official", "fact", "method")
LANGS = ("pl", "en")


@pytest.fixture(scope="module")
def pages(tmp_path_factory, tables, last_year):
    folder = tmp_path_factory.mktemp("report")
    files = write_report(tables, folder, formats=("html",), previous=last_year)
    return {lang: html.fromstring(file.read_bytes()) for lang, file in zip(LANGS, files, strict=True)}


def _number(text, lang):
    spaces = text.replace("\u00a0", "").replace("\u202f", "")
    plain = spaces.replace(",", ".") if lang == "pl" else spaces.replace(",", "")
    return Decimal(plain)


def _wrong(page, lang, mark, figures):
    """Returns the shown numbers that differ from the rows their keys name, and how many were looked at."""
    found = page.xpath(f"//*[@data-{mark}]")
    wrong = []
    for one in found:
        value, text = figures.value(one.get(f"data-{mark}")), one.text_content()
        if value is None:
            wrong += [] if text == "–" else [(one.get(f"data-{mark}"), text, value)]
            continue
        shown = _number(text, lang)
        places = Decimal(1).scaleb(shown.as_tuple().exponent)
        if Decimal(str(value)).quantize(places) != shown:
            wrong.append((one.get(f"data-{mark}"), text, value))
    return wrong, len(found)


@pytest.mark.parametrize("lang", LANGS)
def test_every_number_equals_a_row_of_statistics(pages, tables, last_year, lang):
    wrong, seen = _wrong(pages[lang], lang, "statistic", Figures(tables["statistics"], "now"))
    assert wrong == []
    assert seen > 300
    wrong, seen = _wrong(pages[lang], lang, "previous", Figures(last_year["statistics"], "then"))
    assert wrong == []
    assert seen > 20


@pytest.mark.parametrize("lang", LANGS)
def test_official_figures_equal_their_table(pages, tables, lang):
    rows = {row["figure_id"]: row for row in tables["official_figures"].iter_rows(named=True)}
    shown = pages[lang].xpath("//*[@data-official]")
    for one in shown:
        figure, _, column = one.get("data-official").rpartition(".")
        value = rows[figure][column]
        number = _number(one.text_content(), lang)
        assert abs(Decimal(str(value)) - number) <= Decimal("0.05"), one.get("data-official")
    assert len(shown) > 20


@pytest.mark.parametrize(("lang", "said"), [("pl", "_pl"), ("en", "")])
def test_official_figures_are_told_in_the_words_of_the_table(pages, tables, lang, said):
    rows = {row["figure_id"]: row for row in tables["official_figures"].iter_rows(named=True)}
    for name in ("statistic", "publisher"):
        begin = f"official_figures.{name}{said}/"
        shown = pages[lang].xpath(f"//*[starts-with(@data-fact, '{begin}')]")
        assert len(shown) > 20
        for one in shown:
            assert one.text_content() == rows[one.get("data-fact").removeprefix(begin)][f"{name}{said}"]
    assert pages[lang].xpath("//table[starts-with(@id, 't-official')]//@lang") == []


@pytest.mark.parametrize("lang", LANGS)
def test_no_digit_stands_without_its_origin(pages, lang):
    page = pages[lang]
    marked = " or ".join(f"ancestor-or-self::*[@data-{origin}]" for origin in ORIGINS)
    loose = page.xpath(f"//body//text()[not({marked}) and not(ancestor::svg) and not(ancestor::style)]")
    assert [text.strip() for text in loose if re.search(r"\d", text)] == []


@pytest.mark.parametrize("lang", LANGS)
def test_figures_drawn_stand_in_the_table_beside(pages, lang):
    for figure in pages[lang].xpath("//figure"):
        cells = {cell.text_content().strip() for cell in figure.xpath(".//td | .//tbody//th")}
        heads = {head.text_content().strip() for head in figure.xpath(".//thead//th")}
        drawn = [text.strip() for text in figure.xpath(".//*[local-name()='svg']//*[local-name()='text']/text()")]
        numbers = {text for text in drawn if re.fullmatch(r"[\d.,\u00a0]+", text)}
        if figure.get("id") != "f-terms":  # its axis shows years, its table days
            assert numbers <= cells | heads, figure.get("id")
            assert numbers


def test_names_are_text_in_every_place(tmp_path, tables):
    [file] = write_report(tables, tmp_path, langs=("en",), formats=("html",))
    page = html.fromstring(file.read_bytes())
    assert page.xpath("//script | //iframe | //object | //img | //form") == []
    assert [name for one in page.iter() for name in one.attrib if name.startswith("on")] == []
    shown = page.get_element_by_id("t-annex-clusters").text_content()
    for name in tables["clusters"].filter(**{"class": "cluster"})["name_pl"]:
        assert name in shown


@pytest.mark.parametrize("lang", LANGS)
def test_page_loads_nothing_and_is_well_built(pages, lang):
    page = pages[lang]
    assert page.get("lang") == lang
    assert page.xpath("//@src | //link | //*[local-name()='image'] | //*[contains(@style, 'url')]") == []
    assert all(target.startswith("#") for target in page.xpath("//a/@href"))
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    pointed = [one for name in ("aria-labelledby", "aria-describedby") for one in page.xpath(f"//@{name}")]
    assert set(pointed) | {target[1:] for target in page.xpath("//a/@href")} <= set(ids)
    levels = [int(head.tag[1]) for head in page.xpath("//h1 | //h2 | //h3")]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all(
        table.xpath("./caption and .//th[@scope='col'] and .//th[@scope='row']") for table in page.xpath("//table")
    )
    assert all(svg.get("role") == "img" for svg in page.xpath("//*[local-name()='svg']"))
    assert page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0].startswith("default-src 'none'")


def test_other_languages_are_told(pages):
    assert pages["en"].xpath("//table[@id='t-annex-clusters']//*[@lang='pl']")
    assert not pages["pl"].xpath("//table[@id='t-annex-clusters']//*[@lang='pl']")


def test_annexes_hold_every_body_once(pages, tables):
    for class_, id_ in (("cluster", "t-annex-clusters"), ("potential_cluster", "t-annex-potential")):
        told = pages["pl"].xpath(f"//table[@id='{id_}']//th[@scope='row']/*/@data-fact")
        expected = [f"clusters/{one}" for one in tables["clusters"].filter(**{"class": class_})["cluster_id"]]
        assert sorted(told) == sorted(expected)


def test_equal_tables_in_other_order_give_equal_bytes(tmp_path, tables):
    shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=7) for name, frame in tables.items()}
    write_page(compose(tables, "pl"), tmp_path / "a.html")
    write_page(compose(shuffled, "pl"), tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
