"""The crawl of one source: start addresses, then what their pages link to, then what the archive knows already.

    starts, links, known --> one queue per host --> robots, pause, visit --> guards --> archive (a line per visit)
                                   ^                                                        |
                                   +----------------------- links --------------------------+

Hosts are visited side by side, each with one request at a time. All decisions and all writing happen in the calling
thread. The log of visits is also the journal: a crawl that was killed goes on where it stopped when it is started again
on the same day, and asks for nothing that it has. No fault of a page, a host or a parser ends the crawl of another.
"""

from __future__ import annotations

import fcntl
import hashlib
import time
from collections import Counter, deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sources import guards
from sources.addresses import Mirror, check_address, host_of, join, sameness
from sources.archive import Archive, Page, Visit, newest
from sources.fetching import PRODUCT, Answer, Fetcher
from sources.outcomes import KINDS, VisitFault
from sources.robots import Rules, read_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sources.cards import Card

SIDE_BY_SIDE = 4
"""Hosts visited at the same time."""

ENOUGH = 3
"""Faults of a host in a row after which the rest of it is left for the next crawl."""

LONGEST_PAUSE = 120.0
"""Longest Crawl-delay, in seconds, that a crawl keeps."""


LOCAL_PAUSE = 0.1
"""Seconds between two requests to a mirror on this machine."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the crawler needs of a source's card.

    Attributes:
        source: Id of the source.
        hosts: Host names that may be visited, aliases included, lower case.
        starts: Addresses to begin with.
        pause: Seconds between two requests to a host; a longer Crawl-delay wins.
        languages: Languages of the pages (ISO 639-1); empty for any.
        page_limit: Visits of one crawl.
    """

    source: str
    hosts: frozenset[str]
    starts: tuple[str, ...]
    pause: float = 5.0
    languages: tuple[str, ...] = ()
    page_limit: int = 2000


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that went wrong in a crawl.

    Attributes:
        code: One of `sources.outcomes.KINDS`.
        url: Address or host concerned.
        reason: What happened, in words.
    """

    code: str
    url: str
    reason: str

    @property
    def remedy(self) -> str:
        """What to do."""
        return KINDS[self.code].remedy

    def __str__(self) -> str:
        """The trouble as one line for people."""
        return f"{self.url}: {self.reason} ({self.code}). {self.remedy}"


@dataclass(slots=True)
class CrawlReport:
    """What a crawl did.

    Attributes:
        source: Id of the source.
        crawl: Id of the crawl: source and day.
        outcomes: Visits of this run by outcome (new, unchanged, failed, refused, suspicious).
        resumed: Addresses that an earlier run of the same crawl had visited.
        requests: Requests sent; robots.txt, redirects and further tries included.
        received: Bytes received in bodies, as sent.
        seconds: Duration of the run.
        troubles: What went wrong, in order.
    """

    source: str
    crawl: str
    outcomes: Counter[str] = field(default_factory=Counter)
    resumed: int = 0
    requests: int = 0
    received: int = 0
    seconds: float = 0.0
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether every visit gave a page, new or unchanged."""
        return not self.troubles and (self.resumed or self.outcomes.total()) > 0


def plan_of(card: Card) -> Plan:
    """Returns what a card says to the crawler. Copies on alias hosts are not sought; redirects may lead there."""
    return Plan(
        source=card.id,
        hosts=frozenset(host.lower() for host in card.hosts),
        starts=card.start,
        pause=card.crawl_delay,
        languages=tuple(language.strip() for language in card.language.split(",")),
        page_limit=card.page_limit,
    )


