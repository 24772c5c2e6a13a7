"""One visit, against servers on the loopback that misbehave in every way we could think of."""

import datetime as dt
import gzip
import socket
import ssl
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sources import fetching
from sources.addresses import Mirror, check_address, is_public
from sources.fetching import Fetcher, Limits
from sources.outcomes import KINDS, VisitFault
from sources.pacing import Turnstile, backoff, retry_after

HOST = "registry.example"
URL = f"https://{HOST}/lista"
NOON = dt.datetime(2025, 4, 1, 12, tzinfo=dt.UTC)
QUICK = Limits(connect=0.5, read=0.4, total=1.2, packed=3_000_000, unpacked=3_000_000, attempts=3, backoff=1)
Speaker = Callable[[socket.socket, bytes], None]


@contextmanager
def serving(speak: Speaker, wrap: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """A server that reads one request a connection and leaves the answer to `speak`."""
    listener = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        try:
            with connection if wrap is None else wrap.wrap_socket(connection, server_side=True) as line:
                request = b""
                while b"\r\n\r\n" not in request and (more := line.recv(65536)):
                    request += more
                heard.append(request)
                speak(line, request)
        except OSError:
            return

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http{'s' if wrap else ''}://127.0.0.1:{listener.getsockname()[1]}", heard
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def says(*parts: bytes, gap: float = 0) -> Speaker:
    def speak(line: socket.socket, _: bytes) -> None:
        for part in parts:
            line.sendall(part)
            time.sleep(gap)

    return speak


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    head = {"Content-Length": str(len(body)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in head.items() if value), "", ""]
    return "\r\n".join(lines).encode() + body


def fetcher(base: str | None = None, slept: list[float] | None = None, **more: object) -> Fetcher:
    naps = slept if slept is not None else []
    options = {"limits": QUICK, "turnstile": Turnstile(sleep=naps.append), "now": lambda: NOON, "chance": lambda: 1.0}
    return Fetcher(
        contact="data@agency.example",
        hosts=frozenset({HOST, f"www.{HOST}"}),
        mirror=Mirror(base) if base else None,
        **{**options, **more},
    )


def fault_of(speak: Speaker, **more: object) -> VisitFault:
    with serving(speak) as (base, _), pytest.raises(VisitFault) as met:
        fetcher(base, **more).get(URL, 0)
    assert met.value.reason
    assert met.value.kind is KINDS[met.value.code]
    return met.value


def test_a_good_answer_comes_back_whole_and_the_request_says_who_asks() -> None:
    with serving(says(answer("Łódź".encode(), ETag='"a"', Content_Type="text/html; charset=utf-8"))) as (base, heard):
        got = fetcher(base).get(URL, 0, etag='"old"', modified="Tue, 01 Apr 2025 10:00:00 GMT")
    assert (got.url, got.status, got.body) == (URL, 200, "Łódź".encode())
    assert got.headers["etag"] == '"a"'
    request = heard[0].decode()
    assert request.startswith("GET /lista HTTP/1.1\r\n")
    assert "User-Agent: cluster-inventory/0.2 (+data@agency.example)\r\n" in request
    assert 'If-None-Match: "old"\r\n' in request
    assert "If-Modified-Since: Tue, 01 Apr 2025 10:00:00 GMT\r\n" in request


def test_not_modified_needs_a_question() -> None:
    with serving(says(b"HTTP/1.1 304 Not Modified\r\n\r\n")) as (base, _):
        assert fetcher(base).get(URL, 0, etag='"a"').status == 304
        with pytest.raises(VisitFault, match="unexpected_status"):
            fetcher(base).get(URL, 0)


@pytest.mark.parametrize(
    ("status", "code", "tries"),
    [
        ("500 Error", "server_error", 3),
        ("503 Busy", "server_error", 3),
        ("429 Slow", "too_many_requests", 3),
        ("404 Gone", "not_found", 1),
        ("410 Gone", "not_found", 1),
        ("401 Login", "access_denied", 1),
        ("403 No", "access_denied", 1),
        ("206 Part", "unexpected_status", 1),
        ("418 Teapot", "unexpected_status", 1),
        ("302 Found", "bad_redirect", 1),
    ],
)
def test_a_status_is_a_named_fault_and_only_passing_ones_are_tried_again(status: str, code: str, tries: int) -> None:
    with serving(says(answer(b"x", status))) as (base, heard), pytest.raises(VisitFault) as met:
        fetcher(base).get(URL, 0)
    assert (met.value.code, len(heard)) == (code, tries)


def test_waits_grow_and_the_answer_after_a_fault_counts() -> None:
    slept: list[float] = []
    turns = iter([answer(status="500 Error"), b"", answer(b"good")])
    with serving(lambda line, _: line.sendall(next(turns))) as (base, heard):
        assert fetcher(base, slept).get(URL, 0).body == b"good"
    assert (len(heard), slept) == (3, [1.0, 2.0])


@pytest.mark.parametrize("later", ["90", "Tue, 01 Apr 2025 12:01:30 GMT"])
@pytest.mark.parametrize("status", ["429 Slow", "503 Busy"])
def test_retry_after_is_kept_in_both_forms(later: str, status: str) -> None:
    slept: list[float] = []
    turns = iter([answer(status=status, Retry_After=later), answer(b"good")])
    with serving(lambda line, _: line.sendall(next(turns))) as (base, _):
        assert fetcher(base, slept).get(URL, 0).body == b"good"
    assert slept == [90.0]


def test_a_server_that_asks_for_hours_is_left_alone() -> None:
    slept: list[float] = []
    fault = fault_of(says(answer(status="429 Slow", Retry_After="86400")), turnstile=Turnstile(sleep=slept.append))
    assert (fault.code, slept) == ("too_many_requests", [])
    assert "86400" in fault.reason


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("0", 0.0),
        ("9" * 40, 1e12 - 1),
        ("Mon, 31 Mar 2025 12:00:00 GMT", 0.0),
        ("Tue, 99 Apr 2025 12:00:00 GMT", None),
    ],
)
def test_retry_after_reads_what_can_be_read(text: str | None, seconds: float | None) -> None:
    assert retry_after(text, NOON) == seconds


