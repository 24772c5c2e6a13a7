"""Invented pages of the registries that the sources read, kind by kind; see `invented`."""

# ruff: noqa: E501  a piece of markup is read best on one line

from __future__ import annotations

import calendar
import csv
import io
from collections.abc import Callable
from typing import Any, Final

import xlsxwriter

from sources.archive import Page
from sources.cards import load_cards
from tests.unit.sources.invented import (
    _COUNTRIES,
    _MONTHS_EN,
    _MONTHS_PL,
    _SECTORS,
    _TOWNS,
    _VOIVODESHIPS,
    _WEEKDAYS,
    ENTRY_STYLES,
    GRID_STYLES,
    NAME_STYLES,
    PAIR_STYLES,
    TABLE_STYLES,
    Columns,
    Invented,
    Pen,
    _decorated,
    esc,
    page_of,
)

_CARDS: Final = load_cards()
Facts = dict[str, Any]


def _heading(pen: Pen, text: str) -> str:
    level = pen.pick(("h1", "h2"))
    return f"<{level}{pen.klass()}>{esc(text)}</{level}>"


def _listing(pen: Pen, columns: Columns, *, entries: bool = True) -> str:
    style = pen.style((*TABLE_STYLES, *TABLE_STYLES, *GRID_STYLES, *(ENTRY_STYLES if entries else ())))
    return style(pen, columns if style in ENTRY_STYLES else _decorated(pen, columns))


def _columns(
    pen: Pen, source: str, keys: list[str], rows: list[dict[str, str]], captions: dict[str, str] | None = None
) -> Columns:
    known = dict(_CARDS[source].captions)
    named = {key: (captions or {}).get(key) or pen.known(known, key) for key in keys}
    return Columns(
        keys,
        {key: esc(caption) for key, caption in named.items()},
        [{key: esc(said) for key, said in row.items()} for row in rows],
    )


# Tables of entries


def standards(pen: Pen) -> Invented:
    rows: list[dict[str, str]] = []
    stated: list[tuple[str, Facts]] = []
    regions = sorted(pen.pick(_VOIVODESHIPS) for _ in range(pen.chance.randrange(2, 9)))
    for number, region in enumerate(regions, start=1):
        name, coordinator = pen.name(), pen.coordinator()
        rows.append({"list_number": f"{number}.", "name": name, "coordinator": coordinator, "voivodeship": region})
        stated.append(
            (
                name,
                {
                    "coordinator": coordinator,
                    "voivodeship": region,
                    "list_number": number,
                    "other_label": "PARP cluster management standards",
                },
            )
        )
    keys = ["list_number", "name", "coordinator", "voivodeship"]
    if pen.maybe(0.2):
        keys.remove("list_number")
    body = (
        _heading(pen, "Klastry spełniające standardy zarządzania")
        + "<p>Wizyty ekspertów odbyły się w IV kwartale 2015 r.</p>"
    )
    body += _listing(pen, _columns(pen, "parp_standards", keys, rows))
    if "list_number" not in keys or "entries_in_items" in pen.how:
        stated = [
            (name, {key: value for key, value in facts.items() if key != "list_number"}) for name, facts in stated
        ]
    return Invented(
        "parp_standards",
        "standards",
        page_of(pen, "http://www.pi.gov.pl/Klastry/chapter_95925.asp", "Standardy", body),
        stated,
    )


def mazovia(pen: Pen) -> Invented:
    rows, stated = [], []
    for number in range(1, pen.chance.randrange(3, 9)):
        name, coordinator = pen.name(), pen.coordinator()
        rows.append({"list_number": f"{number}.", "name": name, "coordinator": coordinator})
        stated.append((name, {"coordinator": coordinator, "list_number": number}))
    captions = {"list_number": pen.pick(("Lp.", "LP", "Lp"))}
    body = (
        _heading(pen, "Klastry na Mazowszu")
        + "<p>Lista klastrów aktywnych.</p>"
        + _listing(pen, _columns(pen, "regional_mazovia", ["list_number", "name", "coordinator"], rows, captions))
    )
    if "entries_in_items" in pen.how:
        stated = [(name, {"coordinator": facts["coordinator"]}) for name, facts in stated]
    return Invented(
        "regional_mazovia",
        "list",
        page_of(pen, "https://innowacyjni.mazovia.pl/klastry.html", "Klastry na Mazowszu", body),
        stated,
    )


def city_table(pen: Pen) -> Invented:
    rows, stated = [], []
    for _ in range(pen.chance.randrange(3, 9)):
        name, year, total = pen.name(), pen.year(), pen.number()
        part = pen.chance.randrange(1, total + 1)
        facts: Facts = {"founded": str(year), "city": "Lublin", "members_total": total}
        both = pen.maybe(0.7)
        if both:
            facts["members_by_type"] = {"enterprises": part}
        rows.append(
            {
                "founded": pen.pick((str(year), f"{year} r.")),
                "name": name,
                "members_total": f"{total} ({part})" if both else str(total),
            }
        )
        stated.append((name, facts))
    body = (
        _heading(pen, "Klastry w Lublinie")
        + "<p>Klastry działające w Lublinie.</p>"
        + _listing(pen, _columns(pen, "lublin_city", ["founded", "name", "members_total"], rows))
    )
    return Invented(
        "lublin_city",
        "table",
        page_of(pen, "https://lublin.eu/biznes-i-nauka/przedsiebiorcy/klastry/", "Klastry", body),
        stated,
    )


def city_names(pen: Pen) -> Invented:
    english = pen.maybe()
    names = [pen.english() if english else pen.name() for _ in range(pen.chance.randrange(3, 12))]
    said = [pen.pick((esc(name), f"<strong>{esc(name)}</strong>")) for name in names]
    heading, intro = (
        ("Ecosystems and clusters", "Clusters at work in Lublin.")
        if english
        else ("Ekosystemy i klastry", "Klastry działające w Lublinie i okolicy.")
    )
    body = _heading(pen, heading) + f"<p>{intro}</p>" + pen.style(NAME_STYLES)(pen, said)
    url = (
        "https://gospodarczy.lublin.eu/?lang=en&p=4007"
        if english
        else "https://gospodarczy.lublin.eu/branze/o-klastrach/"
    )
    return Invented(
        "lublin_city",
        "list",
        page_of(pen, url, heading, body, english=english),
        [(name, {"city": "Lublin"}) for name in names],
    )


