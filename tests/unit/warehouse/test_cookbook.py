import re
from pathlib import Path

import pytest

from warehouse.findings import GateReport, results_frame
from warehouse.query import query
from warehouse.release import publish, stage

PAGE = (Path(__file__).parents[3] / "docs" / "cookbook.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.+?)```", PAGE, flags=re.DOTALL)
EMPTY = (
    "retired_ids",
    "disagreements",
    "reconciliation",
)  # no such row in sound tables without redirects and conflicts


@pytest.fixture(scope="module")
def database(tmp_path_factory, make_tables, about):
    staged = stage(tmp_path_factory.mktemp("home"), make_tables(40, 120), about)
    return publish(staged, GateReport((), results_frame(()))).database


@pytest.mark.parametrize("sql", QUERIES)
def test_a_recipe_answers_and_repeats(database, sql):
    answer = query(database, sql)
    assert answer.rows or any(name in sql for name in EMPTY)
    assert query(database, sql) == answer


def test_all_recipes_are_found():
    assert len(QUERIES) == PAGE.count("```sql") > 15


def test_recipes_give_right_figures(database, make_tables):
    clusters = make_tables(40, 120)["clusters"]
    share = next(sql for sql in QUERIES if "percent_founded" in sql)
    known = [
        row["age_years"]
        for row in clusters.iter_rows(named=True)
        if row["class"] == "cluster" and row["age_years"] is not None
    ]
    young = sum(age < 5 for age in known)
    assert query(database, share).rows == ((pytest.approx(round(100 * young / len(known), 1)), len(known)),)
