import json

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from warehouse.findings import GateReport, results_frame
from warehouse.release import latest, publish, stage


@pytest.fixture
def home(tmp_path, make_tables, about):
    for day, size in (("2013-06-30", 10), ("2014-06-30", 11), ("2014-12-30", 12), ("2015-12-31", 12)):
        staged = stage(tmp_path / "home", make_tables(size, 24), {**about, "as_of": day})
        publish(staged, GateReport((), results_frame(())))
    return tmp_path / "home"


def _run(home, *words):
    return CliRunner().invoke(app, [*words, "--home", str(home)])


def test_releases_are_listed_shown_and_verified(home):
    listed = _run(home, "release", "list")
    assert listed.exit_code == 0
    assert listed.output.index("2015.12.31") < listed.output.index("2013.06.30")
    shown = _run(home, "release", "show", "2014.06.30")
    assert "as_of: 2014-06-30" in shown.output
    assert "1 more than before: 1 new, none gone." in shown.output
    assert _run(home, "release", "verify").output.count("as published") == 4
    (home / "releases" / "2014.06.30" / "notes.md").write_text("other")
    verified = _run(home, "release", "verify", "2014.06.30")
    assert verified.exit_code == 1
    assert "notes.md is not the file that was published" in verified.output


def test_rollback_takes_only_what_is_sound(home):
    assert _run(home, "release", "rollback", "2014.12.30").exit_code == 0
    assert latest(home).version == "2014.12.30"
    (home / "releases" / "2014.06.30" / "notes.md").unlink()
    refused = _run(home, "release", "rollback", "2014.06.30")
    assert refused.exit_code == 1
    assert "notes.md is missing" in refused.output
    assert latest(home).version == "2014.12.30"
    assert "There is no release 1999.01.01. Known: 2013.06.30" in _run(home, "release", "rollback", "1999.01.01").output


def test_prune_says_before_it_does(home):
    assert "would go: 2014.06.30" in _run(home, "release", "prune", "--keep", "1", "--dry-run").output
    assert (home / "releases" / "2014.06.30").is_dir()
    assert "removed: 2014.06.30" in _run(home, "release", "prune", "--keep", "1").output
    assert not (home / "releases" / "2014.06.30").exists()


def test_diff_reads_as_notes(home):
    told = _run(home, "diff", "2013.06.30", "2014.12.30").output
    assert told.startswith("2013.06.30 -> 2014.12.30\n12 clusters and potential clusters, 2 more than before: 2 new")
    assert "2014.12.30 -> 2015.12.31" in _run(home, "diff").output


def test_export_writes_a_subset_with_its_origin(home, tmp_path):
    out = tmp_path / "labels.csv"
    done = _run(home, "export", "--table", "labels", "--format", "csv", "--bom", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert out.read_bytes().startswith(b"\xef\xbb\xbfcluster_id,")
    assert json.loads((tmp_path / "labels.csv.about.json").read_text(encoding="utf-8"))["version"] == "2015.12.31"
    both = _run(home, "export", "--table", "labels", "--sql", "SELECT 1", "--format", "csv", "--out", str(out))
    assert both.exit_code == 1
    assert "either a query" in both.output


@pytest.mark.parametrize("words", [["release", "list"], ["release", "show"], ["release", "verify"], ["diff"]])
def test_an_empty_home_is_told_with_a_remedy(tmp_path, words):
    told = _run(tmp_path / "none", *words)
    assert told.exit_code == 1
    assert "cluster-inventory refresh" in told.output


def test_bounds_are_suggested_from_what_releases_found_beside_those_of_the_card(home):
    told = _run(home, "sources", "suggest-bounds")
    assert told.exit_code == 0, told.output
    lines = told.output.splitlines()
    place = lines.index("esca, from 4 runs")
    assert lines[place + 1].startswith("  suggested: bounds: {rows_min: ")
    assert lines[place + 2].startswith("  its card:  bounds: {rows_min: ")