# ESCA


def esca_country(pen: Pen) -> Invented:
    numbers = _CARDS["esca"].codes["countries"]
    number = pen.pick(sorted(numbers))
    dashed = f"{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:]}"
    rows, stated = [], []
    for _ in range(pen.chance.randrange(3, 10)):
        name, portfolio, (year, month, day) = (
            pen.english(),
            pen.pick(("Construction", "Food industry", "ICT", "Energy and environment", "Production and engineering")),
            pen.day(),
        )
        facts: Facts = {"sector": portfolio, "label": "bronze", "country": numbers[number]}
        until = "" if pen.maybe(0.1) else f"{year}/{month:02}/{day:02}"
        if until:
            facts["label_valid_until"] = until.replace("/", "-")
        rows.append({"name": name, "sector": portfolio, "label_valid_until": until})
        stated.append((name, facts))
    nameless = pen.maybe(0.4)
    if nameless:
        rows.insert(
            pen.chance.randrange(1, len(rows) + 1),
            {"name": "", "sector": "Aviation and space", "label_valid_until": "2018/02/03"},
        )
    columns = _columns(pen, "esca", ["name", "sector", "label_valid_until"], rows)
    if pen.maybe(0.7):
        columns.keys.insert(2, "www")
        columns.captions["www"] = "www"
        for row in columns.rows:
            row["www"] = '<img src="/link.png" alt="">'
    body = (
        _heading(pen, "Benchmarking: Bronze Label of the European Cluster Excellence Initiative (ECEI)")
        + '<p><a href="/benchmarked-clusters/">« Back to overview</a></p>'
    )
    body += _listing(pen, columns, entries=not nameless and "www" not in columns.keys)
    url = f"http://www.cluster-analysis.org/benchmarked-clusters/?country={pen.pick((number, dashed))}"
    return Invented("esca", "country", page_of(pen, url, "Benchmarking", body, english=True), stated)


def esca_label(pen: Pen) -> Invented:
    level, motto = pen.pick(
        (
            ("bronze", "Striving for Cluster Excellence"),
            ("silver", "Dedicated to Cluster Excellence"),
            ("gold", "Proven for Cluster Excellence"),
        )
    )
    stated: list[tuple[str, Facts]] = []
    parts = []
    wrap = pen.pick(("section", "div", ""))
    style = pen.style(NAME_STYLES)
    level_tag = pen.pick(("h3", "h4"))
    countries = pen.chance.sample(_COUNTRIES, pen.chance.randrange(1, 5))
    for country, code in countries:
        said = []
        for _ in range(pen.chance.randrange(1, 6)):
            name = pen.english()
            facts: Facts = {"label": level, "country": code}
            line = pen.pick((esc(name), f"<strong>{esc(name)}</strong>"))
            if pen.maybe(0.3):
                year, month = pen.year() + 8, pen.chance.randrange(1, 13)
                day = calendar.monthrange(year, month)[1]
                facts["label_valid_until"] = f"{year}-{month:02}-{day:02}"
                line += pen.pick(
                    (" – label valid until {}", " (label valid until {})", ", label valid until {}")
                ).format(f"{day} {_MONTHS_EN[month - 1]} {year}")
            said.append(line)
            stated.append((name, facts))
        part = f"<{level_tag}>{country}</{level_tag}>{style(pen, said)}"
        parts.append(f"<{wrap}>{part}</{wrap}>" if wrap else part)
    body = (
        _heading(pen, f"{level.title()} Label")
        + f"<h2>Cluster Management Excellence Label {level.upper()} - {motto}</h2>"
    )
    count = f" from {len(countries)} countries" if pen.maybe() else ""
    body += f"<p>The list includes {len(stated)} clusters{count}.</p><h3>Country Overview</h3>" + "".join(parts)
    return Invented(
        "esca",
        "label",
        page_of(pen, f"https://www.cluster-analysis.org/{level}-label", f"{level.title()} Label", body, english=True),
        stated,
    )


# National Key Clusters

_ROMAN: Final = ("I", "II", "III", "IV", "V", "VI", "VII")


def kkk_rounds(pen: Pen) -> Invented:
    stated: list[tuple[str, Facts]] = []
    body = (
        _heading(pen, "Krajowe Klastry Kluczowe")
        + "<p>Status Krajowego Klastra Kluczowego przyznaje się na trzy lata w drodze konkursu.</p>"
    )
    style = pen.style(NAME_STYLES)
    phrase = pen.pick(("reprezentowany przez", "koordynowany przez", "koordynator:"))
    heading = pen.pick(("<h3>{}</h3>", "<h4>{}</h4>", "<p><strong>{}</strong></p>", "<p>{}:</p>"))
    for round_ in sorted(pen.chance.sample(_ROMAN, pen.chance.randrange(1, 4)), key=_ROMAN.index, reverse=True):
        until, said_until = "", ""
        if pen.maybe(0.7):
            year, month, day = pen.day()
            until = f"{year + 6}-{month:02}-{day:02}"
            said_until = pen.pick(
                (" (status obowiązuje do {} r.)", " – status obowiązuje do {} r.", ", status ważny do {} roku")
            ).format(f"{day} {_MONTHS_PL[month - 1]} {year + 6}")
        said = []
        for _ in range(pen.chance.randrange(2, 7)):
            name, coordinator = pen.name(), pen.coordinator() if pen.maybe(0.7) else ""
            said.append(esc(name + (f", {phrase} {coordinator}" if coordinator else "")))
            facts = {"kkk_round": round_, "other_label": "Krajowy Klaster Kluczowy"}
            facts |= {"coordinator": coordinator} if coordinator else {}
            facts |= {"kkk_valid_until": until} if until else {}
            stated.append((name, facts))
        words = pen.pick(
            (f"{round_} runda konkursu", f"{round_} runda", f"Runda {round_}", f"{round_} edycja konkursu")
        )
        body += heading.format(words + said_until) + style(pen, said)
    return Invented(
        "kkk",
        "rounds",
        page_of(
            pen,
            "https://www.gov.pl/web/rozwoj-praca-technologia/krajowe-klastry-kluczowe",
            "Krajowe Klastry Kluczowe",
            body,
        ),
        stated,
    )


