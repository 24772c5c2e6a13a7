"""The same page in other markup: what a site does to its pages overnight, and no reader of words should notice.

Every function takes the text of a page and returns a page that says the same. `CHANGES` names them all; a test of a parser
runs its pages through those that keep the page readable at all (see `remarked`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from typing import Final

from bs4 import BeautifulSoup, Comment, Tag

from sources.archive import Page
from sources.text import decode, markup

Change = Callable[[BeautifulSoup], None]
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_OPTIONAL_ENDS: Final = re.compile(r"</(?:li|td|th|tr|dt|dd|p|option|thead|tbody)\s*>", re.IGNORECASE)


def remarked(page: Page, name: str) -> Page:
    """Returns the page in other markup, as UTF-8 without a declared charset of its own.

    Args:
        page: The page.
        name: A key of `CHANGES` or `REWRITINGS`.
    """
    text = decode(page)
    if name in CHANGES:
        soup = markup(re.sub(r"<meta[^>]*charset[^>]*>", "", text, flags=re.IGNORECASE))
        CHANGES[name](soup)
        text = str(soup)
    else:
        text = REWRITINGS[name](text)
    return replace(page, body=text.encode(), headers={"content-type": "text/html; charset=utf-8"})


def rename_classes(soup: BeautifulSoup) -> None:
    """Gives every class and id a name without meaning, the same for the same."""
    names: dict[str, str] = {}
    numbers = count(1)
    for tag in soup.find_all():
        if classes := tag.get("class"):
            key = " ".join(classes)
            tag["class"] = names.setdefault(key, f"x{next(numbers)}")
        if tag.get("id"):
            tag["id"] = names.setdefault(str(tag["id"]), f"y{next(numbers)}")


def drop_classes(soup: BeautifulSoup) -> None:
    """Takes every class, id and presentational attribute away."""
    for tag in soup.find_all():
        for name in ("class", "id", "width", "border", "cellpadding", "cellspacing", "align", "valign", "size"):
            del tag[name]


def wrap(soup: BeautifulSoup) -> None:
    """Puts wrappers around blocks, and spans around the words of items and cells."""
    for tag in soup.find_all(["p", "ul", "ol", "dl", "table", "form", *_HEADINGS]):
        tag.wrap(soup.new_tag("div")).wrap(soup.new_tag("section"))
    for tag in soup.find_all(["li", "td", "th", "dt", "dd"]):
        inner = soup.new_tag("div")
        for child in list(tag.contents):
            inner.append(child.extract())
        tag.append(inner)


def list_to_divs(soup: BeautifulSoup) -> None:
    """Sets lists in `div`s."""
    _rename(soup, {"ul": "div", "ol": "div", "li": "div"})


def list_to_paragraphs(soup: BeautifulSoup) -> None:
    """Sets lists as paragraphs; a heading inside an item would end its paragraph, so it goes."""
    for heading in soup.select("li :is(h1, h2, h3, h4, h5, h6)"):
        heading.unwrap()
    _rename(soup, {"ul": "div", "ol": "div", "li": "p"})


def list_to_lines(soup: BeautifulSoup) -> None:
    """Sets lists as lines of text that `br` separates."""
    for item in soup.select("li:not(nav li)"):
        for heading in item.find_all(_HEADINGS):
            heading.unwrap()
        item.append(soup.new_tag("br"))
        item.unwrap()
    _rename(soup, {"ul": "p", "ol": "p"})


def list_to_rows(soup: BeautifulSoup) -> None:
    """Sets lists as tables with one column and no header."""
    for item in soup.select("li:not(nav li)"):
        item.name = "td"
        item.wrap(soup.new_tag("tr"))
    _rename(soup, {"ul": "table", "ol": "table"})


def pairs_to_table(soup: BeautifulSoup) -> None:
    """Sets definition lists as tables of two columns."""
    for term in soup.find_all("dt"):
        row = term.wrap(soup.new_tag("tr"))
        if (value := row.find_next_sibling()) is not None and value.name == "dd":
            row.append(value.extract())
    _rename(soup, {"dl": "table", "dt": "td", "dd": "td"})


def pairs_to_definitions(soup: BeautifulSoup) -> None:
    """Sets tables of two columns without a header as definition lists."""
    for table in _pair_tables(soup):
        for row in table.find_all("tr"):
            first, second = row.find_all(["td", "th"])
            first.name, second.name = "dt", "dd"
            row.unwrap()
        for body in table.find_all("tbody"):
            body.unwrap()
        table.name = "dl"


def pairs_to_divs(soup: BeautifulSoup) -> None:
    """Sets pairs as `div`s of two `div`s."""
    pairs_to_table(soup)
    for table in _pair_tables(soup):
        for tag in [table, *table.find_all(["tr", "td", "th", "tbody"])]:
            tag.name = "div"


def pairs_to_lines(soup: BeautifulSoup) -> None:
    """Sets pairs as `Caption: value` lines that `br` separates."""
    pairs_to_table(soup)
    for table in _pair_tables(soup):
        if table.find(["ul", "p"]):
            continue
        for row in table.find_all("tr"):
            first, second = row.find_all(["td", "th"])
            line = f"{first.get_text(' ', strip=True).rstrip(':')}: {second.get_text(' ', strip=True)}"
            row.clear()
            row.append(line)
            row.append(soup.new_tag("br"))
            row.unwrap()
        table.name = "p"


def pairs_turned(soup: BeautifulSoup) -> None:
    """Puts the value before its caption."""
    pairs_to_table(soup)
    for table in _pair_tables(soup):
        for row in table.find_all("tr"):
            row.append(row.find_all(["td", "th"])[0].extract())


def columns_turned(soup: BeautifulSoup) -> None:
    """Turns the order of the columns of tables with a header."""
    for table in _data_tables(soup):
        for row in table.find_all("tr"):
            for cell in row.find_all(["td", "th"], recursive=False):
                row.insert(0, cell.extract())


def header_cells_plain(soup: BeautifulSoup) -> None:
    """Sets header cells as plain cells, without `thead`."""
    for head in soup.find_all(["thead", "tbody"]):
        head.unwrap()
    _rename(soup, {"th": "td"})


def table_to_divs(soup: BeautifulSoup) -> None:
    """Sets tables with a header as `div`s."""
    for table in _data_tables(soup):
        for tag in [*table.find_all(["thead", "tbody", "tr", "td", "th"]), table]:
            tag.name = "div"


def cells_merged(soup: BeautifulSoup) -> None:
    """Merges equal cells that stand under each other, as a list sorted by region does."""
    for table in _data_tables(soup):
        rows = [row.find_all(["td", "th"], recursive=False) for row in table.find_all("tr")]
        for column in range(1, min(map(len, rows))):
            cells = [row[column] for row in rows[1:]]
            first: Tag | None = None
            for cell in cells:
                text = cell.get_text(strip=True)
                if first is not None and text and text == first.get_text(strip=True):
                    first["rowspan"] = str(int(str(first.get("rowspan", "1"))) + 1)
                    cell["drop"] = "1"
                else:
                    first = cell
    for cell in soup.select("[drop]"):
        cell.decompose()


def tables_nested(soup: BeautifulSoup) -> None:
    """Puts every list and table into a cell of a layout table."""
    for tag in soup.find_all(["table", "ul", "dl"]):
        outer = tag.wrap(soup.new_tag("td")).wrap(soup.new_tag("tr"))
        menu = soup.new_tag("td")
        menu.string = "Menu"
        outer.insert(0, menu)
        outer.wrap(soup.new_tag("table"))


def headings_plain(soup: BeautifulSoup) -> None:
    """Sets headings as bold paragraphs."""
    for tag in soup.find_all(_HEADINGS):
        tag.name = "b"
        tag.wrap(soup.new_tag("div"))


def modern_elements_plain(soup: BeautifulSoup) -> None:
    """Sets sections of the page as `div`s; navigation, header and footer keep their elements."""
    _rename(soup, {"main": "div", "article": "div", "section": "div", "address": "div"})


def comments_inside(soup: BeautifulSoup) -> None:
    """Puts comments and blanks between elements, as template engines do."""
    for tag in soup.find_all(["li", "td", "dd", "dt", "tr", *_HEADINGS]):
        tag.insert_before(Comment(" THEME DEBUG "))
        tag.insert(0, Comment(" BEGIN "))
        tag.append("\n\u00a0")


def upper_case(text: str) -> str:
    """Writes the names of elements in capitals, as the editors of 2003 did."""
    return re.sub(r"</?[a-z][a-z0-9]*", lambda met: met[0].upper(), text)


def end_tags_missing(text: str) -> str:
    """Leaves out every end tag that HTML lets one leave out."""
    return _OPTIONAL_ENDS.sub("", text)


CHANGES: Final[Mapping[str, Change]] = {
    change.__name__: change
    for change in (
        rename_classes,
        drop_classes,
        wrap,
        list_to_divs,
        list_to_paragraphs,
        list_to_lines,
        list_to_rows,
        pairs_to_table,
        pairs_to_definitions,
        pairs_to_divs,
        pairs_to_lines,
        pairs_turned,
        columns_turned,
        header_cells_plain,
        table_to_divs,
        cells_merged,
        tables_nested,
        headings_plain,
        modern_elements_plain,
        comments_inside,
    )
}
REWRITINGS: Final[Mapping[str, Callable[[str], str]]] = {
    "upper_case": upper_case,
    "end_tags_missing": end_tags_missing,
}
ALL: Final = (*CHANGES, *REWRITINGS)


def _rename(soup: BeautifulSoup, names: Mapping[str, str]) -> None:
    for tag in soup.find_all(list(names)):
        if tag.find_parent(["nav", "form"]) is None:
            tag.name = names[tag.name]


def _pair_tables(soup: BeautifulSoup) -> list[Tag]:
    return [
        table
        for table in soup.find_all("table")
        if not table.find("table")
        and not table.find_parent("form")
        and not (table.find("th") and table.find_all("tr")[0].find("td") is None)
        and all(len(row.find_all(["td", "th"], recursive=False)) == 2 for row in table.find_all("tr"))
    ]


def _data_tables(soup: BeautifulSoup) -> list[Tag]:
    found = []
    for table in soup.find_all("table"):
        first = table.find("tr")
        if first is not None and not table.find("table") and first.find("th") and first.find("td") is None:
            found.append(table)
    return found