def test_backoff_lies_in_the_upper_half_and_under_its_cap() -> None:
    assert [backoff(n, 2, 10, 0.0) for n in (1, 2, 3, 4)] == [1, 2, 4, 5]
    assert [backoff(n, 2, 10, 1.0) for n in (1, 2, 3, 4)] == [2, 4, 8, 10]


def reset(line: socket.socket, _: bytes) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


def drip(first: bytes, each: bytes) -> Speaker:
    def speak(line: socket.socket, _: bytes) -> None:
        line.sendall(first)
        while True:
            time.sleep(0.1)
            line.sendall(each)

    return speak


def chunked(*chunks: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)


ONCE = Limits(connect=0.5, read=0.4, total=1.0, packed=300_000, unpacked=3_000_000, attempts=1)
ZIPPED = gzip.compress(b"Klaster " * 1000)
FAULTS: dict[str, tuple[Speaker, str]] = {
    "closes without a word": (says(b""), "connection_reset"),
    "resets": (reset, "connection_reset"),
    "silent before the headers": (says(b"", gap=0.8), "read_timeout"),
    "silent within the headers": (says(b"HTTP/1.1 200 OK\r\nServer:", b"", gap=0.8), "read_timeout"),
    "silent within the body": (says(answer(b"x", Content_Length="9"), b"", gap=0.8), "read_timeout"),
    "drips headers": (drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"), "total_timeout"),
    "drips the body": (drip(answer(b"", Content_Length="100000"), b"x"), "total_timeout"),
    "drips an endless body": (drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x"), "total_timeout"),
    "shorter than announced": (says(answer(b"<html>half", Content_Length="4000")), "truncated_body"),
    "longer than announced": (says(answer(b"<html>whole</html>", Content_Length="10")), "length_mismatch"),
    "chunks break off": (says(chunked(b"<html>", b"half")), "truncated_body"),
    "packed body breaks off": (says(answer(ZIPPED[:-9], Content_Encoding="gzip")), "truncated_body"),
    "packed body is rubbish": (says(answer(b"no gzip at all", Content_Encoding="gzip")), "broken_compression"),
    "packed in an unknown way": (says(answer(b"x", Content_Encoding="br")), "unknown_encoding"),
    "too large by its own word": (says(answer(b"x" * 400_000)), "too_large"),
    "no HTTP": (says(b"220 mail.example ESMTP\r\n"), "invalid_answer"),
    "endless headers": (says(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 5000), "invalid_answer"),
    "redirects to itself": (says(answer(status="301 Moved", Location="/lista")), "redirect_loop"),
    "redirects elsewhere": (says(answer(status="302 Found", Location="https://evil.example/")), "outside_hosts"),
    "redirects to a file": (says(answer(status="302 Found", Location="file:///etc/passwd")), "address_refused"),
    "redirects to a script": (says(answer(status="302 Found", Location="javascript:alert(1)")), "address_refused"),
    "redirects to a port": (says(answer(status="302 Found", Location=f"http://{HOST}:22/")), "address_refused"),
    "redirects with a password": (says(answer(status="302 Found", Location=f"http://a:b@{HOST}/")), "address_refused"),
    "redirects to nonsense": (says(answer(status="302 Found", Location="http://[::1")), "address_refused"),
    "redirects into the house": (says(answer(status="302 Found", Location="http://10.0.0.7/")), "private_address"),
    "redirects to the cloud's secrets": (
        says(answer(status="302 Found", Location="http://169.254.169.254/latest/meta-data/")),
        "private_address",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_every_misbehaviour_is_a_named_fault(case: str) -> None:
    speak, code = FAULTS[case]
    began = time.monotonic()
    fault = fault_of(speak, limits=ONCE)
    assert fault.code == code, fault
    assert time.monotonic() - began < 60  # the limits end it; without them it would go on


@pytest.mark.parametrize("tls", [False, True])
def test_a_connection_that_is_kept_open_after_the_whole_answer_does_no_harm(tmp_path: Path, tls: bool) -> None:
    file, context = certificate(tmp_path, "IP:127.0.0.1", "20991231000000Z") if tls else (None, None)
    slow = Limits(read=20, total=30, attempts=1)
    with serving(says(answer(b"whole"), b"", gap=5), context) as (base, _):
        assert fetcher(base, limits=slow, ca_bundle=file and str(file)).get(URL, 0).body == b"whole"


def test_redirects_that_go_on_are_given_up() -> None:
    number = iter(range(100))
    fault = fault_of(lambda line, _: line.sendall(answer(status="302 Found", Location=f"/{next(number)}")), limits=ONCE)
    assert fault.code == "redirect_loop"
    assert next(number) == ONCE.redirects + 1


def test_a_redirect_within_the_card_is_followed_and_its_public_address_given() -> None:
    def speak(line: socket.socket, request: bytes) -> None:
        base = f"http://127.0.0.1:{line.getsockname()[1]}"
        moved = answer(status="301 Moved", Location=f"{base}/nowa")
        line.sendall(moved if b"/lista" in request else answer(b"new"))

    with serving(speak) as (base, heard):
        got = fetcher(base).get(URL, 0, etag='"of the old page"')
    assert (got.url, got.body) == (f"https://{HOST}/nowa", b"new")
    assert b"If-None-Match" in heard[0]
    assert b"If-None-Match" not in heard[1]


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"one ", mtime=0) + gzip.compress(b"two", mtime=0)),
        ("x-gzip", gzip.compress(b"one two", mtime=0) + b"\0\0\0"),
        ("deflate", zlib.compress(b"one two")),
        ("deflate", zlib.compress(b"one two")[2:-4]),
        ("identity", b"one two"),
    ],
)
def test_packed_bodies_are_unpacked(encoding: str, packed: bytes) -> None:
    with serving(says(answer(packed, Content_Encoding=encoding))) as (base, _):
        assert fetcher(base).get(URL, 0).body == b"one two"


