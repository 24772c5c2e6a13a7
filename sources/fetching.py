"""One visit to one address: the only place that talks to the network.

Every connection goes to an IP address that was looked up and checked just before, so that no name can lead into a
private network, now or by a later change of its address. Redirects are followed by hand, each checked like the first.
Certificates are always verified. Bodies are counted while they stream, packed and unpacked.
"""

from __future__ import annotations

import http.client
import random
import socket
import ssl
import threading
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import connectionpool
from urllib3 import exceptions as faults
from urllib3.connection import HTTPConnection, HTTPSConnection

from sources import pacing
from sources.addresses import Mirror, check_address, host_of, is_public, join, sameness
from sources.outcomes import VisitFault, fault_of_status

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from urllib3 import BaseHTTPResponse

KEPT_HEADERS = ("content-type", "etag", "last-modified", "content-language")
PRODUCT = "cluster-inventory"
CHUNK = 65536
LINGER = 1.0
"""Seconds that a connection may stay open after the announced end of an answer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, how much and how often; times in seconds, sizes in bytes.

    Attributes:
        connect: To take a connection, each address of a host.
        read: Of silence while an answer comes.
        total: From the request to the end of the answer.
        packed: Of an answer as it is sent.
        unpacked: Of an answer after unpacking.
        redirects: Hops of one visit.
        attempts: Tries of one visit, the first included.
        backoff: Before the second try; doubled before each further one.
        longest_wait: Before any try; a server that asks for more is left for the day.
    """

    connect: float = 10
    read: float = 30
    total: float = 120
    packed: int = 20_000_000
    unpacked: int = 40_000_000
    redirects: int = 5
    attempts: int = 4
    backoff: float = 2
    longest_wait: float = 120


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: a whole body, or the word that nothing changed.

    Attributes:
        url: Public address that answered, after redirects.
        status: 200 or 304.
        headers: `KEPT_HEADERS`, names in lower case, None where absent.
        body: Unpacked bytes; empty for 304.
        packed: Bytes of the body as they came over the line.
    """

    url: str
    status: int
    headers: Mapping[str, str | None]
    body: bytes
    packed: int


def look_up(host: str, port: int) -> list[str]:
    """Returns the IP addresses of a host name, in the order of the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(slots=True)