def kkk_table(pen: Pen) -> Invented:
    rows, stated = [], []
    for _ in range(pen.chance.randrange(3, 9)):
        name, coordinator, round_, (year, month, day) = pen.name(), pen.coordinator(), pen.pick(_ROMAN), pen.day()
        facts = {
            "coordinator": coordinator,
            "kkk_round": round_,
            "kkk_valid_until": f"{year + 6}-{month:02}-{day:02}",
            "other_label": "Krajowy Klaster Kluczowy",
        }
        rows.append(
            {
                "name": name,
                "coordinator": coordinator,
                "kkk_round": round_,
                "kkk_valid_until": pen.pick(
                    (f"{day} {_MONTHS_PL[month - 1]} {year + 6} r.", f"{day:02}.{month:02}.{year + 6}")
                ),
            }
        )
        stated.append((name, facts))
    body = (
        _heading(pen, "Krajowe Klastry Kluczowe")
        + "<p>Lista klastrów o statusie Krajowego Klastra Kluczowego</p>"
        + _listing(
            pen, _columns(pen, "kkk", ["name", "coordinator", "kkk_round", "kkk_valid_until"], rows), entries=False
        )
    )
    return Invented(
        "kkk",
        "table",
        page_of(
            pen, "https://www.gov.pl/web/rozwoj-technologia/krajowe-klastry-kluczowe", "Krajowe Klastry Kluczowe", body
        ),
        stated,
    )


# PARP's map

_MARKS: Final = {
    "r": ("R", "wpisany na mapę"),
    "s": ("S", "spełnia standardy zarządzania PARP"),
    "k": ("KKK", "Krajowy Klaster Kluczowy"),
}


def _contact(pen: Pen) -> tuple[list[tuple[str, list[str]]], tuple[str, ...]]:
    person, phone, mail = pen.person(), pen.phone(), pen.mail()
    pairs = [
        (pen.pick(("osoba do kontaktu", "Osoba kontaktowa")), [person]),
        (pen.pick(("telefon", "tel.")), [phone]),
        (pen.pick(("e-mail", "Adres e-mail")), [mail]),
    ]
    return [pair for pair in pairs if pen.maybe(0.8)], (person, phone, mail)


def map_card(pen: Pen) -> Invented:
    captions = dict(_CARDS["parp_map"].captions)
    new = pen.maybe()
    name = pen.name()
    mark = pen.pick(("r", "s", "k"))
    facts: Facts = {"mark": mark}
    pairs: list[tuple[str, list[str]]] = []
    for key, value, shown in (
        ("voivodeship", region := pen.pick(_VOIVODESHIPS), region),
        ("sector", sector := pen.pick(_SECTORS), sector),
        ("coordinator", coordinator := pen.coordinator(), coordinator),
        ("founded", str(year := pen.year()), pen.pick((str(year), f"{year} r."))),
        ("city", town := pen.pick(_TOWNS), town),
        ("website", "www.zmyslony-klaster.example", "www.zmyslony-klaster.example"),
    ):
        if pen.maybe(0.7):
            facts[key] = value
            pairs.append((_polish(pen, captions, key), [shown]))
    if pen.maybe(0.7):
        facts["members_total"] = pen.number()
        pairs.append(
            (pen.cased(pen.pick(("liczba członków", "liczba członków klastra"))), [str(facts["members_total"])])
        )
        if pen.maybe(0.6):
            parts = {
                key: pen.chance.randrange(1, 40)
                for key in ("enterprises", "science", "business_environment", "local_government")
                if pen.maybe(0.7)
            }
            if parts:
                facts["members_by_type"] = parts
            spelt = {
                "enterprises": "w tym przedsiębiorstwa",
                "science": "w tym jednostki naukowe",
                "business_environment": "instytucje otoczenia biznesu",
                "local_government": "jednostki samorządu terytorialnego",
            }
            pairs += [(pen.cased(spelt[key]), [str(value)]) for key, value in parts.items()]
    contact, private = _contact(pen)
    if pen.maybe():
        pen.chance.shuffle(pairs)
    at = pen.pick((len(pairs), pen.chance.randrange(len(pairs) + 1)))
    pairs[at:at] = contact
    sign, words = _MARKS[mark]
    shown_mark = pen.pick(
        (
            f'<p><span class="z">{sign}</span> {words}</p>',
            f'<p><img src="/img/x.gif" alt="{words}"></p>',
            f"<p>{words}</p>",
            f'<div><img src="/kat.gif" alt=""> {words}</div>',
            "captioned",
        )
    )
    if shown_mark == "captioned":
        pairs.insert(0, (pen.pick(("Kategoria", "Status")), [words]))
        shown_mark = ""
    body = _heading(pen, name) + shown_mark + pen.style(PAIR_STYLES)(pen, pairs)
    if pen.maybe(0.3):
        body += "<h2>Potencjał kooperacyjny</h2><p>(treści nie odtworzono)</p>"
    if pen.maybe(0.4):
        body += _related(
            pen,
            "/component/site/site/clusterfy/klaster/{}-inny" if new else "/Klastry/chapter_95927.asp?soid={:032X}",
            "Zobacz też",
            ("Województwo", "opolskie"),
            ("Koordynator", "Fundacja Obca"),
            ("Liczba członków", "777"),
        )
    crumbs = pen.pick(
        (
            "",
            f'<p><a href="{"/component/site/site/clusterfy" if new else "/Klastry/chapter_95927.asp"}">Mapa klastrów</a> &gt; {esc(name)}</p>',
        )
    )
    number = f"{pen.chance.randrange(16**32):032X}"
    url = (
        f"https://www.parp.gov.pl/component/site/site/clusterfy/klaster/{pen.chance.randrange(100, 999999)}-nazwa"
        if new
        else f"http://www.pi.gov.pl/Klastry/chapter_95927.asp?soid={number}"
    )
    title = f"{name} - PARP" if new else f"Portal Innowacji - {name}"
    return Invented("parp_map", "card", page_of(pen, url, title, crumbs + body), [(name, facts)], private)


