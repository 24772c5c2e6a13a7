"""Backup and restore: what is in it, that it is at rest, and that a damaged, cut or hostile file restores nothing."""

import fcntl
import hashlib
import io
import json
import shutil
import sqlite3
import stat
import tarfile
from datetime import date
from pathlib import Path

import pytest

from pipelines.backup import BackupError, back_up, restore
from pipelines.home import VERSION, HomeError, open_home, prepare
from sources.archive import Archive, Visit
from warehouse import home_lock
from warehouse.release import latest, roll_back


@pytest.fixture
def home(tmp_path):
    """A home with a bit of everything; the releases are folders that `latest` accepts."""
    home = tmp_path / "home"
    prepare(home, {})
    archive = Archive(home / "archive" / "esca")
    archive.store(Visit("https://esca.example/", "2025-01-01T10:00:00Z"), "<p>Łódź</p>".encode())
    (home / "ledger.jsonl").write_text('{"cluster_id": "PL-C0001", "event": "mint", "records": ["a"]}\n')
    (home / "judgements.yml").write_text("[]\n")
    (home / "allowances.yml").write_text("[]\n")
    (home / "layouts").mkdir()
    (home / "layouts" / "esca.json").write_text("{}")
    for version in ("2024.12.31", "2025.01.01"):
        (home / "releases" / version / "csv").mkdir(parents=True)
        (home / "releases" / version / "csv" / "clusters.csv").write_text(version)
    roll_back(home, "2024.12.31")
    (home / "releases" / ".staging-2025.02.02").mkdir()
    (home / "releases" / ".staging-2025.02.02" / "half").write_text("half")
    (home / "build" / "core.parquet").write_bytes(b"cache")
    (home / "years" / "2015" / "build").mkdir(parents=True)
    (home / "years" / "2015" / "build" / "core.parquet").write_bytes(b"cache")
    (home / "years" / "2015" / "ledger.jsonl").write_text("{}\n")
    (home / "years" / "2015" / "archive").symlink_to(home / "archive")
    (home / "dagster" / "history").mkdir()
    with sqlite3.connect(home / "dagster" / "history" / "runs.db") as database:
        database.execute("create table runs (id integer)")
        database.execute("insert into runs values (7)")
    database.close()
    return home


@pytest.fixture
def saved(home, tmp_path):
    file = tmp_path / "saved.tar.gz"
    back_up(home, file)
    return file


def _content(home, *but):
    files = {path.relative_to(home).as_posix(): path.read_bytes() for path in home.rglob("*") if path.is_file()}
    return {name: content for name, content in files.items() if not name.startswith(but) and not name.endswith(".db")}


NOT_SAVED = ("build/", "years/2015/build/", "years/2015/archive", ".", "releases/.", "releases/latest")


def test_a_restored_home_is_the_home_but_for_what_a_run_makes_anew(home, saved, tmp_path):
    new = tmp_path / "new"
    done = restore(saved, new)
    assert _content(new, *NOT_SAVED) == _content(home, *NOT_SAVED)
    assert not list(new.rglob("build"))
    assert (new / "years" / "2015" / "ledger.jsonl").exists()
    assert not list((new / "releases").glob(".staging*"))
    assert latest(new).version == done.latest == "2024.12.31", "the release in force, not the newest"
    assert not Archive(new / "archive" / "esca").verify()
    with sqlite3.connect(new / "dagster" / "history" / "runs.db") as database:
        assert database.execute("select id from runs").fetchall() == [(7,)]
    database.close()
    open_home(new)


def test_rights_file_and_home_are_the_owners_alone(saved, tmp_path):
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    restore(saved, tmp_path / "new")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "new" / "ledger.jsonl").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new" / "archive").stat().st_mode) == 0o700


def test_an_empty_folder_is_filled_and_a_home_is_never_overwritten(home, saved, tmp_path):
    (tmp_path / "volume").mkdir()
    restore(saved, tmp_path / "volume")
    assert latest(tmp_path / "volume")
    before = _content(home)
    with pytest.raises(BackupError, match="not empty: nothing is overwritten"):
        restore(saved, home)
    assert _content(home) == before


def test_the_history_is_saved_while_a_service_writes_it(home, tmp_path):
    writer = sqlite3.connect(home / "dagster" / "history" / "runs.db")
    writer.execute("pragma journal_mode=wal")
    writer.execute("insert into runs values (8)")
    writer.commit()
    writer.execute("insert into runs values (9)")  # not committed: not in the backup
    back_up(home, tmp_path / "live.tar.gz")
    restore(tmp_path / "live.tar.gz", tmp_path / "new")
    with sqlite3.connect(tmp_path / "new" / "dagster" / "history" / "runs.db") as database:
        assert database.execute("select id from runs order by 1").fetchall() == [(7,), (8,)]
    database.close()
    writer.close()


def test_readers_go_on_and_a_run_in_the_home_refuses_the_backup(home, tmp_path):
    with (home / "ledger.jsonl").open() as reader:
        back_up(home, tmp_path / "a.tar.gz")
        assert reader.read().startswith('{"cluster_id"')
    with home_lock.alone(home), pytest.raises(home_lock.HomeBusyError, match="Wait until it has ended"):
        back_up(home, tmp_path / "b.tar.gz")
    with (home / "releases" / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RuntimeError, match="another release is being made"):
            back_up(home, tmp_path / "b.tar.gz")
    assert [path.name for path in tmp_path.iterdir() if "b.tar" in path.name] == []


