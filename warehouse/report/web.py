"""Prints the report as one HTML file that opens from disk and loads nothing."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

import jinja2

from warehouse.report.model import Bullets, Callout, Chart, Heading, Number, Paragraph, Report, Table, Tiles

_TEMPLATES: Final = Path(__file__).parent / "templates"
_KINDS: Final = {
    Paragraph: "paragraph", Heading: "heading", Bullets: "bullets", Callout: "callout", Tiles: "tiles", Table: "table",
    Chart: "chart",
}  # fmt: skip


def write_page(report: Report, path: Path) -> None:
    """Writes the page; every figure carries `data-statistic`, `data-previous`, `data-official`, `data-fact` or `data-method`.

    Args:
        report: The model.
        path: File to write.
    """
    path.write_text(_environment().get_template("report.html.j2").render(report=report), encoding="utf-8", newline="\n")


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["kind"] = lambda block: _KINDS[type(block)]
    environment.tests["number"] = lambda piece: isinstance(piece, Number)
    environment.globals["css"] = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    return environment
