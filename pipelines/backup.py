"""Backup and restore of a home: one file with everything that another run could not make again.

The file is a gzipped tar of regular files only: `backup.json` (what it is), the home's files under `home/`, and last
`SHA256SUMS`, which names every one of them; a file that was cut off has none. What lies in `build/` is left out, since a
run makes it anew. Databases of the run history are copied by SQLite itself, so that a service may be at work on them.

A restore trusts nothing: names that lead elsewhere, links and devices are refused, every hash is checked, and the home
appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from pipelines.home import PRIVATE, VERSION, HomeError, version_of
from warehouse import home_lock
from warehouse.release import latest, releases, roll_back, take_lock

SUMS: Final = "SHA256SUMS"
ABOUT: Final = "backup.json"
LEFT_OUT: Final = frozenset({"build", "refused"})
PASSING: Final = frozenset({".lock", ".latest", ".restoring", home_lock.AT_WORK, home_lock.HISTORY})
SQLITE: Final = b"SQLite format 3\0"


class BackupError(RuntimeError):
    """A backup that cannot be made or trusted. The message names the remedy."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds.

    Attributes:
        files: Number of files of the home.
        size: Their bytes together.
        latest: Version of the release in force, or None.
    """

    files: int
    size: int
    latest: str | None


def back_up(home: Path, target: Path) -> Backup:
    """Writes the home into one file, readable by its owner alone, and replaces `target` in one step.

    Readers go on meanwhile, and runs that start wait until it is done.

    Args:
        home: The home.
        target: File to write, by custom `<name>.tar.gz`; outside the home.

    Raises:
        HomeBusyError: A run is going on.
        ReleaseLockedError: A release is being changed.
        BackupError: There is no home, or the target lies in it.
    """
    if version_of(home) is None:
        raise BackupError(f"{home}: there is no home to back up. Name it with --home.")
    if target.resolve().is_relative_to(home.resolve()):
        raise BackupError(f"{target} lies in the home itself: write the backup elsewhere, best on another disk.")
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    with ExitStack() as held:
        held.enter_context(home_lock.alone(home))
        if (home / "releases").is_dir():
            held.enter_context(closing(take_lock(home)))
        held.callback(draft.unlink, missing_ok=True)
        in_force = latest(home)
        told = {"home_version": version_of(home), "latest": in_force.version if in_force else None}
        with _new(draft, 0o600) as out:
            done = _write(home, told, out)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(target)
    return done


def restore(source: Path, home: Path) -> Backup:
    """Makes a home from a backup: whole, every hash checked, or not at all.

    Args:
        source: A file that `back_up` wrote.
        home: The home to make; it must not exist, or be an empty folder.

    Raises:
        BackupError: The file is no backup, damaged or hostile; or the home is not empty.
        HomeError: The backup is of a newer home than this program knows.
    """
    staging = prepare_empty(home)
    try:
        about, done = _read(source, staging)
        settle(staging, home, about.get("latest"))
    except BaseException:
        give_up(staging, home)
        raise
    return done


def prepare_empty(home: Path) -> Path:
    """Returns a new folder in an empty home, to fill before `settle`; while it is there, commands refuse the home.

    Raises:
        BackupError: The home has something in it.
    """
    if home.is_dir() and any(home.iterdir()):
        raise BackupError(f"{home} is not empty: nothing is overwritten. Name a new folder with --home.")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    staging = home / ".restoring"
    staging.mkdir(mode=0o700)
    return staging


def settle(staging: Path, home: Path, version: object) -> None:
    """Moves what was filled into the home, points `latest` at that release, and opens the home to commands.

    Raises:
        BackupError: There is no release of that version.
    """
    if version is not None and version not in {release.version for release in releases(staging)}:
        raise BackupError(f"the release in force, {version}, is not in it. Take another backup.")
    for path in sorted(staging.iterdir()):
        path.rename(home / path.name)
        if path.name in PRIVATE:
            (home / path.name).chmod(0o700)
    if isinstance(version, str):
        roll_back(home, version)
    staging.rmdir()


def give_up(staging: Path, home: Path) -> None:
    """Takes away what was begun, and the home with it where nothing else is there; a half-settled home stays refused."""
    if list(home.iterdir()) == [staging]:
        shutil.rmtree(staging)
        with suppress(OSError):  # a mounted folder stays
            home.rmdir()


def _write(home: Path, told: Mapping[str, object], out: IO[bytes]) -> Backup:
    sums: list[str] = []
    size = 0
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT, compresslevel=6) as tar:
        _add_text(tar, ABOUT, json.dumps(told, sort_keys=True))
        for path in _files(home):
            name = path.relative_to(home).as_posix()
            digest, count = _add_file(tar, f"home/{name}", path)
            sums.append(f"{digest}  {name}\n")
            size += count
        _add_text(tar, SUMS, "".join(sums))
    return Backup(len(sums), size, str(told["latest"]) if told["latest"] else None)


def _files(home: Path) -> Iterator[Path]:
    """Yields what belongs into a backup, by name. Links are left out: `latest` is told in `backup.json`."""
    for path in sorted(home.rglob("*")):
        parts = path.relative_to(home).parts
        within = parts[2:] if parts[0] == "years" else parts  # a past year's folder is a home in small
        passing = (bool(within) and (within[0] in LEFT_OUT)) or any(
            part in PASSING or part.startswith(".staging-") or part.endswith(".part") for part in parts
        )
        if (
            not passing
            and path.is_file()
            and not path.is_symlink()
            and not path.name.endswith(("-wal", "-shm", "-journal"))
        ):
            yield path


def _add_file(tar: tarfile.TarFile, name: str, path: Path) -> tuple[str, int]:
    with ExitStack() as held:
        content = held.enter_context(path.open("rb"))
        if content.read(len(SQLITE)) == SQLITE:
            copy = Path(held.enter_context(tempfile.TemporaryDirectory())) / path.name
            with closing(sqlite3.connect(path)) as live, closing(sqlite3.connect(copy)) as still:
                live.backup(still)
            content = held.enter_context(copy.open("rb"))
        content.seek(0)
        entry = tarfile.TarInfo(name)
        entry.size = os.fstat(content.fileno()).st_size
        entry.mode = 0o600
        hashing = _Hashing(content, entry.size)
        tar.addfile(entry, hashing)  # type: ignore[arg-type]  # only its read is called
        return hashing.digest.hexdigest(), entry.size


class _Hashing:
    """A file that hashes what is read from it; a log that grows meanwhile gives the bytes it had at first."""

    def __init__(self, content: IO[bytes], size: int) -> None:
        self.content, self.left, self.digest = content, size, hashlib.sha256()

    def read(self, count: int) -> bytes:
        block = self.content.read(min(count, self.left))
        self.left -= len(block)
        self.digest.update(block)
        return block


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    content = text.encode()
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


def _read(source: Path, staging: Path) -> tuple[dict[str, object], Backup]:
    try:
        with tarfile.open(source, mode="r:gz") as tar:
            about = _about(tar, source)
            found, sums = _unpack(tar, staging)
    except (tarfile.TarError, EOFError, zlib.error, UnicodeDecodeError, OSError) as fault:
        raise BackupError(f"{source} cannot be read as a backup ({fault}). Take another copy of it.") from fault
    if sums is None:
        raise BackupError(f"{source} ends too early: it was cut off. Take another copy of it.")
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in sums.splitlines())}
    wrong = sorted({name for name, _ in set(listed.items()) ^ set(found.items())})
    if wrong:
        raise BackupError(
            f"{source} is damaged: {', '.join(wrong[:5])} not as it was backed up ({len(wrong)} files). Take another copy."
        )
    size = sum(path.stat().st_size for path in staging.rglob("*") if path.is_file())
    version = about.get("latest")
    return about, Backup(len(found), size, version if isinstance(version, str) else None)


def _about(tar: tarfile.TarFile, source: Path) -> dict[str, object]:
    first = tar.next()
    content = (
        tar.extractfile(first) if first and first.isreg() and first.name == ABOUT and first.size < 10_000 else None
    )
    try:
        about = json.loads(content.read()) if content else None
    except ValueError:
        about = None
    if not isinstance(about, dict) or not isinstance(about.get("home_version"), int):
        raise BackupError(f"{source} is no backup of a home. Name a file that `cluster-inventory backup` wrote.")
    if about["home_version"] > VERSION:
        raise HomeError(
            f"{source} is of a home of version {about['home_version']}, this program knows versions up to {VERSION}. "
            "Update the program."
        )
    return about


def _unpack(tar: tarfile.TarFile, staging: Path) -> tuple[dict[str, str], str | None]:
    found: dict[str, str] = {}
    while (member := tar.next()) is not None:
        if member.name == SUMS and member.isreg():
            content = tar.extractfile(member)
            return found, content.read().decode() if content else None
        name = _safe_name(member)
        if name in found:
            raise BackupError(f"{member.name} is in the backup twice: it was tampered with. Take another copy.")
        if member.size > shutil.disk_usage(staging).free:
            raise BackupError(f"no room for {name} ({member.size} bytes). Make room, or restore onto another disk.")
        found[name] = _extract(tar, member, staging / name, open_to_all=name.startswith("releases/"))
    return found, None


def _safe_name(member: tarfile.TarInfo) -> str:
    parts = PurePosixPath(member.name).parts
    unsafe = parts[:1] != ("home",) or len(parts) < 2 or ".." in parts or "\\" in member.name or "\0" in member.name
    if unsafe or not member.isreg():
        raise BackupError(
            f"{member.name!r} in the backup is no plain file of a home (it leads elsewhere, or is a link or device): it was "
            "tampered with. Take another copy."
        )
    return "/".join(parts[1:])


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path, *, open_to_all: bool) -> str:
    content = tar.extractfile(member)
    digest = hashlib.sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    with _new(target, 0o644 if open_to_all else 0o600) as out:
        while content and (block := content.read(2**20)):
            digest.update(block)
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _new(path: Path, mode: int) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb")
