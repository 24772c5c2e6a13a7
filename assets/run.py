"""What every asset of one run shares: the home it works in, the day it speaks of, and where its inputs come from."""

from datetime import date
from pathlib import Path

import dagster as dg
import polars as pl
from pydantic import Field


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
        obj.write_parquet(path)
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
