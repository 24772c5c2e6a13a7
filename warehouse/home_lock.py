"""Locks of a home: a run holds it while it builds, and whoever needs it at rest (a backup, a migration) takes it instead.

The system drops a lock when the process ends, however it ends. Locks of this kind hold between processes of one machine
and over NFS 4, not on file systems without `flock`.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

AT_WORK = ".refreshing"
"""Lock that a run holds while it builds (`assets.run`)."""

HISTORY = ".history.lock"


class HomeBusyError(RuntimeError):
    """Somebody works in the home. The message names the remedy."""


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Holds the home with no run building in it; runs that start meanwhile wait.

    Raises:
        HomeBusyError: A run is going on.
    """
    try:
        with _held(home / AT_WORK, fcntl.LOCK_EX | fcntl.LOCK_NB):
            yield
    except BlockingIOError as fault:
        raise HomeBusyError(f"{home}: a run is going on there. Wait until it has ended, then try again.") from fault


@contextmanager
def making_history(home: Path) -> Iterator[None]:
    """Holds the making of the run history's tables; waits while another process makes them."""
    with _held(home / HISTORY, fcntl.LOCK_EX):
        yield


@contextmanager
def _held(path: Path, how: int) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a", encoding="utf-8") as lock:
        fcntl.flock(lock, how)
        yield
