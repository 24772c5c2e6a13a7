"""`remote push`, `remote pull`, `remote verify`: the copy of a home in object storage, by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.backup import give_up, prepare_empty, settle
from pipelines.settings import SettingsError
from warehouse.remote import check
from warehouse.remote import pull as fetch
from warehouse.remote import push as copy

if TYPE_CHECKING:
    from pipelines.settings import Settings


def push(settings: Settings) -> None:
    """Copies to the remote what it does not have yet, and prints what that was."""
    done = copy(settings.home, _address(settings))
    new = f"releases {', '.join(done.releases)}" if done.releases else "no new release"
    print(f"{settings.remote}: {done.files} files, {done.size} bytes, {new}; in force {done.latest or 'none'}")  # noqa: T201


def pull(settings: Settings, home: Path) -> None:
    """Makes a home from the remote: whole and checked, or not at all."""
    staging = prepare_empty(home)
    try:
        version = fetch(_address(settings), staging)
        settle(staging, home, version)
    except BaseException:
        give_up(staging, home)
        raise
    print(f"{home}: as {settings.remote} holds it, every hash checked; in force {version or 'none'}")  # noqa: T201


def verify(settings: Settings) -> bool:
    """Hashes everything in the remote again, prints what is wrong and returns whether nothing is."""
    faults = check(_address(settings))
    for fault in faults:
        print(fault)  # noqa: T201
    print(f"{settings.remote}: {f'{len(faults)} things are wrong' if faults else 'every hash holds'}")  # noqa: T201
    return not faults


def _address(settings: Settings) -> str:
    if not settings.remote:
        raise SettingsError(
            "no remote is set: name one with `remote: s3://bucket/prefix` in cluster-inventory.yml or with "
            "CLUSTER_INVENTORY_REMOTE."
        )
    return settings.remote
