"""Drawings of the report: what is kept is what would be drawn."""

import pytest

from warehouse.kept_results import KeptResults
from warehouse.report import charts, drawings_kept_in
from warehouse.report.charts import Mark


def test_a_kept_drawing_is_the_one_that_would_be_drawn(tmp_path, monkeypatch):
    marks = [Mark("śląskie", 10, "10"), Mark("<script>", 4, "4")]
    fresh = charts.bars(marks)
    with drawings_kept_in(KeptResults(tmp_path, "1")):
        assert charts.bars(marks) == fresh
    monkeypatch.setattr(charts, "_svg", lambda *_: pytest.fail("drawn again"))
    with drawings_kept_in(KeptResults(tmp_path, "1")):
        assert charts.bars(marks) == fresh


def test_another_figure_is_another_drawing(tmp_path):
    with drawings_kept_in(KeptResults(tmp_path)):
        first, second = (charts.bars([Mark("śląskie", value, str(value))]) for value in (10, 11))
    assert first != second


def test_drawings_of_the_last_report_only_are_kept(tmp_path):
    for value in (10, 11):
        with drawings_kept_in(KeptResults(tmp_path)):
            charts.bars([Mark("śląskie", value, str(value))])
    assert len(list(tmp_path.iterdir())) == 1