class Fetcher:
    """Visits the addresses of one source.

    Attributes:
        contact: Mail or web address in the agent line.
        hosts: Host names of the card; nothing else is asked.
        mirror: Server that stands in for them, or None.
        limits: Times, sizes, tries.
        turnstile: Keeps the pause per host.
        ca_bundle: File of certificate authorities, or None for the usual ones.
        resolve: Looks up a host name.
        now: The moment, in UTC: for HTTP dates only.
        chance: A number from 0 to 1: jitter.
        sent: Requests sent so far; robots.txt, redirects and further tries included.
    """

    contact: str
    hosts: Collection[str]
    mirror: Mirror | None = None
    limits: Limits = field(default_factory=Limits)
    turnstile: pacing.Turnstile = field(default_factory=lambda: pacing.SHARED)
    ca_bundle: str | None = None
    resolve: Callable[[str, int], list[str]] = look_up
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    chance: Callable[[], float] = random.random
    sent: int = 0
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Refuses a contact that would not reach anybody or would break the request."""
        if not (
            self.contact.isascii() and self.contact.isprintable() and ("@" in self.contact or "://" in self.contact)
        ):
            raise ValueError(
                f"{self.contact!r} is no contact: set a mail or web address (CLUSTER_INVENTORY_CONTACT), "
                "so that a site's owner can reach you."
            )

    @property
    def agent(self) -> str:
        """The agent line of every request."""
        return f"{PRODUCT}/0.2 (+{self.contact})"

    def get(self, url: str, pause: float, *, etag: str | None = None, modified: str | None = None) -> Answer:
        """Visits an address, as often as the limits allow while its fault may pass.

        Args:
            url: Public address.
            pause: Seconds between two requests to the host.
            etag: ETag of the copy we hold, to be told if it still holds.
            modified: Last-Modified of the copy we hold.

        Raises:
            VisitFault: There is no good answer; the fault of the last try.
        """
        known = {"If-None-Match": etag, "If-Modified-Since": modified}
        for attempt in range(1, self.limits.attempts + 1):
            try:
                return self._follow(url, pause, {name: value for name, value in known.items() if value})
            except VisitFault as fault:
                wait = pacing.backoff(attempt, self.limits.backoff, self.limits.longest_wait, self.chance())
                if fault.wait is not None and fault.wait > self.limits.longest_wait:
                    said = (
                        f"{fault.reason}; it asks to wait {fault.wait:.0f} s, we wait {self.limits.longest_wait:.0f} s"
                    )
                    raise VisitFault("too_many_requests", said, status=fault.status, wait=fault.wait) from fault
                if not fault.kind.passing or attempt == self.limits.attempts:
                    raise
                self.turnstile.sleep(max(wait, fault.wait or 0))
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _follow(self, url: str, pause: float, known: Mapping[str, str]) -> Answer:
        here = check_address(url, self.hosts)
        seen: set[str] = set()
        while here not in seen:
            seen.add(here)
            if len(seen) > self.limits.redirects + 1:
                raise VisitFault("redirect_loop", f"more than {self.limits.redirects} redirects, the last to {here}")
            conditions = known if sameness(here) == sameness(url) else {}
            answer = self._ask(here, pause, conditions)
            if isinstance(answer, Answer):
                return answer
            here = check_address(answer, self.hosts)
        raise VisitFault("redirect_loop", f"the redirects of {url} come back to {here}")

    def _ask(self, public: str, pause: float, conditions: Mapping[str, str]) -> Answer | str:
        """Makes one request; returns the answer, or the public address of a redirect."""
        wire = self.mirror.wire(public) if self.mirror else public
        with self._counting:
            self.sent += 1
        headers = {
            "User-Agent": self.agent,
            "Accept": "*/*",
            "Accept-Encoding": "gzip, deflate",
            "Connection": "close",
            **({"X-Forwarded-Host": host_of(public)} if self.mirror else {}),
            **conditions,
        }
        with (
            self.turnstile.turn(urlsplit(wire).netloc, pause),
            _Deadline(self.limits.total) as deadline,
            _Web() as web,
        ):
            web.trust_env = (
                False  # no proxy, which would dodge the checked address; no .netrc, which would send passwords
            )
            for scheme in ("http://", "https://"):
                web.mount(scheme, _CheckedAdapter(self._addresses, deadline))
            try:
                with web.get(
                    wire,
                    headers=headers,
                    timeout=(self.limits.connect, self.limits.read),
                    verify=self.ca_bundle or True,
                    stream=True,
                    allow_redirects=False,
                ) as response:
                    taken = self._take(public, wire, response, deadline)
            except (
                VisitFault,
                requests.RequestException,
                http.client.HTTPException,
                faults.HTTPError,
                OSError,
                ValueError,
            ) as fault:
                if deadline.passed or not isinstance(fault, VisitFault):
                    raise _named(fault, deadline, self.limits) from fault
                raise
            if deadline.passed:  # the cut looks like a regular end where no length was announced
                raise _named(EOFError(), deadline, self.limits)
            return taken

    def _take(self, public: str, wire: str, response: requests.Response, deadline: _Deadline) -> Answer | str:
        status = response.status_code
        if status in (301, 302, 303, 307, 308):
            target = response.headers.get("location")
            if not target:
                raise VisitFault("bad_redirect", f"status {status} without a Location", status=status)
            there = join(wire, target)
            return self.mirror.public(there, public) if self.mirror else there
        _judge_status(status, response.headers.get("retry-after"), self.now(), response.request.headers)
        kept = {name: response.headers.get(name) for name in KEPT_HEADERS}
        raw = response.raw
        body, packed = (b"", 0) if status == 304 else read_body(raw, response.headers, self.limits, deadline.end_soon)
        return Answer(public, status, kept, body, packed)

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = self.resolve(host, port)
        except (OSError, UnicodeError) as fault:
            raise VisitFault("host_unknown", f"{host} has no address: {fault}") from fault
        if self.mirror and (host, port) in self.mirror.servers(self.hosts):
            return found
        private = [address for address in found if not is_public(address)]
        if private or not found:
            raise VisitFault("private_address", f"{host} leads to {', '.join(private) or 'nowhere'}")
        return found


def read_body(
    raw: BaseHTTPResponse, headers: Mapping[str, str], limits: Limits, whole: Callable[[], None]
) -> tuple[bytes, int]:
    """Reads a body to its end, unpacking it on the way, and believes no announcement of its size.

    Args:
        raw: The streaming answer, not yet unpacked.
        headers: Its headers.
        limits: Sizes that end the reading.
        whole: Called when the announced bytes are there and only the end of the answer is waited for.

    Returns:
        The unpacked bytes, and the number of packed bytes.

    Raises:
        VisitFault: `too_large`, `truncated_body`, `length_mismatch`, `broken_compression`, `unknown_encoding`.
    """
    announced = _announced(raw, headers)
    unpack = _unpacker(headers.get("content-encoding"))
    parts: list[bytes] = []
    packed = unpacked = 0
    for chunk in _chunks(raw, announced, whole):
        packed += len(chunk)
        if packed > limits.packed:
            raise VisitFault("too_large", f"more than {limits.packed} bytes on the line")
        for part in unpack.feed(chunk):
            unpacked += len(part)
            if unpacked > limits.unpacked:
                raise VisitFault("too_large", f"more than {limits.unpacked} bytes after unpacking {packed}")
            parts.append(part)
    if announced is not None and packed < announced:
        raise VisitFault("truncated_body", f"{packed} of {announced} announced bytes came")
    if announced is not None and packed > announced:
        raise VisitFault("length_mismatch", f"{packed} bytes came, {announced} were announced")
    unpack.finish(packed)
    return b"".join(parts), packed


def _chunks(raw: BaseHTTPResponse, announced: int | None, whole: Callable[[], None]) -> Iterator[bytes]:
    came = 0
    try:
        for piece in _pieces(raw, announced):
            came += len(piece)
            yield piece
            if came == announced:
                whole()
    except (faults.HTTPError, OSError) as fault:
        if came == announced:  # the server keeps the connection open, although it was asked to close it
            return
        if not isinstance(fault, faults.ProtocolError) or any(isinstance(c, ConnectionError) for c in _causes(fault)):
            raise
        raise VisitFault("truncated_body", f"the answer broke off: {fault}") from fault


def _pieces(raw: BaseHTTPResponse, announced: int | None) -> Iterator[bytes]:
    """Yields what has come, at once where a length was announced, so that its end is noticed when it is there."""
    if announced is None:
        yield from raw.stream(CHUNK, decode_content=False)
    else:
        while piece := raw.read1(CHUNK, decode_content=False):
            yield piece


def _announced(raw: BaseHTTPResponse, headers: Mapping[str, str]) -> int | None:
    """Returns the announced length, and makes the reading go to the real end of the answer instead.

    The http module stops at the announced length, which would cut a longer answer off without a word. We ask for the
    connection to be closed after each answer, so that its end can be seen.
    """
    text = headers.get("content-length", "").strip()
    if "chunked" in headers.get("transfer-encoding", "").lower() or not (text.isascii() and text.isdigit()):
        return None
    inner = getattr(raw, "_original_response", None)
    if inner is not None:
        inner.length = None
    cast("Any", raw).enforce_content_length = False
    return int(text[:15])


class _Plain:
    """A body that is not packed."""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk

    def finish(self, packed: int) -> None:
        """Any end is an end."""


class _Zipped:
    """Unpacks gzip (also of several members) and deflate (with or without its header), in bounded pieces."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._stream = zlib.decompressobj(window)
        self._started = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        try:
            while True:
                if self._stream.eof:
                    if not chunk.strip(b"\0"):
                        return
                    self._stream = zlib.decompressobj(self._window)
                chunk = self._raw_deflate(chunk)
                part = self._stream.decompress(chunk, CHUNK)
                yield part
                chunk = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
                if not chunk and len(part) < CHUNK:
                    return
        except zlib.error as fault:
            raise VisitFault("broken_compression", f"the packed answer cannot be unpacked: {fault}") from fault

    def _raw_deflate(self, chunk: bytes) -> bytes:
        """Some servers send `deflate` without the zlib header that RFC 9110 wants."""
        if not self._started and self._window == zlib.MAX_WBITS and chunk and chunk[0] & 0x0F != 8:
            self._window = -zlib.MAX_WBITS
            self._stream = zlib.decompressobj(self._window)
        self._started = True
        return chunk

    def finish(self, packed: int) -> None:
        if packed and not self._stream.eof:
            raise VisitFault("truncated_body", f"the packed answer of {packed} bytes breaks off")


