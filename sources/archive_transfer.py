"""Taking over pages from another archive, and handing an archive to a colleague as one file. No network here."""

from __future__ import annotations

import gzip
import io
import tarfile
import tempfile
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from sources.archive import MANIFEST, Archive, ArchiveError, Fault, Visit
from sources.warc import is_warc, unpack_warc


@dataclass(frozen=True, slots=True)
class Import:
    """What an import did; `new`, `known` and the faults add up to the lines of the manifest.

    Attributes:
        new: Visits taken over.
        known: Visits that the archive already held.
        refused: Lines and files that are not sound, and were left out.
    """

    new: int
    known: int
    refused: tuple[Fault, ...]


def import_pages(archive: Archive, origin: Path, hosts: Collection[str] = ()) -> Import:
    """Takes over the visits and pages of another archive, hashing every file; what is held already stays as it is.

    Args:
        archive: The archive that takes over.
        origin: A folder with `manifest.jsonl` and the files it names, a file that `export_archive` wrote, or a WARC file of any tool.
        hosts: Hosts whose pages are taken from a WARC file; empty for all.

    Returns:
        The counts, with a fault for each line that was refused. A second import of the same folder finds all known.

    Raises:
        ArchiveError: There is no manifest, or the file is no export.
    """
    if origin.is_file() and origin.name != MANIFEST:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            faults = unpack_warc(origin, folder, hosts) if is_warc(origin) else _unpack(origin, folder)
            done = _take_over(archive, Archive(folder))
            return replace(done, refused=(*faults, *done.refused))
    other = Archive(origin.parent if origin.is_file() else origin)
    if not other.manifest.exists():
        raise ArchiveError(f"{origin}: no {MANIFEST} there. Name the folder that holds it.")
    return _take_over(archive, other)


def export_archive(archive: Archive, target: Path) -> int:
    """Writes the archive as one gzipped tar file: manifest and the sound files it names. Same archive, same bytes.

    Args:
        archive: The archive to hand over. Faulty lines and files are left out; `verify` names them.
        target: File to write, by custom `<source>.tar.gz`; replaced in one step.

    Returns:
        The number of files beside the manifest.
    """
    bodies: dict[str, bytes] = {}
    lines = archive.manifest.read_bytes().splitlines() if archive.manifest.exists() else []
    kept: list[bytes] = []
    for number, item in archive.lines():
        if isinstance(item, Fault):
            continue
        if item.path is not None:
            content = archive.body(number, item)
            if isinstance(content, Fault):
                continue
            bodies[item.path] = content
        kept.append(lines[number - 1])
    draft = target.with_name(f".{target.name}.part")
    with (
        draft.open("wb") as out,
        gzip.GzipFile(fileobj=out, mode="wb", filename="", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        _add(tar, MANIFEST, b"".join(line + b"\n" for line in kept))
        for path, content in sorted(bodies.items()):
            _add(tar, path, content)
    draft.replace(target)
    return len(bodies)


def _take_over(archive: Archive, other: Archive) -> Import:
    held = {_key(visit) for visit in archive.visits()}
    new = known = 0
    refused: list[Fault] = []
    for number, item in other.lines():
        if isinstance(item, Fault):
            refused.append(item)
            continue
        content = other.body(number, item) if item.path is not None else None
        if isinstance(content, Fault):
            refused.append(content)
        elif _key(item) in held:
            known += 1
        else:
            archive.log(item) if content is None else archive.store(item, content)
            held.add(_key(item))
            new += 1
    return Import(new, known, tuple(refused))


def _key(visit: Visit) -> tuple[str | None, ...]:
    return (visit.url, visit.retrieved_at, visit.sha256, visit.outcome)


def _unpack(origin: Path, folder: Path) -> list[Fault]:
    try:
        with tarfile.open(origin) as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, OSError, EOFError) as fault:
        raise ArchiveError(
            f"{origin}: {fault}. Name a folder with {MANIFEST}, or a file written by the export."
        ) from fault
    if not (folder / MANIFEST).exists():
        raise ArchiveError(f"{origin}: no {MANIFEST} in it. Name a file written by the export.")
    return []


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    entry.mode = 0o644
    tar.addfile(entry, io.BytesIO(content))
