"""Releases: staged beside the published ones, moved into place by one rename, and only through an open gate.

```
<home>/releases/<version>/          a release; never changed once it is there
<home>/releases/latest              link to the release in force (latest.txt where links cannot be made)
<home>/releases/.staging-<version>/ a release in the making; whatever a killed run left is cleared by the next
<home>/releases/.lock               held from stage to publish; the system drops it when the process ends
<home>/refused/<version>/           the last release that the gate refused, to look into
```

A version is the day of the inventory (`2015.12.31`), with `.1`, `.2` ... for other content of the same day. The same
content as a release of that day is no new release. Nothing here reads a clock: equal input gives equal CSV and Parquet
bytes.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

import duckdb
import polars as pl

from inventory.places import voivodeships
from inventory.sectors import sectors
from warehouse.changes import changes
from warehouse.database import write_database
from warehouse.dictionary import DictionaryError, dictionary, publishable
from warehouse.findings import GateReport
from warehouse.geojson import write_map
from warehouse.history import carried_on
from warehouse.publisher import read_publisher
from warehouse.release_pages import write_pages
from warehouse.source_counts import source_counts
from warehouse.spreadsheet_text import defused_column
from warehouse.workbook import write_workbook

Tables = Mapping[str, pl.DataFrame]
Attached = Callable[[Tables, Path], object]
"""What is written into the release beside its tables, from the published tables alone."""

# Made here from what is given and the release before; the content that makes a version is without them.
_DERIVED: Final = ("changes", "cluster_history", "source_counts")
# What about says of the run rather than of the content: another value alone makes no new release.
_OF_THE_RUN: Final = ("version", "gate", "content", "code_version")


class ReleaseError(RuntimeError):
    """A release that cannot be made. The message names the remedy."""


class ReleaseLockedError(ReleaseError):
    """Another process is making a release in the same home."""


class GateClosedError(ReleaseError):
    """The gate refused the release; the one before stays in force.

    Attributes:
        gate: The report with the reasons.
        refused: Folder with the refused files, for a look at `quality.html`.
    """

    def __init__(self, gate: GateReport, refused: Path) -> None:
        """Names the reasons and where to look."""
        self.gate, self.refused = gate, refused
        reasons = "\n".join(f"  {issue}" for issue in gate.reasons)
        super().__init__(
            f"the gate is closed, the last release stays in force:\n{reasons}\nSee {refused / 'quality.html'}"
        )


@dataclass(frozen=True, slots=True)
class Release:
    """A published release.

    Attributes:
        version: Calendar version.
        path: Its folder.
        is_new: Whether the call that returned it made it; False where the content was there already.
    """

    version: str
    path: Path
    is_new: bool = False

    @property
    def database(self) -> Path:
        """The DuckDB file."""
        return self.path / "inventory.duckdb"

    @property
    def as_of(self) -> date:
        """The day of the inventory."""
        year, month, day = self.version.split(".")[:3]
        return date(int(year), int(month), int(day))

    def tables(self) -> dict[str, pl.DataFrame]:
        """Returns the published tables, read from Parquet."""
        return {path.stem: pl.read_parquet(path) for path in sorted((self.path / "parquet").glob("*.parquet"))}

    def about(self) -> dict[str, str]:
        """Returns the facts about the release by key."""
        return dict(pl.read_parquet(self.path / "parquet" / "about.parquet").select("key", "value").iter_rows())


@dataclass(slots=True)
class Staged:
    """A release in the making. Holds the lock until it is published or closed.

    Attributes:
        version: Version that it will have.
        path: Its staging folder, with `parquet/` and `csv/` of every table.
        tables: The published tables.
        same_as: The release that already has this content, or None.
        before: The release that it is compared with, or None.
    """

    version: str
    path: Path
    tables: dict[str, pl.DataFrame]
    same_as: Release | None
    before: Release | None
    home: Path
    lock: IO[str]

    def previous(self) -> dict[str, pl.DataFrame] | None:
        """Returns the tables of the release that it is compared with, or None for the first."""
        return self.before.tables() if self.before else None

    def close(self) -> None:
        """Clears the staging folder and lets the lock go."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.lock.close()

    def __enter__(self) -> Self:
        """Returns itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes it, also after an error."""
        self.close()


