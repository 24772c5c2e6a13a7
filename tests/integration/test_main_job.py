"""The main job as users run it: whole processes, real pages, a real Dagster run, Great Expectations, DuckDB."""

import html
import json
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest

from warehouse import cookbook
from warehouse.dictionary import dictionary

ROOT = Path(__file__).parents[2]
CONTRACT = {
    "clusters", "cluster_names", "records", "cluster_records", "statements", "labels", "assessments", "excluded", "review_queue",
    "changes", "statistics", "official_figures", "sources", "about",
}  # fmt: skip


def run(*arguments, root=ROOT, check=True):
    environment = {**os.environ, "PYTHONPATH": str(root), "COLUMNS": "200", "NO_COLOR": "1"}
    environment.pop("CLUSTER_INVENTORY_HOME", None)
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *map(str, arguments)],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if check:
        assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def refreshed(home):
    return run("refresh", "--home", home)


@pytest.fixture(scope="module")
def database(home, refreshed):
    with duckdb.connect(str(home / "releases" / "latest" / "inventory.duckdb"), read_only=True) as connection:
        yield connection


def test_refresh_tells_where_the_release_lies_and_what_is_in_it(refreshed, home):
    assert "gate: open" in refreshed.stdout
    assert str(home / "releases") in refreshed.stdout
    for figure in (
        "records of esca",
        "clusters",
        "potential clusters",
        "excluded: energy_cluster",
        "mean age",
        "2011-2015",
        "review queue",
    ):
        assert figure in refreshed.stdout, figure


def test_every_table_of_the_contract_is_there_with_a_comment_on_every_column(database):
    tables = dict(database.execute("select table_name, comment from duckdb_tables()").fetchall())
    assert set(tables) >= CONTRACT
    assert all(tables.values())
    bare = database.execute(
        "select table_name, column_name from duckdb_columns() where comment is null and not internal"
    ).fetchall()
    assert bare == []


def test_parquet_and_csv_say_what_the_database_says(database, home):
    folder = home / "releases" / "latest"
    for table in dictionary().tables:
        (count,) = database.execute(f'select count(*) from "{table}"').fetchone()  # noqa: S608  names of our own dictionary
        assert pl.read_parquet(folder / "parquet" / f"{table}.parquet").height == count, table
        assert (folder / "csv" / f"{table}.csv").is_file()


def test_counts_add_up_from_printed_entries_to_clusters(database):
    rows = database.execute(
        "select stage, source_id, sum(counted) filter (where \"into\" = 'in') entered, sum(counted) filter (where \"into\" <> 'in') left_ "
        "from reconciliation group by all"
    ).fetchall()
    assert {stage for stage, *_ in rows} == {"printed", "entries"}
    assert all(entered == left for _, _, entered, left in rows), rows
    (both,) = database.execute("select count(*) from cluster_records join excluded using (record_id)").fetchone()
    (lost,) = database.execute(
        "select count(*) from records where record_id not in (select record_id from cluster_records union select record_id from excluded)"
    ).fetchone()
    assert (both, lost) == (0, 0)


def test_every_value_leads_to_a_public_page(database):
    (bare,) = database.execute("select count(*) from statements where url not like 'http%'").fetchone()
    (unproved,) = database.execute(
        "select count(*) from assessments where verdict = 'met' and statement_id not in (select statement_id from statements)"
    ).fetchone()
    assert (bare, unproved) == (0, 0)


def test_holders_of_key_cluster_status_are_clusters(database):
    rows = database.execute(
        "select distinct class from clusters join labels using (cluster_id) where label = 'kkk'"
    ).fetchall()
    assert rows == [("cluster",)]


def test_every_statistic_says_how_many_stand_behind_it(database):
    assert database.execute(
        "select count(*) from statistics where n is null or n_unknown is null or unit is null"
    ).fetchone() == (0,)


def test_the_published_query_of_the_readme_answers(home, refreshed):
    answer = run("query", "select class, count(*), round(avg(age_years),1) from clusters group by 1", "--home", home)
    assert "cluster" in answer.stdout
    assert "potential_cluster" in answer.stdout


def test_the_cookbook_prints_what_this_release_answers(home, refreshed, tmp_path):
    # A copy: one process opens one file under one set of settings.
    copy = shutil.copyfile(home / "releases" / "latest" / "inventory.duckdb", tmp_path / "inventory.duckdb")
    page = cookbook.PAGE.read_text(encoding="utf-8")
    assert cookbook.answered(page, copy) == page, (
        "docs/cookbook.md is out of date: run `make inventory`, then python -m warehouse.cookbook home/releases/latest"
    )


def _behind(database, key):
    try:
        return database.execute("select cluster_id from clusters_behind(?)", [key]).fetchall()
    except duckdb.Error as fault:
        return str(fault)


def test_every_figure_of_the_report_leads_to_pages_in_two_queries(database, home):
    report = (home / "releases" / "latest" / "report" / "report.en.html").read_text(encoding="utf-8")
    keys = {html.unescape(key).partition("#")[0] for key in re.findall(r'data-statistic="([^"]+)"', report)}
    counts = {
        statistic if dimension == "total" else f"{statistic}/{dimension}={value}": n
        for statistic, dimension, value, n in database.execute(
            "select statistic, dimension, dimension_value, n from statistics"
        ).fetchall()
    }
    met = {key: _behind(database, key) for key in keys}
    told = {key for key, rows in met.items() if isinstance(rows, str)}
    assert all(key.startswith("estimated_number_of_clusters") and "the note of its row" in met[key] for key in told), (
        told
    )
    traced = {key: rows for key, rows in met.items() if key not in told}
    assert len(traced) > 200
    assert {key: len(rows) for key, rows in traced.items()} == {key: counts[key] for key in traced}
    for cluster in {rows[0][0] for rows in traced.values() if rows}:
        pages = database.execute("select stated_by from evidence(?)", [cluster]).fetchall()
        assert pages, cluster
        assert all(page.startswith("http") for (page,) in pages), cluster


