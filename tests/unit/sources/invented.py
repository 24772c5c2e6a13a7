"""Pages of registries that do not exist, about clusters that nobody founded: any markup, with what each page states.

Every page is drawn from a seed: the kind of page, the names, which facts are stated, how a pair of caption and value is set, how
a list is set, the site around it, the noise between, the encoding. `Invented.stated` is the answer sheet; nothing in it is
read off a parser. `benchmarks/sources/markup.py` counts over thousands of seeds, `test_invented.py` holds some.
"""

# ruff: noqa: E501  a piece of markup is read best on one line

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sources.archive import Page
from sources.records import Record

Pairs = Sequence[tuple[str, Sequence[str]]]
VOID: Final = ""


@dataclass
class Invented:
    """A page and what it states.

    Attributes:
        source: Id of the source that would publish it.
        kind: What it is, for people.
        page: The page.
        stated: Name and fields of each entry, in the order of the page.
        private: Texts about persons; no record may hold one.
        how: How it is set, for people who look at a failure.
    """

    source: str
    kind: str
    page: Page
    stated: list[tuple[str, dict[str, Any]]]
    private: tuple[str, ...] = ()
    how: list[str] = field(default_factory=list)


# What pages speak of

_STEMS: Final = (
    "Bor",
    "Wil",
    "Tar",
    "Kor",
    "Mal",
    "Zab",
    "Lip",
    "Gro",
    "Nie",
    "Pod",
    "Sre",
    "Jas",
    "Chro",
    "Dęb",
    "Rud",
)
_ENDS: Final = ("owski", "ański", "ecki", "iński", "owiecki", "ielski")
_TRADES: Final = (
    "Meblarski", "Spożywczy", "Obróbki Szkła", "Maszyn Rolniczych", "Druku 3D", "Ceramiczny", "Odzieżowy", "Opakowań",
    "Usług Nowoczesnych", "Kolejowy", "Żeglugi Śródlądowej", "Turystyki Wiejskiej", "Elektroniki", "Papierniczy",
)  # fmt: skip
_PROPER: Final = (
    "Bursztyn",
    "Żubr",
    "Krzemień",
    "Ostoja",
    "Pro-Novum",
    "Iskra 4.0",
    "ŁĄCZ",
    "Wrzos",
    "Synergos",
    "Kuźnia",
)
_ENGLISH: Final = (
    "Timber",
    "Glass",
    "Marine Robotics",
    "Fine Pottery",
    "Rail Signalling",
    "Packaging",
    "Dairy",
    "Printing",
    "Optics",
)
_PLACES_EN: Final = ("Bor Valley", "Vistula Bend", "Amber Coast", "Two Rivers", "North Lakes", "Old Forge")
_VOIVODESHIPS: Final = (
    "dolnośląskie", "kujawsko-pomorskie", "lubelskie", "lubuskie", "łódzkie", "małopolskie", "mazowieckie", "opolskie",
    "podkarpackie", "podlaskie", "pomorskie", "śląskie", "świętokrzyskie", "warmińsko-mazurskie", "wielkopolskie",
    "zachodniopomorskie",
)  # fmt: skip
_SECTORS: Final = (
    "meblarstwo",
    "przemysł spożywczy",
    "szkło i ceramika",
    "druk, opakowania",
    "kolej",
    "elektronika (mikroukłady)",
)
_TOWNS: Final = ("Kalisz", "Zamość", "Płock", "Ełk", "Świdnica", "Krosno", "Słupsk", "Nysa")
_PEOPLE: Final = ("Żaneta Zmyślona", "Gustaw Niebyły", "Hieronim Wydumany", "Kornelia Nieistna")
_MONTHS_EN: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_MONTHS_PL: Final = (
    "stycznia",
    "lutego",
    "marca",
    "kwietnia",
    "maja",
    "czerwca",
    "lipca",
    "sierpnia",
    "września",
    "października",
    "listopada",
    "grudnia",
)
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_COUNTRIES: Final = (
    ("Poland", "PL"),
    ("Spain", "ES"),
    ("Denmark", "DK"),
    ("Lithuania", "LT"),
    ("Czechia", "CZ"),
    ("Romania", "RO"),
)


