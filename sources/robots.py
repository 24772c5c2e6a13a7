"""What a site's robots.txt allows us, by RFC 9309: once a crawl and host, and never guessed.

A robots.txt that is not there (status 4xx but 429) allows everything; one that cannot be had (5xx, 429, no answer)
forbids the host for this visit. `*` and `$` in paths and Crawl-delay are understood (Protego).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from protego import Protego

from sources.outcomes import VisitFault

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 512 * 1024
"""Bytes of a robots.txt that are read; RFC 9309, 2.5 wants at least 500 KiB."""


_OF_THE_HOST: Final = frozenset(
    {"host_unknown", "connection_failed", "connect_timeout", "certificate_invalid", "tls_failed"}
)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one host for one agent.

    Attributes:
        text: The robots.txt as read; empty where there is none.
        agent: Product token of the agent.
    """

    text: str
    agent: str
    _parsed: Protego = field(init=False)

    def __post_init__(self) -> None:
        """Reads the text once."""
        object.__setattr__(self, "_parsed", Protego.parse(self.text))

    def check(self, url: str) -> None:
        """Passes an allowed address.

        Raises:
            VisitFault: `robots_forbid`.
        """
        if not self._parsed.can_fetch(url, self.agent):
            parts = urlsplit(url)
            raise VisitFault("robots_forbid", f"robots.txt of {parts.netloc} forbids {parts.path} to {self.agent}")

    def pause(self, least: float, longest: float) -> float:
        """Returns the seconds between two requests: ours, or the site's where that is longer.

        Args:
            least: The card's pause.
            longest: What a crawl can keep.

        Raises:
            VisitFault: `delay_too_long`.
        """
        rules = self._parsed
        rate = rules.request_rate(self.agent)
        asked = max(
            rules.crawl_delay(self.agent) or 0.0, rate.seconds / rate.requests if rate and rate.requests else 0.0
        )
        if asked > longest:
            raise VisitFault(
                "delay_too_long", f"robots.txt asks for {asked:g} s between requests, we keep {longest:g} s"
            )
        return max(least, asked)


def read_rules(fetch: Callable[[str], bytes], url: str, agent: str) -> Rules:
    """Reads the rules that hold for an address.

    Args:
        fetch: Visits an address and returns its bytes, or raises a VisitFault.
        url: Any address of the host.
        agent: Product token of the agent.

    Raises:
        VisitFault: `robots_unreachable`, with the fault behind it; what no page of the host would escape (an unknown name, an
            expired certificate, a private address) as it is.
    """
    parts = urlsplit(url)
    address = f"{parts.scheme}://{parts.netloc}/robots.txt"
    try:
        body = fetch(address)
    except VisitFault as fault:
        if fault.status is not None and 400 <= fault.status < 500 and fault.status not in (408, 429):
            return Rules("", agent)
        if fault.kind.outcome == "refused" or fault.code in _OF_THE_HOST:
            raise
        raise VisitFault("robots_unreachable", f"{address}: {fault.reason}", status=fault.status) from fault
    return Rules(body[:LONGEST].decode("utf-8-sig", "replace"), agent)