def test_a_backup_of_nothing_or_into_the_home_is_refused(home, tmp_path):
    with pytest.raises(BackupError, match="no home to back up"):
        back_up(tmp_path / "none", tmp_path / "x.tar.gz")
    with pytest.raises(BackupError, match="write the backup elsewhere"):
        back_up(home, home / "x.tar.gz")


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.97])
def test_a_file_that_was_cut_off_restores_nothing(saved, tmp_path, share):
    content = saved.read_bytes()
    saved.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(BackupError, match=r"another copy|no backup"):
        restore(saved, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_no_changed_byte_goes_unseen(saved, tmp_path):
    """Bytes of the gzip heading say nothing of the content; everything else that is changed is found."""
    whole = saved.read_bytes()
    expected = None
    for place in range(10, len(whole), max(1, len(whole) // 60)):
        changed = bytearray(whole)
        changed[place] ^= 0x20
        saved.write_bytes(changed)
        new = tmp_path / f"new-{place}"
        try:
            restore(saved, new)
        except (BackupError, HomeError):
            assert not new.exists()
        else:  # a bit of the tar padding or of the compressor's choice: the content must be the same
            saved.write_bytes(whole)
            if expected is None:
                restore(saved, tmp_path / "expected")
                expected = _content(tmp_path / "expected")
            assert _content(new) == expected


def _tar(path, members, sums=True, version=VERSION, latest_version=None):
    with tarfile.open(path, "w:gz") as tar:
        about = json.dumps({"home_version": version, "latest": latest_version}).encode()
        entry = tarfile.TarInfo("backup.json")
        entry.size = len(about)
        tar.addfile(entry, io.BytesIO(about))
        lines = []
        for name, content, kind in members:
            entry = tarfile.TarInfo(name)
            entry.type = kind
            entry.size = len(content) if kind == tarfile.REGTYPE else 0
            if kind != tarfile.REGTYPE:
                entry.linkname = content.decode()
            tar.addfile(entry, io.BytesIO(content))
            lines.append(f"{hashlib.sha256(content).hexdigest()}  {name.removeprefix('home/')}\n")
        if sums:
            entry = tarfile.TarInfo("SHA256SUMS")
            entry.size = len("".join(lines))
            tar.addfile(entry, io.BytesIO("".join(lines).encode()))
    return path


REG = tarfile.REGTYPE


@pytest.mark.parametrize(
    "members",
    [
        [("home/../evil", b"x", REG)],
        [("/etc/evil", b"x", REG)],
        [("home//../../evil", b"x", REG)],
        [("evil", b"x", REG)],
        [("home", b"x", REG)],
        [("home/a\\..\\evil", b"x", REG)],
        [("home/link", b"/etc", tarfile.SYMTYPE), ("home/link/evil", b"x", REG)],
        [("home/link", b"../../evil", tarfile.LNKTYPE)],
        [("home/pipe", b"", tarfile.FIFOTYPE)],
        [("home/disk", b"", tarfile.BLKTYPE)],
        [("home/a", b"x", REG), ("home/a", b"y", REG)],
        [("home/a", b"x", REG), ("home/a/b", b"y", REG)],
    ],
    ids=lambda members: members[-1][0],
)  # fmt: skip
def test_a_hostile_backup_writes_nothing_outside_and_leaves_no_home(tmp_path, members):
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(BackupError):
        restore(_tar(tmp_path / "evil.tar.gz", members), folder / "new")
    assert list(folder.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evil.tar.gz", "folder"]


def test_a_file_too_large_for_the_disk_is_refused_before_it_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))
    with pytest.raises(BackupError, match="Make room"):
        restore(_tar(tmp_path / "big.tar.gz", [("home/big", b"x" * 100, REG)]), tmp_path / "new")


def test_a_newer_home_a_missing_release_and_another_file_are_told(tmp_path):
    with pytest.raises(HomeError, match="Update the program"):
        restore(_tar(tmp_path / "newer.tar.gz", [], version=VERSION + 1), tmp_path / "new")
    with pytest.raises(BackupError, match=r"release in force, 2020\.01\.01"):
        restore(_tar(tmp_path / "less.tar.gz", [("home/a", b"x", REG)], latest_version="2020.01.01"), tmp_path / "new2")
    with tarfile.open(tmp_path / "other.tar.gz", "w:gz") as tar:
        tar.add(Path(__file__), "x.py")
    with pytest.raises(BackupError, match="no backup of a home"):
        restore(tmp_path / "other.tar.gz", tmp_path / "new3")


def test_a_restore_that_was_broken_off_keeps_commands_out(tmp_path):
    (tmp_path / ".restoring").mkdir()
    with pytest.raises(HomeError, match="restore again"):
        open_home(tmp_path)


def test_the_as_of_date_of_a_restored_release_is_the_same(home, saved, tmp_path):
    restore(saved, tmp_path / "new")
    assert latest(tmp_path / "new").as_of == latest(home).as_of == date(2024, 12, 31)