def crawl_source(  # noqa: PLR0913  each is a decision of the caller
    card: Card,
    archive: Archive,
    contact: str,
    base: str | None,
    *,
    links: Callable[[Page], Iterable[str]],
    entries: Callable[[Page], Sequence[str]] | None = None,
    now: Callable[[], datetime] | None = None,
) -> CrawlReport:
    """Crawls a source as its card says.

    Args:
        card: The source's card.
        archive: Archive of the source in the home. The shipped snapshot counts as known and is only read.
        contact: Mail or web address in the agent line.
        base: Address of a mirror that stands in for the source's hosts, or None for the real ones.
        links: As for `crawl`.
        entries: As for `crawl`.
        now: Clock that stamps the visits, UTC; the computer's by default.

    Raises:
        ValueError: The contact would reach nobody.
    """
    mirror = Mirror(base) if base else None
    fetcher = Fetcher(contact=contact, hosts=frozenset(host.lower() for host in card.all_hosts), mirror=mirror)
    if now is not None:
        fetcher = replace(fetcher, now=now)
    plan = plan_of(card)
    if mirror and mirror.is_local:  # nobody's guest; its robots.txt is kept all the same
        plan = replace(plan, pause=min(plan.pause, LOCAL_PAUSE))
    known = (Archive(card.folder / "archive"),)
    return crawl(plan, archive, fetcher, links=links, entries=entries, known=known)


def crawl(  # noqa: PLR0913  each is a decision of the caller
    plan: Plan,
    archive: Archive,
    fetcher: Fetcher,
    *,
    links: Callable[[Page], Iterable[str]],
    entries: Callable[[Page], Sequence[str]] | None = None,
    known: Sequence[Archive] = (),
) -> CrawlReport:
    """Visits a source politely and keeps what it finds.

    Args:
        plan: Where to go.
        archive: Archive that keeps what is found. Addresses it knows are visited too, with their ETag.
        fetcher: Who visits; its hosts are those of the plan, its clock stamps the visits and gives the crawl its day.
        links: Returns the addresses that a page leads on to (further pages, entries), absolute or relative.
        entries: Returns the names of the entries of a page, for the guards that count them; None to do without.
        known: Other archives of the source, only read: their addresses are visited too, and their bytes compared.

    Returns:
        The report. Faults stand in it; none is raised.
    """
    began, sent = time.monotonic(), fetcher.sent
    report = CrawlReport(plan.source, f"{plan.source}-{fetcher.now():%Y-%m-%d}")
    with _sole(archive) as alone:
        if alone:
            _Crawl(plan, archive, fetcher, links, entries, known, report).run()
        else:
            report.troubles.append(Trouble("busy", plan.source, f"{archive.root} is being written by another crawl"))
    report.requests = fetcher.sent - sent
    report.seconds = time.monotonic() - began
    return report


@contextmanager
def _sole(archive: Archive) -> Iterator[bool]:
    """Tells whether this is the only crawl of the archive; the lock goes with the process, also a killed one."""
    archive.root.mkdir(parents=True, exist_ok=True)
    with (archive.root / ".crawling").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


@dataclass(slots=True)
class _Host:
    """A host's queue and how it fares."""

    queue: deque[str] = field(default_factory=deque)
    rules: Rules | VisitFault | None = None
    pause: float = 0.0
    faults_in_a_row: int = 0
    busy: bool = False
    closed: str | None = None


def _may_pass(visit: Visit) -> bool:
    """Whether a visit failed in a way that is worth another try on the same day."""
    kind = KINDS.get(visit.fault or "")
    return visit.outcome in ("failed", "refused") and (kind is None or kind.passing)


