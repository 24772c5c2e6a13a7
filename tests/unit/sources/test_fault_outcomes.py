"""Every fault injected into a crawl, and what came of it: this run writes the second table of `docs/faults.md`, or is held to it.

    CLUSTER_INVENTORY_WRITE_DOCS=1 python -m pytest tests/unit/sources/test_fault_outcomes.py

A source of a list and three entries is visited whole; a day later the fault is injected, and the source visited again.
"""

import datetime as dt
import gzip
import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from sources import outcomes
from sources.addresses import Mirror
from sources.archive import Archive
from sources.crawling import Plan, crawl
from sources.fetching import Fetcher, Limits
from sources.pacing import Turnstile
from sources.text import decode
from tests.unit.sources.test_crawling import HOST, LOGIN, NOON, card, links, listing, rows
from tests.unit.sources.test_fetching import Speaker, answer, certificate, chunked, drip, reset, says, serving

DOCS = Path(__file__).parents[3] / "docs" / "faults.md"
LIST, TABLE = f"https://{HOST}/lista", f"https://{HOST}/klastry.csv"
NAMES = [f"n{number}" for number in range(12)]
POLISH = (
    "<p>Klastry działające w województwie oraz ich koordynatorzy, którzy są dla nich i z nimi na rzecz rozwoju.</p>" * 5
)
GOOD = listing(*NAMES, more=POLISH)
CSV = b"nazwa;rok\nKlaster A;2011\nKlaster B;2012\n"
LIMITS = Limits(connect=0.5, read=0.4, total=1.2, packed=3_000_000, unpacked=3_000_000, attempts=3, backoff=0.1)
GERMAN = (
    "<p>Die Cluster der Region und die Unternehmen, die sich mit der Entwicklung für die Zukunft beschäftigen, sind nicht hier.</p>"
    * 8
)
CONSENT = "<html><title>Zgoda</title><h1>Szanujemy Twoją prywatność</h1><p>Używamy plików cookie.</p><button>Akceptuję</button></html>"
OTHER_CHARSET = listing(*NAMES, more="<p>żółć Ł</p>" + POLISH).decode().encode("windows-1250")


@dataclass(frozen=True)
class Case:
    """A fault, and where it strikes.

    Attributes:
        said: The fault in words.
        code: Code that the log must give; empty where the page must be taken.
        page: Answer to the list's address.
        robots: Answer to robots.txt.
        start: Address that is visited.
        resolve: Stands in for the look-up of names, without a mirror.
        end: End of the server's certificate, where it speaks TLS.
        before: Answer to the list's address on the first visit, where it is another than the usual one.
    """

    said: str
    code: str
    page: Speaker | None = None
    robots: Speaker | None = None
    start: str = LIST
    resolve: Callable[..., list[str]] | None = None
    end: str = ""
    before: bytes = GOOD


def page(body: bytes, kind: str = "text/html; charset=utf-8") -> Speaker:
    return says(answer(body, Content_Type=kind))


def unknown(*_: object) -> list[str]:
    raise socket.gaierror("Name or service not known")


def endless(line: socket.socket, _: bytes) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        line.sendall(b"x" * 65536)


def later(status: str, when: str) -> Speaker:
    return says(answer(b"", status, Retry_After=when))


def moved(to: str) -> Speaker:
    return says(answer(status="302 Found", Location=to))