def _related(pen: Pen, link: str, heading: str, *pairs: tuple[str, str]) -> str:
    """A box that speaks of other entries, in the captions of the page."""
    pen.how.append("related")
    teasers = ""
    for _ in range(pen.chance.randrange(1, 4)):
        said = [pair for pair in pairs if pen.maybe(0.7)]
        inner = pen.pick((
            "".join(f"<p>{caption}: {value}</p>" for caption, value in said),
            "<dl>" + "".join(f"<dt>{caption}</dt><dd>{value}</dd>" for caption, value in said) + "</dl>",
            "<ul>" + "".join(f"<li><b>{caption}:</b> {value}</li>" for caption, value in said) + "</ul>",
        ))  # fmt: skip
        name = f'<a href="{link.format(pen.chance.randrange(10**6, 10**7))}">{esc(pen.name())}</a>'
        teasers += pen.pick(
            (
                f"<div class=teaser><h4>{name}</h4>{inner}</div>",
                f"<div><div>{name}</div>{inner}</div>",
                f"<article><h5>{name}</h5><div>{inner}</div></article>",
            )
        )
    return pen.pick(
        (
            f"<aside><h3>{heading}</h3>{teasers}</aside>",
            f"<div><h3>{heading}</h3>{teasers}</div>",
            f"<section><h2>{heading}</h2><div>{teasers}</div></section>",
        )
    )


def _polish(pen: Pen, captions: dict[str, str], key: str) -> str:
    english = {
        "region",
        "sector",
        "coordinator",
        "founded",
        "year of establishment",
        "voivodeship",
        "industry",
        "status",
        "name",
    }
    return pen.cased(
        pen.pick(
            [
                caption
                for caption, of in captions.items()
                if of == key
                and caption not in english
                and not caption.startswith(("cluster", "coordinator", "date of", "legal"))
            ]
        )
    )


def map_list(pen: Pen) -> Invented:
    new = pen.maybe()
    stated: list[tuple[str, Facts]] = []
    rows = []
    for _ in range(pen.chance.randrange(2, 9)):
        name, mark = pen.name(), pen.pick(("r", "s", "k"))
        link = (
            f"/component/site/site/clusterfy/klaster/{pen.chance.randrange(100, 999999)}-nazwa"
            if new
            else f"/Klastry/chapter_95927.asp?soid={pen.chance.randrange(16**32):032X}"
        )
        facts: Facts = {"mark": mark, "link": link}
        row = {"name": f'<a href="{link}">{esc(name)}</a>'}
        sign, words = _MARKS[mark]
        row["mark"] = pen.pick(
            (f'<span class="z" title="{words}">{sign}</span>', f'<img src="/k_{mark}.gif" alt="{words}">', words)
        )
        if pen.maybe(0.8):
            row["voivodeship"] = facts["voivodeship"] = pen.pick(_VOIVODESHIPS)
        if pen.maybe(0.8):
            row["sector"] = facts["sector"] = pen.pick(_SECTORS)
        rows.append(row)
        stated.append((name, facts))
    if pen.maybe(0.6):
        captions = {
            "name": pen.pick(("Nazwa klastra", "Klaster", "Nazwa")),
            "mark": pen.pick(("Kategoria", "Status")),
            "voivodeship": pen.pick(("Województwo", "Województwo (siedziba koordynatora)")),
            "sector": pen.pick(("Branża", "Sektor")),
        }
        columns = Columns(["name", "mark", "voivodeship", "sector"], captions, rows)
        listed = _listing(pen, columns, entries=False)
    else:
        listed = pen.style((_map_items, _map_cards, _map_captioned_cards))(pen, rows)
    legend = pen.pick(
        ("", "<p>" + " ".join(f'<span class="z">{sign}</span> {words}' for sign, words in _MARKS.values()) + "</p>")
    )
    pager = '<p>Strony: <a href="?strona=1">1</a> <a href="?strona=2">2</a></p>' if pen.maybe(0.3) else ""
    body = _heading(pen, "Mapa klastrów") + legend + f"<p>Liczba klastrów: {len(rows)}</p>" + listed + pager
    url = (
        "https://www.parp.gov.pl/component/site/site/clusterfy"
        if new
        else "http://www.pi.gov.pl/Klastry/chapter_95927.asp"
    )
    return Invented("parp_map", "list", page_of(pen, url, "Mapa klastrów", body), stated)


def _map_items(pen: Pen, rows: list[dict[str, str]]) -> str:
    return (
        "<ul>"
        + "".join(
            f"<li>{row['name']} {row['mark']}"
            + "".join(f" <span>{row[key]}</span>" for key in ("voivodeship", "sector") if key in row)
            + "</li>"
            for row in rows
        )
        + "</ul>"
    )


def _map_cards(pen: Pen, rows: list[dict[str, str]]) -> str:
    more = pen.maybe()
    out = ""
    for row in rows:
        link = row["name"].split('"')[1]
        out += (
            f"<div class=k><h3>{row['name']}</h3><p>{row['mark']}</p>"
            + "".join(f"<p>{row[key]}</p>" for key in ("voivodeship", "sector") if key in row)
            + (f'<a href="{link}">więcej</a>' if more else "")
            + "</div>"
        )
    return out


def _map_captioned_cards(pen: Pen, rows: list[dict[str, str]]) -> str:
    out = ""
    for row in rows:
        out += (
            f"<article><h4>{row['name']}</h4><div>{row['mark']}</div><dl>"
            + "".join(
                f"<dt>{caption}</dt><dd>{row[key]}</dd>"
                for key, caption in (("voivodeship", "Województwo"), ("sector", "Branża"))
                if key in row
            )
            + "</dl></article>"
        )
    return out


