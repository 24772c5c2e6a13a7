from datetime import date

import polars as pl
import pytest

from inventory import statistics
from warehouse.report import write_report
from warehouse.report.figures import UnknownFigureError
from warehouse.report.model import Chart, Number, Paragraph, plain
from warehouse.report.writing import ReportError, compose


def test_all_files_are_named_by_language_and_format(tmp_path, tables):
    files = write_report(tables, tmp_path / "report", langs=("en",), formats=("html", "xlsx"))
    assert [file.name for file in files] == ["report.en.html", "report.en.xlsx"]


@pytest.mark.parametrize(("langs", "formats"), [(("de",), ("html",)), (("pl",), ("docx",))])
def test_an_unknown_language_or_format_names_the_known_ones(tmp_path, tables, langs, formats):
    with pytest.raises(ReportError, match="take of"):
        write_report(tables, tmp_path, langs=langs, formats=formats)


def test_a_missing_table_is_named(tables):
    with pytest.raises(ReportError, match="labels"):
        compose({name: frame for name, frame in tables.items() if name != "labels"}, "pl")


def test_a_release_of_an_older_program_is_named_with_what_to_do(tables):
    older = tables["official_figures"].drop("statistic_pl")
    with pytest.raises(ReportError, match=r"official_figures has no statistic_pl: an older version.*refresh"):
        compose({**tables, "official_figures": older}, "pl")


def test_a_figure_that_is_gone_fails_the_report(tables):
    without = tables["statistics"].filter(pl.col("statistic") != "age_median_of_clusters")
    with pytest.raises(UnknownFigureError, match="age_median_of_clusters"):
        compose({**tables, "statistics": without}, "pl")


def test_every_drawing_has_its_alternative_and_its_data(tables, last_year):
    report = compose(tables, "en", last_year)
    drawings = [block for chapter in report.chapters for block in chapter.blocks if isinstance(block, Chart)]
    assert len(drawings) >= 8
    for drawing in drawings:
        assert len(plain(drawing.alt)) > 40
        assert drawing.data.rows
        assert drawing.svg.startswith("<svg ")


def test_last_year_stands_beside_this_one(tables, last_year):
    report = compose(tables, "pl", last_year)
    table = next(table for table in report.tables() if table.id == "t-previous")
    for _, then, now, word in table.rows:
        assert isinstance(then[0], Number)
        assert isinstance(now[0], Number)
        assert (then[0].origin, now[0].origin) == ("previous", "statistic")
        if plain(word) in {"wzrost", "spadek"}:
            assert (now[0].value > then[0].value) == (plain(word) == "wzrost")
    added = next(table for table in report.tables() if table.id == "t-added")
    gone = set(tables["clusters"]["cluster_id"]) - set(last_year["clusters"]["cluster_id"])
    assert {plain(row[2]) for row in added.rows} == gone


def test_an_empty_inventory_still_makes_a_report(tmp_path, make_tables, about, tables):

    empty = {
        name: frame.clear() if name in {"clusters", "labels", "assessments", "official_figures"} else frame
        for name, frame in tables.items()
    }
    empty["statistics"] = statistics.compute(empty["clusters"], empty["labels"], date(2026, 1, 9), "test.1")
    [page] = write_report(empty, tmp_path, langs=("pl",), formats=("html",))
    assert "0\u00a0klastrów" in page.read_text(encoding="utf-8").replace("</span>", "")


@pytest.mark.parametrize(("estimate", "told"), [(500.0, True), (5.0, False)])
def test_an_estimate_below_what_was_found_is_not_sold_as_what_is_missing(tables, estimate, told):
    is_estimate = (pl.col("statistic") == "estimated_number_of_clusters") & (pl.col("dimension") == "total")
    rows = tables["statistics"].with_columns(value=pl.when(is_estimate).then(estimate).otherwise("value"))
    assert rows.filter(is_estimate).height == 1
    report = compose({**tables, "statistics": rows}, "en")
    ids = {table.id for table in report.tables()}
    assert ("t-coverage" in ids) is told
    summary = "".join(plain(block.line) for block in report.chapters[0].blocks if isinstance(block, Paragraph))
    assert ("lower bound" in summary) is told