@dataclass(slots=True)
class _Crawl:
    plan: Plan
    archive: Archive
    fetcher: Fetcher
    links: Callable[[Page], Iterable[str]]
    entries: Callable[[Page], Sequence[str]] | None
    known: Sequence[Archive]
    report: CrawlReport
    hosts: dict[str, _Host] = field(default_factory=dict)
    held: dict[str, Page] = field(default_factory=dict)
    stored: set[str | None] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    queued: set[str] = field(default_factory=set)
    linked: set[str] = field(default_factory=set)
    answered: set[tuple[str, str, str]] = field(default_factory=set)
    pagers: dict[tuple[str, str], str] = field(default_factory=dict)
    sent: int = 0

    def run(self) -> None:
        """Visits everything there is to visit."""
        archives = (*self.known, self.archive)
        self.held = newest(page for archive in archives for page in archive.pages())
        last = {visit.url: visit for archive in archives for visit in archive.visits()}
        for visit in self.archive.visits():
            self.stored.add(visit.sha256)
            if visit.crawl == self.report.crawl and not _may_pass(visit):
                self.done.add(visit.url)
                if visit.is_good:
                    self.answered.add(sameness(visit.url))
        standing = {url for url in self.held if last[url].fault not in ("not_found", "moved")}
        with ThreadPoolExecutor(SIDE_BY_SIDE) as workers:
            for address in self.plan.starts:
                self._queue(address, address, loud=True)
            self._drain(workers)
            linked = set(self.linked)
            for address in sorted(standing):
                self._queue(address, address)
            self._drain(workers)
        self._sum_up(linked, standing)

    def _sum_up(self, linked: set[str], standing: set[str]) -> None:
        left = 0
        for name, host in sorted(self.hosts.items()):
            if host.closed is not None and host.queue:
                self._trouble("host_down", name, f"{len(host.queue)} addresses left after: {host.closed}")
            elif host.queue:
                left += len(host.queue)
        if left:
            self._trouble("page_limit", self.plan.source, f"{self.sent} visits, {left} addresses left")
        if left or any(host.closed for host in self.hosts.values()):
            return
        for said in guards.check_pager_length(linked, standing):
            self._trouble("pager_shrank", self.plan.source, said)

    def _queue(self, reference: str, page: str, *, loud: bool = False) -> None:
        """Queues an address once; a link out of the card's hosts is passed over, a start address there is a fault."""
        try:
            url = check_address(join(page, reference), self.plan.hosts)
        except VisitFault as fault:
            if loud:
                self._fail(reference, fault)
            return
        self.linked.add(url)
        if url in self.queued:
            return
        self.queued.add(url)
        if url in self.done:
            self.report.resumed += 1
            if url in self.held:
                self._follow(self.held[url])
            return
        self.hosts.setdefault(host_of(url), _Host()).queue.append(url)

    def _drain(self, workers: ThreadPoolExecutor) -> None:
        running: dict[Future[Answer], str] = {}
        while True:
            for host in self.hosts.values():
                url = None if host.busy or host.closed else self._next(host)
                if url is not None:
                    host.busy = True
                    self.sent += 1
                    running[workers.submit(self._visit, host, url)] = url
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                url = running.pop(future)
                host = self.hosts[host_of(url)]
                host.busy = False
                try:
                    self._take(url, future.result())
                    host.faults_in_a_row = 0
                except VisitFault as fault:
                    self._fail(url, fault)
                    self._judge_host(host, fault)

    def _next(self, host: _Host) -> str | None:
        """Returns the next address, passing over links of which another form (http, www., last slash) was answered."""
        while host.queue and self.sent < self.plan.page_limit:
            url = host.queue.popleft()
            if url in self.held or url in self.plan.starts or sameness(url) not in self.answered:
                return url
        return None

    def _visit(self, host: _Host, url: str) -> Answer:
        """Runs beside the other hosts: asks the robots.txt once, then for the page."""
        if host.rules is None:
            try:
                rules = read_rules(lambda address: self.fetcher.get(address, self.plan.pause).body, url, PRODUCT)
                host.pause = rules.pause(self.plan.pause, LONGEST_PAUSE)
                host.rules = rules
            except VisitFault as fault:
                host.rules = fault
        if isinstance(host.rules, VisitFault):
            raise VisitFault(host.rules.code, host.rules.reason, status=host.rules.status)
        host.rules.check(url)
        held = self.held.get(url)
        known = held.headers if held else {}
        return self.fetcher.get(url, host.pause, etag=known.get("etag"), modified=known.get("last-modified"))

    def _take(self, asked: str, answer: Answer) -> None:
        """Judges an answer, keeps it, and goes on from it."""
        self.report.received += answer.packed
        moved = sameness(answer.url) != sameness(asked)
        url = answer.url if moved else asked
        held = self.held.get(url)
        digest = hashlib.sha256(answer.body).hexdigest()
        same = held is not None and (answer.status == 304 or digest == held.sha256)
        page = Page(url, answer.body, self._stamp(), status=answer.status, headers=answer.headers, sha256=digest)
        if not same:
            try:
                self._judge(page, held)
            except VisitFault as fault:
                self.archive.store(
                    self._line(asked, headers=answer.headers, status=answer.status, fault=fault), answer.body
                )
                self._count(asked, fault)
                return
        if moved:
            self._fail(asked, VisitFault("moved", f"it redirects to {answer.url}"))
            self.queued.add(url)
        if url not in self.done:
            self._keep(page, held if same else None)

    def _keep(self, page: Page, held: Page | None) -> None:
        """Stores a page that is new, or notes that the one we hold still stands, and follows its links."""
        self.done.add(page.url)
        self.answered.add(sameness(page.url))
        headers = held.headers if held and page.status == 304 else page.headers
        line = self._line(page.url, headers=headers, status=page.status, held=held)
        if held is not None and held.sha256 in self.stored:
            self.archive.log(line)
        else:
            self.archive.store(line, page.body if held is None else held.body)
        self.report.outcomes["new" if held is None else "unchanged"] += 1
        self._follow(held or page)

    def _judge(self, page: Page, held: Page | None) -> None:
        expected = guards.Expected(page.url, held.body if held else None, self.plan.languages)
        guards.check_body(page.body, expected)
        now = self._entries(page)
        if now is None:
            guards.check_pager(page.url, page.sha256, self.pagers)
            return
        guards.check_entries(now, self._entries(held) if held else None)
        guards.check_pager(page.url, "\n".join(now), self.pagers)

    def _entries(self, page: Page) -> Sequence[str] | None:
        """Returns the names of the entries, or None where they cannot be read: a new layout is no suspicion."""
        try:
            return list(self.entries(page)) if self.entries else None
        except Exception:  # noqa: BLE001  the parser says so again, by name, when the inventory is built
            return None

    def _follow(self, page: Page) -> None:
        try:
            found = list(self.links(page))
        except Exception as fault:  # noqa: BLE001  a source's parser must not end the crawl
            self._trouble("links_unreadable", page.url, f"{type(fault).__name__}: {fault}")
            return
        for address in found:
            self._queue(address, page.url)

    def _judge_host(self, host: _Host, fault: VisitFault) -> None:
        """Closes a host that cannot be asked, wants to be left alone, or failed several times in a row."""
        host.faults_in_a_row = host.faults_in_a_row + 1 if fault.kind.host_down else 0
        asks_to_leave = fault.wait is not None and fault.wait > self.fetcher.limits.longest_wait
        if isinstance(host.rules, VisitFault) or asks_to_leave or host.faults_in_a_row >= ENOUGH:
            host.closed = fault.reason

    def _fail(self, url: str, fault: VisitFault) -> None:
        self.archive.log(self._line(url, status=fault.status, fault=fault))
        self._count(url, fault)

    def _count(self, url: str, fault: VisitFault) -> None:
        self.report.outcomes[fault.kind.outcome] += 1
        self._trouble(fault.code, url, fault.reason)

    def _trouble(self, code: str, url: str, reason: str) -> None:
        self.report.troubles.append(Trouble(code, url, reason))

    def _line(
        self,
        url: str,
        *,
        status: int | None,
        headers: Mapping[str, str | None] | None = None,
        fault: VisitFault | None = None,
        held: Page | None = None,
    ) -> Visit:
        return Visit(
            url=url,
            retrieved_at=self._stamp(),
            as_of=held.as_of if held else None,
            status=status,
            headers=headers or {},
            path=held.path if held else None,
            sha256=held.sha256 if held else None,
            outcome=fault.kind.outcome if fault else "unchanged" if held else "new",
            fault=fault.code if fault else None,
            reason=fault.reason if fault else None,
            crawl=self.report.crawl,
        )

    def _stamp(self) -> str:
        return f"{self.fetcher.now():%Y-%m-%dT%H:%M:%SZ}"