def test_a_large_packed_body_is_unpacked_to_its_last_byte() -> None:
    whole = b"".join(b"%d;Klaster\n" % number for number in range(150_000))
    with serving(says(answer(gzip.compress(whole, 9), Content_Encoding="gzip"))) as (base, _):
        assert fetcher(base).get(URL, 0).body == whole


def test_bytes_are_kept_whatever_the_charset_says() -> None:
    body = "Śląski Klaster\0".encode("windows-1250")
    with serving(says(answer(body, Content_Type="text/html; charset=utf-8"))) as (base, _):
        assert fetcher(base).get(URL, 0).body == body


def bomb(gigabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    block = packer.compress(bytes(1 << 20))
    return block + b"".join(packer.compress(bytes(1 << 20)) for _ in range(1024 * gigabytes - 1)) + packer.flush()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_a_gzip_bomb_is_refused_in_little_memory(tmp_path: Path) -> None:
    (tmp_path / "bomb").write_bytes(answer(bomb(1), Content_Encoding="gzip"))
    visit = """
import re, sys
from sources.addresses import Mirror
from sources.fetching import Fetcher
from sources.outcomes import VisitFault
fetcher = Fetcher("a@b.example", frozenset({"registry.example"}), Mirror(sys.argv[1]))
try:
    fetcher.get("https://registry.example/", 0)
except VisitFault as fault:
    print(fault.code, re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
"""
    with serving(says((tmp_path / "bomb").read_bytes())) as (base, _):
        run = subprocess.run([sys.executable, "-c", visit, base], capture_output=True, text=True, check=True)
    code, kilobytes = run.stdout.split()
    assert code == "too_large"
    assert int(kilobytes) < 200_000


def test_an_endless_body_is_refused() -> None:
    def speak(line: socket.socket, _: bytes) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            line.sendall(b"x" * 65536)

    assert fault_of(speak).code == "too_large"


def no_connection(*_: object, **__: object) -> None:
    raise AssertionError("a connection was made")


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "127.0.0.1", "169.254.169.254", "192.168.0.1", "::1", "fe80::1%eth0", "::ffff:10.0.0.1", "100.64.0.1"],
)
def test_a_name_that_leads_into_a_private_network_is_not_contacted(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(fetching.socket, "create_connection", no_connection)
    with pytest.raises(VisitFault) as met:
        fetcher(resolve=lambda *_: ["93.184.216.34", address], limits=ONCE).get(URL, 0)
    assert met.value.code == "private_address"
    assert address in met.value.reason


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])

    def connect(place: tuple[str, int], _timeout: float) -> None:
        asked.append(place)
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(fetching.socket, "create_connection", connect)
    with pytest.raises(VisitFault, match="connection_failed"):
        fetcher(resolve=lambda *_: next(answers), limits=ONCE).get(URL, 0)
    assert asked == [("93.184.216.34", 443)]


