"""Politeness in time: one request at a time and a pause per host, and how long to wait before trying again."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(slots=True)
class Turnstile:
    """Lets one request at a time through to a host, and the next only after a pause since the last one ended.

    Sources that live on one host share it, so it is kept for the whole process (`SHARED`).

    Attributes:
        sleep: Waits so many seconds.
        clock: Seconds from any fixed point.
    """

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _hosts: dict[str, threading.Lock] = field(default_factory=lambda: defaultdict(threading.Lock))
    _ended: dict[str, float] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def turn(self, host: str, pause: float) -> Iterator[None]:
        """Waits for the host to be free and the pause (in seconds) to be over, then holds it for one request.

        A request that fails ends like any other: errors never shorten the pause.
        """
        with self._guard:
            lock = self._hosts[host]
        with lock:
            if host in self._ended:
                left = self._ended[host] + pause - self.clock()
                if left > 0:
                    self.sleep(left)
            try:
                yield
            finally:
                self._ended[host] = self.clock()


SHARED = Turnstile()


def retry_after(header: str | None, now: datetime) -> float | None:
    """Returns the seconds that a Retry-After header (RFC 9110, 10.2.3) asks for, or None if it is unreadable.

    Args:
        header: Seconds, or an HTTP date.
        now: The moment of the answer, in UTC.

    Example:
        >>> retry_after("120", datetime(2025, 1, 1, tzinfo=UTC))
        120.0
        >>> retry_after("Wed, 01 Jan 2025 00:01:00 GMT", datetime(2025, 1, 1, tzinfo=UTC))
        60.0
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def backoff(attempt: int, base: float, cap: float, chance: float) -> float:
    """Returns the seconds before the next attempt: exponential, with full jitter over the upper half.

    Args:
        attempt: Number of the attempt that failed, from 1.
        base: Seconds before the second attempt, without jitter.
        cap: Longest wait in seconds.
        chance: A number from 0 to 1.
    """
    whole = min(cap, base * 2.0 ** (attempt - 1))
    return whole / 2 + chance * whole / 2