def catalogue(pen: Pen) -> Invented:
    name, coordinator, year = pen.english(), pen.coordinator(), pen.year()
    by_type = {
        "enterprises": pen.number(),
        "science": pen.chance.randrange(1, 20),
        "business_environment": pen.chance.randrange(1, 9),
        "other": pen.chance.randrange(1, 9),
    }
    by_size = {
        "micro": pen.chance.randrange(1, 50),
        "small": pen.chance.randrange(1, 50),
        "medium": pen.chance.randrange(1, 20),
        "large": pen.chance.randrange(1, 9),
    }
    regions = {region: pen.chance.randrange(1, 30) for region in pen.chance.sample(_VOIVODESHIPS, 4)}
    town, person, phone = pen.pick(_TOWNS), pen.person(), pen.phone()
    dots = "." * pen.chance.randrange(5, 40)

    def led(names: dict[str, str], numbers: dict[str, int]) -> list[str]:
        return [f"{names[key]} {dots} {number}" for key, number in numbers.items()]

    pairs = [
        ("legal form of cluster coordinator / date of cluster creation", [f"agreement / settlement / {year}"]),
        ("cluster coordinator’s name", [coordinator]),
        ("coordinator’s address", [f"62-800 {town}, ul. Krótka {pen.chance.randrange(1, 99)}"]),
        ("contact person", [person]),
        ("phone number / fax", [phone]),
        ("e-mail/ www", ["biuro@zmyslony-klaster.example", "www.zmyslony-klaster.example"]),
        (
            "cluster members’ location (voivodships)",
            [f"{region.capitalize()} - {number}" for region, number in regions.items()],
        ),
        ("cluster main branch", ["wood, furniture"]),
        (
            "number of cluster members",
            led(
                {
                    "enterprises": "enterprises",
                    "science": "science",
                    "business_environment": "business supporting institutions",
                    "other": "other members",
                },
                by_type,
            ),
        ),
        (
            "number of enterprises",
            led(
                {
                    "micro": "micro (to 9 per.)",
                    "small": "small (10-49 per.)",
                    "medium": "medium (50-249 per.)",
                    "large": "large (more than 250 per.)",
                },
                by_size,
            ),
        ),
    ]
    facts = {
        "cluster_form": "agreement", "founded": str(year), "coordinator": coordinator, "city": town, "address": pairs[2][1][0],
        "email": "biuro@zmyslony-klaster.example", "website": "www.zmyslony-klaster.example", "members_by_voivodeship": regions,
        "sector": "wood, furniture", "members_by_type": by_type, "enterprises_by_size": by_size,
    }  # fmt: skip
    joined = (
        "spans",
        "lines",
        "lines_bold",
        "items",
        "items_spans",
        "items_strong",
        "value_first",
        "value_first_boxes",
        "columns_of_lines",
        "rows_dressed",
        "boxes_arrow",
        "figures",
        "line_of_bold",
        "line_of_bars",
        "lines_strong_unended",
    )
    style = pen.style([style for style in PAIR_STYLES if style.__name__ not in joined])
    body = _heading(pen, name) + style(pen, pairs)
    return Invented(
        "parp_map",
        "catalogue",
        page_of(
            pen, "https://ppp.pi.gov.pl/eng/chapter_86522.asp", "Catalogue of clusters in Poland", body, english=True
        ),
        [(name, facts)],
        (person, phone),
    )


# ECCP


def eccp_a(pen: Pen) -> Invented:
    name = pen.english()
    year, month, day = pen.day()
    weekday = _WEEKDAYS[calendar.weekday(year, month, day)]
    facts: Facts = {"founded": f"{year}-{month:02}-{day:02}"}
    person, phone = pen.person(), pen.phone()
    technologies = pen.chance.sample(("Moulding, injection moulding", "Plastics, Polymers", "Drying", "Electronics"), 2)
    pairs: list[tuple[str, list[str]]] = [
        (
            "The date when the cluster organisation was established",
            [f"{weekday}, {day} {_MONTHS_EN[month - 1]}, {year}"],
        ),
        ("Number of staff in the management team of the cluster organisation ", [str(pen.chance.randrange(1, 9))]),
    ]
    if pen.maybe():
        facts["label"] = pen.pick(("bronze", "silver", "gold"))
        pairs.append(("Cluster Excellence Label", [f"{facts['label'].title()} Label"]))
    if pen.maybe():
        facts["other_label"] = "Key National Cluster"
        pairs.append(("Other Label", ["Key National Cluster"]))
    pairs.append(("Cluster Management Team", [f"{person}; Cluster Manager; {phone}"]))
    pairs.append(("Languages spoken", ["Polish"]))
    if pen.maybe(0.8):
        facts["sector"] = "Furniture"
        pairs.append(("Sectoral Industries", ["Furniture"]))
    if pen.maybe(0.8):
        facts["technologies"] = technologies
        pairs.append(("Technology fields", technologies))
    members = {
        key: pen.number()
        for key in ("sme", "startups", "large_enterprises", "research_institutes", "other")
        if pen.maybe(0.7)
    }
    facts["members_total"] = pen.number()
    pairs.append(("Total number of members", [str(facts["members_total"])]))
    spelt = {
        "sme": "Number of SME members", "startups": "Number of start-ups among SME members", "large_enterprises": "Number of larger company members",
        "research_institutes": "Number of research organisations/universities/technology centres", "other": "Number of other ecosystem actors ",
    }  # fmt: skip
    pairs += [(spelt[key], [str(value)]) for key, value in members.items()]
    if members:
        facts["members_by_type"] = members
    body = f'<p><a href="/">Home</a> &gt; <a href="/cluster-organisations">Cluster Organisations</a> &gt; {esc(name)}</p>{_heading(pen, name)}<h2>Primary tabs</h2><div>Printer-friendly versionPrinter-friendly version</div><h2>General Information</h2>'
    body += pen.style(PAIR_STYLES)(pen, pairs) + "<h2>Cluster Strategy</h2><p>Text not reproduced here.</p>"
    if pen.maybe(0.4):
        body += _related(
            pen,
            "/cluster-organisations/other-{}",
            "Related clusters",
            ("Total number of members", "777"),
            ("Sectoral Industries", "Alien industry"),
            ("Other Label", "Alien label"),
        )
    url = f"https://www.clustercollaboration.eu/cluster-organisations/slug-{pen.chance.randrange(999)}"
    return Invented(
        "eccp",
        "profile_A",
        page_of(
            pen,
            url,
            f"{name} | European Cluster Collaboration Platform",
            body,
            english=True,
            canonical=pen.pick(("", url)),
        ),
        [(name, facts)],
        (person, phone),
    )


