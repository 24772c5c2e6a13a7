"""What every asset of one run shares: the home it works in, the day it speaks of, and where its inputs come from."""

import fcntl
import os
import shutil
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO

import dagster as dg
import polars as pl
from pydantic import Field, PrivateAttr

from warehouse.home_lock import AT_WORK, HomeBusyError

PATIENCE = 1800.0
"""Seconds that a run waits for another one in the same home to end."""

KEPT = ("ledger.jsonl", "judgements.yml", "allowances.yml")
"""Files that the inventory of a past year shares with its home, so that ids and judgements are the same."""


class InventoryRun(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Settings of one run. The command line, the schedules and the UI fill in the same form."""

    home: str = Field(description="Folder of archives, ledger, judgements, run history and releases.")
    as_of: str | None = Field(
        default=None, description="Day the inventory speaks of (YYYY-MM-DD); empty: the newest date of the inputs."
    )
    live: bool = Field(
        default=False, description="Visit the sources' sites before reading; otherwise read archives only."
    )
    archive: bool = Field(default=True, description="Read the sources' archives; false: the record file alone.")
    records_file: str | None = Field(
        default=None, description="A user's own record file (JSON Lines), read beside the sources."
    )
    visit: list[str] = Field(default_factory=list, description="Sources to visit when live; empty for all.")
    contact: str | None = Field(default=None, description="Contact address in the agent line of live visits.")
    base_urls: dict[str, str] = Field(
        default_factory=dict, description="Source id to the address that stands in for its hosts."
    )

    moment: str | None = Field(
        default=None, description="Moment that visits are dated with (ISO 8601), for rehearsals; empty: the clock."
    )
    beside: str | None = Field(
        default=None, description="Home whose archive, ledger, judgements and allowances this one shares (past years)."
    )
    builds: bool = Field(
        default=True, description="Whether the run builds the inventory: only one run does so at a time in a home."
    )
    _lock: IO[str] | None = PrivateAttr(default=None)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Makes the home where it is missing, and waits until no other run builds in it.

        Raises:
            HomeBusyError: Another run still does after half an hour.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        if self.builds:
            run_id = context.run.run_id if context.run else "outside of Dagster"
            self._lock = take_home(self.root, run_id, context.log.info if context.log else None)
        if self.beside:
            share_home(Path(self.beside), self.root)

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002  Dagster's signature
        """Lets the home go."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def now(self) -> datetime:
        """The moment of a visit, UTC."""
        return datetime.fromisoformat(self.moment) if self.moment else datetime.now(UTC)

    @property
    def root(self) -> Path:
        """The home as a path."""
        return Path(self.home)

    @property
    def build(self) -> Path:
        """Where assets hand their results over; remade by every run."""
        return self.root / "build"

    @property
    def as_of_date(self) -> date | None:
        """The day asked for, or None where the inputs decide."""
        return date.fromisoformat(self.as_of) if self.as_of else None


def holder(home: Path) -> str:
    """Returns who builds in a home right now, as `process 12, run ab12`; empty where nobody does."""
    try:
        with (home / AT_WORK).open("r+", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return ""
    except BlockingIOError:
        return (home / AT_WORK).read_text(encoding="utf-8") or "another run"
    return ""


def take_home(home: Path, run_id: str, tell: Callable[[str], object] | None, patience: float = PATIENCE) -> IO[str]:
    """Returns the lock of a home once no other run holds it; the system drops it when the process ends, also a killed one.

    Args:
        home: The home.
        run_id: Whose it is from now on, for whoever waits.
        tell: Told once that it has to wait, and for whom.
        patience: Seconds to wait.

    Raises:
        HomeBusyError: Another run still holds it.
    """
    lock = (home / AT_WORK).open("a+", encoding="utf-8")
    until, told = time.monotonic() + patience, False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            other = (home / AT_WORK).read_text(encoding="utf-8") or "another run"
            if time.monotonic() >= until:
                lock.close()
                raise HomeBusyError(
                    f"{home}: {other} builds here and has not ended. Wait for it, or end that process; nothing was changed."
                ) from None
            if tell and not told:
                tell(f"{home}: {other} builds here; waiting for it to end")
                told = True
            time.sleep(0.2)
    lock.truncate(0)
    lock.write(f"process {os.getpid()}, run {run_id}")
    lock.flush()
    return lock


def share_home(present: Path, past: Path) -> None:
    """Gives the home of a past year the ids, judgements, allowances and pages of the present one."""
    for name in KEPT:
        if (present / name).exists():
            shutil.copyfile(present / name, past / name)
    if (present / "archive").exists() and not (past / "archive").exists():
        (past / "archive").symlink_to(present / "archive")


class ParquetHandOver(dg.IOManager):
    """Hands frames from asset to asset as Parquet files in the home's build folder.

    Parquet rather than a shared database: a DuckDB file that several steps write locks them out of each other.
    """

    def __init__(self, folder: Path) -> None:
        """Takes the folder to write to; it is made by the first write."""
        self.folder = folder

    def handle_output(self, context: dg.OutputContext, obj: pl.DataFrame) -> None:
        """Writes the frame and reports rows and columns."""
        path = self._path(context.asset_key)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".part")  # another run may be reading
        obj.write_parquet(draft)
        draft.replace(path)
        columns = [dg.TableColumn(name, str(kind)) for name, kind in obj.schema.items()]
        context.add_output_metadata(
            {"dagster/row_count": obj.height, "dagster/column_schema": dg.TableSchema(columns=columns)}
        )

    def load_input(self, context: dg.InputContext) -> pl.DataFrame:
        """Reads the frame that an earlier asset wrote."""
        return pl.read_parquet(self._path(context.asset_key))

    def _path(self, key: dg.AssetKey) -> Path:
        return self.folder / f"{key.path[-1]}.parquet"


@dg.io_manager(required_resource_keys={"run"})
def parquet_hand_over(context: dg.InitResourceContext) -> ParquetHandOver:
    """Returns the hand-over of the run's own home, so that home is said once."""
    return ParquetHandOver(context.resources.run.build)
