"""A copy of a home in object storage (S3, or whatever fsspec reaches): archive, ledger, decisions, releases.

```
<remote>/archive/<source>/pages/...      bytes named by their hash, written once
<remote>/archive/<source>/manifest.jsonl the log of visits, after the bytes that it names
<remote>/ledger.jsonl, judgements.yml, allowances.yml, home.json
<remote>/releases/<version>/...          the files of a release, SHA256SUMS last: a release without it is not there yet
<remote>/releases/latest.txt             the version in force, after the release that it names
```

Data first, then what points to it: whoever follows the pointers never meets a half release, and a copy that was broken
off is completed by the next. Nothing is ever removed, and nothing that is there is replaced but what grows (logs, ledger)
or is edited by people (judgements, allowances). A remote that holds another home's history is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import fsspec

from sources.archive import MANIFEST, Archive
from warehouse.release import Release, latest, releases
from warehouse.upkeep import CHECKSUMS, verify

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

LEDGER: Final = "ledger.jsonl"
EDITED: Final = ("judgements.yml", "allowances.yml", "home.json")
LATEST: Final = "releases/latest.txt"


class RemoteError(RuntimeError):
    """A remote that cannot be reached, written or trusted. The message names the remedy, and no credentials."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did.

    Attributes:
        files: Files written.
        size: Their bytes together.
        releases: Versions that the remote has now and had not before.
        latest: Version in force, or None.
    """

    files: int
    size: int
    releases: tuple[str, ...]
    latest: str | None


class Remote:
    """One place in object storage.

    Args:
        address: fsspec address, such as `s3://bucket/prefix` or `file:///mnt/copy`; credentials come from the environment.
    """

    def __init__(self, address: str) -> None:
        """Opens the file system of the address; nothing is read yet.

        Raises:
            RemoteError: No such kind of address, or its package is missing.
        """
        try:
            system, root = fsspec.url_to_fs(address, use_listings_cache=False, skip_instance_cache=True)
        except ImportError as fault:
            raise RemoteError(f"{address}: {fault}. For S3 install the extra `s3` (package s3fs).") from fault
        except ValueError as fault:
            raise RemoteError(f"{address}: {fault}. Give an address such as s3://bucket/prefix.") from fault
        self.address, self.root = address, root.rstrip("/")
        self.system: AbstractFileSystem = system
        self.files = self.size = 0

    def names(self, folder: str) -> dict[str, int]:
        """Returns the files under a folder, by name below it, with their sizes.

        Raises:
            RemoteError: A name leads elsewhere.
        """
        place = f"{self.root}/{folder}"
        try:
            found = self.system.find(place, detail=True)
        except FileNotFoundError:
            return {}
        named = {str(path)[len(place) :].lstrip("/"): int(about["size"] or 0) for path, about in found.items()}
        return {_safe(name, self.address): size for name, size in named.items() if not name.endswith(".part")}

    def read(self, name: str) -> bytes | None:
        """Returns a file's bytes, or None where there is none."""
        try:
            content: bytes = self.system.cat_file(f"{self.root}/{name}")
        except FileNotFoundError:
            return None
        return content

    def write(self, name: str, content: bytes) -> None:
        """Writes a file in one step."""
        place = f"{self.root}/{name}"
        self.system.makedirs(self.system._parent(place), exist_ok=True)  # noqa: SLF001  fsspec's own way to it
        if "file" in _protocols(self.system):  # object stores replace in one step, folders do not
            self.system.pipe_file(f"{place}.part", content)
            self.system.mv(f"{place}.part", place)
        else:
            self.system.pipe_file(place, content)
        self.files, self.size = self.files + 1, self.size + len(content)

    def put(self, name: str, path: Path) -> None:
        """Copies a file there, in one step."""
        place = f"{self.root}/{name}"
        self.system.makedirs(self.system._parent(place), exist_ok=True)  # noqa: SLF001
        local = "file" in _protocols(self.system)
        self.system.put_file(str(path), f"{place}.part" if local else place)
        if local:
            self.system.mv(f"{place}.part", place)
        self.files, self.size = self.files + 1, self.size + path.stat().st_size

    def get(self, name: str, path: Path) -> None:
        """Copies a file here."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.system.get_file(f"{self.root}/{name}", str(path))

    def digest(self, name: str) -> str:
        """Returns the SHA-256 of a file there, read in blocks."""
        found = hashlib.sha256()
        with self.system.open(f"{self.root}/{name}", "rb") as content:
            while block := content.read(2**20):
                found.update(block)
        return found.hexdigest()


def push(home: Path, address: str) -> Pushed:
    """Copies to the remote what it does not have yet, data first and pointers last.

    Args:
        home: The home.
        address: The remote.

    Raises:
        RemoteError: The remote cannot be reached or holds another home's history, or a release here is damaged.
    """
    remote = Remote(address)
    with _explained(address):
        for folder in sorted(path for path in (home / "archive").glob("*") if (path / MANIFEST).is_file()):
            _push_archive(remote, folder, f"archive/{folder.name}")
        _push_grown(remote, home / LEDGER, LEDGER)
        for name in EDITED:
            if (home / name).is_file() and remote.read(name) != (home / name).read_bytes():
                remote.write(name, (home / name).read_bytes())
        fresh = tuple(release.version for release in releases(home) if _push_release(remote, release))
        in_force = latest(home)
        if in_force is not None and remote.read(LATEST) != f"{in_force.version}\n".encode():
            remote.write(LATEST, f"{in_force.version}\n".encode())
    return Pushed(remote.files, remote.size, fresh, in_force.version if in_force else None)


def pull(address: str, folder: Path) -> str | None:
    """Copies the remote into an empty folder and checks every page and release; `latest` is left to the caller.

    Args:
        address: The remote.
        folder: Folder to fill, in the form of a home.

    Returns:
        The version in force there, or None where there is no release.

    Raises:
        RemoteError: The remote cannot be reached, is empty, damaged or hostile.
    """
    remote = Remote(address)
    with _explained(address):
        for name in sorted(remote.names("archive")):
            remote.get(f"archive/{name}", folder / "archive" / name)
        for name in (LEDGER, *EDITED):
            content = remote.read(name)
            if content is not None:
                (folder / name).write_bytes(content)
        for version in _versions(remote):
            for name in (*_listed(remote, version), CHECKSUMS):
                remote.get(f"releases/{version}/{name}", folder / "releases" / version / name)
        pointer = remote.read(LATEST)
    faults = [*_faults_of_archives(folder), *_faults_of_releases(folder)]
    if faults:
        raise RemoteError(
            f"{address} is damaged: {'; '.join(faults[:5])} ({len(faults)} faults). Push again from a sound home."
        )
    if not any(folder.iterdir()):
        raise RemoteError(f"{address}: there is nothing there. Push a home to it first, or mend the address.")
    return pointer.decode().strip() if pointer else None


def check(address: str) -> tuple[str, ...]:
    """Returns what is wrong with a remote, each in words: pages and files of releases that are not what their hash says.

    Raises:
        RemoteError: The remote cannot be reached.
    """
    remote = Remote(address)
    with _explained(address):
        faults = []
        for name in sorted(remote.names("archive")):
            stem = PurePosixPath(name).stem
            if "/pages/" in f"/{name}" and len(stem) == 64 and remote.digest(f"archive/{name}") != stem:
                faults.append(f"archive/{name} is not what its name says")
        for version in _versions(remote):
            there = remote.names(f"releases/{version}")
            for name, digest in _listed(remote, version).items():
                if name not in there:
                    faults.append(f"releases/{version}/{name} is missing")
                elif remote.digest(f"releases/{version}/{name}") != digest:
                    faults.append(f"releases/{version}/{name} is not the file that was published")
        pointer = remote.read(LATEST)
        if pointer is not None and pointer.decode().strip() not in _versions(remote):
            faults.append(f"{LATEST} names {pointer.decode().strip()!r}, which is not there")
    return tuple(faults)


def _push_archive(remote: Remote, folder: Path, name: str) -> None:
    # The log is read first: every byte that it names is on disk by then, whatever a crawl adds meanwhile.
    log = (folder / MANIFEST).read_bytes()
    _refuse_other_history(remote, log, f"{name}/{MANIFEST}")
    there = remote.names(name)
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST):
        relative = path.relative_to(folder).as_posix()
        if not path.name.startswith(".") and there.get(relative) != path.stat().st_size:
            remote.put(f"{name}/{relative}", path)
    _write_grown(remote, log, f"{name}/{MANIFEST}")


def _push_grown(remote: Remote, path: Path, name: str) -> None:
    if path.is_file():
        content = path.read_bytes()
        _refuse_other_history(remote, content, name)
        _write_grown(remote, content, name)


def _refuse_other_history(remote: Remote, content: bytes, name: str) -> None:
    there = remote.read(name)
    if there is not None and not content.startswith(there):
        raise RemoteError(
            f"{remote.address}/{name} has lines that this home does not have: it is another home's copy, or a newer one. "
            "Give this home a remote of its own, or restore from that one with `cluster-inventory remote pull`."
        )


def _write_grown(remote: Remote, content: bytes, name: str) -> None:
    whole = content[: content.rfind(b"\n") + 1]
    if remote.read(name) != whole:
        remote.write(name, whole)


def _push_release(remote: Remote, release: Release) -> bool:
    sums = (release.path / CHECKSUMS).read_bytes() if (release.path / CHECKSUMS).is_file() else b""
    there = remote.read(f"releases/{release.version}/{CHECKSUMS}")
    if there == sums:
        return False
    if there is not None:
        raise RemoteError(
            f"{remote.address} holds another release {release.version}; what was published stays. Give this home a remote "
            "of its own."
        )
    faults = verify(release)
    if faults:
        raise RemoteError(f"{release.version} is not as it was published ({faults[0]}); it was not copied.")
    for path in sorted(path for path in release.path.rglob("*") if path.is_file() and path.name != CHECKSUMS):
        remote.put(f"releases/{release.version}/{path.relative_to(release.path).as_posix()}", path)
    remote.put(f"releases/{release.version}/{CHECKSUMS}", release.path / CHECKSUMS)
    return True


def _versions(remote: Remote) -> list[str]:
    found = {name.partition("/")[0] for name in remote.names("releases") if name.endswith(f"/{CHECKSUMS}")}
    return sorted(version for version in found if all(part.isdigit() for part in version.split(".")))


def _listed(remote: Remote, version: str) -> dict[str, str]:
    lines = (remote.read(f"releases/{version}/{CHECKSUMS}") or b"").decode().splitlines()
    return {_safe(name, remote.address): digest for digest, _, name in (line.partition("  ") for line in lines)}


def _faults_of_archives(folder: Path) -> Iterator[str]:
    for archive in sorted((folder / "archive").glob("*")):
        yield from (str(fault) for fault in Archive(archive).verify())


def _faults_of_releases(folder: Path) -> Iterator[str]:
    for release in releases(folder):
        yield from (f"{release.version}: {fault}" for fault in verify(release))


@contextmanager
def _explained(address: str) -> Iterator[None]:
    """Turns whatever the storage's own package raises into a `RemoteError`; its words hold no credentials."""
    try:
        yield
    except RemoteError:
        raise
    except Exception as fault:  # each storage raises errors of its own
        raise RemoteError(
            f"{address}: {type(fault).__name__}: {str(fault)[:300]}. Mind address, credentials and network; what was copied "
            "stays, and the next push goes on from there."
        ) from fault


def _safe(name: str, address: str) -> str:
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\\" in name or "\0" in name:
        raise RemoteError(f"{address} holds a file named {name!r}, which leads elsewhere. Nothing of it was taken.")
    return name


def _protocols(system: AbstractFileSystem) -> tuple[str, ...]:
    return (system.protocol,) if isinstance(system.protocol, str) else tuple(system.protocol)