def eccp_bc(pen: Pen) -> Invented:
    name = pen.english()
    native = pen.name() if pen.maybe(0.4) else ""
    region = pen.pick(_VOIVODESHIPS)
    person, phone, mail = pen.person(), pen.phone(), pen.mail()
    facts: Facts = {"country": "PL", "voivodeship": region}
    if native:
        facts["aliases"] = [native]
    year, month, day = pen.day()
    said = ""
    if pen.maybe(0.8):
        facts["founded"] = f"{year}-{month:02}-{day:02}"
        line = f"Established {pen.pick(('-', '–', ':'))} {day} {_MONTHS_EN[month - 1]} {year}"
        said += pen.pick(
            (
                f"<ul><li>{line}</li><li>Staff in the management team - 1-5</li></ul>",
                f"<p>{line}</p><p>Staff in the management team - 1-5</p>",
                f"<div>{line}<br>Staff in the management team - 1-5</div>",
            )
        )
    spelt = {
        "members_total": "Cluster Members",
        "startups": "Number of start-ups among SME's",
        "large_enterprises": "Large Companies",
        "research_institutes": "Research Organisations, Universities, Technology Centers",
        "civil_society": "Number of civil society members",
        "other": "Other Ecosystem Actors",
    }
    numbers = {key: pen.number() for key in spelt if key == "members_total" or pen.maybe(0.8)}
    facts["members_total"] = numbers["members_total"]
    parts = {key: value for key, value in numbers.items() if key != "members_total"}
    if parts:
        facts["members_by_type"] = parts
    composition = [(spelt[key], str(value)) for key, value in numbers.items()]
    styles: tuple[Callable[[Pen, list[tuple[str, str]]], str], ...] = (
        _numbers_items,
        _numbers_paragraphs,
        _numbers_lines,
        _numbers_boxes,
        _numbers_flat,
    )
    said += (
        "<h3>Cluster composition</h3>"
        + pen.style(styles)(pen, composition)
        + "<h3>Cluster Succes Story :</h3><p>Text not reproduced here.</p>"
    )
    contact = pen.pick(
        (
            f'<div><span>{person}</span> <span>{phone}</span> <a href="mailto:{mail}">{mail}</a></div>',
            f"<p>{person}</p>",
            f"<div>{person}<br>{phone}</div>",
        )
    )
    body = _heading(pen, name) + (f"<{(tag := pen.pick(('p', 'div')))}>{esc(native)}</{tag}>" if native else "")
    body += (
        pen.pick((f"<div>Poland: {region.capitalize()}</div>", f"<p>Poland: {region.capitalize()}</p>"))
        + contact
        + f"<div>{pen.chance.randrange(30, 101)}% completed</div><h2>About us</h2><p>Text not reproduced here.</p>"
        + said
    )
    url = f"https://clustercollaboration.eu/{'content' if native else 'cluster-organisations'}/slug-{pen.chance.randrange(999)}"
    return Invented(
        "eccp",
        "profile_BC",
        page_of(pen, url, f"{name} | European Cluster Collaboration Platform", body, english=True),
        [(name, facts)],
        (person, phone, mail),
    )


def _numbers_items(pen: Pen, numbers: list[tuple[str, str]]) -> str:
    return (
        "<ul>"
        + "".join(f"<li><span>{value}</span> <span>{esc(caption)}</span></li>" for caption, value in numbers)
        + "</ul>"
    )


def _numbers_paragraphs(pen: Pen, numbers: list[tuple[str, str]]) -> str:
    return "".join(f"<div><p>{value}</p><p>{esc(caption)}</p></div>" for caption, value in numbers)


def _numbers_lines(pen: Pen, numbers: list[tuple[str, str]]) -> str:
    return "<p>" + "<br>".join(f"{value} {esc(caption)}" for caption, value in numbers) + "</p>"


def _numbers_boxes(pen: Pen, numbers: list[tuple[str, str]]) -> str:
    return (
        "<table>"
        + "".join(f"<tr><td>{value}</td><td>{esc(caption)}</td></tr>" for caption, value in numbers)
        + "</table>"
    )


def _numbers_flat(pen: Pen, numbers: list[tuple[str, str]]) -> str:
    return "<div>" + "".join(f"<div>{value}</div><div>{esc(caption)}</div>" for caption, value in numbers) + "</div>"


def eccp_list(pen: Pen) -> Invented:
    stated, said = [], []
    for _ in range(pen.chance.randrange(2, 9)):
        name = pen.english()
        link = f"/{pen.pick(('content', 'cluster-organisations'))}/slug-{pen.chance.randrange(99999)}"
        country, code = pen.pick(_COUNTRIES)
        facts = {"link": link}
        shows = pen.maybe()
        if shows:
            facts["country"] = code
        said.append((f'<a href="{link}">{esc(name)}</a>', country if shows else ""))
        stated.append((name, facts))
    listed = pen.pick((
        "<ul>" + "".join(f"<li>{link} <span>{country}</span></li>" for link, country in said) + "</ul>",
        "".join(f"<div class=v><h3>{link}</h3><div>{country}</div></div>" for link, country in said),
        "<table><tr><th>Name</th><th>Country</th></tr>" + "".join(f"<tr><td>{link}</td><td>{country}</td></tr>" for link, country in said) + "</table>",
        "".join(f"<p>{link}<br>{country}</p>" for link, country in said),
    ))  # fmt: skip
    body = (
        _heading(pen, "Cluster Organisations")
        + listed
        + '<ul><li><a href="?page=0%2C0">1</a></li><li><a href="?page=0%2C1">2</a></li></ul>'
    )
    return Invented(
        "eccp",
        "list",
        page_of(
            pen,
            "https://clustercollaboration.eu/cluster-organisations",
            "Cluster Organisations | European Cluster Collaboration Platform",
            body,
            english=True,
        ),
        stated,
    )


