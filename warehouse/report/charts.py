"""Drawings of the report: figures in, SVG out, by Altair and vl-convert, offline.

Figures come in as shown (`text`) beside their value, so that no drawing formats a number. Colours are told apart by
colour-blind readers and in grey print; each drawing has its text alternative and its table beside it (`model.Chart`).
Drawing takes most of a report's time: a drawing that is the same as last time is taken from where `drawings_kept_in` says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, Final, ParamSpec

import altair as alt
import vl_convert
import yaml

from warehouse.kept_results import KeptResults

_P = ParamSpec("_P")
_HERE: Final = Path(__file__).parent
FONTS: Final = _HERE / "fonts"
_WIDTH: Final = 560
_FONT: Final = "Lato, Helvetica Neue, Arial, sans-serif"
INK: Final = "#1b2733"
SERIES: Final = ("#1f4e79", "#e8a33d", "#6b7c8c", "#a3c4dc")
"""Dark blue, amber, grey, light blue: four steps of lightness, so that grey print keeps them apart."""
STEPS: Final = ("#e6eff6", "#bcd5e8", "#7fb0d3", "#3d80b3", "#174a75")
"""Light to dark, for maps and shaded tables."""


_KEPT: ContextVar[KeptResults] = ContextVar("kept drawings", default=KeptResults())  # noqa: B039  keeps nothing, holds nothing


@contextmanager
def drawings_kept_in(kept: KeptResults) -> Iterator[None]:
    """Takes drawings from `kept` while it is open; those that were not asked for are forgotten at its end.

    Args:
        kept: Drawings by what they show.
    """
    token = _KEPT.set(kept)
    try:
        yield
        kept.forget_unused()
    finally:
        _KEPT.reset(token)


def _kept(draw: Callable[_P, str]) -> Callable[_P, str]:
    """Makes a drawing a kept one: the same figures, drawn in the same way, are the same drawing."""

    @wraps(draw)
    def drawn(*args: _P.args, **kwargs: _P.kwargs) -> str:
        shows = json.dumps([draw.__name__, args, kwargs], sort_keys=True, ensure_ascii=False, default=asdict)
        return _KEPT.get().take(shows.encode(), lambda: draw(*args, **kwargs).encode()).decode()

    return drawn


@dataclass(frozen=True, slots=True)
class Mark:
    """One drawn figure.

    Attributes:
        label: Row, column or cell that it stands in.
        value: Its size; None where it is not known, which draws nothing.
        text: The figure as shown.
        series: Its series, for the legend; empty where there is one only.
    """

    label: str
    value: float | None
    text: str
    series: str = ""


@_kept
def bars(marks: Sequence[Mark], series: Sequence[str] = ()) -> str:
    """Returns horizontal bars, in the order given; several series of a row stand below one another."""
    rows = list(dict.fromkeys(mark.label for mark in marks))
    thick = 12.5 if len(series) > 1 else 22
    greatest = max((mark.value or 0 for mark in marks), default=1) or 1
    base = alt.Chart(_inline(_values(marks, rows)), height=alt.Step(thick)).encode(
        y=alt.Y("place:O", axis=_names(rows), scale=alt.Scale(paddingInner=0.25)),
        x=alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, greatest * 1.12])),
    )
    if len(series) > 1:
        base = base.encode(
            yOffset=alt.YOffset("series:N", sort=list(series)),
            color=alt.Color("series:N", sort=list(series), scale=_colours(series), legend=_legend()),
        )
    drawn = base.mark_bar() if len(series) > 1 else base.mark_bar(color=SERIES[0])
    shown = base.mark_text(align="left", dx=4, fontSize=11.5).encode(text="text:N", color=alt.value(INK))
    return _svg(drawn + shown)


@_kept
def columns(marks: Sequence[Mark], series: Sequence[str]) -> str:
    """Returns upright columns, one a label in the order given, shaded by series from light to dark."""
    rows = list(dict.fromkeys(mark.label for mark in marks))
    greatest = max((mark.value or 0 for mark in marks), default=1) or 1
    shades = alt.Scale(domain=list(series), range=list(STEPS[5 - min(len(series), 5) :])[: len(series)])
    base = alt.Chart(_inline(_values(marks, rows)), height=230).encode(
        x=alt.X(
            "place:O",
            axis=alt.Axis(labelExpr=_lookup(rows), title=None, ticks=False, labelAngle=-90 if len(rows) > 12 else 0),
        ),
        y=alt.Y("value:Q", axis=None, scale=alt.Scale(domain=[0, greatest * 1.1])),
    )
    drawn = base.mark_bar(stroke=INK, strokeWidth=0.6).encode(
        color=alt.Color("series:N", sort=list(series), scale=shades, legend=_legend())
    )
    return _svg(drawn + base.mark_text(dy=-7, fontSize=11.5, color=INK).encode(text="text:N"))


@_kept
def choropleth(marks: Sequence[Mark], codes: Sequence[str]) -> str:
    """Returns the map of the voivodeships, shaded by value, with the figure on each.

    Args:
        marks: One a voivodeship.
        codes: TERYT code of each mark.
    """
    outlines = json.loads((_HERE / "boundaries" / "poland.topo.json").read_text(encoding="utf-8"))
    places = yaml.load((_HERE / "boundaries" / "poland.yml").read_bytes(), Loader=yaml.CSafeLoader)
    rows: list[dict[str, Any]] = [
        {"id": places[code]["id"], "longitude": places[code]["longitude"], "latitude": places[code]["latitude"],
         "value": mark.value or 0, "text": mark.text}
        for code, mark in zip(codes, marks, strict=True) if code in places
    ]  # fmt: skip
    greatest = max((row["value"] for row in rows), default=1) or 1
    shades = alt.Scale(domain=[0, greatest], range=list(STEPS))
    found = alt.LookupData(data=_inline(rows), key="id", fields=["value"])
    shapes = (
        alt.Chart(alt.NamedData("outlines", format=alt.TopoDataFormat(type="topojson", feature="pol")))
        .mark_geoshape(stroke="#5c6f80", strokeWidth=0.7)
        .transform_lookup(lookup="id", from_=found)
        .encode(color=alt.Color("value:Q", scale=shades, legend=None))
    )
    dark = f"datum.value > {greatest * 0.55}"
    shown = (
        alt.Chart(_inline(rows))
        .mark_text(fontSize=15, fontWeight="bold")
        .encode(
            longitude="longitude:Q", latitude="latitude:Q", text="text:N",
            color=alt.condition(dark, alt.value("#ffffff"), alt.value(INK)),
        )
    )  # fmt: skip
    return _svg((shapes + shown).project(type="mercator").properties(height=430), {"outlines": outlines})


@_kept
def shaded(names: Sequence[str], marks: Sequence[tuple[int, int, Mark]]) -> str:
    """Returns a square of shaded cells, its columns headed by the rows' numbers.

    Args:
        names: Rows, and columns in the same order.
        marks: Row, column and figure of each cell.
    """
    rows: list[dict[str, Any]] = [
        {"row": row, "column": column, "value": mark.value or 0, "text": mark.text} for row, column, mark in marks
    ]
    greatest = max((row["value"] for row in rows), default=1) or 1
    heads = [f"{place}. {_cut(name)}" for place, name in enumerate(names, start=1)]
    base = alt.Chart(_inline(rows), height=alt.Step(26)).encode(
        y=alt.Y("row:O", axis=_names(heads)),
        x=alt.X(
            "column:O", axis=alt.Axis(orient="top", labelExpr="datum.value + 1", labelAngle=0, title=None, ticks=False)
        ),
    )
    cells = base.mark_rect(stroke="#ffffff").encode(
        color=alt.Color("value:Q", scale=alt.Scale(type="sqrt", domain=[0, greatest], range=list(STEPS)), legend=None)
    )
    dark = f"datum.value > {greatest * 0.4}"
    shown = base.mark_text(fontSize=11).encode(
        text="text:N", color=alt.condition(dark, alt.value("#ffffff"), alt.value(INK))
    )
    return _svg(cells + shown)


@dataclass(frozen=True, slots=True)
class Span:
    """One drawn interval: its row, first and last day (full ISO dates), and series."""

    label: str
    first: str
    last: str
    series: str


@_kept
def spans(marks: Sequence[Span], series: Sequence[str], month: str) -> str:
    """Returns intervals on a time line, one row a label, with the month of the inventory as a broken line.

    Args:
        marks: The intervals.
        series: Their series, in the order of the legend.
        month: YYYY-MM. A day is less than a tenth of a point wide: drawn to the month, the picture serves for all its days.
    """
    rows = list(dict.fromkeys(mark.label for mark in marks))
    values = [
        {"place": rows.index(mark.label), "first": mark.first, "last": mark.last, "series": mark.series}
        for mark in marks
    ]
    drawn = (
        alt.Chart(_inline(values), height=alt.Step(17))
        .mark_bar(height=10)
        .encode(
            y=alt.Y("place:O", axis=_names(rows)),
            x=alt.X("first:T", axis=alt.Axis(format="%Y", title=None, orient="top", grid=True, tickCount="year")),
            x2="last:T",
            color=alt.Color("series:N", sort=list(series), scale=_colours(series), legend=_legend(1)),
        )
    )
    now = alt.Chart(_inline([{"month": f"{month}-01"}])).mark_rule(strokeDash=[4, 3], color=INK).encode(x="month:T")
    return _svg(drawn + now)


@_kept
def interval(found: Mark, estimate: Mark, low: Mark, high: Mark) -> str:
    """Returns an estimate with its interval below a bar of what was found."""
    rows = [found.label, estimate.label]
    greatest = max(mark.value or 0 for mark in (found, estimate, high)) * 1.12
    scale = alt.Scale(domain=[0, greatest])

    def layer(values: list[dict[str, Any]]) -> alt.Chart:
        return alt.Chart(_inline(values), height=alt.Step(40)).encode(
            y=alt.Y("place:O", axis=_names(rows), scale=alt.Scale(domain=[0, 1])),
            x=alt.X("value:Q", axis=None, scale=scale),
        )

    bar = layer([{"place": 0, "value": found.value}]).mark_bar(height=20, color=SERIES[0])
    rule = layer([{"place": 1, "value": low.value, "end": high.value}]).mark_rule(strokeWidth=2.5, color=INK)
    point = layer([{"place": 1, "value": estimate.value}]).mark_point(
        filled=True, size=130, color=SERIES[1], stroke=INK, opacity=1
    )
    ends = layer([{"place": 1, "value": mark.value} for mark in (low, high)]).mark_tick(
        thickness=2.5, size=14, color=INK
    )
    texts = (
        layer(
            [
                {"place": 0, "value": found.value, "text": found.text, "dx": 1},
            ]
        )
        .mark_text(align="left", dx=5, color=INK)
        .encode(text="text:N")
    )
    above = (
        layer([{"place": 1, "value": mark.value, "text": mark.text} for mark in (low, estimate, high)])
        .mark_text(dy=-15, color=INK)
        .encode(text="text:N")
    )
    return _svg(bar + rule.encode(x2="end:Q") + ends + point + texts + above)


def _inline(rows: Sequence[Mapping[str, Any]]) -> alt.InlineData:
    return alt.InlineData(list(rows))


def _values(marks: Sequence[Mark], rows: Sequence[str]) -> list[dict[str, Any]]:
    places = {row: place for place, row in enumerate(rows)}
    return [
        {"place": places[mark.label], "value": mark.value or 0, "text": mark.text, "series": mark.series}
        for mark in marks
    ]


def _names(rows: Sequence[str]) -> alt.Axis:
    return alt.Axis(labelExpr=_lookup(rows), title=None, ticks=False, domain=False, labelLimit=250, labelPadding=6)


def _lookup(rows: Sequence[str]) -> str:
    # Labels stand in an expression: as JSON they are strings and nothing else, whatever a page printed.
    return f"{json.dumps([_cut(row) for row in rows])}[datum.value]"


def _cut(text: str, longest: int = 42) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _colours(series: Sequence[str]) -> alt.Scale:
    return alt.Scale(domain=list(series), range=[SERIES[place % len(SERIES)] for place in range(len(series))])


def _legend(columns: int = 5) -> alt.Legend:
    return alt.Legend(
        title=None,
        orient="top",
        direction="horizontal",
        symbolType="square",
        symbolStrokeWidth=0,
        labelLimit=300,
        columns=columns,
    )


@lru_cache(maxsize=1)
def _fonts() -> None:
    vl_convert.register_font_directory(str(FONTS))


def _svg(chart: alt.LayerChart, named: Mapping[str, Any] | None = None) -> str:
    """Returns the drawing; large data is put in by name at the end, as Altair would copy it at each step."""
    _fonts()
    spec = (
        chart.properties(width=_WIDTH, padding=4, background="transparent")
        .properties(autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))
        .configure(font=_FONT)
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=12.5, labelColor=INK, domainColor="#8a97a3", gridColor="#dde3e8")
        .configure_legend(labelFontSize=12.5, labelColor=INK, offset=6)
        .configure_text(fontSize=12.5)
        .to_dict(validate=False)
    )
    spec["datasets"] = {**spec.get("datasets", {}), **(named or {})}
    drawn: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    return _sized(drawn)


def _sized(svg: str) -> str:
    """Returns the drawing without a fixed size, as wide as the column it stands in, one picture to assistive technology."""
    head, mark, rest = svg.partition(">")
    head = re.sub(r'\s(width|height|version|xmlns:xlink)="[^"]*"', "", head)
    return head + mark + re.sub(r'\s(role|aria-[a-z]+)="[^"]*"', "", rest)
