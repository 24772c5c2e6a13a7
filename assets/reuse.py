"""Steps that are not done again: an asset whose ingredients are as they were hands on what it made before.

    frames taken + files read + settings asked for + code of its layer --> key
    <home>/build/made/<step>.json   the key of the last making, and the hash of everything that was made

Only content counts: a page that was visited again and found the same changes nothing, and the same frame made anew stops
what is downstream from being made anew. A result is handed on only if every file is, byte for byte, what was made; a run
that was killed in between leaves a key that does not match its files, and the step is done again. So a build that reuses
gives what a build from scratch gives (`tests/integration/test_incremental.py`).
"""

import hashlib
import inspect
import io
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from assets.measures import measure
from assets.run import InventoryRun

PROJECT = Path(__file__).parent.parent
LOCK = PROJECT / "requirements" / "runtime.txt"
FILES_ONLY: Any = dg.Nothing
"""Type of an asset below `reusing` that writes files and hands no frame over."""

_NOT_CODE = ("archive", "__pycache__")
_P = inspect.Parameter


@lru_cache(maxsize=64)
def code_version(*paths: str) -> str:
    """Returns the version of a layer's code: a digest of all its files, and of the versions it was locked with.

    Args:
        paths: Files and folders of the project, relative to its root; archives of pages are data and left out.
    """
    digest = hashlib.sha256(LOCK.read_bytes() if LOCK.exists() else b"")
    for path in paths:
        place = PROJECT / path
        files = [place] if place.is_file() else sorted(file for file in place.rglob("*") if file.is_file())
        for file in files:
            if not set(_NOT_CODE) & set(file.parts):
                digest.update(file.relative_to(PROJECT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def digest_of(path: Path) -> str:
    """Returns the SHA-256 of a file, or of all files of a folder with their names; `absent` where there is none."""
    if path.is_dir():
        parts = [f"{file.name}:{digest_of(file)}" for file in sorted(path.iterdir())]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "absent"


def frame_digest(frame: pl.DataFrame) -> str:
    """Returns the SHA-256 of a frame as Parquet: what the hand-over writes."""
    packed = io.BytesIO()
    frame.write_parquet(packed)
    return hashlib.sha256(packed.getvalue()).hexdigest()


def _none(_run: InventoryRun) -> Iterable[Any]:
    return ()


def _nothing(_run: InventoryRun) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Reuse:
    """What an asset is made from beside the frames it takes.

    Attributes:
        code: Version of its layer's code.
        reads: Files that it reads itself.
        writes: Files and folders that it writes itself, beside the frames it returns.
        settings: Settings of the run that it asks for; JSON values.
        tells: Metadata for the UI, told also where the result is handed on.
        source: Id of the source it is about, for the measures.
    """

    code: str
    reads: Callable[[InventoryRun], Iterable[Path]] = _none
    writes: Callable[[InventoryRun], Iterable[Path]] = _none
    settings: Callable[[InventoryRun], Mapping[str, Any]] = _nothing
    tells: Callable[[InventoryRun], Mapping[str, Any]] = _nothing
    source: str = ""


@dataclass(slots=True)
class _Step:
    """One step of one run, and what it made last time."""

    name: str
    run: InventoryRun
    reuse: Reuse
    outputs: Mapping[str, str]
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def note(self) -> Path:
        return self.run.build / "made" / f"{self.name}.json"

    def key(self, inputs: Iterable[str]) -> str:
        told = {
            "code": self.reuse.code,
            "frames": {name: digest_of(self.run.build / f"{name}.parquet") for name in sorted(inputs)},
            "files": {str(path): digest_of(path) for path in self.reuse.reads(self.run)},
            "settings": self.reuse.settings(self.run),
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    def holds(self, key: str) -> bool:
        try:
            self.made = json.loads(self.note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        frames = all(
            digest_of(self.run.build / f"{asset}.parquet") == self.made["frames"].get(asset)
            for asset in self.outputs.values()
        )
        files = {str(path): digest_of(path) for path in self.reuse.writes(self.run)}
        return self.made["key"] == key and frames and files == self.made["files"]

    def keep(self, key: str, frames: Mapping[str, pl.DataFrame]) -> None:
        self.made = {
            "key": key,
            "frames": {asset: frame_digest(frame) for asset, frame in frames.items()},
            "files": {str(path): digest_of(path) for path in self.reuse.writes(self.run)},
        }
        self.note.parent.mkdir(parents=True, exist_ok=True)
        draft = self.note.with_suffix(".part")
        draft.write_text(json.dumps(self.made, sort_keys=True, indent=1), encoding="utf-8")
        draft.replace(self.note)

    def stored(self) -> dict[str, pl.DataFrame]:
        return {asset: pl.read_parquet(self.run.build / f"{asset}.parquet") for asset in self.outputs.values()}


def is_made(run: InventoryRun, name: str, reuse: Reuse) -> bool:
    """Whether an asset that takes no frames would hand on what it made before, under its own name, in this run."""
    step = _Step(name, run, reuse, {"result": name})
    return step.holds(step.key(()))


def reusing(reuse: Reuse) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Returns a decorator, below `dg.asset`, that runs an asset's function only where it would make something else.

    The function takes frames by the names of their assets, and `context` and `run` where it wants them; it returns a
    frame, a tuple of frames in the order of the outputs, or None where it only writes files.
    """

    def decorate(make: Callable[..., Any]) -> Callable[..., Any]:
        wanted = inspect.signature(make).parameters
        frames_only = [parameter for name, parameter in wanted.items() if name not in ("context", "run")]

        def step(context: dg.AssetExecutionContext, run: InventoryRun, **frames: pl.DataFrame) -> Any:
            given = {"context": context, "run": run}
            extra = {name: value for name, value in given.items() if name in wanted}
            return _take(context, run, reuse, frames, lambda: make(**extra, **frames))

        lead = [
            _P("context", _P.POSITIONAL_OR_KEYWORD, annotation=dg.AssetExecutionContext),
            _P("run", _P.POSITIONAL_OR_KEYWORD, annotation=InventoryRun),
        ]
        # Dagster reads names, types and documentation of an asset off its function.
        step.__name__, step.__doc__, step.__module__ = make.__name__, make.__doc__, make.__module__
        step.__signature__ = inspect.Signature([*lead, *frames_only])  # type: ignore[attr-defined]
        step.__annotations__ = {parameter.name: parameter.annotation for parameter in (*lead, *frames_only)}
        return step

    return decorate


def _take(
    context: dg.AssetExecutionContext,
    run: InventoryRun,
    reuse: Reuse,
    frames: Mapping[str, pl.DataFrame],
    make: Callable[[], Any],
) -> Any:
    """Hands on or makes anew; returns one output, or a tuple of them in their order."""
    began = time.monotonic()
    outputs = {
        output.name: context.asset_key_for_output(output.name).path[-1]
        for output in context.op_def.output_defs
        if not output.dagster_type.is_nothing
    }
    step = _Step(context.op_def.name, run, reuse, outputs)
    inputs = {name: context.asset_key_for_input(name).path[-1] for name in frames}
    key = step.key(inputs.values())
    reused = step.holds(key)
    if reused:
        results = step.stored()
    else:
        returned = make()
        listed = returned if isinstance(returned, tuple) else () if returned is None else (returned,)
        results = dict(zip(outputs.values(), listed, strict=True))
        step.keep(key, results)
    rows = sum(frame.height for frame in results.values())
    measure(context, run, source=reuse.source, seconds=time.monotonic() - began, rows=rows, reused=reused)
    told = {"reused": reused, **reuse.tells(run)}
    if not outputs:
        version = hashlib.sha256(json.dumps(step.made["files"], sort_keys=True).encode()).hexdigest()
        return dg.Output(None, data_version=dg.DataVersion(version[:16]), metadata=told)
    made = tuple(
        dg.Output(
            frame,
            data_version=dg.DataVersion(step.made["frames"][asset][:16]),
            metadata={**told, **lineage(frame, {inputs[name]: one for name, one in frames.items()})},
        )
        for asset, frame in results.items()
    )
    return made if len(made) > 1 else made[0]


def lineage(frame: pl.DataFrame, inputs: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    """Returns the column lineage that the UI shows: a column comes from the columns of its name in the frames taken.

    A column that a step makes under a new name has none; what it is made of stands in the dictionary.
    """
    found = {
        column: [
            dg.TableColumnDep(asset_key=dg.AssetKey(asset), column_name=column)
            for asset, given in inputs.items()
            if column in given.columns
        ]
        for column in frame.columns
    }
    by_column = {column: deps for column, deps in found.items() if deps}
    return {"dagster/column_lineage": dg.TableColumnLineage(by_column)} if by_column else {}
