import re

import pytest

from warehouse.cookbook import PAGE, RECIPE, ROWS, answered, printed
from warehouse.findings import GateReport, results_frame
from warehouse.query import Answer, query
from warehouse.release import publish, stage

TEXT = PAGE.read_text(encoding="utf-8")
QUERIES = [met["sql"] for met in RECIPE.finditer(TEXT)]
PYTHON = re.findall(r"```python\n(.+?)```", TEXT, flags=re.DOTALL)
# No such row in the made tables: a cluster of that name, a redirect, a contradiction, a round of that label, a row lost.
EMPTY = (
    "dolina lotnicza",
    "retired_ids",
    "disagreements",
    "label = 'kkk'",
    "reconciliation",
    "property = 'voivodeship'",
)


@pytest.fixture(scope="module")
def release(tmp_path_factory, make_tables, about):
    staged = stage(tmp_path_factory.mktemp("home"), make_tables(40, 120), about)
    return publish(staged, GateReport((), results_frame(())))


@pytest.mark.parametrize("sql", QUERIES)
def test_a_recipe_answers_and_repeats(release, sql):
    answer = query(release.database, sql)
    assert answer.rows or any(name in sql for name in EMPTY) or "lotnicza dolina" in sql
    assert query(release.database, sql) == answer


def test_every_question_has_its_printed_answer():
    assert len(QUERIES) == TEXT.count("```sql") >= 15
    assert all(met["printed"] for met in RECIPE.finditer(TEXT))
    numbers = [int(number) for number in re.findall(r"^\*\*(\d+)\. ", TEXT, flags=re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_answers_are_written_in_and_written_again_alike(release):
    once = answered(TEXT, release.database)
    assert answered(once, release.database) == once
    assert "| 40" not in TEXT
    assert RECIPE.sub("", once) == RECIPE.sub("", TEXT), "only the answers differ"
    assert "2015.12.31" in once


def test_long_answers_are_cut_and_say_so():
    text = printed(Answer(("n", "word"), tuple((number, "ł" * 100) for number in range(ROWS + 3))))
    assert text.splitlines()[-1] == "... and 3 more rows"
    assert max(map(len, text.splitlines())) < 60
    assert printed(Answer(("n",), ())) == "(no row)\n"


@pytest.mark.parametrize("code", PYTHON)
def test_the_recipes_in_python_run(release, code, capsys):
    assert "home/releases/latest" in code
    names = {}
    exec(code.replace("home/releases/latest", str(release.path)), names)  # noqa: S102 - the page's own recipes
    assert any(len(names.get(name, ())) for name in ("clusters", "by_region", "active"))


def test_recipes_give_right_figures(release, make_tables):
    clusters = make_tables(40, 120)["clusters"]
    share = next(sql for sql in QUERIES if "percent_founded" in sql)
    known = [
        row["age_years"]
        for row in clusters.iter_rows(named=True)
        if row["class"] == "cluster" and row["age_years"] is not None
    ]
    young = sum(age < 5 for age in known)
    assert query(release.database, share).rows == ((pytest.approx(round(100 * young / len(known), 1)), len(known)),)