def stage(home: Path, tables: Tables, about: Mapping[str, str]) -> Staged:
    """Writes the tables of a new release beside the published ones.

    Args:
        home: The home folder.
        tables: Published tables by name, each with the dictionary's columns. `changes`, `cluster_history`, `source_counts`
            and `about` are made here; the code lists `sectors` and `voivodeships` and tables that may be empty (`filled: false`)
            need not be given.
        about: Facts about the release; `as_of` (YYYY-MM-DD) is needed. `version` and `built_at` (newest
            `retrieved_at`) are added, `gate` when it is published.

    Raises:
        ReleaseLockedError: Another release is being made in the same home.
        ReleaseError: `as_of` is missing, a needed table is not given, or the files cannot be written.
        DictionaryError: A table does not agree with the dictionary.
        PublisherError: `<home>/publisher.yml` cannot be used.
    """
    as_of = _day(about)
    read_publisher(home)  # a slip in it is told before the work, not after
    with _explained(home):
        folder, lock = _folder(home), take_lock(home)
    try:
        with _explained(home):
            for leftover in folder.glob(".staging-*"):
                shutil.rmtree(leftover)
            frames = _published(tables)
            frames["about"] = _about({**about, "built_at": _newest(frames["records"], as_of)})
            before = predecessor(home, as_of)
            frames["changes"] = publishable("changes", changes(frames, before.tables() if before else None))
            frames["source_counts"] = source_counts(frames)
            content = _content(frames)
            version, same_as = _version(home, as_of, content)
            frames["cluster_history"] = carried_on(frames["clusters"], version, as_of, _history(same_as or before))
            facts = dict(frames["about"].iter_rows())
            frames["about"] = _about({**facts, "version": version, "content": content})
            staged = Staged(version, folder / f".staging-{version}", frames, same_as, before, home, lock)
            for name, frame in frames.items():
                _write_table(staged.path, name, frame)
    except BaseException:
        for unfinished in folder.glob(".staging-*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        lock.close()
        raise
    return staged


def publish(staged: Staged, gate: GateReport, attached: Sequence[Attached] = ()) -> Release:
    """Completes the staged release, moves it into place and points `latest` at it.

    Args:
        staged: What `stage` returned; closed by this call.
        gate: The audit of these tables.
        attached: Called with the tables and the staging folder before the checksums are taken: the report, the site.

    Returns:
        The release; the one already there (`is_new` False) where its content is the same.

    Raises:
        GateClosedError: The gate is closed. The staged files lie in `<home>/refused/`, `latest` has not moved.
        ReleaseError: The files cannot be written, or the database refuses a row; `latest` has not moved.
    """
    with staged, _explained(staged.home):
        if not gate.is_open:
            raise GateClosedError(gate, refuse(staged, gate))
        if staged.same_as is not None:
            _point_latest(staged.home, staged.same_as.version)
            return staged.same_as
        _complete(staged, gate, attached)
        target = _folder(staged.home) / staged.version
        staged.path.rename(target)
        _point_latest(staged.home, staged.version)
        return Release(staged.version, target, is_new=True)


def refuse(staged: Staged, gate: GateReport) -> Path:
    """Keeps what the gate refused in `<home>/refused/<version>/`, with its pages, for a look; `latest` does not move.

    Returns:
        The folder; it holds the last refusal only.
    """
    with staged:
        write_pages(staged.path, staged.version, staged.tables, gate, staged.previous(), read_publisher(staged.home))
        refused = staged.home / "refused"
        shutil.rmtree(refused, ignore_errors=True)
        refused.mkdir()
        return staged.path.rename(refused / staged.version)


def releases(home: Path) -> tuple[Release, ...]:
    """Returns the releases of a home, oldest day first."""
    folder = home / "releases"
    found = [path for path in folder.iterdir() if _is_release(path)] if folder.is_dir() else []
    return tuple(Release(path.name, path) for path in sorted(found, key=lambda path: _numbers(path.name)))


def latest(home: Path) -> Release | None:
    """Returns the release in force, or None before the first."""
    link, text = home / "releases" / "latest", home / "releases" / "latest.txt"
    if link.is_symlink():
        version = link.readlink().name
    elif text.is_file():
        version = text.read_text(encoding="utf-8").strip()
    else:
        return None
    return Release(version, home / "releases" / version)


def predecessor(home: Path, as_of: date) -> Release | None:
    """Returns the release that one of that day is compared with: the one in force, or the newest of an earlier day.

    A look back (an inventory as of 2015 made after one of today) is not compared with what came later.
    """
    current = latest(home)
    if current is not None and current.as_of <= as_of:
        return current
    earlier = [release for release in releases(home) if release.as_of <= as_of]
    return earlier[-1] if earlier else None


def year_before(home: Path, as_of: date) -> Release | None:
    """Returns the newest release of an earlier calendar year, which the yearly report compares with, or None."""
    earlier = [release for release in releases(home) if release.as_of.year < as_of.year]
    return earlier[-1] if earlier else None


def roll_back(home: Path, version: str) -> Release:
    """Points `latest` at an earlier release; nothing is removed.

    Raises:
        ReleaseError: There is no such release.
    """
    known = {release.version: release for release in releases(home)}
    if version not in known:
        raise ReleaseError(f"there is no release {version}: choose one of {', '.join(known) or '(none yet)'}")
    with take_lock(home):
        _point_latest(home, version)
    return known[version]


@contextmanager
def _explained(home: Path) -> Iterator[None]:
    """Turns faults of disk, rights and database into a `ReleaseError` with its remedy."""
    kept = "nothing was published and latest has not moved"
    try:
        yield
    except (duckdb.ConstraintException, duckdb.ConversionException) as fault:
        raise ReleaseError(
            f"{home}: the database refuses a row ({str(fault)[:500]}); {kept}. Publish only what the gate has audited: it "
            "names the row and the remedy."
        ) from fault
    except duckdb.ProgrammingError:  # a view or macro of ours that is wrong: no remedy of the user's
        raise
    except (OSError, duckdb.Error) as fault:  # a commit that finds no room is a fault of transaction to DuckDB
        raise ReleaseError(
            f"{home}: the release could not be written ({str(fault)[:500]}); {kept}. Free room on the disk or mend the "
            "rights of the folder, then try again."
        ) from fault


def take_lock(home: Path) -> IO[str]:
    """Returns the held lock of a home's releases; closing it, or the end of the process, lets it go.

    Raises:
        ReleaseLockedError: Another process holds it.
    """
    folder = _folder(home)
    lock = (folder / ".lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as fault:
        lock.close()
        raise ReleaseLockedError(
            f"another release is being made in {folder}: wait until it has ended and try again, or use another home"
        ) from fault
    return lock


def _complete(staged: Staged, gate: GateReport, attached: Sequence[Attached]) -> None:
    facts = dict(staged.tables["about"].iter_rows())
    allowed = any(issue.allowed_by for issue in gate.issues)
    staged.tables["about"] = _about({**facts, "gate": "open under allowance" if allowed else "open"})
    _write_table(staged.path, "about", staged.tables["about"])
    parquet = {name: staged.path / "parquet" / f"{name}.parquet" for name in staged.tables}
    write_database(staged.path / "inventory.duckdb", parquet)
    write_workbook(staged.path / "inventory.xlsx", staged.tables, datetime.fromisoformat(facts["built_at"]))
    write_map(staged.path / "clusters.geojson", staged.tables["clusters"], dict(staged.tables["about"].iter_rows()))
    write_pages(staged.path, staged.version, staged.tables, gate, staged.previous(), read_publisher(staged.home))
    for write in attached:
        write(staged.tables, staged.path)
    files = sorted(path for path in staged.path.rglob("*") if path.is_file())
    lines = [f"{sha256(path)}  {path.relative_to(staged.path).as_posix()}\n" for path in files]
    (staged.path / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def _published(tables: Tables) -> dict[str, pl.DataFrame]:
    told = dictionary().tables
    unknown = sorted(set(tables) - set(told))
    if unknown:
        raise DictionaryError(f"no description of table {', '.join(unknown)}: describe it in warehouse/dictionary.yml")
    given = {**_code_lists(), **{name: frame for name, frame in tables.items() if name not in ("about", *_DERIVED)}}
    missing = [name for name, table in told.items() if table.filled and name not in given and name != "about"]
    if missing:
        raise ReleaseError(
            f"tables {', '.join(missing)} were not given: the contract needs them, empty if there is nothing"
        )
    return {
        name: publishable(name, given[name] if name in given else pl.DataFrame(schema=table.schema))
        for name, table in told.items()
        if name not in ("about", *_DERIVED)
    }


def _code_lists() -> dict[str, pl.DataFrame]:
    places = [(place.code, place.name_pl, place.name_en, " ".join(place.nuts2), place.capital, place.population)
              for place in voivodeships().values()]  # fmt: skip
    branches = [(branch.code, branch.title_pl, branch.title_en) for branch in sectors().values()]
    told = dictionary().tables
    return {
        "sectors": pl.DataFrame(branches, schema=told["sectors"].schema, orient="row"),
        "voivodeships": pl.DataFrame(places, schema=told["voivodeships"].schema, orient="row"),
    }


def _about(facts: Mapping[str, str]) -> pl.DataFrame:
    rows = [(key, None if value is None else str(value)) for key, value in facts.items()]
    return publishable("about", pl.DataFrame(rows, schema={"key": pl.String, "value": pl.String}, orient="row"))


def _history(before: Release | None) -> pl.DataFrame | None:
    if before is None:
        return None
    tables = before.tables()
    # A release of before the history was kept: what it says of the clusters is its first state.
    return tables.get("cluster_history", carried_on(tables["clusters"], before.version, before.as_of, None))


def _newest(records: pl.DataFrame, as_of: date) -> str:
    newest = records["retrieved_at"].max()
    return f"{newest:%Y-%m-%dT%H:%M:%SZ}" if isinstance(newest, datetime) else as_of.isoformat()


def _day(about: Mapping[str, str]) -> date:
    try:
        return date.fromisoformat(about["as_of"])
    except (KeyError, ValueError, TypeError) as fault:
        raise ReleaseError("about.as_of is not a day: give the day of the inventory as YYYY-MM-DD") from fault


def _content(frames: Tables) -> str:
    digest = hashlib.sha256()
    for name in sorted(set(frames) - set(_DERIVED)):
        frame = frames[name].filter(~pl.col("key").is_in(_OF_THE_RUN)) if name == "about" else frames[name]
        digest.update(f"{name}\n{_csv(frame)}\n".encode())
    return digest.hexdigest()


def _version(home: Path, as_of: date, content: str) -> tuple[str, Release | None]:
    same_day = [release for release in releases(home) if release.as_of == as_of]
    base = f"{as_of:%Y.%m.%d}"
    for release in reversed(same_day):
        if release.about().get("content") == content:
            return release.version, release
    return (f"{base}.{_numbers(same_day[-1].version)[3] + 1}" if same_day else base), None


def _numbers(version: str) -> tuple[int, int, int, int]:
    year, month, day, *suffix = (int(part) for part in version.split("."))
    return year, month, day, suffix[0] if suffix else 0


def _is_release(path: Path) -> bool:
    parts = path.name.split(".")
    return path.is_dir() and not path.is_symlink() and len(parts) in (3, 4) and all(part.isdigit() for part in parts)


def _write_table(folder: Path, name: str, frame: pl.DataFrame) -> None:
    for form in ("parquet", "csv"):
        (folder / form).mkdir(parents=True, exist_ok=True)
    try:
        frame.write_parquet(folder / "parquet" / f"{name}.parquet")
    except pl.exceptions.ComputeError as fault:  # so polars calls a full disk
        raise OSError(f"{name}.parquet: {fault}") from fault
    (folder / "csv" / f"{name}.csv").write_text(_csv(frame), encoding="utf-8", newline="")


def _csv(frame: pl.DataFrame) -> str:
    text = [defused_column(name) for name, kind in frame.schema.items() if kind == pl.String]
    return frame.with_columns(text).write_csv(datetime_format="%Y-%m-%dT%H:%M:%SZ", date_format="%Y-%m-%d")


def _folder(home: Path) -> Path:
    folder = home / "releases"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _point_latest(home: Path, version: str) -> None:
    folder = _folder(home)
    fresh = folder / ".latest"
    fresh.unlink(missing_ok=True)
    try:
        fresh.symlink_to(version, target_is_directory=True)
        fresh.replace(folder / "latest")
    except OSError:  # a file system without links
        if (folder / "latest").is_symlink():
            raise
        fresh.write_text(version + "\n", encoding="utf-8")
        fresh.replace(folder / "latest.txt")


def sha256(path: Path) -> str:
    """Returns the SHA-256 of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
