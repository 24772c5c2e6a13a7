"""Makes the report: tables in, one model a language, a file a language and format out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from warehouse.dictionary import dictionary
from warehouse.report.annex_workbook import write_workbook
from warehouse.report.annexes import annexes
from warehouse.report.chapters import Material, written
from warehouse.report.figures import Figures
from warehouse.report.model import Number, Report, Words
from warehouse.report.pdf import write_pdf
from warehouse.report.web import write_page
from warehouse.report.wording import LANGS, Wording

Tables = Mapping[str, pl.DataFrame]

_WRITERS: Final[Mapping[str, Callable[[Report, Path], None]]] = {
    "html": write_page,
    "pdf": write_pdf,
    "xlsx": write_workbook,
}
_NEEDED: Final = (
    "about", "assessments", "clusters", "labels", "official_figures", "sectors", "sources", "statistics", "voivodeships",
)  # fmt: skip
FORMATS: Final = tuple(_WRITERS)
"""Formats of the report."""


class ReportError(ValueError):
    """A report that cannot be made. The message names the remedy."""


def write_report(
    tables: Tables,
    folder: Path,
    langs: Sequence[str] = LANGS,
    formats: Sequence[str] = FORMATS,
    previous: Tables | None = None,
) -> list[Path]:
    """Writes the yearly report; equal tables give equal bytes.

    Args:
        tables: Published tables of a release by name (`Release.tables()`).
        folder: Where `report.<lang>.<format>` go; made if it is not there.
        langs: Languages, of `pl` and `en`.
        formats: Formats, of `html`, `pdf` and `xlsx`.
        previous: Tables of the release to compare with, such as last year's; None where there is none.

    Returns:
        The files, in the order of languages and formats.

    Raises:
        ReportError: A language, format or table is not known.
        UnknownFigureError: The text names a figure that `statistics` does not hold.
    """
    _check("language", langs, LANGS)
    _check("format", formats, FORMATS)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for lang in langs:
        report = compose(tables, lang, previous)
        for name in formats:
            path = folder / f"report.{lang}.{name}"
            _WRITERS[name](report, path)
            files.append(path)
    return files


def compose(tables: Tables, lang: str, previous: Tables | None = None) -> Report:
    """Returns the model of the report in a language.

    Args:
        tables: Published tables of a release by name.
        lang: `pl` or `en`.
        previous: Tables of the release to compare with, or None.

    Raises:
        ReportError: A table or a column is missing.
        UnknownFigureError: The text names a figure that `statistics` does not hold.
    """
    _check_tables(tables)
    figures = Figures(tables["statistics"], "this release")
    old = Figures(previous["statistics"], "the release compared with") if previous is not None else None
    say = Wording(lang, figures, old, facts=_facts(tables, previous, lang, figures), terms=_terms(tables, lang))
    given = Material(say, figures, tables, old, previous)
    return Report(
        lang=lang,
        title=say.phrase("title"),
        subtitle=say.phrase("subtitle"),
        day=say.date(given.about("as_of"), "about.as_of"),
        imprint=(
            (Words(f"{say.phrase('release')} "), Number(given.about("version"), "fact", "about.version")),
            (
                Words(f"{say.phrase('method_version')} "),
                Number(given.about("method_version"), "fact", "about.method_version"),
            ),
            (Words(say.phrase("license_note")),),
        ),
        phrases=say.phrases(),
        chapters=(*written(given), *annexes(given)),
    )


def _facts(tables: Tables, previous: Tables | None, lang: str, figures: Figures) -> dict[str, str]:
    about = dict(tables["about"].select("key", "value").iter_rows())
    dates = Wording(lang, figures)
    facts = {
        "as_of": dates.date_in_words(about["as_of"]),
        "version": about.get("version") or "",
        "method_version": about.get("method_version") or "",
    }
    if previous is not None:
        old = dict(previous["about"].select("key", "value").iter_rows())
        facts["previous_as_of"] = dates.date_in_words(old["as_of"])
        facts["previous_version"] = old.get("version") or ""
        facts["previous_method_version"] = old.get("method_version") or ""
    return facts


def _terms(tables: Tables, lang: str) -> dict[str, dict[str, str]]:
    codes = {
        kind: dict(tables[table].select("code", f"title_{lang}").iter_rows())
        for kind, table in (("sector", "sectors"), ("voivodeship", "voivodeships"))
    }
    return {**codes, "source": dict(tables["sources"].select("source_id", "title").iter_rows())}


def _check_tables(tables: Tables) -> None:
    missing = [name for name in _NEEDED if name not in tables]
    if missing:
        raise ReportError(f"the report needs the tables {', '.join(missing)}; read them from parquet/ of a release")
    for name in _NEEDED:
        lacking = [column for column in dictionary().tables[name].schema if column not in tables[name].columns]
        if lacking:
            raise ReportError(
                f"table {name} has no {', '.join(lacking)}: an older version of this program made that release, and its "
                "report lies in its folder report/; for a new one make the release again with `cluster-inventory "
                "refresh` (of a past day: with --as-of)"
            )


def _check(what: str, given: Sequence[str], known: Sequence[str]) -> None:
    unknown = [name for name in given if name not in known]
    if unknown:
        raise ReportError(f"no {what} {', '.join(unknown)}; take of {', '.join(known)}")
