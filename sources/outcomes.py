"""What can go wrong on a visit: each fault has one code, one outcome in the log, its meaning and its remedy.

`docs/faults.md` begins with this table and goes on with what came of each fault when it was injected; the test run
(`tests/unit/sources/test_fault_outcomes.py`) writes both, and is held to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sources.archive import Outcome


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault.

    Attributes:
        outcome: What the log says of the visit: failed (no good answer), refused (not asked for, or not taken),
            suspicious (an answer with status 200 that is not the page).
        meaning: What happened.
        remedy: What the data engineer does about it.
        passing: Whether it may pass by itself: it is tried again in the same visit, and again the same day.
        host_down: Whether it speaks of the host rather than of the page; a few in a row end the host's crawl.
    """

    outcome: Outcome
    meaning: str
    remedy: str
    passing: bool = False
    host_down: bool = False


def fault_of_status(status: int) -> str:
    """Returns the code of the fault that an HTTP status other than 200 and 304 is."""
    if status in (404, 410):
        return "not_found"
    if status in (401, 403, 407, 451):
        return "access_denied"
    if status == 429:
        return "too_many_requests"
    if status >= 500 or status == 408:
        return "server_error"
    return "moved" if status in (301, 302, 303, 307, 308) else "unexpected_status"


def _down(meaning: str, remedy: str) -> Kind:
    return Kind("failed", meaning, remedy, passing=True, host_down=True)


_WAIT = "Nothing, unless it lasts: then open the address in a browser and ask the publisher."
_LOOK = "Open the address in a browser. If the page is right, relax the guard for this source in its card."