class Pen:
    """Writes one page by chance: `pick` decides, `how` remembers."""

    def __init__(self, seed: int | str) -> None:
        self.chance = random.Random(seed)  # noqa: S311  pages, no secrets
        self.how: list[str] = []
        self._taken: set[str] = set()

    def pick(self, items: Sequence[Any]) -> Any:
        return items[self.chance.randrange(len(items))]

    def maybe(self, share: float = 0.5) -> bool:
        return self.chance.random() < share

    def style(self, of: Sequence[Callable[..., str]]) -> Callable[..., str]:
        chosen = self.pick(of)
        self.how.append(chosen.__name__.strip("_"))
        return chosen

    def _fresh(self, make: Callable[[], str]) -> str:
        for _ in range(50):
            if (said := make()) not in self._taken:
                break
        self._taken.add(said)
        return said

    def place(self) -> str:
        return self.pick(_STEMS) + self.pick(_ENDS)

    def name(self) -> str:
        forms = (
            lambda: f"{self.place()} Klaster {self.pick(_TRADES)}",
            lambda: f"Klaster {self.pick(_TRADES)} „{self.pick(_PROPER)}”",
            lambda: f"Klaster {self.pick(_PROPER)}",
            lambda: f"{self.place()} Klaster {self.pick(_TRADES)} - {self.pick(_PROPER)}",
            lambda: f'Klaster "{self.pick(_PROPER)}"',
            lambda: f"Inicjatywa Klastrowa {self.pick(_PROPER)} & Partnerzy",
            lambda: f"{self.pick(_PROPER).upper()} Klaster",
            lambda: f"{self.place()} Klaster {self.pick(_TRADES)} ({self.pick('ABCDE')}K{self.pick('ZXWVT')})",
            lambda: f"Klaster {self.pick(_TRADES)} / {self.pick(_ENGLISH)} Cluster",
            lambda: f"{self.place()[:4]}{self.pick(('NET', 'TECH', 'med', 'LOG'))}",
            lambda: (
                f"Klaster Innowacji, {self.pick(_TRADES)} i Rozwoju Regionu {self.place()}ego na rzecz Nowoczesnej Gospodarki i Zatrudnienia w Mieście i na Wsi"
            ),
            lambda: f"Klaster Przemysłów Kreatywnych w Mieście {self.pick(_TOWNS)}",
            lambda: f"dolina {self.place().lower()}a",
        )
        return self._fresh(lambda: str(self.pick(forms)()))

    def english(self) -> str:
        forms = (
            lambda: f"{self.pick(_PLACES_EN)} {self.pick(_ENGLISH)} Cluster",
            lambda: f"{self.pick(_ENGLISH)} Cluster {self.pick(_PLACES_EN)}",
            lambda: f"Cluster of {self.pick(_ENGLISH)} and {self.pick(_ENGLISH)}",
            lambda: (
                f"{self.pick(_PLACES_EN)} {self.pick(_ENGLISH)} Cluster ({self.pick('BCFGKLMRT')}{self.pick('DHJNPQWXZ')}C)"
            ),
        )
        return self._fresh(lambda: str(self.pick(forms)()))

    def coordinator(self) -> str:
        forms = (
            lambda: f"Stowarzyszenie {self.pick(_PROPER)} {self.place()}",
            lambda: f"Fundacja Rozwoju Ziemi {self.place()}ej",
            lambda: f"{self.place()} Agencja Rozwoju Sp. z o.o.",
            lambda: f"Izba Gospodarcza w Mieście {self.pick(_TOWNS)}",
            lambda: f"{self.pick(_PROPER)} Consulting S.A.",
            lambda: f"Politechnika {self.place()}a",
            lambda: f"{self.place()} Park Przemysłowo-Technologiczny, Spółka z o. o.",
            lambda: f"Stowarzyszenie „{self.pick(_PROPER)}” w Mieście {self.pick(_TOWNS)}",
            lambda: f"Klaster {self.pick(_PROPER)} Sp. z o.o.",
        )
        return self._fresh(lambda: str(self.pick(forms)()))

    def person(self) -> str:
        return self.pick(_PEOPLE)

    def phone(self) -> str:
        return (
            f"+48 {self.chance.randrange(500, 899)} {self.chance.randrange(100, 999)} {self.chance.randrange(100, 999)}"
        )

    def mail(self) -> str:
        return f"{self.pick(('z.zmyslona', 'gustaw.niebyly', 'h.wydumany', 'kornelia'))}@poczta.example"

    def number(self) -> int:
        return self.pick((self.chance.randrange(3, 99), self.chance.randrange(100, 999)))

    def year(self) -> int:
        return self.chance.randrange(2003, 2022)

    def day(self) -> tuple[int, int, int]:
        return self.year(), self.chance.randrange(1, 13), self.chance.randrange(1, 29)

    def known(self, card_captions: dict[str, str], fieldname: str) -> str:
        """A caption of the card for that field, in some spelling."""
        return self.cased(self.pick([caption for caption, of in card_captions.items() if of == fieldname]))

    def cased(self, caption: str) -> str:
        return self.pick((caption, caption[:1].upper() + caption[1:], caption.upper()))

    def klass(self) -> str:
        return self.pick(
            (
                "",
                f' class="c{self.chance.randrange(90)}"',
                f' id="i{self.chance.randrange(10**6)}"',
                ' class="views-field field--label-inline"',
            )
        )


def esc(text: str) -> str:
    return html.escape(text, quote=False)


# One entry: captions and values


def _label(pen: Pen, caption: str) -> str:
    said = esc(caption)
    dress = pen.chance.random()
    if dress < 0.05:
        said = f'<i class="fa fa-x"></i> {said}'
    elif dress < 0.1:
        said = f'<img src="/b.gif" alt=""> {said}'
    elif dress < 0.15 and " " in said:
        said = said.replace(" ", "<br>", 1)
    elif dress < 0.2:
        said = said.replace(" ", "&nbsp;")
    return said + pen.pick((":", ":", " :", ":&nbsp;", ""))


def _dressed(pen: Pen, value: str) -> str:
    """A value in some inline elements."""
    dress = pen.chance.random()
    if dress < 0.06:
        return f"<a href='/x'>{value}</a>"
    if dress < 0.12 and " " in value:
        head, _, tail = value.partition(" ")
        return f"<b>{head}</b> <span>{tail}</span>"
    return value


def _colon(caption: str) -> str:
    return esc(caption).rstrip(": ") + ":"


def _values(values: Sequence[str], tag: str = "") -> str:
    if not tag:
        return "<br>".join(map(esc, values))
    return "".join(f"<{tag}>{esc(value)}</{tag}>" for value in values)


def definition_list(pen: Pen, pairs: Pairs) -> str:
    return "<dl>" + "".join(f"<dt>{_label(pen, c)}</dt><dd>{_values(v)}</dd>" for c, v in pairs) + "</dl>"