def test_facts_and_published_figures_of_the_report_lead_to_their_page(database, home):
    report = (home / "releases" / "latest" / "report" / "report.en.html").read_text(encoding="utf-8")
    stated = {"clusters.founded_year": "founded", "clusters.city": "city", "clusters.coordinator": "coordinator",
              "clusters.members_total": "members_total"}  # fmt: skip
    facts = set(re.findall(r'data-fact="(clusters\.[a-z_]+)/(PL-C[0-9]+)"', report))
    assert {column for column, _ in facts} == set(stated)
    for column, cluster in sorted(facts):
        pages = database.execute(
            "select stated_by from evidence(?) where chosen and property in (?, 'agreement_date', 'address')",
            [cluster, stated[column]],
        ).fetchall()
        assert pages, (column, cluster)
    for figure in {key.partition(".")[0] for key in re.findall(r'data-official="([^"]+)"', report)}:
        url, note = database.execute("select url, note from official_figures where figure_id = ?", [figure]).fetchone()
        assert url or "address not recorded" in note, figure


def test_explain_names_pages_and_reasons(home, refreshed):
    told = run("explain", "Dolina Lotnicza", "--home", home).stdout
    assert "Aviation Valley" in told
    assert "Class: cluster" in told
    assert "<http" in told
    assert "probability" in told


def test_a_second_refresh_finds_nothing_new(home, refreshed):
    before = sorted(path.name for path in (home / "releases").iterdir())
    again = run("refresh", "--home", home)
    assert "nothing new" in again.stdout
    assert sorted(path.name for path in (home / "releases").iterdir()) == before


@pytest.fixture(scope="module")
def broken(tmp_path_factory, home, refreshed):
    """A copy of the project in which one page of ESCA has lost its table."""
    copy = tmp_path_factory.mktemp("copy") / "project"
    shutil.copytree(
        ROOT,
        copy,
        ignore=shutil.ignore_patterns(".venv", ".git", "home", ".*cache", "*.egg-info", "tests", "docs", "benchmarks"),
    )
    archive = copy / "sources" / "esca" / "archive"
    victim = next(path for path in sorted((archive / "pages").iterdir()) if b"Aviation Valley" in path.read_bytes())
    body = victim.read_bytes()
    victim.write_bytes(body[: body.index(b"<table")] + body[body.index(b"</table>") + 8 :])
    return run("refresh", "--home", home, root=copy, check=False), victim


def test_a_page_without_its_table_closes_the_gate_and_is_named(broken, home):
    done, victim = broken
    assert done.returncode == 2, done.stdout + done.stderr
    assert "esca" in done.stdout
    assert victim.name in done.stdout
    assert "gate: closed" in done.stdout
    assert not done.stderr.strip(), (
        "the gate's table says what is wrong; a trace of the program says nothing to an engineer"
    )


def test_the_last_release_stays_when_the_gate_is_closed(broken, home):
    with duckdb.connect(str(home / "releases" / "latest" / "inventory.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) > 0 from records where source_id = 'esca'").fetchone() == (True,)


@pytest.fixture(scope="module")
def record_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    lines = []
    for source in ("eccp", "kkk", "lublin_city", "parp_standards"):
        out = folder / f"{source}.jsonl"
        run("parse", source, ROOT / "sources" / source / "archive", "--out", out)
        lines += out.read_text(encoding="utf-8").splitlines()
    return folder, lines


def _built(folder, name, lines):
    file, home = folder / f"{name}.jsonl", folder / name
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = run("build", "--records", file, "--no-archive", "--home", home)
    return done, home / "releases" / "latest"


def test_permuted_input_gives_equal_files_and_ids(record_file):
    folder, lines = record_file
    shuffled = lines.copy()
    random.Random(7).shuffle(shuffled)  # noqa: S311  any order will do
    _, first = _built(folder, "first", lines)
    _, second = _built(folder, "second", shuffled)
    for kind in ("csv", "parquet"):
        for path in sorted((first / kind).iterdir()):
            assert path.read_bytes() == (second / kind / path.name).read_bytes(), path.name


def test_a_broken_line_is_named_and_the_others_go_on(record_file):
    folder, lines = record_file
    done, release = _built(
        folder, "broken", [*lines, '{"record_id": "x", "source": "press"', json.dumps({"record_id": "y"})]
    )
    excluded = pl.read_parquet(release / "parquet" / "excluded.parquet").filter(pl.col("reason") == "broken_line")
    assert excluded.height == 2
    assert all(
        f"broken.jsonl:{len(lines) + number}" in note for number, note in enumerate(sorted(excluded["note"]), start=1)
    )
    assert "gate: open" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("query", "select 1", "--home", "{empty}"), "cluster-inventory refresh"),
        (("build", "--records", "{empty}/none.jsonl", "--home", "{empty}"), "no such file"),
        (("parse", "nowhere", "{empty}"), "Known:"),
        (("explain", "PL-C9999", "--home", "{home}"), "no such cluster"),
        (("query", "drop table clusters", "--home", "{home}"), ""),
    ],
)
def test_errors_name_the_remedy_and_leave_with_1(tmp_path, home, refreshed, arguments, said):
    done = run(*(argument.format(empty=tmp_path, home=home) for argument in arguments), check=False)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
