"""A scaffolded source passes every test of a source, before anybody has written a line."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.scaffolding import new_source

ROOT = Path(__file__).parents[2]
ID = "kujawy_trial"


def run(folder, *command):
    environment = {**os.environ, "PYTHONPATH": str(folder), "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    copy = tmp_path_factory.mktemp("copy") / "project"
    unwanted = shutil.ignore_patterns(".venv", ".git", "home", ".*cache", "*.egg-info", "benchmarks", "__pycache__")
    shutil.copytree(ROOT, copy, ignore=unwanted)
    return copy


@pytest.fixture(scope="module")
def made(project):
    return run(project, "pipelines.cli", "new-source", ID)


def test_it_names_what_it_made(made):
    assert made.returncode == 0, made.stderr
    assert f"sources/{ID}/card.yml" in made.stdout
    assert "docs/adding-a-source.md" in made.stdout


@pytest.mark.parametrize("tests", [f"tests/unit/sources/{ID}", "tests/unit/sources/test_contract.py"])
def test_it_passes_its_own_tests_and_the_contract(project, made, tests):
    done = run(project, "pytest", "-k", ID, "-p", "no:cacheprovider", tests)
    assert done.returncode == 0, done.stdout


def test_it_is_linted_and_documented(project, made):
    done = run(project, "ruff", "check", "--no-cache", f"sources/{ID}", f"tests/unit/sources/{ID}")
    assert done.returncode == 0, done.stdout
    assert f"](sources/{ID}/README.md)" in (project / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("wrong", ["eccp", "esca", "Mazowsze", "../x_y", "a", "x__y"])
def test_a_wrong_id_changes_nothing(tmp_path, wrong):
    with pytest.raises(ValueError, match="no id of a source"):
        new_source(wrong, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_taken_id_is_refused(project, made):
    with pytest.raises(ValueError, match="there already"):
        new_source(ID, project)