def definition_groups(pen: Pen, pairs: Pairs) -> str:
    return (
        "<dl>"
        + "".join(f"<div{pen.klass()}><dt><span>{_label(pen, c)}</span></dt>{_values(v, 'dd')}</div>" for c, v in pairs)
        + "</dl>"
    )


def rows_plain(pen: Pen, pairs: Pairs) -> str:
    return (
        "<table>" + "".join(f"<tr><td>{_label(pen, c)}</td><td>{_values(v)}</td></tr>" for c, v in pairs) + "</table>"
    )


def rows_header(pen: Pen, pairs: Pairs) -> str:
    return (
        "<table><tbody>"
        + "".join(f'<tr><th scope="row">{_label(pen, c)}</th><td>{_values(v, "p")}</td></tr>' for c, v in pairs)
        + "</tbody></table>"
    )


def rows_bold(pen: Pen, pairs: Pairs) -> str:
    return (
        "<table>"
        + "".join(
            f"<tr><td><font size=2><b>{_label(pen, c)}</b></font></td><td><font size=2>{_values(v)}</font></td></tr>"
            for c, v in pairs
        )
        + "</table>"
    )


def rows_of_four(pen: Pen, pairs: Pairs) -> str:
    out = ""
    for at in range(0, len(pairs), 2):
        cells = "".join(f"<td><b>{_label(pen, c)}</b></td><td>{_values(v)}</td>" for c, v in pairs[at : at + 2])
        out += f"<tr>{cells}</tr>"
    return f"<table>{out}</table>"


def rows_stacked(pen: Pen, pairs: Pairs) -> str:
    return (
        "<table>"
        + "".join(
            f"<tr><td colspan=2><b>{_label(pen, c)}</b></td></tr><tr><td colspan=2>{_values(v)}</td></tr>"
            for c, v in pairs
        )
        + "</table>"
    )


def rows_spaced(pen: Pen, pairs: Pairs) -> str:
    return (
        "<table>"
        + "".join(f'<tr><td>{_label(pen, c)}</td><td width="5">&nbsp;</td><td>{_values(v)}</td></tr>' for c, v in pairs)
        + "</table>"
    )


def boxes(pen: Pen, pairs: Pairs) -> str:
    return "".join(
        f"<div{pen.klass()}><div{pen.klass()}>{_label(pen, c)}</div><div{pen.klass()}>{_values(v, 'div')}</div></div>"
        for c, v in pairs
    )


def boxes_flat(pen: Pen, pairs: Pairs) -> str:
    return (
        "<div>"
        + "".join(f"<div{pen.klass()}>{_label(pen, c)}</div><div{pen.klass()}>{_values(v)}</div>" for c, v in pairs)
        + "</div>"
    )


def boxes_nested(pen: Pen, pairs: Pairs) -> str:
    return "".join(
        f"<div class=row><div class=col><div><span>{_label(pen, c)}</span></div></div><div class=col><div><div>{_values(v)}</div></div></div></div>"
        for c, v in pairs
    )


def spans(pen: Pen, pairs: Pairs) -> str:
    return "".join(
        f"<div><span{pen.klass()}>{_label(pen, c)}</span><span{pen.klass()}>{esc('; '.join(v))}</span></div>"
        for c, v in pairs
    )


def strong_inside(pen: Pen, pairs: Pairs) -> str:
    return "".join(f"<p><strong>{_colon(c)}</strong> {_values(v)}</p>" for c, v in pairs)


def strong_outside(pen: Pen, pairs: Pairs) -> str:
    return "".join(f"<p><b>{esc(c)}</b>: {_values(v)}</p>" for c, v in pairs)


def emphasis_dash(pen: Pen, pairs: Pairs) -> str:
    dash = pen.pick(("-", "–", "—"))
    return "".join(f"<p><em>{esc(c)}</em> {dash} {_values(v)}</p>" for c, v in pairs)


def label_element(pen: Pen, pairs: Pairs) -> str:
    return "".join(f"<div><label>{_label(pen, c)}</label> {_values(v)}</div>" for c, v in pairs)


def lines(pen: Pen, pairs: Pairs) -> str:
    return "<p>" + "".join(f"{_colon(c)} {esc('; '.join(v))}<br>" for c, v in pairs) + "</p>"


def lines_bold(pen: Pen, pairs: Pairs) -> str:
    return "<div>" + "".join(f"<b>{_colon(c)}</b> {esc('; '.join(v))}<br />" for c, v in pairs) + "</div>"


def lines_below(pen: Pen, pairs: Pairs) -> str:
    return "<p>" + "".join(f"<b>{_colon(c)}</b><br>{_values(v)}<br><br>" for c, v in pairs) + "</p>"


def items(pen: Pen, pairs: Pairs) -> str:
    return "<ul>" + "".join(f"<li>{_colon(c)} {esc('; '.join(v))}</li>" for c, v in pairs) + "</ul>"


def items_spans(pen: Pen, pairs: Pairs) -> str:
    return (
        "<ul>"
        + "".join(f"<li><span>{_label(pen, c)}</span> <span>{esc('; '.join(v))}</span></li>" for c, v in pairs)
        + "</ul>"
    )


def items_strong(pen: Pen, pairs: Pairs) -> str:
    return "<ul>" + "".join(f"<li><strong>{esc(c)}</strong> {esc('; '.join(v))}</li>" for c, v in pairs) + "</ul>"


