"""The home folder as a whole: its version, the migrations that bring an older one up, its rights, Dagster's settings in it.

```
<home>/home.json       version of the home's form; without it a home with anything in it is of version 0
<home>/archive/        raw pages, with whatever persons they name     readable by the owner alone
<home>/ledger.jsonl, judgements.yml, allowances.yml, layouts/         what was decided, by program and people
<home>/releases/       what is published
<home>/years/<year>/   inventories of past years, each a home in small
<home>/logs/           journals of runs
<home>/dagster/        Dagster's settings and run history             readable by the owner alone
<home>/build/          what steps hand over; every run makes it anew
<home>/replaced/       what migrations changed, as it was before
```

A home that this program makes is readable by its owner alone; one that somebody else made keeps the rights it has. A
newer home is refused by every command, since an older program would not know what it must not break.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from warehouse import home_lock

VERSION_FILE: Final = "home.json"
PRIVATE: Final = ("archive", "dagster", "build")
CONTENT: Final = (
    "archive", "ledger.jsonl", "judgements.yml", "allowances.yml", "layouts", "releases", "dagster", "build",
)  # fmt: skip
POSTGRES: Final = "CLUSTER_INVENTORY_POSTGRES_URL"
"""Variable with the address of the PostgreSQL database for run history; without it that is SQLite in the home."""

_MARK: Final = "# Kept up to date by cluster-inventory. Remove this line to keep changes of your own.\n"
_DAGSTER_SETTINGS: Final = "telemetry:\n  enabled: false\nconcurrency:\n  runs:\n    max_concurrent_runs: 1\n"
_POSTGRES_SETTINGS: Final = f"storage:\n  postgres:\n    postgres_url:\n      env: {POSTGRES}\n"


class HomeError(RuntimeError):
    """A home that this program cannot use as it is. The message names the remedy."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of a home's form to the next.

    Attributes:
        what: What it does, in words.
        touches: Files and folders of the home that it may change; they are kept in `replaced/` first.
        run: Changes the home; safe to run again after it was broken off.
        may_wait: Whether work can go on in the form before, until the home is ours to change and nobody builds in it.
    """

    what: str
    touches: tuple[str, ...]
    run: Callable[[Path], None]
    may_wait: bool = False


def _close_private_folders(home: Path) -> None:
    settings = home / "dagster" / "dagster.yaml"
    if settings.exists() and settings.read_text(encoding="utf-8") == _DAGSTER_SETTINGS:
        settings.write_text(_MARK + _DAGSTER_SETTINGS, encoding="utf-8")
    for name in PRIVATE:
        if (home / name).is_dir():
            (home / name).chmod(0o700)


MIGRATIONS: Final[Sequence[Migration]] = (
    Migration(
        "raw pages and run history are closed to others, Dagster's settings are kept up to date",
        ("dagster/dagster.yaml",),
        _close_private_folders,
        may_wait=True,
    ),
)
"""Migration number n leads from version n to n + 1."""

VERSION: Final = len(MIGRATIONS)


def version_of(home: Path) -> int | None:
    """Returns the version of a home, or None where there is no home yet.

    Raises:
        HomeError: Its version file cannot be read, or a restore into it was broken off.
    """
    if (home / ".restoring").exists():
        raise HomeError(f"{home}: a restore was broken off there. Empty the folder and restore again.")
    path = home / VERSION_FILE
    if not path.exists():
        return 0 if any((home / name).exists() for name in CONTENT) else None
    try:
        version = json.loads(path.read_text(encoding="utf-8"))["version"]
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise HomeError(f"{path} cannot be read ({fault}). Bring it back from a backup.") from fault
    if not isinstance(version, int) or isinstance(version, bool) or version < 0:
        raise HomeError(f"{path}: version is {version!r}, not a number. Bring it back from a backup.")
    return version


def open_home(home: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Brings an older home to the version of this program; a home that is not there yet is left to the first run.

    Args:
        home: The home folder.
        migrations: Steps from version to version; this program's own by default.

    Raises:
        HomeError: The home is newer than the program, or older and not ours to change.
        HomeBusyError: It has to be brought up while a run is going on.
    """
    version, known = version_of(home), len(migrations)
    if version is not None and version > known:
        raise HomeError(
            f"{home} is a home of version {version}, this program knows versions up to {known}. "
            "Update the program; nothing was read or changed."
        )
    if version is None or version == known:
        return
    may_wait = all(step.may_wait for step in migrations[version:])
    if not os.access(home, os.W_OK):
        if may_wait:
            return
        raise HomeError(
            f"{home} is a home of version {version}, this program needs version {known} and may not write there. "
            "Have its owner run `cluster-inventory doctor` once."
        )
    try:
        with home_lock.alone(home):
            _migrate(home, migrations)
    except home_lock.HomeBusyError:
        if not may_wait:
            raise


def prepare(home: Path, environment: Mapping[str, str]) -> Path:
    """Makes a home ready for runs: version, folders, rights, Dagster's settings.

    Args:
        home: The home folder; made where it is missing.
        environment: Variables; `CLUSTER_INVENTORY_POSTGRES_URL` puts the run history into PostgreSQL.

    Returns:
        The folder that Dagster is to be pointed to.

    Raises:
        HomeError: See `open_home`; or the home's run history is in PostgreSQL and the variable is not set.
    """
    open_home(home)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if version_of(home) is None:
        _write_version(home, VERSION)  # first of all, so that nobody takes a home in the making for an old one
    for name in PRIVATE:
        (home / name).mkdir(exist_ok=True, mode=0o700)
    _write_dagster_settings(home / "dagster" / "dagster.yaml", on_postgres=bool(environment.get(POSTGRES)))
    return home / "dagster"


def _write_dagster_settings(path: Path, *, on_postgres: bool) -> None:
    if on_postgres and importlib.util.find_spec("dagster_postgres") is None:
        raise HomeError(
            f"{POSTGRES} is set, but the packages for PostgreSQL are missing: install the extra `postgres`."
        )
    known = (_MARK + _DAGSTER_SETTINGS, _MARK + _DAGSTER_SETTINGS + _POSTGRES_SETTINGS)
    found = path.read_text(encoding="utf-8") if path.exists() else ""
    if found.endswith(_POSTGRES_SETTINGS) and not on_postgres:
        raise HomeError(
            f"The run history of this home is in PostgreSQL ({path}), but {POSTGRES} is not set. "
            "Set it; or remove that file to begin a history in SQLite."
        )
    if not found or found.startswith(_MARK):
        wanted = known[1] if on_postgres else known[0]
        if found != wanted:
            _write_whole(path, wanted)


def _migrate(home: Path, migrations: Sequence[Migration]) -> None:
    start = version_of(home) or 0  # asked again: somebody may have been quicker
    for number, step in enumerate(migrations[start:], start=start):
        _keep(home, step.touches, home / "replaced" / f"version-{number}")
        step.run(home)
        _write_version(home, number + 1)


def _keep(home: Path, touches: Sequence[str], folder: Path) -> None:
    """Copies what a migration may change; what a broken-off attempt kept already is the older truth and stays."""
    for name in touches:
        origin, copy = home / name, folder / name
        if copy.exists() or not origin.exists():
            continue
        draft = copy.with_name(f".{copy.name}.part")
        copy.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.rmtree(draft, ignore_errors=True)
            shutil.copytree(origin, draft, symlinks=True)
        else:
            shutil.copy2(origin, draft)
        draft.rename(copy)


def _write_version(home: Path, version: int) -> None:
    _write_whole(home / VERSION_FILE, json.dumps({"version": version}) + "\n")


def _write_whole(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    with draft.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)