def _unpacker(encoding: str | None) -> _Plain | _Zipped:
    named = (encoding or "identity").strip().lower()
    if named in ("", "identity", "none"):
        return _Plain()
    if named in ("gzip", "x-gzip"):
        return _Zipped(zlib.MAX_WBITS | 16)
    if named == "deflate":
        return _Zipped(zlib.MAX_WBITS)
    raise VisitFault("unknown_encoding", f"Content-Encoding is {named[:40]!r}; gzip and deflate were asked for")


def _judge_status(status: int, later: str | None, now: datetime, asked: Mapping[str, str]) -> None:
    if status == 200 or (status == 304 and ("If-None-Match" in asked or "If-Modified-Since" in asked)):
        return
    wait = pacing.retry_after(later, now) if status in (429, 503) else None
    raise VisitFault(fault_of_status(status), f"status {status}", status=status, wait=wait)


class _Deadline:
    """Cuts the connection when the time of a request is over: a read timeout alone never ends an answer that drips."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._watched: list[socket.socket] = []
        self._lock = threading.Lock()
        self.passed = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for watched in self._watched:
                watched.close()
            self._watched.clear()

    def watch(self, connection: socket.socket) -> None:
        """Watches a connection, by a second handle that stays good when TLS takes over the first."""
        with self._lock:
            self._watched.append(connection.dup())
        if self.passed:
            self._cut()

    def end_soon(self) -> None:
        """Ends the connection after a moment, if the server does not."""
        self._timer.cancel()
        self._timer = threading.Timer(LINGER, self._shut)
        self._timer.daemon = True
        self._timer.start()

    def _cut(self) -> None:
        self.passed = True
        self._shut()

    def _shut(self) -> None:
        with self._lock:
            for watched in self._watched:
                try:
                    watched.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue


class _Web(requests.Session):
    """A session that leaves redirects to us, unread: `requests` would parse them first, and break on hostile ones."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Says that there is none."""