def headings(pen: Pen, pairs: Pairs) -> str:
    level = pen.pick(("h3", "h4", "h5"))
    return "".join(f"<{level}>{_label(pen, c)}</{level}>{_values(v, 'p')}" for c, v in pairs)


def paragraphs(pen: Pen, pairs: Pairs) -> str:
    return "".join(f"<p>{_colon(c)}</p>{_values(v, 'p')}" for c, v in pairs)


def value_first(pen: Pen, pairs: Pairs) -> str:
    return "".join(f"<div><span>{esc('; '.join(v))}</span> <small>{esc(c)}</small></div>" for c, v in pairs)


def value_first_boxes(pen: Pen, pairs: Pairs) -> str:
    return "".join(
        f"<div{pen.klass()}><div><strong>{esc('; '.join(v))}</strong></div><div>{esc(c)}</div></div>" for c, v in pairs
    )


def fieldsets(pen: Pen, pairs: Pairs) -> str:
    return "".join(f"<fieldset><legend>{_label(pen, c)}</legend>{_values(v, 'p')}</fieldset>" for c, v in pairs)


def items_definition(pen: Pen, pairs: Pairs) -> str:
    return (
        "<ul>"
        + "".join(f"<li><dl><dt>{_label(pen, c)}</dt><dd>{_values(v)}</dd></dl></li>" for c, v in pairs)
        + "</ul>"
    )


def values_listed(pen: Pen, pairs: Pairs) -> str:
    return "".join(f"<div><strong>{_label(pen, c)}</strong><ul>{_values(v, 'li')}</ul></div>" for c, v in pairs)


def columns_of_lines(pen: Pen, pairs: Pairs) -> str:
    """All captions in one cell, all values in the other."""
    return (
        "<table><tr><td>"
        + "<br>".join(_colon(c) for c, _ in pairs)
        + "</td><td>"
        + "<br>".join(esc("; ".join(v)) for _, v in pairs)
        + "</td></tr></table>"
    )


def rows_dressed(pen: Pen, pairs: Pairs) -> str:
    return (
        "<table>"
        + "".join(f"<tr><td>{_label(pen, c)}</td><td>{_dressed(pen, esc('; '.join(v)))}</td></tr>" for c, v in pairs)
        + "</table>"
    )


def boxes_arrow(pen: Pen, pairs: Pairs) -> str:
    return "".join(f"<div><span>{esc(c)}</span><span>:</span> <span>{esc('; '.join(v))}</span></div>" for c, v in pairs)


def items_below(pen: Pen, pairs: Pairs) -> str:
    return "<ul>" + "".join(f"<li><b>{esc(c)}</b><br>{_values(v)}</li>" for c, v in pairs) + "</ul>"


def cells_of_cards(pen: Pen, pairs: Pairs) -> str:
    return (
        '<div class="grid">'
        + "".join(
            f'<div class="card"><h6>{esc(c)}</h6><div class="card-body"><p>{_values(v)}</p></div></div>'
            for c, v in pairs
        )
        + "</div>"
    )


def lines_strong_unended(pen: Pen, pairs: Pairs) -> str:
    return "".join(f"<strong>{_colon(c)}</strong>&nbsp;{esc('; '.join(v))}<br/>\n" for c, v in pairs)


def figures(pen: Pen, pairs: Pairs) -> str:
    return "".join(
        f"<figure><div>{esc('; '.join(v))}</div><figcaption>{esc(c)}</figcaption></figure>" for c, v in pairs
    )


def line_of_bold(pen: Pen, pairs: Pairs) -> str:
    return (
        "<p>" + pen.pick((" ", ", ", " | ")).join(f"<b>{_colon(c)}</b> {esc('; '.join(v))}" for c, v in pairs) + "</p>"
    )


def line_of_bars(pen: Pen, pairs: Pairs) -> str:
    return "<p>" + pen.pick((" | ", " • ")).join(f"{_colon(c)} {esc('; '.join(v))}" for c, v in pairs) + "</p>"


PAIR_STYLES: Final = (
    line_of_bold, line_of_bars,
    columns_of_lines, rows_dressed, boxes_arrow, items_below, cells_of_cards, lines_strong_unended, figures,
    definition_list, definition_groups, rows_plain, rows_header, rows_bold, rows_of_four, rows_stacked, rows_spaced, boxes,
    boxes_flat, boxes_nested, spans, strong_inside, strong_outside, emphasis_dash, label_element, lines, lines_bold,
    lines_below, items, items_spans, items_strong, headings, paragraphs, value_first, value_first_boxes, fieldsets,
    items_definition, values_listed,
)  # fmt: skip


# Lists under a header


Rows = Sequence[dict[str, str]]


@dataclass
class Columns:
    """What a list prints: keys in their order, captions by key, rows of HTML by key."""

    keys: list[str]
    captions: dict[str, str]
    rows: list[dict[str, str]]


def _decorated(pen: Pen, columns: Columns) -> Columns:
    """Columns in another order, with some that say nothing."""
    keys, captions = list(columns.keys), dict(columns.captions)
    if pen.maybe():
        pen.chance.shuffle(keys)
        pen.how.append("shuffled")
    rows = [dict(row) for row in columns.rows]
    if pen.maybe(0.3):
        keys.insert(pen.chance.randrange(len(keys) + 1), "_icon")
        captions["_icon"] = pen.pick(("", "&nbsp;", "www"))
        for row in rows:
            row["_icon"] = pen.pick(('<img src="/i.png" alt="">', "&nbsp;", '<i class="icon"></i>', ""))
        pen.how.append("icon_column")
    if pen.maybe(0.3):
        captions = {key: caption.replace(" ", "<br>", 1) for key, caption in captions.items()}
    if pen.maybe(0.3):
        for row in rows:
            row |= {
                key: pen.pick((f"<p>{said}</p>", f"<span>{said}</span>", said + "&nbsp;", f"\n  {said}\n"))
                for key, said in row.items()
                if said
            }
        pen.how.append("cells_dressed")
    return Columns(keys, captions, rows)


