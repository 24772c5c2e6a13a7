"""Prints the report as a tagged PDF with typst.

The model goes to typst as data (JSON), never as markup, so no name can be read as a command.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import fields, is_dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import typst

from warehouse.report.charts import FONTS
from warehouse.report.model import Chart, Report

_LONGEST: Final = 3_000
"""Letters of a text that are printed: typst breaks off at 64 kB of one, and no reader goes on that far."""
_TEMPLATE: Final = Path(__file__).parent / "templates" / "report.typ"


def write_pdf(report: Report, path: Path) -> None:
    """Writes the PDF: outline, page numbers, embedded fonts, a text alternative for every drawing, no date of making.

    Args:
        report: The model.
        path: File to write.
    """
    with TemporaryDirectory() as folder:
        room = Path(folder)
        shutil.copyfile(_TEMPLATE, room / "report.typ")
        (room / "report.json").write_text(json.dumps(_data(report), ensure_ascii=False), encoding="utf-8")
        for chart in (block for chapter in report.chapters for block in chapter.blocks if isinstance(block, Chart)):
            (room / f"{chart.id}.svg").write_text(chart.svg, encoding="utf-8")
        typst.compile(
            str(room / "report.typ"),
            output=str(path),
            root=str(room),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["ua-1"],
        )


def _data(value: Any) -> Any:
    """Returns a dataclass as plain data, each with its `kind`; drawings stay outside."""
    if is_dataclass(value) and not isinstance(value, type):
        told = {one.name: _data(getattr(value, one.name)) for one in fields(value) if one.name != "svg"}
        return {"kind": type(value).__name__.lower(), **told}
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"
    if isinstance(value, tuple | list):
        return [_data(one) for one in value]
    return {key: _data(one) for key, one in value.items()} if isinstance(value, dict) else value