DATE = "Tue, 01 Apr 2025 12:01:30 GMT"
CASES = (
    Case("status 500", "server_error", says(answer(b"", "500 Error"))),
    Case("status 503", "server_error", says(answer(b"", "503 Busy"))),
    Case("status 503, Retry-After as a date", "server_error", later("503 Busy", DATE)),
    Case("status 429, Retry-After in seconds", "too_many_requests", later("429 Slow", "90")),
    Case("status 429, Retry-After as a date", "too_many_requests", later("429 Slow", DATE)),
    Case("status 429, Retry-After of an hour", "too_many_requests", later("429 Slow", "3600")),
    Case("status 404", "not_found", says(answer(b"", "404 Gone"))),
    Case("status 403", "access_denied", says(answer(b"", "403 No"))),
    Case("connection reset", "connection_reset", reset),
    Case("silence before the headers", "read_timeout", says(b"", gap=0.8)),
    Case("headers that drip", "total_timeout", drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n")),
    Case("body that drips", "total_timeout", drip(answer(b"", Content_Length="100000"), b"x")),
    Case("silence within the body", "read_timeout", says(answer(b"x", Content_Length="9"), b"", gap=0.8)),
    Case("body shorter than its Content-Length", "truncated_body", says(answer(b"<html>half", Content_Length="4000"))),
    Case("body longer than its Content-Length", "length_mismatch", says(answer(b"<html>whole</html>", Content_Length="10"))),
    Case("chunks that break off", "truncated_body", says(chunked(b"<html>", b"half"))),
    Case("whole body, page that breaks off", "truncated_page", page(GOOD[: len(GOOD) // 2])),
    Case("packed body that breaks off", "truncated_body", says(answer(gzip.compress(GOOD)[:-9], Content_Encoding="gzip"))),
    Case("packed in a way not asked for", "unknown_encoding", says(answer(b"x", Content_Encoding="br"))),
    Case("gzip bomb", "too_large", says(answer(gzip.compress(bytes(60_000_000)), Content_Encoding="gzip"))),
    Case("endless body", "too_large", endless),
    Case("no HTTP", "invalid_answer", says(b"220 mail.example ESMTP\r\n")),
    Case("redirect to itself", "redirect_loop", moved("/lista")),
    Case("redirect to another host", "outside_hosts", moved("https://evil.example/")),
    Case("redirect to file:", "address_refused", moved("file:///etc/passwd")),
    Case("redirect into a private network", "private_address", moved("http://10.0.0.7/")),
    Case("redirect to a link-local address", "private_address", moved("http://169.254.169.254/latest/meta-data/")),
    Case("name that leads into a private network", "private_address", resolve=lambda *_: ["10.0.0.7"]),
    Case("host unknown", "host_unknown", resolve=unknown),
    Case("certificate expired", "certificate_invalid", page(GOOD), end="20210101000000Z"),
    Case("robots.txt that forbids", "robots_forbid", page(GOOD), page(b"User-agent: *\nDisallow: /lista\n", "text/plain")),
    Case("robots.txt that times out", "robots_unreachable", page(GOOD), says(b"", gap=0.8)),
    Case("robots.txt with status 500", "robots_unreachable", page(GOOD), says(answer(b"", "500 Error"))),
    Case("robots.txt with a Crawl-delay of an hour", "delay_too_long", page(GOOD), page(b"User-agent: *\nCrawl-delay: 3600")),
    Case("login page with status 200", "login_page", page(LOGIN)),
    Case("consent page", "consent_page", page(CONSENT.encode())),
    Case("'not found' with status 200", "soft_404", page(b"<html><title>Nie znaleziono strony</title><h1>404</h1></html>")),
    Case("HTML for CSV", "wrong_format", page(LOGIN), start=TABLE, before=CSV),
    Case("empty body", "empty_body", page(b"  \n")),
    Case("NUL bytes", "nul_bytes", page(b"<html><h1>Klaster\0\0</h1></html>")),
    Case("50 MB of nested tags", "too_large", page(b"<div>" * 10_000_000)),
    Case("10,000 nested tags", "too_deep", page(b"<html>" + b"<div>" * 10_000)),
    Case("ten times fewer rows", "shrunk", page(listing("n1", more=POLISH))),
    Case("all rows the same", "same_rows", page(listing(*["n7"] * 30, more=POLISH))),
    Case("page in an unexpected language", "unexpected_language", page(listing(*NAMES, more=GERMAN))),
    Case("wrong charset in the header", "", page(OTHER_CHARSET)),
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What came of a case."""

    case: Case
    outcome: str
    code: str
    requests: int
    others: int
    stayed: bool
    read: str

    def line(self) -> str:
        kept = "the last good page" if self.stayed else "the new page"
        code = f"`{self.code}`" if self.code else ""
        return (
            f"| {self.case.said} | {self.outcome} | {code} | {self.requests} | {kept} | {self.others} of {len(NAMES)} |"
        )


def outcome(case: Case, folder: Path) -> Result:
    """Visits the source whole, injects the fault, visits it again the next day."""
    folder.mkdir()
    today = 0

    def speak(line: socket.socket, request: bytes) -> None:
        path = request.split(b" ")[1].decode()
        if path.endswith("/robots.txt"):
            (case.robots if case.robots and today else says(answer(b"", "404 Gone")))(line, request)
        elif path.endswith(("/lista", ".csv")):
            before = page(case.before, "text/csv" if case.start == TABLE else "text/html; charset=utf-8")
            (case.page if case.page and today else before)(line, request)
        else:
            page(card(path.rpartition("/")[2]))(line, request)

    archive = Archive(folder / "archive")
    plan = Plan("registry", hosts=frozenset({HOST}), starts=(case.start,), pause=0.0, languages=("pl", "en"))
    with serving(speak) as (base, heard):
        first = crawl(plan, archive, fetcher(base, day=0), links=links, entries=rows)
        assert first.is_whole, case.said
        good = archive.latest()[case.start].body
        today, before = 1, len(list(archive.visits()))
        heard.clear()
        if case.end:
            file, context = certificate(folder, "IP:127.0.0.1", case.end)
            with serving(speak, context) as (locked, listened):
                crawl(plan, archive, fetcher(locked, ca_bundle=str(file)), links=links, entries=rows)
            assert listened == [], "nothing was asked over that line"
        else:
            crawl(
                plan, archive, fetcher(None if case.resolve else base, resolve=case.resolve), links=links, entries=rows
            )
        asked = sum(b" /lista " in request or b".csv " in request for request in heard)
    visits = list(archive.visits())[before:]
    line = next(visit for visit in visits if visit.url == case.start)
    others = {visit.url for visit in visits if visit.url != case.start and visit.outcome in ("new", "unchanged")}
    latest = archive.latest()[case.start]
    assert archive.verify() == []
    return Result(case, line.outcome, line.fault or "", asked, len(others), latest.body == good, decode(latest))


def fetcher(
    base: str | None, day: int = 1, ca_bundle: str | None = None, resolve: Callable[..., list[str]] | None = None
) -> Fetcher:
    return Fetcher(
        contact="data@agency.example",
        hosts=frozenset({HOST}),
        mirror=Mirror(base) if base else None,
        limits=LIMITS,
        turnstile=Turnstile(sleep=lambda _: None),
        now=lambda: NOON + dt.timedelta(days=day),
        **({"resolve": resolve} if resolve else {}),
        **({"ca_bundle": ca_bundle} if ca_bundle else {}),
    )


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[Result]:
    folder = tmp_path_factory.mktemp("faults")
    with ThreadPoolExecutor(12) as pool:  # most of them wait
        return list(pool.map(lambda case: outcome(case[1], folder / str(case[0])), enumerate(CASES)))


def test_every_fault_is_named_and_costs_no_good_page(results: list[Result]) -> None:
    for result in results:
        kind = outcomes.KINDS.get(result.case.code)
        assert result.code == result.case.code, result
        assert result.outcome == (kind.outcome if kind else "new"), result
        assert result.stayed == bool(kind), result
        assert result.requests == (LIMITS.attempts if _tries(result) else min(result.requests, 1)), result


def _tries(result: Result) -> bool:
    """Whether the address is asked for again: a passing fault of the page itself that asks for no long pause."""
    kind = outcomes.KINDS.get(result.code)
    return bool(kind and kind.passing and result.requests and "of an hour" not in result.case.said)


def test_letters_are_read_whatever_the_header_says(results: list[Result]) -> None:
    [wrong] = [result for result in results if result.case.said == "wrong charset in the header"]
    assert "żółć Ł" in wrong.read


def test_the_table_of_outcomes_is_the_one_in_the_docs(results: list[Result]) -> None:
    head = [
        "## Faults injected, and what came of them",
        "",
        "Written by the test run (`CLUSTER_INVENTORY_WRITE_DOCS=1 python -m pytest tests/unit/sources/test_fault_outcomes.py`), which",
        f"is held to it otherwise. A source of a list and {len(NAMES)} entries, on a server on the loopback, is visited whole; a day later",
        "the fault is injected and the source visited again, with three tries. *Requests* are those for the list that reached the server,",
        "*others* the entries that were visited all the same. A bomb of 1 GB is unpacked under a bound on memory in",
        "`tests/unit/sources/test_fetching.py`.",
        "",
        "| Fault injected | Outcome | Code | Requests | What is read from now on | Others |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    whole = outcomes.fault_table() + "\n" + "\n".join([*head, *(result.line() for result in results), ""])
    if os.environ.get("CLUSTER_INVENTORY_WRITE_DOCS"):
        DOCS.write_text(whole, encoding="utf-8")
    assert DOCS.read_text(encoding="utf-8") == whole