def table_thead(pen: Pen, columns: Columns) -> str:
    head = "".join(f"<th>{columns.captions[key]}</th>" for key in columns.keys)
    body = "".join(
        "<tr>" + "".join(f"<td>{row.get(key, '')}</td>" for key in columns.keys) + "</tr>" for row in columns.rows
    )
    return f"<table{pen.klass()}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def table_bold_row(pen: Pen, columns: Columns) -> str:
    head = "".join(f"<td><b>{columns.captions[key]}</b></td>" for key in columns.keys)
    body = "".join(
        "<tr>" + "".join(f"<td><p>{row.get(key, '')}</p></td>" for key in columns.keys) + "</tr>"
        for row in columns.rows
    )
    return f'<table border=1><tr bgcolor="#ccc">{head}</tr>{body}</table>'


def table_titled(pen: Pen, columns: Columns) -> str:
    head = "".join(f"<th>{columns.captions[key]}</th>" for key in columns.keys)
    body = "".join(
        "<tr>" + "".join(f"<td>{row.get(key, '')}</td>" for key in columns.keys) + "</tr>" for row in columns.rows
    )
    total = (
        f"<tfoot><tr><td colspan={len(columns.keys)}>Razem: {len(columns.rows)}</td></tr></tfoot>"
        if pen.maybe()
        else ""
    )
    return f"<table><tr><td colspan={len(columns.keys)}>Zestawienie</td></tr><tr>{head}</tr>{body}{total}</table>"


def table_in_layout(pen: Pen, columns: Columns) -> str:
    return f"<table width=100%><tr><td><a href='/a'>Menu</a><br><a href='/b'>Kontakt</a></td><td>{table_thead(pen, columns)}</td><td>&nbsp;</td></tr></table>"


def table_rowspans(pen: Pen, columns: Columns) -> str:
    """Equal cells that stand under each other are one cell."""
    head = "".join(f"<th>{columns.captions[key]}</th>" for key in columns.keys)
    body = ""
    for at, row in enumerate(columns.rows):
        cells = ""
        for key in columns.keys:
            said = row.get(key, "")
            if said and key == "voivodeship" and at and columns.rows[at - 1].get(key) == said:
                continue
            span = 1
            while (
                key == "voivodeship"
                and at + span < len(columns.rows)
                and said
                and columns.rows[at + span].get(key) == said
            ):
                span += 1
            cells += f"<td rowspan={span}>{said}</td>" if span > 1 else f"<td>{said}</td>"
        body += f"<tr>{cells}</tr>"
    return f"<table><tbody><tr>{head}</tr>{body}</tbody></table>"


def grid_of_boxes(pen: Pen, columns: Columns) -> str:
    head = "".join(f"<div>{columns.captions[key]}</div>" for key in columns.keys)
    body = "".join(
        "<div class=r>" + "".join(f"<div>{row.get(key, '')}</div>" for key in columns.keys) + "</div>"
        for row in columns.rows
    )
    return f"<div class=t><div class=h>{head}</div>{body}</div>"


def grid_of_roles(pen: Pen, columns: Columns) -> str:
    head = "".join(f'<span role="columnheader">{columns.captions[key]}</span>' for key in columns.keys)
    body = "".join(
        '<div role="row">' + "".join(f'<span role="cell">{row.get(key, "")}</span>' for key in columns.keys) + "</div>"
        for row in columns.rows
    )
    return f'<div role="table"><div role="rowgroup"><div role="row">{head}</div></div><div role="rowgroup">{body}</div></div>'


def grid_of_lists(pen: Pen, columns: Columns) -> str:
    head = "".join(f"<li>{columns.captions[key]}</li>" for key in columns.keys)
    body = "".join(
        "<ul>" + "".join(f"<li>{row.get(key, '')}</li>" for key in columns.keys) + "</ul>" for row in columns.rows
    )
    return f"<div><ul class=head>{head}</ul>{body}</div>"


def entries_captioned(pen: Pen, columns: Columns) -> str:
    """Every entry carries its captions, its name included."""
    keys = ["name", *(key for key in columns.keys if key not in ("name", "_icon"))]
    style = pen.style((definition_list_raw, rows_raw, lines_raw, paragraphs_raw))
    return "".join(style([(columns.captions[key], row[key]) for key in keys if row.get(key)]) for row in columns.rows)


def entries_headed(pen: Pen, columns: Columns) -> str:
    """The name of every entry is its heading, the rest is captioned."""
    keys = [key for key in columns.keys if key not in ("name", "_icon")]
    style = pen.style((definition_list_raw, lines_raw, paragraphs_raw, items_raw))
    level = pen.pick(("h3", "h4"))
    wrap = pen.pick(("div", "article", "section", ""))
    out = ""
    for row in columns.rows:
        said = f"<{level}>{row['name']}</{level}>" + style(
            [(columns.captions[key], row[key]) for key in keys if row.get(key)]
        )
        out += f"<{wrap}>{said}</{wrap}>" if wrap else said
    return out


