from datetime import date

import pytest

from warehouse.findings import GateReport, results_frame
from warehouse.release import Release, ReleaseError, ReleaseLockedError, latest, publish, releases, roll_back, stage
from warehouse.upkeep import prune, to_prune, verify

OPEN = GateReport((), results_frame(()))


def _publish(home, make_tables, about, days):
    for day in days:
        publish(stage(home, make_tables(5, 10), {**about, "as_of": day}), OPEN)


def test_a_sound_release_has_nothing_wrong(tmp_path, make_tables, about):
    _publish(tmp_path, make_tables, about, ["2015-12-31"])
    assert verify(latest(tmp_path)) == ()


@pytest.mark.parametrize(
    ("name", "words"),
    [("csv/clusters.csv", "checksum differs"), ("inventory.duckdb", "does not open"), ("notes.md", "checksum differs")],
)
def test_a_changed_file_is_found(tmp_path, make_tables, about, name, words):
    _publish(tmp_path, make_tables, about, ["2015-12-31"])
    path = latest(tmp_path).path / name
    content = bytearray(path.read_bytes())
    content[: len(content) // 2] = bytes(len(content) // 2)
    path.write_bytes(content)
    found = verify(latest(tmp_path))
    assert any(name in problem and words in problem for problem in found)


def test_missing_and_strange_files_are_found(tmp_path, make_tables, about):
    _publish(tmp_path, make_tables, about, ["2015-12-31"])
    folder = latest(tmp_path).path
    (folder / "notes.md").unlink()
    (folder / "csv" / "more.csv").write_text("x\n")
    assert verify(latest(tmp_path)) == ("notes.md is missing", "csv/more.csv was not published with this release")
    (folder / "SHA256SUMS").unlink()
    assert any("SHA256SUMS is missing" in problem for problem in verify(latest(tmp_path)))


def test_pruning_keeps_the_newest_the_year_ends_and_the_one_in_force(tmp_path, make_tables, about):
    days = ["2013-05-01", "2013-06-01", "2014-12-31", "2015-03-01", "2015-04-01", "2015-05-01", "2015-06-01"]
    _publish(tmp_path, make_tables, about, days)
    roll_back(tmp_path, "2015.03.01")
    gone = [release.version for release in prune(tmp_path, 1)]
    assert gone == ["2013.05.01", "2015.04.01", "2015.05.01"]
    assert [r.version for r in releases(tmp_path)] == ["2013.06.01", "2014.12.31", "2015.03.01", "2015.06.01"]
    assert latest(tmp_path).version == "2015.03.01"
    assert verify(latest(tmp_path)) == ()
    assert not list((tmp_path / "releases").glob(".staging-*"))
    assert prune(tmp_path, 1) == ()


def test_every_version_of_the_last_day_of_a_year_stays(tmp_path):
    known = tuple(Release(version, tmp_path / version) for version in ("2015.12.31", "2015.12.31.1", "2016.01.01"))
    assert to_prune(known, None, 1) == ()
    assert known[0].as_of == date(2015, 12, 31)


def test_pruning_needs_a_number_and_the_lock(tmp_path, make_tables, about):
    _publish(tmp_path, make_tables, about, ["2015-01-01", "2015-01-02"])
    with pytest.raises(ReleaseError, match="give 1 or more"):
        prune(tmp_path, 0)
    with stage(tmp_path, make_tables(5, 10), about), pytest.raises(ReleaseLockedError):
        prune(tmp_path, 1)
    assert len(releases(tmp_path)) == 2