def test_a_mirror_opens_its_own_address_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching.socket, "create_connection", no_connection)
    with pytest.raises(VisitFault, match="private_address"):
        fetcher("http://mirror.example:81", resolve=lambda *_: ["127.0.0.1"])._addresses("mirror.example", 80)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2a00:1450::1", True),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("fc00::1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("::", False),
        ("240.0.0.1", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_host_without_an_address_is_unknown() -> None:
    def resolve(*_: object) -> list[str]:
        raise socket.gaierror("Name or service not known")

    with pytest.raises(VisitFault) as met:
        fetcher(resolve=resolve).get(URL, 0)
    assert met.value.code == "host_unknown"


def test_a_closed_port_is_a_failed_connection() -> None:
    with serving(says(b"")) as (base, _):
        pass
    with pytest.raises(VisitFault, match="connection_failed"):
        fetcher(base).get(URL, 0)


def test_a_host_that_does_not_take_the_connection_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def wait(_: object, timeout: float) -> None:
        assert timeout == ONCE.connect
        raise TimeoutError("timed out")

    monkeypatch.setattr(fetching.socket, "create_connection", wait)
    with pytest.raises(VisitFault, match="connect_timeout"):
        fetcher(resolve=lambda *_: ["93.184.216.34"], limits=ONCE).get(URL, 0)


def test_a_server_without_tls_is_not_spoken_to_in_clear() -> None:
    heard: list[bytes] = []

    def speak() -> None:
        line, _ = listener.accept()
        with line:
            heard.append(line.recv(65536))
            line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=speak, daemon=True).start()
        with pytest.raises(VisitFault) as met:
            fetcher(f"https://127.0.0.1:{listener.getsockname()[1]}", limits=ONCE).get(URL, 0)
    assert met.value.code == "tls_failed", met.value
    assert b"GET" not in heard[0]


def test_proxies_and_passwords_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(says(answer(b"direct"))) as (base, heard):
        assert fetcher(base).get(URL, 0).body == b"direct"
    assert b"Authorization" not in heard[0]


CA = """
[ca]
default_ca=own
[own]
database=index
serial=serial
new_certs_dir=.
default_md=sha256
policy=any
[any]
commonName=supplied
"""