def entries_in_items(pen: Pen, columns: Columns) -> str:
    """An ordered list; an item is a bold name and captioned lines."""
    keys = [key for key in columns.keys if key not in ("name", "list_number", "_icon")]
    out = ""
    for row in columns.rows:
        rest = "".join(f"<br>{columns.captions[key].rstrip(': ')}: {row[key]}" for key in keys if row.get(key))
        out += f"<li><strong>{row['name']}</strong>{rest}</li>"
    return f"<ol>{out}</ol>"


def definition_list_raw(pairs: Sequence[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{c}</dt><dd>{v}</dd>" for c, v in pairs) + "</dl>"


def rows_raw(pairs: Sequence[tuple[str, str]]) -> str:
    return "<table>" + "".join(f"<tr><th>{c}</th><td>{v}</td></tr>" for c, v in pairs) + "</table>"


def lines_raw(pairs: Sequence[tuple[str, str]]) -> str:
    return "<p>" + "<br>".join(f"{c.rstrip(': ')}: {v}" for c, v in pairs) + "</p>"


def paragraphs_raw(pairs: Sequence[tuple[str, str]]) -> str:
    return "<div>" + "".join(f"<p><b>{c.rstrip(': ')}:</b> {v}</p>" for c, v in pairs) + "</div>"


def items_raw(pairs: Sequence[tuple[str, str]]) -> str:
    return "<ul>" + "".join(f"<li>{c.rstrip(': ')}: {v}</li>" for c, v in pairs) + "</ul>"


def table_sorted(pen: Pen, columns: Columns) -> str:
    """Captions are links with arrows, or broken over lines."""
    head = "".join(
        f"<th><a href='?s={at}'>{columns.captions[key]}</a> {pen.pick(('▲', '▼', '', '<img src=/s.png alt=>'))}</th>"
        for at, key in enumerate(columns.keys)
    )
    body = "".join(
        "<tr>" + "".join(f"<td>{row.get(key, '')}</td>" for key in columns.keys) + "</tr>" for row in columns.rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def table_small_screen(pen: Pen, columns: Columns) -> str:
    """Every cell repeats its caption for small screens."""
    head = "".join(f"<th>{columns.captions[key]}</th>" for key in columns.keys)
    mark = pen.pick((":", ""))
    body = "".join(
        "<tr>"
        + "".join(
            f'<td><span class="m">{columns.captions[key]}{mark}</span> {row[key]}</td>' if row.get(key) else "<td></td>"
            for key in columns.keys
        )
        + "</tr>"
        for row in columns.rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def table_with_more(pen: Pen, columns: Columns) -> str:
    """Columns that no card knows, with persons in them."""
    more = {
        "Uwagi": "",
        "Data wpisu": "12.03.2016",
        "Telefon": "+48 600 100 200",
        "Opiekun": "Ludwik Zmyślak",
        "Logo": '<img src="/l.png" alt="logo">',
    }
    head = "".join(f"<th>{caption}</th>" for caption in [*(columns.captions[key] for key in columns.keys), *more])
    body = "".join(
        "<tr>"
        + "".join(f"<td>{row.get(key, '')}</td>" for key in columns.keys)
        + "".join(f"<td>{said}</td>" for said in more.values())
        + "</tr>"
        for row in columns.rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def table_grouped_header(pen: Pen, columns: Columns) -> str:
    """A header of two rows: a word over the first two columns, the others reach down."""
    first = "".join(f"<th rowspan=2>{columns.captions[key]}</th>" for key in columns.keys[2:])
    second = "".join(f"<th>{columns.captions[key]}</th>" for key in columns.keys[:2])
    body = "".join(
        "<tr>" + "".join(f"<td>{row.get(key, '')}</td>" for key in columns.keys) + "</tr>" for row in columns.rows
    )
    return f"<table><thead><tr><th colspan=2>Dane podstawowe</th>{first}</tr><tr>{second}</tr></thead><tbody>{body}</tbody></table>"


def table_among_others(pen: Pen, columns: Columns) -> str:
    """Other tables stand beside the list."""
    files = "<table><tr><th>Nazwa</th><th>Rozmiar</th><th>Data</th></tr><tr><td>Regulamin.pdf</td><td>120 kB</td><td>2016-01-02</td></tr></table>"
    people = "<table><tr><th>Osoba do kontaktu</th><th>Telefon</th></tr><tr><td>Ludwik Zmyślak</td><td>+48 600 100 200</td></tr></table>"
    return pen.pick((files, people)) + table_thead(pen, columns) + pen.pick((files, people))


TABLE_STYLES: Final = (
    table_sorted,
    table_small_screen,
    table_with_more,
    table_grouped_header,
    table_among_others,
    table_thead,
    table_bold_row,
    table_titled,
    table_in_layout,
    table_rowspans,
)
GRID_STYLES: Final = (grid_of_boxes, grid_of_roles, grid_of_lists)
ENTRY_STYLES: Final = (entries_captioned, entries_headed, entries_in_items)


# Lists of names


def names_bulleted(pen: Pen, names: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{name}</li>" for name in names) + "</ul>"


def names_numbered(pen: Pen, names: Sequence[str]) -> str:
    return "<ol>" + "".join(f"<li><p>{name}</p></li>" for name in names) + "</ol>"


def names_paragraphs(pen: Pen, names: Sequence[str]) -> str:
    return "<div>" + "".join(f"<p>{name}</p>" for name in names) + "</div>"


def names_typed_numbers(pen: Pen, names: Sequence[str]) -> str:
    return "<div>" + "".join(f"<p>{at}. {name}</p>" for at, name in enumerate(names, start=1)) + "</div>"


def names_lines(pen: Pen, names: Sequence[str]) -> str:
    return "<p>" + "<br>".join(f"- {name}" for name in names) + "</p>"


def names_boxes(pen: Pen, names: Sequence[str]) -> str:
    return "<div class=g>" + "".join(f"<div class=c><div>{name}</div></div>" for name in names) + "</div>"


def names_rows(pen: Pen, names: Sequence[str]) -> str:
    return "<table>" + "".join(f"<tr><td>{name}</td></tr>" for name in names) + "</table>"


NAME_STYLES: Final = (
    names_bulleted,
    names_numbered,
    names_paragraphs,
    names_typed_numbers,
    names_lines,
    names_boxes,
    names_rows,
)


# The site around the page

_MENU: Final = (
    "Strona główna",
    "Aktualności",
    "O nas",
    "Dla firm",
    "Projekty",
    "Kontakt",
    "BIP",
    "Archiwum",
    "Do pobrania",
    "Wydarzenia",
)
_MENU_EN: Final = ("Home", "News", "About the network", "Events", "Publications", "Contact", "Library", "Partners")
_FOOT: Final = ("Polityka prywatności", "Deklaracja dostępności", "Mapa strony", "Regulamin", "RSS")
_FOOT_EN: Final = ("Privacy policy", "Accessibility", "Site map", "Terms of use", "Legal notice")


def _links(pen: Pen, words: Sequence[str], tag: str = "ul") -> str:
    chosen = [word for word in words if pen.maybe(0.7)]
    if tag == "ul":
        return "<ul>" + "".join(f'<li><a href="/m{at}">{word}</a></li>' for at, word in enumerate(chosen)) + "</ul>"
    return (
        f"<{tag}>"
        + pen.pick((" | ", "<br>", " &middot; ")).join(f'<a href="/m{at}">{word}</a>' for at, word in enumerate(chosen))
        + f"</{tag}>"
    )


def drupal(pen: Pen, title: str, body: str, words: tuple[Sequence[str], Sequence[str]]) -> str:
    return (
        f'<div class="dialog-off-canvas-main-canvas"><header role="banner"><nav>{_links(pen, words[0])}</nav></header>'
        f'<main role="main"><a id="main-content" tabindex="-1"></a><div class="layout-content"><div class="region region-content">'
        f'<!-- THEME DEBUG --><article role="article" class="node node--type-page"><div class="node__content">{body}</div></article>'
        f"</div></div></main><footer>{_links(pen, words[1])}<p>&copy; 2021</p></footer></div>"
    )


def joomla(pen: Pen, title: str, body: str, words: tuple[Sequence[str], Sequence[str]]) -> str:
    return (
        f'<div class="container"><div class="header">{_links(pen, words[0], "nav")}</div><div class="row-fluid">'
        f'<div id="content" class="span9"><div class="item-page" itemscope>{body}</div></div>'
        f'<aside class="span3"><div class="moduletable"><h3>Menu</h3>{_links(pen, words[0])}</div></aside></div></div><footer>{_links(pen, words[1])}</footer>'
    )


def wordpress(pen: Pen, title: str, body: str, words: tuple[Sequence[str], Sequence[str]]) -> str:
    return (
        f'<header id="masthead"><nav id="site-navigation">{_links(pen, words[0])}</nav></header><div id="primary"><main id="main">'
        f'<article id="post-17" class="post-17 page hentry"><div class="entry-content">{body}</div></article></main></div>'
        f'<footer id="colophon">{_links(pen, words[1], "div")}</footer>'
    )


def office_2003(pen: Pen, title: str, body: str, words: tuple[Sequence[str], Sequence[str]]) -> str:
    return (
        f'<table width="960" align="center"><tr><td colspan=2><img src="/logo.gif" alt=""></td></tr><tr><td valign=top width=180>{_links(pen, words[0], "div")}</td>'
        f"<td valign=top>{body}</td></tr><tr><td colspan=2 align=center><font size=1>{_links(pen, words[1], 'span')}</font></td></tr></table>"
    )


def plain_boxes(pen: Pen, title: str, body: str, words: tuple[Sequence[str], Sequence[str]]) -> str:
    return f'<div id="w"><div id="m">{_links(pen, words[0])}</div><div id="c">{body}</div><div id="f">{_links(pen, words[1])}</div></div>'


def bare(pen: Pen, title: str, body: str, words: tuple[Sequence[str], Sequence[str]]) -> str:
    return body


SITES: Final = (drupal, joomla, wordpress, office_2003, plain_boxes, bare)
_COOKIES: Final = (
    '<div id="cookie-banner"><p>Ta strona używa plików cookie.</p><button>Akceptuję</button></div>',
    '<div class="cc-window" role="dialog"><span>This site uses cookies.</span> <a href="/c">Learn more</a> <a href="#">OK</a></div>',
)
_EXTRAS: Final = (
    '<form action="/szukaj"><label for="q">Nazwa</label> <input name="q"> <label>Województwo</label><select><option>wszystkie<option>opolskie</select> <button>Szukaj</button></form>',
    "<p>Data publikacji: 12.03.2016</p><p>Liczba odsłon: 2334</p><p>Autor: Ludwik Zmyślak</p>",
    '<div class="share">Udostępnij: <a href="#">Facebook</a> <a href="#">X</a></div><p><a href="#">Drukuj</a> | <a href="#">PDF</a></p>',
    '<div id="login"><h3>Logowanie</h3><form><label>Login</label><input><label>Hasło</label><input type=password><input type=submit value="Zaloguj"></form></div>',
)
_OPTIONAL_ENDS: Final = re.compile(r"</(?:li|td|th|tr|dt|dd|p|tbody|thead)\s*>", re.IGNORECASE)
_BLANKS: Final = ("\n", "\n\t", "<!-- x -->", "\n<!-- BEGIN OUTPUT from 'a.twig' -->\n")


def page_of(
    pen: Pen,
    url: str,
    title: str,
    body: str,
    *,
    english: bool = False,
    canonical: str = "",
    site: Callable[..., str] | None = None,
) -> Page:
    """The page around a body, in some site, with some noise, in some encoding."""
    words = (_MENU_EN, _FOOT_EN) if english else (_MENU, _FOOT)
    inside = (site or pen.style(SITES))(pen, title, body, words)
    if pen.maybe(0.4):
        inside = pen.pick((pen.pick(_COOKIES) + inside, inside + pen.pick(_COOKIES)))
    if pen.maybe(0.3):
        inside += '<script>var x = {"name": "Klaster Skryptowy", "city": "Nigdzie"};</script><noscript>Włącz JavaScript</noscript>'
    if pen.maybe(0.3):
        inside = "<style>.a{color:red}</style>" + inside
    if pen.maybe(0.3):
        inside = pen.pick((lambda extra: extra + inside, lambda extra: inside + extra))(pen.pick(_EXTRAS))
        pen.how.append("extras")
    inside = _noisy(pen, inside)
    codec = pen.pick(("utf-8", "utf-8", "utf-8", "windows-1250", "iso-8859-2", "utf-16"))
    head = f"<title>{esc(title)}</title>" + (f'<link rel="canonical" href="{canonical}">' if canonical else "")
    declared = codec
    if codec in ("utf-8", "windows-1250", "iso-8859-2") and pen.maybe():
        head = (
            pen.pick(
                (f'<meta charset="{codec}">', f'<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset={codec}">')
            )
            + head
        )
        declared = ""
    text = f'<!DOCTYPE html><html lang="{"en" if english else "pl"}"><head>{head}</head><body>{inside}</body></html>'
    if codec != "utf-8":
        pen.how.append(codec)
        text = "".join(char if _fits(char, codec) else f"&#{ord(char)};" for char in text)
    content_type = (
        f"text/html; charset={declared}" if declared and codec != "utf-16" and pen.maybe(0.7) else "text/html"
    )
    return Page(
        url=url,
        body=text.encode(codec),
        retrieved_at="2024-05-06T07:08:09Z",
        headers={"content-type": content_type},
        path="pages/x.html",
    )


def _fits(char: str, codec: str) -> bool:
    try:
        char.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _noisy(pen: Pen, text: str) -> str:
    if pen.maybe(0.25):
        pen.how.append("end_tags_missing")
        text = _OPTIONAL_ENDS.sub("", text)
    if pen.maybe(0.25):
        pen.how.append("upper_case")
        text = re.sub(r"</?[a-z][a-z0-9]*", lambda met: met[0].upper(), text)
    if pen.maybe(0.3):
        pen.how.append("blanks")
        text = re.sub(
            r"(?<=>)(?=<(?:tr|td|th|li|dt|dd|div|p|h\d)\b)", lambda _: pen.pick(_BLANKS), text, flags=re.IGNORECASE
        )
    if pen.maybe(0.2):
        pen.how.append("entities")
        text = re.sub(r"[óÓąęłśżźć„”–]", lambda met: f"&#{ord(met[0])};" if pen.maybe() else met[0], text)
    return text


# Scoring

Fact = tuple[str, str]


def facts_of(name: str, fields: Mapping[str, Any]) -> frozenset[Fact]:
    """Facts as pairs of field and value; a member of a map is a fact of its own."""
    found = {("name", name)}
    for key, value in fields.items():
        members = value.items() if isinstance(value, dict) else [("", value)]
        found |= {
            (f"{key}.{member}" if member else key, json.dumps(part, ensure_ascii=False)) for member, part in members
        }
    return frozenset(found)


@dataclass
class Score:
    """How the records of a page compare with what it states, fact by fact."""

    right: int = 0
    read: int = 0
    stated: int = 0
    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    private: list[str] = field(default_factory=list)

    def add(self, other: Score) -> None:
        self.right, self.read, self.stated = (
            self.right + other.right,
            self.read + other.read,
            self.stated + other.stated,
        )
        self.wrong += other.wrong
        self.missing += other.missing
        self.private += other.private

    @property
    def precision(self) -> float:
        return self.right / self.read if self.read else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.stated if self.stated else 1.0


def score(invented: Invented, records: Sequence[Record]) -> Score:
    """Compares records with the answer sheet; each entry is held against the record that shares most with it."""
    rest = [facts_of(record.name, record.fields) for record in records]
    told = Score(read=sum(map(len, rest)))
    for name, fields in invented.stated:
        facts = facts_of(name, fields)
        best = max(rest, key=lambda read, facts=facts: len(read & facts), default=frozenset())
        told.right += len(facts & best)
        told.stated += len(facts)
        told.wrong += [f"{name}: {fact}" for fact in sorted(best - facts)]
        told.missing += [f"{name}: {fact}" for fact in sorted(facts - best)]
        if best in rest:
            rest.remove(best)
    told.wrong += [f"no entry: {sorted(facts)}" for facts in rest]
    said = json.dumps([[record.name, dict(record.fields)] for record in records], ensure_ascii=False)
    told.private = [text for text in invented.private if text in said]
    return told