# TCI


def tci_entry(pen: Pen) -> Invented:
    name, native, year, town, person = (
        pen.english(),
        pen.name().replace("„", "").replace("”", "").replace(" / ", " ").replace(",", ""),
        pen.year(),
        pen.pick(_TOWNS),
        pen.person(),
    )
    first = f"{esc(name)} (in Polish: {esc(native)}) is a cluster initiative in the field of glass making."
    second = f"Its office is in {town}. It was founded in {year}."
    shape = pen.pick(
        (
            "<p>{}</p><p>{}</p>",
            "<div>{}<br>{}</div>",
            "<p>{} {}</p>",
            "<div><div>{}</div><div>{}</div></div>",
            "<table><tr><td>{}</td></tr><tr><td>{}</td></tr></table>",
        )
    )
    body = (
        _heading(pen, name)
        + shape.format(first, second)
        + "<ul><li>glass</li><li>pottery</li></ul>"
        + f"<p>{person}</p>"
    )
    facts = {"aliases": [native], "sector": "glass making", "city": town, "founded": str(year)}
    url = f"http://www.tci-network.org/initiatives/initiative/{pen.chance.randrange(100, 999999)}"
    return Invented(
        "tci", "initiative", page_of(pen, url, f"{name} - TCI Network", body, english=True), [(name, facts)], (person,)
    )


# Grouped lists, prose, posts


def standards_grouped(pen: Pen) -> Invented:
    """The list by region: a row or a heading above each part names it."""
    stated: list[tuple[str, Facts]] = []
    groups: dict[str, list[dict[str, str]]] = {}
    number = 0
    for region in sorted(pen.chance.sample(_VOIVODESHIPS, pen.chance.randrange(2, 6))):
        for _ in range(pen.chance.randrange(1, 4)):
            number += 1
            name, coordinator = pen.name(), pen.coordinator()
            groups.setdefault(region, []).append(
                {"list_number": f"{number}.", "name": esc(name), "coordinator": esc(coordinator)}
            )
            stated.append(
                (
                    name,
                    {
                        "coordinator": coordinator,
                        "voivodeship": region,
                        "list_number": number,
                        "other_label": "PARP cluster management standards",
                    },
                )
            )
    keys = ["list_number", "name", "coordinator"]
    captions = {
        "list_number": "Lp.",
        "name": pen.pick(("Klaster", "Nazwa klastra")),
        "coordinator": pen.pick(("Koordynator", "Nazwa koordynatora")),
    }
    said = {region: pen.pick((region, f"woj. {region}", f"Województwo {region}", region.upper())) for region in groups}
    head = "<tr>" + "".join(f"<th>{captions[key]}</th>" for key in keys) + "</tr>"

    def rows(region: str) -> str:
        return "".join("<tr>" + "".join(f"<td>{row[key]}</td>" for key in keys) + "</tr>" for row in groups[region])

    pen.how.append(pen.pick(("group_rows", "headings", "table_captions")))
    if pen.how[-1] == "group_rows":
        listed = (
            f"<table>{head}"
            + "".join(f"<tr><td colspan=3><b>{said[region]}</b></td></tr>{rows(region)}" for region in groups)
            + "</table>"
        )
    elif pen.how[-1] == "headings":
        listed = "".join(f"<h3>{said[region]}</h3><table>{head}{rows(region)}</table>" for region in groups)
    else:
        listed = "".join(f"<table><caption>{said[region]}</caption>{head}{rows(region)}</table>" for region in groups)
    body = _heading(pen, "Klastry spełniające standardy zarządzania") + listed
    return Invented(
        "parp_standards",
        "standards",
        page_of(pen, "http://www.pi.gov.pl/Klastry/chapter_95925.asp", "Standardy", body),
        stated,
    )


def kkk_prose(pen: Pen) -> Invented:
    """Rounds in sentences: names behind a colon, apart by semicolons."""
    stated: list[tuple[str, Facts]] = []
    body = _heading(pen, "Krajowe Klastry Kluczowe")
    for round_ in pen.chance.sample(_ROMAN, 2):
        said = []
        for _ in range(pen.chance.randrange(3, 7)):
            name, coordinator = pen.name(), pen.coordinator() if pen.maybe() else ""
            said.append(esc(f"{name}, reprezentowany przez {coordinator}" if coordinator else name))
            stated.append(
                (
                    name,
                    {"kkk_round": round_, "other_label": "Krajowy Klaster Kluczowy"}
                    | ({"coordinator": coordinator} if coordinator else {}),
                )
            )
        opening = pen.pick(
            (
                f"{round_} runda konkursu: ",
                f"W {round_} rundzie konkursu status Krajowego Klastra Kluczowego otrzymały: ",
                f"Laureaci {round_} edycji konkursu: ",
            )
        )
        body += f"<p>{opening}{'; '.join(said)}.</p>"
    return Invented(
        "kkk",
        "prose",
        page_of(pen, "https://gospodarka.pomorskie.eu/klastry-kluczowe/", "Klastry kluczowe", body),
        stated,
    )