def certificate(folder: Path, name: str, end: str) -> tuple[Path, ssl.SSLContext]:
    """A self-signed certificate for that name, valid until that moment, made by openssl."""
    (folder / "ca.cnf").write_text(CA)
    (folder / "ext.cnf").write_text(f"subjectAltName={name}\nbasicConstraints=critical,CA:true\n")
    (folder / "index").write_text("")
    (folder / "serial").write_text("01")
    request = "req -new -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj /CN=test"
    signing = (
        "ca -batch -notext -selfsign -config ca.cnf -in request.pem -keyfile key.pem -out cert.pem -extfile ext.cnf"
    )
    for order in (request, f"{signing} -startdate 20200101000000Z -enddate {end}"):
        subprocess.run(["openssl", *order.split()], check=True, capture_output=True, cwd=folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return folder / "cert.pem", context


@pytest.mark.parametrize(
    ("end", "name", "trusted", "code"),
    [
        ("20991231000000Z", "IP:127.0.0.1", True, None),
        ("20210101000000Z", "IP:127.0.0.1", True, "certificate_invalid"),
        ("20991231000000Z", "DNS:other.example", True, "certificate_invalid"),
        ("20991231000000Z", "IP:127.0.0.1", False, "certificate_invalid"),
    ],
    ids=["good", "expired", "other name", "unknown authority"],
)
def test_certificates_are_always_verified(tmp_path: Path, end: str, name: str, trusted: bool, code: str | None) -> None:
    file, context = certificate(tmp_path, name, end)
    with serving(says(answer(b"over TLS")), context) as (base, _):
        visitor = fetcher(base, limits=ONCE, ca_bundle=str(file) if trusted else None)
        if code is None:
            assert visitor.get(URL, 0).body == b"over TLS"
            return
        with pytest.raises(VisitFault) as met:
            visitor.get(URL, 0)
    assert met.value.code == code, met.value


def test_a_handshake_that_drips_is_cut(tmp_path: Path) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def speak() -> None:
        line, _ = listener.accept()
        with line:
            line.sendall(b"\x16\x03\x03\x40\x00")
            for _ in range(50):
                time.sleep(0.1)
                try:
                    line.sendall(b"\x02")
                except OSError:
                    return

    threading.Thread(target=speak, daemon=True).start()
    began = time.monotonic()
    with listener, pytest.raises(VisitFault) as met:
        fetcher(f"https://127.0.0.1:{listener.getsockname()[1]}", limits=ONCE).get(URL, 0)
    assert met.value.code in ("read_timeout", "total_timeout"), met.value
    assert time.monotonic() - began < 60  # the limits end it; without them it would go on


@pytest.mark.parametrize("contact", ["", "nobody", "a@b\r\nX-Evil: 1", "ł@b.example"])
def test_a_contact_that_reaches_nobody_is_refused(contact: str) -> None:
    with pytest.raises(ValueError, match="CLUSTER_INVENTORY_CONTACT"):
        Fetcher(contact=contact, hosts=frozenset({HOST}))


def test_one_request_at_a_time_and_a_pause_after_each() -> None:
    clock, slept = iter(range(1000)), []
    running, most = 0, 0
    lock = threading.Lock()
    turnstile = Turnstile(sleep=slept.append, clock=lambda: float(next(clock)))

    def visit() -> None:
        nonlocal running, most
        with turnstile.turn(HOST, 5):
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.01)
            with lock:
                running -= 1

    threads = [threading.Thread(target=visit) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert slept == [4.0] * 4


@pytest.mark.parametrize(
    ("mirror", "wire"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/a/b?c=d"),
        ("http://127.0.0.1:8000/kopia/", "http://127.0.0.1:8000/kopia/a/b?c=d"),
        ("http://127.0.0.1:8000/{host}", f"http://127.0.0.1:8000/{HOST}/a/b?c=d"),
    ],
)
def test_a_mirror_stands_in_for_hosts_and_its_redirects_are_read_back(mirror: str, wire: str) -> None:
    public = f"https://{HOST}/a/b?c=d"
    assert Mirror(mirror).wire(public) == wire
    assert Mirror(mirror).public(wire, public) == public
    assert Mirror(mirror).public("http://other.example/x", public) == "http://other.example/x"


def test_addresses_are_made_fit_for_a_request_line() -> None:
    assert check_address(f" http://{HOST.upper()}/Łódź a?q=ż%20#x ", {HOST}) == (
        f"http://{HOST}/%C5%81%C3%B3d%C5%BA%20a?q=%C5%BC%20"
    )