KINDS: Mapping[str, Kind] = {
    "host_unknown": _down("The host's name has no address.", "Check the name in the card; the site may have moved."),
    "connection_failed": _down("The host did not take the connection.", _WAIT),
    "connection_reset": _down("The host broke off the connection before the answer was whole.", _WAIT),
    "connect_timeout": _down("The host did not take the connection in time.", _WAIT),
    "read_timeout": _down("The host fell silent while answering.", _WAIT),
    "total_timeout": _down("The answer dripped in too slowly and was given up.", _WAIT),
    "server_error": _down("The server answered with a status of 500 or above.", _WAIT),
    "too_many_requests": _down(
        "The server asked us to slow down (429), or to come back later than we wait.",
        "Raise crawl_delay in the card.",
    ),
    "truncated_body": Kind("failed", "The answer ended before its announced or packed end.", _WAIT, passing=True),
    "length_mismatch": Kind("failed", "The answer is longer than its Content-Length says.", _WAIT, passing=True),
    "broken_compression": Kind("failed", "The packed answer cannot be unpacked.", _WAIT, passing=True),
    "unknown_encoding": Kind("failed", "The answer is packed in a way we did not ask for.", "Tell the publisher."),
    "invalid_answer": Kind("failed", "What came back is no HTTP answer.", "Check scheme and port in the card."),
    "not_found": Kind(
        "failed",
        "The page is gone (404, 410).",
        "If it was an entry, it left the list: its last page stays, with its age. If it was a list, mend the card.",
    ),
    "access_denied": Kind(
        "failed",
        "The server wants a login or does not want us (401, 403, 407, 451).",
        "Ask the publisher for access; do not work around it.",
    ),
    "unexpected_status": Kind("failed", "The server answered with a status that has no meaning here.", _WAIT),
    "moved": Kind(
        "failed",
        "The address redirects to another one of the same source; that one was fetched.",
        "Put the new address into the card.",
    ),
    "redirect_loop": Kind("failed", "The redirects lead in a circle, or too far.", "Open the address in a browser."),
    "bad_redirect": Kind("failed", "A redirect does not say where to.", "Open the address in a browser."),
    "certificate_invalid": Kind(
        "failed",
        "The server's certificate is expired, not for this host, or not signed by a known authority.",
        "Tell the publisher. Certificates are always checked; there is no switch.",
        host_down=True,
    ),
    "tls_failed": Kind("failed", "No secure connection came about.", "Tell the publisher.", host_down=True),
    "robots_forbid": Kind(
        "refused", "The site's robots.txt forbids the address to us.", "Leave it out of the card, or ask the publisher."
    ),
    "robots_unreachable": Kind(
        "refused",
        "The site's robots.txt could not be read (status 5xx, 429 or no answer), so nothing of the host is visited.",
        _WAIT,
        passing=True,
    ),
    "delay_too_long": Kind(
        "refused", "The robots.txt asks for a longer pause than a crawl can keep.", "Ask the publisher for an export."
    ),
    "outside_hosts": Kind(
        "refused",
        "The address, or a redirect, leads to a host that the card does not name.",
        "If the host belongs to the publisher, add it to the card.",
    ),
    "address_refused": Kind(
        "refused", "The address, or a redirect, is not plain http or https.", "Mend the address in the card."
    ),
    "private_address": Kind(
        "refused",
        "The host's name leads into a private, loopback or link-local network; it was not contacted.",
        "If it is your own mirror, name it as the source's base address in the settings.",
    ),
    "too_large": Kind(
        "refused",
        "The answer, as sent or unpacked, is larger than we take.",
        "Open the address in a browser; if the page really is so large, raise the limit.",
    ),
    "empty_body": Kind("suspicious", "Status 200 with nothing in it.", _LOOK),
    "nul_bytes": Kind("suspicious", "A text with NUL bytes in it.", _LOOK),
    "wrong_format": Kind("suspicious", "HTML where a table or a document is due, or the other way round.", _LOOK),
    "too_deep": Kind("suspicious", "Tags nested deeper than parsers can follow.", _LOOK),
    "truncated_page": Kind("suspicious", "The page breaks off in the middle.", _LOOK),
    "login_page": Kind("suspicious", "A login page with status 200.", "Ask the publisher for access."),
    "consent_page": Kind("suspicious", "A consent page stands in for the page.", _LOOK),
    "challenge_page": Kind("suspicious", "A page that tests for robots, or says the site is closed, with 200.", _LOOK),
    "soft_404": Kind("suspicious", "A page that says 'not found' with status 200.", "Mend the address in the card."),
    "unexpected_language": Kind("suspicious", "The page is in none of the languages of the card.", _LOOK),
    "shrunk": Kind("suspicious", "Ten times fewer entries than last time.", _LOOK),
    "same_rows": Kind("suspicious", "All entries of the page are the same.", _LOOK),
    "pager_repeats": Kind("suspicious", "A further page of a list repeats an earlier one.", _LOOK),
    "pager_shrank": Kind("suspicious", "A list has less than half as many pages as last time.", _LOOK),
    "host_down": Kind(
        "failed", "The host failed several times in a row; the rest of it was left for the next crawl.", _WAIT
    ),
    "page_limit": Kind(
        "refused", "The crawl reached its limit of pages.", "If the source is so large, raise page_limit."
    ),
    "links_unreadable": Kind(
        "failed",
        "The links of a page could not be read.",
        "Mend the source's parser.",
    ),
    "busy": Kind("refused", "Another crawl of the same source is running.", "Wait until it has ended."),
}
"""Code to kind, in the order of the table."""


class VisitFault(Exception):
    """A visit without a good answer.

    Attributes:
        code: One of `KINDS`.
        reason: What happened, in words, with the figures.
        status: HTTP status, where an answer came.
        wait: Seconds that the server asked to wait before the next try, or None.
    """

    def __init__(self, code: str, reason: str, *, status: int | None = None, wait: float | None = None) -> None:
        """Names the fault; the code must be known, so that every fault has a row in the table."""
        super().__init__(f"{code}: {reason}")
        self.kind = KINDS[code]
        self.code = code
        self.reason = reason
        self.status = status
        self.wait = wait


def fault_table() -> str:
    """Returns the table of faults as Markdown."""
    head = [
        "# Faults of a visit",
        "",
        "This table is that of `sources/outcomes.py`. The code stands under `fault` in the log of visits and in the report of a",
        "crawl, with a reason in words. *Again*: tried again in the same visit and the same day.",
        "",
        "| Code | Outcome | What it means | What to do | Again |",
        "| --- | --- | --- | --- | --- |",
    ]
    rows = [
        f"| `{code}` | {kind.outcome} | {kind.meaning} | {kind.remedy} | {'yes' if kind.passing else 'no'} |"
        for code, kind in KINDS.items()
    ]
    return "\n".join([*head, *rows, ""])