def eucles_post(pen: Pen) -> Invented:
    """A post on newly labelled clusters: sections by label, then name, flag and a paragraph each."""
    stated: list[tuple[str, Facts]] = []
    parts = ""
    shape = pen.pick(
        (
            "<h4>{name} {flag}</h4><p>{text}</p>",
            "<p><strong>{name}</strong> {flag}</p><p>{text}</p>",
            "<p><strong>{name} {flag}</strong><br>{text}</p>",
            "<div><div>{name} {flag}</div><p>{text}</p></div>",
            "<h3>{flag} {name}</h3><p>{text}</p>",
        )
    )
    for number, level in enumerate(
        pen.chance.sample(("gold", "silver", "bronze"), pen.chance.randrange(1, 4)), start=1
    ):
        parts += (
            pen.pick(("<h2>{}</h2>", "<p><strong>{}</strong></p>", "<h3>{}</h3>")).format(
                f"{number}. The {level.upper()} Label"
            )
            + f"<p>Three clusters received the {level.upper()} label in the quarter.</p>"
        )
        for _ in range(pen.chance.randrange(1, 4)):
            name, (_, code) = pen.english(), pen.pick(_COUNTRIES)
            letters = "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in code)
            flag = pen.pick((letters, f'<img src="/f.svg" alt="{letters}">'))
            text = pen.pick(
                (
                    "It brings together firms and universities of the region. The team was assessed by two experts.",
                    "Founded by local firms, it supports digital change and training; congratulations to Gustaw Niebyły and the team.",
                )
            )
            parts += shape.format(name=esc(name), flag=flag, text=text)
            stated.append((name, {"label": level, "country": code}))
    body = (
        _heading(pen, "July, August and September 2024: labelled clusters")
        + "<p>We congratulate the following organisations.</p>"
        + parts
    )
    return Invented(
        "esca",
        "post",
        page_of(
            pen,
            "https://eucles.be/july-august-and-september-2024-labellised-clusters",
            "Labelled clusters - EUCLES",
            body,
            english=True,
        ),
        stated,
        ("Gustaw Niebyły",),
    )


def eccp_news(pen: Pen) -> Invented:
    """A news item: who sent it and when, then sentences about bodies."""
    stated: list[tuple[str, Facts]] = []
    said = []
    year, month, day = pen.day()
    for _ in range(pen.chance.randrange(1, 4)):
        name, founded, members = pen.english(), pen.year(), pen.number()
        if name.partition(" (")[0] in {other for other, _ in stated}:
            continue
        town = pen.pick(_TOWNS)
        facts: Facts = {"city": town, "founded": str(founded), "members_total": members}
        said.append(f"{esc(name)}, of {town}, was founded in {founded} and has {members} members.")
        stated.append(
            (
                name.partition(" (")[0],
                facts | ({"aliases": [name.partition(" (")[2].rstrip(")")]} if "(" in name else {}),
            )
        )
    person = pen.person()
    byline = pen.pick(
        (
            f"<div>Submitted by <span>{person}</span> <span>on {day:02} {_MONTHS_EN[month - 1]} {year}</span></div>",
            f"<p>Submitted by {person} on {day:02} {_MONTHS_EN[month - 1]} {year}</p>",
        )
    )
    text = pen.pick(
        (
            lambda: "".join(f"<p>{line}</p>" for line in said),
            lambda: f"<p>{' '.join(said)}</p>",
            lambda: "<div>" + "<br><br>".join(said) + "</div>",
        )
    )()
    body = _heading(pen, "Clusters gather in spring") + byline + text
    url = f"https://clustercollaboration.eu/news/slug-{pen.chance.randrange(9999)}"
    return Invented(
        "eccp",
        "news",
        page_of(pen, url, "Clusters gather in spring | European Cluster Collaboration Platform", body, english=True),
        stated,
        (person,),
    )


def tci_list(pen: Pen) -> Invented:
    stated, said = [], []
    for _ in range(pen.chance.randrange(2, 8)):
        name, link = pen.english(), f"/initiatives/initiative/{pen.chance.randrange(100, 99999)}"
        said.append(f'<a href="{link}">{esc(name)}</a>')
        stated.append((name, {"link": link}))
    body = _heading(pen, "Cluster initiatives") + pen.style(NAME_STYLES)(pen, said)
    return Invented(
        "tci",
        "list",
        page_of(pen, "http://www.tci-network.org/initiatives", "Cluster initiatives - TCI Network", body, english=True),
        stated,
    )


def sheet(pen: Pen) -> Invented:
    """A list that is published as a sheet: XLSX, or separated values in some encoding with some delimiter."""
    page = pen.pick((standards, mazovia, city_table))(Pen(pen.chance.randrange(10**9)))
    known = dict(_CARDS[page.source].captions)
    plain = {
        "parp_standards": ["list_number", "name", "coordinator", "voivodeship"],
        "regional_mazovia": ["list_number", "name", "coordinator"],
        "lublin_city": ["founded", "name", "members_total"],
    }
    keys = list(plain[page.source])
    pen.chance.shuffle(keys)
    stated = [
        (
            name,
            {key: value for key, value in facts.items() if key != "members_by_type"}
            | ({"list_number": number} if "list_number" in keys else {}),
        )
        for number, (name, facts) in enumerate(page.stated, start=1)
    ]
    rows = [[pen.known(known, key) for key in keys]]
    rows += [[str({**facts, "name": name}.get(key, "")) for key in keys] for name, facts in stated]
    title = {
        "parp_standards": "Klastry spełniające standardy zarządzania",
        "lublin_city": "Klastry w mieście Lublin",
    }.get(page.source, "Lista klastrów")
    pen.how.append(pen.pick(("xlsx", "csv")))
    if pen.how[-1] == "xlsx":
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
            written = book.add_worksheet()
            for number, row in enumerate([[title], [], *rows]):
                written.write_row(number, pen.chance.randrange(1), row)
        body = out.getvalue()
    else:
        text = io.StringIO()
        writer = csv.writer(
            text, delimiter=pen.pick((";", ",", "\t")), quoting=pen.pick((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
        )
        writer.writerows([[title, *[""] * (len(keys) - 1)], *rows])
        codec = pen.pick(("utf-8", "utf-8-sig", "windows-1250"))
        pen.how.append(codec)
        body = text.getvalue().encode(codec)
    return Invented(
        page.source,
        "sheet",
        Page(url=page.page.url, body=body, retrieved_at="2024-05-06T07:08:09Z", path="pages/x"),
        stated,
    )


KINDS: Final[tuple[Callable[[Pen], Invented], ...]] = (
    standards, mazovia, city_table, city_names, esca_country, esca_label, kkk_rounds, kkk_table, map_card, map_list, catalogue,
    eccp_a, eccp_bc, eccp_list, tci_entry, standards_grouped, kkk_prose, eucles_post, eccp_news, tci_list, sheet,
)  # fmt: skip


def invented(kind: Callable[[Pen], Invented], seed: int) -> Invented:
    """The page of a kind that a seed draws."""
    pen = Pen(f"{kind.__name__}-{seed}")
    page = kind(pen)
    page.how = pen.how
    return page