class _CheckedAdapter(HTTPAdapter):
    """Connects to checked IP addresses only; name, certificate and Host header stay those of the address."""

    def __init__(self, addresses: Callable[[str, int], list[str]], deadline: _Deadline) -> None:
        self._connect = _connector(addresses, deadline)
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        connect = self._connect

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return connect(self)

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return connect(self)

        class PlainPool(connectionpool.HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(connectionpool.HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


def _connector(
    addresses: Callable[[str, int], list[str]], deadline: _Deadline
) -> Callable[[HTTPConnection], socket.socket]:
    def connect(connection: HTTPConnection) -> socket.socket:
        last: OSError | None = None
        for address in addresses(connection.host, connection.port or 80)[:3]:
            try:
                made = socket.create_connection((address, connection.port or 80), cast("float", connection.timeout))
            except OSError as fault:
                last = fault
                continue
            deadline.watch(made)
            return made
        if isinstance(last, TimeoutError):
            raise VisitFault("connect_timeout", f"{connection.host} did not take the connection in time") from last
        raise VisitFault("connection_failed", f"{connection.host}: {last}") from last

    return connect


def _named(fault: BaseException, deadline: _Deadline, limits: Limits) -> VisitFault:
    """Returns the fault of ours that a fault of the libraries stands for."""
    if deadline.passed:
        return VisitFault("total_timeout", f"the answer was not whole after {limits.total:g} s")
    chain = list(_causes(fault))
    for kinds, code, said in _NAMES:
        for cause in chain:
            if isinstance(cause, kinds):
                return VisitFault(code, f"{said}: {str(cause)[:300]}")
    return VisitFault("invalid_answer", f"what came back is no HTTP answer: {str(chain[-1])[:300]}")


_NAMES: tuple[tuple[tuple[type[BaseException], ...], str, str], ...] = (
    ((ssl.SSLCertVerificationError,), "certificate_invalid", "the certificate is not valid"),
    ((TimeoutError, faults.ReadTimeoutError, requests.Timeout), "read_timeout", "the host fell silent"),
    ((faults.IncompleteRead, http.client.IncompleteRead), "truncated_body", "the answer broke off"),
    ((ConnectionError,), "connection_reset", "the connection broke off"),
    ((ssl.SSLError,), "tls_failed", "no secure connection came about"),
    ((requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader), "address_refused", "it cannot be asked for"),
)
"""Faults of the libraries to ours; an earlier line wins, wherever in the chain of causes it is found."""


def _causes(fault: BaseException) -> Iterator[BaseException]:
    """Yields a fault and what it was raised from or wraps, outermost first."""
    seen: set[int] = set()
    todo: list[BaseException] = [fault]
    while todo:
        one = todo.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
        todo.extend(cause for cause in inner if isinstance(cause, BaseException))
