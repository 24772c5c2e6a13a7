"""Upkeep of published releases: hash them again, and remove old ones by a rule that says what stays."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from warehouse.database import LIMITS
from warehouse.release import Release, ReleaseError, latest, releases, sha256, take_lock

CHECKSUMS = "SHA256SUMS"


def verify(release: Release) -> tuple[str, ...]:
    """Returns what is wrong with a release, each in words; empty where it is as it was published.

    Every file is hashed again and held against `SHA256SUMS`, files that the list does not name are reported, and the
    database is opened and asked for its version.
    """
    return (*_against_checksums(release), *_database(release))


def to_prune(known: Sequence[Release], in_force: Release | None, keep: int) -> tuple[Release, ...]:
    """Returns the releases that the rule lets go, oldest first.

    What stays: the `keep` newest, the last one of every calendar year (a year's figures are cited by it), every one as
    of 31 December, and the one in force.

    Args:
        known: The releases of a home, oldest day first (`warehouse.release.releases`).
        in_force: The one that `latest` names.
        keep: How many of the newest stay, at least one.

    Raises:
        ReleaseError: `keep` is less than one.
    """
    if keep < 1:
        raise ReleaseError(f"keep is {keep}: at least one release has to stay, give 1 or more")
    last_of_year = {release.as_of.year: release.version for release in known}
    staying = {release.version for release in known[-keep:]} | set(last_of_year.values())
    staying |= {release.version for release in known if (release.as_of.month, release.as_of.day) == (12, 31)}
    if in_force is not None:
        staying.add(in_force.version)
    return tuple(release for release in known if release.version not in staying)


def prune(home: Path, keep: int) -> tuple[Release, ...]:
    """Removes the releases that `to_prune` names and returns them.

    Each leaves the list in one rename before its files go, so that no reader lists a release that is half removed; a
    reader that has a file of it open keeps that file.

    Raises:
        ReleaseError: `keep` is less than one.
        ReleaseLockedError: A release is being made.
    """
    with take_lock(home):
        going = to_prune(releases(home), latest(home), keep)
        for release in going:
            # The next release clears what begins like this, should this run be killed half way.
            leaving = release.path.with_name(f".staging-pruned-{release.version}")
            release.path.rename(leaving)
            shutil.rmtree(leaving)
    return going


def _against_checksums(release: Release) -> Iterator[str]:
    path = release.path / CHECKSUMS
    if not path.is_file():
        yield f"{path} is missing: nothing can be checked. Roll back to another release and refresh."
        return
    listed = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        digest, separator, name = line.partition("  ")
        if not separator or not name:
            yield f"{path}, line {number}: no checksum and file name"
            continue
        listed[name] = digest
    there = {found.relative_to(release.path).as_posix() for found in release.path.rglob("*") if found.is_file()}
    for name in sorted(listed):
        if name not in there:
            yield f"{name} is missing"
        elif sha256(release.path / name) != listed[name]:
            yield f"{name} is not the file that was published: its checksum differs"
    for name in sorted(there - set(listed) - {CHECKSUMS}):
        yield f"{name} was not published with this release"


def _database(release: Release) -> Iterator[str]:
    try:
        with duckdb.connect(str(release.database), read_only=True, config=dict(LIMITS)) as connection:
            row = connection.execute('SELECT "value" FROM about WHERE "key" = \'version\'').fetchone()
    except duckdb.Error as fault:
        yield f"{release.database.name} does not open: {fault}"
        return
    if row != (release.version,):
        yield f"{release.database.name} says that it is {row[0] if row else 'no release'}, not {release.version}"
