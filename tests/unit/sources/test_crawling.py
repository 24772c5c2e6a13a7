"""A crawl from its first address to its report, against a site on the loopback."""

import datetime as dt
import hashlib
import html
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sources import outcomes
from sources.addresses import Mirror, check_address
from sources.archive import Archive, Page, Visit
from sources.archive_transfer import import_pages
from sources.cards import load_cards
from sources.crawling import CrawlReport, Plan, crawl, crawl_source, plan_of
from sources.fetching import Fetcher, Limits
from sources.pacing import Turnstile

ROOT = Path(__file__).parents[3]
SHIPPED = sorted(path.parent for path in ROOT.glob("sources/*/archive/manifest.jsonl"))
HOST = "registry.example"
OTHER = "copy.registry.example"
START = f"https://{HOST}/lista"
NOON = dt.datetime(2025, 4, 1, 12, tzinfo=dt.UTC)
LIMITS = Limits(connect=0.5, read=0.3, total=1, attempts=2, backoff=0.1)


@dataclass
class Site:
    """A site of several hosts. A page is bytes, or a number: the status to answer with."""

    pages: dict[str, bytes | int | str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    most_at_once: Counter[str] = field(default_factory=Counter)
    base: str = ""
    linger: float = 0

    def asked(self) -> list[str]:
        return [url for url in self.heard if not url.endswith("/robots.txt")]


@contextmanager
def online(pages: dict[str, bytes | int | str], **more: object) -> Iterator[Site]:
    site = Site(dict(pages), **more)
    at_once: Counter[str] = Counter()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = f"https:/{self.path}"
            host = self.path.split("/")[1]
            with lock:
                site.heard.append(url)
                for key in (host, "all"):
                    at_once[key] += 1
                    site.most_at_once[key] = max(site.most_at_once[key], at_once[key])
            time.sleep(site.linger)
            with lock:
                at_once.subtract((host, "all"))
            self.reply(url, site.pages.get(url, 404))

        def reply(self, url: str, content: bytes | int | str) -> None:
            if isinstance(content, str):
                self.send_response(302)
                self.send_header("Location", content)
                content = b""
            elif isinstance(content, int):
                self.send_response(content)
                content = b""
            else:
                etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
                known = self.headers.get("If-None-Match") == etag
                self.send_response(304 if known else 200)
                self.send_header("ETag", etag)
                self.send_header("Content-Type", site.types.get(url, "text/html; charset=utf-8"))
                content = b"" if known else content
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    site.base = f"http://127.0.0.1:{server.server_port}/{{host}}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def listing(*names: str, more: str = "") -> bytes:
    rows = "".join(f'<tr><td><a href="/klaster/{name}">Klaster {name}</a></td></tr>' for name in names)
    return f"<html><title>Lista</title><body><table>{rows}</table>{more}</body></html>".encode()


def card(name: str) -> bytes:
    return f"<html><title>{name}</title><body><h1>Klaster {name}</h1><p>Rok 2011</p></body></html>".encode()


def links(page: Page) -> list[str]:
    return [html.unescape(link) for link in re.findall(r'<a [^>]*href="([^"]*)"', page.body.decode("latin-1"))]


def rows(page: Page) -> list[str]:
    return re.findall(r"<tr>(.*?)</tr>", page.body.decode("latin-1"))


def site_of(count: int = 3) -> dict[str, bytes | int | str]:
    names = [f"n{number}" for number in range(count)]
    pages: dict[str, bytes | int | str] = {START: listing(*names)}
    pages |= {f"https://{HOST}/klaster/{name}": card(name) for name in names}
    return pages


def visit(site: Site, archive: Archive, *, day: int = 0, **more: object) -> CrawlReport:
    plan_of = {"hosts": frozenset({HOST, OTHER}), "starts": (START,), "pause": 0.0, "languages": ("pl", "en")}
    plan = Plan("registry", **{**plan_of, **{key: more.pop(key) for key in plan_of.keys() & more.keys()}})
    if "page_limit" in more:
        plan = Plan(**{**{name: getattr(plan, name) for name in plan.__slots__}, "page_limit": more.pop("page_limit")})
    fetcher = Fetcher(
        contact="data@agency.example",
        hosts=plan.hosts,
        mirror=Mirror(site.base),
        limits=LIMITS,
        turnstile=more.pop("turnstile", None) or Turnstile(sleep=lambda _: None),
        now=lambda: NOON + dt.timedelta(days=day),
        **({"resolve": more.pop("resolve")} if "resolve" in more else {}),
    )
    return crawl(plan, archive, fetcher, **{"links": links, **more})


def codes(report: CrawlReport) -> list[str]:
    return [trouble.code for trouble in report.troubles]


def test_a_crawl_goes_from_list_to_entries_and_keeps_every_byte(tmp_path: Path) -> None:
    with online(site_of()) as site:
        report = visit(site, archive := Archive(tmp_path))
    assert dict(report.outcomes) == {"new": 4}
    assert report.is_whole
    assert report.requests == len(site.heard) == 5
    assert {url: page.body for url, page in archive.latest().items()} == site_of()
    assert all(line.crawl == "registry-2025-04-01" for line in archive.visits())
    assert archive.verify() == []


def test_the_next_day_asks_only_whether_anything_changed(tmp_path: Path) -> None:
    with online(site_of()) as site:
        visit(site, archive := Archive(tmp_path))
        first = archive.latest()
        again = visit(site, archive, day=1)
        site.pages[f"https://{HOST}/klaster/n1"] = card("n1 nowy")
        third = visit(site, archive, day=2)
    assert (dict(again.outcomes), again.received) == ({"unchanged": 4}, 0)
    assert {page.confirmed_at[:10] for page in first.values()} == {"2025-04-01"}
    assert dict(third.outcomes) == {"unchanged": 3, "new": 1}
    assert len([page for page in archive.pages() if isinstance(page, Page)]) == 5
    assert {page.retrieved_at[:10] for page in archive.latest().values()} == {"2025-04-01", "2025-04-03"}
    assert {page.confirmed_at[:10] for page in archive.latest().values()} == {"2025-04-03"}


def test_a_killed_crawl_goes_on_where_it_stopped(tmp_path: Path) -> None:
    class Killed(BaseException):
        pass

    seen: list[str] = []

    def die(page: Page) -> list[str]:
        seen.append(page.url)
        if len(seen) == 5:
            raise Killed
        return links(page)

    with online(site_of(10)) as site:
        with pytest.raises(Killed):
            visit(site, archive := Archive(tmp_path), links=die)
        kept = {line.url for line in archive.visits()}
        before = len(site.asked())
        report = visit(site, Archive(tmp_path))
    assert len(kept) == 5
    assert not kept & set(site.asked()[before:])
    assert report.resumed == 5
    assert len(archive.latest()) == 11
    assert archive.verify() == []
    assert max(Counter(line.url for line in archive.visits()).values()) == 1


CRAWL = """
import re, sys
from pathlib import Path
from sources.addresses import Mirror
from sources.archive import Archive
from sources.crawling import Plan, crawl
from sources.fetching import Fetcher
hosts = frozenset({"registry.example"})
plan = Plan("registry", hosts, ("https://registry.example/lista",), pause=0.01)
links = lambda page: re.findall('href="([^"]*)"', page.body.decode())
crawl(plan, Archive(Path(sys.argv[2])), Fetcher("a@b.example", hosts, Mirror(sys.argv[1])), links=links)
"""


def test_a_crawl_that_was_killed_outright_leaves_a_sound_archive_and_goes_on(tmp_path: Path) -> None:
    with online(site_of(30), linger=0.02) as site:
        order = [sys.executable, "-c", CRAWL, site.base, str(tmp_path)]
        first = subprocess.Popen(order, cwd=ROOT)
        while len(site.heard) < 15:
            time.sleep(0.01)
        first.kill()
        first.wait()
        kept = {line.url for line in Archive(tmp_path).visits()}
        before = len(site.asked())
        subprocess.run(order, check=True, cwd=ROOT, timeout=60)
    assert 10 <= len(kept) < 31
    assert not kept & set(site.asked()[before:])
    assert {url: page.body for url, page in Archive(tmp_path).latest().items()} == site_of(30)
    assert Archive(tmp_path).verify() == []


def test_two_crawls_of_one_archive_do_not_mix(tmp_path: Path) -> None:
    reports: list[CrawlReport] = []

    def links_and_crawl(page: Page) -> list[str]:
        reports.append(visit(site, Archive(tmp_path)))
        return []

    with online(site_of()) as site:
        visit(site, Archive(tmp_path), links=links_and_crawl)
    assert codes(reports[0]) == ["busy"]
    assert reports[0].requests == 0


def test_robots_rules_are_kept_with_wildcards_and_the_longer_pause(tmp_path: Path) -> None:
    rules = b"User-agent: *\nCrawl-delay: 7\nDisallow: /klaster/*1$\n"
    slept: list[float] = []
    with online({**site_of(12), f"https://{HOST}/robots.txt": rules}) as site:
        turnstile = Turnstile(sleep=slept.append, clock=lambda: 0.0)
        report = visit(site, Archive(tmp_path), pause=2.0, turnstile=turnstile)
    assert dict(report.outcomes) == {"new": 11, "refused": 2}
    assert codes(report) == ["robots_forbid"] * 2
    assert not [url for url in site.heard if url.endswith(("/n1", "/n11"))]
    assert slept == [7.0] * 11


@pytest.mark.parametrize("status", [500, 503, 429])
def test_an_unreadable_robots_txt_keeps_us_out(tmp_path: Path, status: int) -> None:
    with online({**site_of(), f"https://{HOST}/robots.txt": status}) as site:
        report = visit(site, archive := Archive(tmp_path))
    assert codes(report) == ["robots_unreachable"]
    assert site.asked() == []
    assert [(line.outcome, line.fault) for line in archive.visits()] == [("refused", "robots_unreachable")]


def test_a_robots_txt_that_does_not_answer_keeps_us_out(tmp_path: Path) -> None:
    with online(site_of(), linger=0.8) as site:
        report = visit(site, Archive(tmp_path))
    assert codes(report) == ["robots_unreachable"]
    assert "silent" in report.troubles[0].reason
    assert site.asked() == []


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_no_robots_txt_allows_everything(tmp_path: Path, status: int) -> None:
    with online({**site_of(), f"https://{HOST}/robots.txt": status}) as site:
        assert visit(site, Archive(tmp_path)).is_whole


def test_a_crawl_delay_of_an_hour_is_not_shortened(tmp_path: Path) -> None:
    with online({**site_of(), f"https://{HOST}/robots.txt": b"User-agent: *\nCrawl-delay: 3600"}) as site:
        report = visit(site, Archive(tmp_path))
    assert codes(report) == ["delay_too_long"]
    assert site.asked() == []


def test_hosts_are_visited_side_by_side_but_each_with_one_request(tmp_path: Path) -> None:
    pages = site_of(6) | {f"https://{OTHER}/lista": listing(*"abcdef")}
    pages |= {f"https://{OTHER}/klaster/{name}": card(name) for name in "abcdef"}
    with online(pages, linger=0.05) as site:
        port = site.base.split("/")[2].partition(":")[2]
        site.base = f"http://{{host}}:{port}/{{host}}"
        report = visit(
            site, Archive(tmp_path), starts=(START, f"https://{OTHER}/lista"), resolve=lambda *_: ["127.0.0.1"]
        )
    assert dict(report.outcomes) == {"new": 14}
    assert (site.most_at_once[HOST], site.most_at_once[OTHER]) == (1, 1)
    switches = sum(one.split("/")[2] != two.split("/")[2] for one, two in zip(site.heard, site.heard[1:], strict=False))
    assert switches > 5, "the hosts took turns"


def test_one_mirror_for_several_hosts_gets_one_request_at_a_time(tmp_path: Path) -> None:
    pages = site_of(4) | {f"https://{OTHER}/lista": listing("a"), f"https://{OTHER}/klaster/a": card("a")}
    with online(pages, linger=0.02) as site:
        visit(site, Archive(tmp_path), starts=(START, f"https://{OTHER}/lista"))
    assert site.most_at_once["all"] == 1


def test_other_forms_of_an_address_are_not_asked_for_again(tmp_path: Path) -> None:
    more = f'<a href="http://{HOST}/lista">a</a><a href="/lista/">b</a>'
    with online({START: listing(more=more)}) as site:
        visit(site, Archive(tmp_path))
    assert site.asked() == [START]


def test_a_card_says_where_to_go_and_copies_are_not_sought() -> None:
    for source in load_cards().values():
        plan = plan_of(source)
        assert plan.starts == source.start
        assert plan.hosts == set(source.hosts)
        assert all(check_address(start, plan.hosts) for start in plan.starts)
        assert plan.pause >= 1, "we are guests"


def test_a_source_is_crawled_by_its_card_through_a_mirror(tmp_path: Path) -> None:
    source = load_cards()["eccp"]
    archive = Archive(tmp_path)
    with online(
        {source.start[0].replace("http:", "https:"): listing(more=f'<a href="//{source.aliases[0]}/x">copy</a>')}
    ) as site:
        report = crawl_source(source, archive, "data@agency.example", site.base, links=links)
    shipped = Archive(source.folder / "archive").latest()
    assert set(archive.latest()) <= {source.start[0], *shipped}
    assert source.start[0] in archive.latest()
    assert report.outcomes["new"] == 1
    assert not [url for url in site.heard if source.aliases[0] in url]


def test_links_out_of_the_card_are_passed_over_and_each_address_is_asked_once(tmp_path: Path) -> None:
    more = '<a href="/lista#top">a</a><a href="//evil.example/">b</a><a href="file:///etc/passwd">c</a>'
    more += f'<a href="mailto:a@b.example">d</a><a href="https://{HOST}/lista">e</a><a href="http://[x">f</a>'
    with online({START: listing(more=more)}) as site:
        report = visit(site, Archive(tmp_path))
    assert (dict(report.outcomes), site.asked()) == ({"new": 1}, [START])


def test_the_page_limit_ends_the_crawl_and_says_so(tmp_path: Path) -> None:
    with online(site_of(30)) as site:
        report = visit(site, Archive(tmp_path), page_limit=10)
    assert len(site.asked()) == 10
    assert codes(report) == ["page_limit"]
    assert "21 addresses left" in report.troubles[0].reason


def test_a_host_that_keeps_failing_is_left_alone(tmp_path: Path) -> None:
    pages = site_of(20)
    pages |= {url: 500 for url in pages if url != START}
    with online(pages) as site:
        report = visit(site, archive := Archive(tmp_path))
    assert dict(report.outcomes) == {"new": 1, "failed": 3}
    assert codes(report) == ["server_error"] * 3 + ["host_down"]
    assert list(archive.latest()) == [START]


def test_a_page_that_is_gone_keeps_its_last_bytes_and_is_not_asked_for_for_ever(tmp_path: Path) -> None:
    with online(site_of()) as site:
        visit(site, archive := Archive(tmp_path))
        gone = f"https://{HOST}/klaster/n1"
        site.pages[START] = listing("n0", "n2")
        del site.pages[gone]
        assert codes(visit(site, archive, day=1)) == ["not_found"]
        assert codes(visit(site, archive, day=2)) == []
    assert site.asked().count(gone) == 2
    assert archive.latest()[gone].body == card("n1")


LOGIN = b"<html><title>Zaloguj</title><form><input name=u><input type='password'></form></html>"
SPOILT: dict[str, tuple[bytes, str]] = {
    "login": (LOGIN, "login_page"),
    "empty": (b"  \n", "empty_body"),
    "soft 404": (b"<html><title>Nie znaleziono strony</title><h1>404</h1></html>", "soft_404"),
    "NUL": (b"<html><h1>Klaster\0\0</h1></html>", "nul_bytes"),
    "broken off": (b"<html><body><table><tr><td>Klaster", "truncated_page"),
    "a bomb of tags": (b"<html>" + b"<div>" * 10_000, "too_deep"),
    "fewer rows": (listing("n1"), "shrunk"),
    "equal rows": (listing(*["n7"] * 30), "same_rows"),
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_suspicious_answer_does_not_replace_the_good_page(tmp_path: Path, case: str) -> None:
    body, code = SPOILT[case]
    with online(site_of(12)) as site:
        visit(site, archive := Archive(tmp_path), entries=rows)
        good = archive.latest()
        site.pages[START] = body
        report = visit(site, archive, day=1, entries=rows)
        assert codes(report) == [code]
        assert dict(report.outcomes) == {"suspicious": 1, "unchanged": 12}
        site.pages[START] = listing("n1", "n2", "n3", "n4", "n5")
        assert visit(site, archive, day=2, entries=rows).is_whole
    line = next(line for line in archive.visits() if line.outcome == "suspicious")
    assert (tmp_path / (line.path or "")).read_bytes() == body
    assert line.reason
    assert [p.body for p in archive.pages() if p.url == START] == [good[START].body, site.pages[START]]


def test_html_where_a_table_is_due_is_suspicious(tmp_path: Path) -> None:
    address = f"https://{HOST}/klastry.csv"
    with online({address: LOGIN}) as site:
        report = visit(site, Archive(tmp_path), starts=(address,))
    assert codes(report) == ["wrong_format"]


def test_a_wrong_charset_in_the_header_does_not_touch_the_bytes(tmp_path: Path) -> None:
    body = "<html><h1>Śląski Klaster Żywności</h1></html>".encode("windows-1250")
    with online({START: body}) as site:
        assert visit(site, archive := Archive(tmp_path)).is_whole
    assert archive.latest()[START].body == body


def test_a_redirect_to_a_login_page_is_suspicious_under_the_address_asked_for(tmp_path: Path) -> None:
    with online({START: "/registry.example/login?next=lista", f"https://{HOST}/login?next=lista": LOGIN}) as site:
        visit(site, archive := Archive(tmp_path))
    assert [(line.url, line.fault) for line in archive.visits()] == [(START, "login_page")]
    assert archive.latest() == {}


def test_a_page_that_moved_is_kept_under_its_new_address(tmp_path: Path) -> None:
    new = f"https://{HOST}/klastry"
    with online(
        {START: "/registry.example/klastry", new: listing("a"), f"https://{HOST}/klaster/a": card("a")}
    ) as site:
        report = visit(site, archive := Archive(tmp_path))
        assert (codes(report), dict(report.outcomes)) == (["moved"], {"failed": 1, "new": 2})
        assert set(archive.latest()) == {new, f"https://{HOST}/klaster/a"}
        again = visit(site, archive)
    assert again.requests == 0


def test_a_pager_that_repeats_itself_is_not_followed_for_ever(tmp_path: Path) -> None:
    pages: dict[str, bytes | int | str] = {
        f"{START}?strona={number}": listing(*"abc", more=f'<a href="/lista?strona={number + 1}">dalej</a>')
        for number in range(1, 50)
    }
    pages |= {START: listing(*"abc", more='<a href="/lista?strona=1">dalej</a>')}
    with online(pages) as site:
        report = visit(site, Archive(tmp_path), entries=rows)
    assert codes(report).count("pager_repeats") == 1
    assert len([url for url in site.asked() if "strona" in url]) == 2


def test_a_pager_that_shrinks_is_reported(tmp_path: Path) -> None:
    def pages(last: int) -> dict[str, bytes | int | str]:
        more = [f'<a href="/lista?strona={number}">{number}</a>' for number in range(1, last + 1)]
        urls = {f"{START}?strona={n}": f"<html><h1>Strona {n}</h1></html>".encode() for n in range(1, last + 1)}
        return {START: listing(more="".join(more)), **urls}

    with online(pages(6)) as site:
        visit(site, archive := Archive(tmp_path))
        site.pages = pages(2)
        report = visit(site, archive, day=1)
    assert "pager_shrank" in codes(report)
    assert "2 further pages, last time 6" in next(t.reason for t in report.troubles if t.code == "pager_shrank")


def test_a_parser_that_breaks_costs_only_its_own_links(tmp_path: Path) -> None:
    def breaks(page: Page) -> list[str]:
        if page.url.endswith("n1"):
            raise KeyError("Nazwa")
        return links(page)

    def no_entries(_: Page) -> list[str]:
        raise ValueError("layout unknown")

    with online(site_of()) as site:
        report = visit(site, archive := Archive(tmp_path), links=breaks, entries=no_entries)
    assert codes(report) == ["links_unreadable"]
    assert "KeyError" in report.troubles[0].reason
    assert len(archive.latest()) == 4


def test_a_new_layout_is_kept_as_a_new_page_for_the_parser_to_name(tmp_path: Path) -> None:
    def entries(page: Page) -> list[str]:
        if b"<table>" not in page.body:
            raise ValueError("layout unknown")
        return rows(page)

    with online(site_of(12)) as site:
        visit(site, archive := Archive(tmp_path), entries=entries)
        site.pages[START] = listing("n1").replace(b"table", b"section")
        assert visit(site, archive, day=1, entries=entries).is_whole
    assert archive.latest()[START].body == site.pages[START]


def test_a_start_out_of_the_card_is_a_fault_and_the_others_go_on(tmp_path: Path) -> None:
    with online(site_of()) as site:
        report = visit(site, Archive(tmp_path), starts=("https://evil.example/", "ftp://x/", START))
    assert codes(report) == ["outside_hosts", "address_refused"]
    assert report.outcomes["new"] == 4


def test_troubles_say_what_to_do(tmp_path: Path) -> None:
    with online({}) as site:
        (trouble,) = visit(site, Archive(tmp_path)).troubles
    assert str(trouble).startswith(f"{START}: status 404 (not_found). ")
    assert trouble.remedy == outcomes.KINDS["not_found"].remedy


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda path: path.parent.name)
def test_a_live_copy_of_a_shipped_archive_gives_the_same_bytes_and_then_only_304(tmp_path: Path, shipped: Path) -> None:
    snapshot = Archive(shipped)
    pages = {url: page for url, page in snapshot.latest().items() if page.status == 200}
    hosts = frozenset(url.split("/")[2] for url in pages)
    served: dict[str, bytes | int | str] = {
        f"https://{url.partition('://')[2]}": page.body for url, page in pages.items()
    }
    robots = b"User-agent: *\nDisallow: /admin/\nDisallow: /user/\n"
    served |= {f"https://{host}/robots.txt": robots for host in hosts}
    archive = Archive(tmp_path)
    with online(served) as site:
        first = visit(site, archive, hosts=hosts, starts=tuple(pages), languages=())
        second = visit(site, archive, hosts=hosts, starts=tuple(pages), languages=(), day=1)
    ours = archive.latest()
    assert {url: page.sha256 for url, page in ours.items()} == {url: page.sha256 for url, page in pages.items()}
    found = {trouble.code for trouble in [*first.troubles, *second.troubles]}
    assert found <= {"not_found", "robots_forbid"}, "only links of the pages' navigation lead nowhere"
    assert (first.outcomes["new"], second.outcomes["unchanged"], second.outcomes["new"]) == (len(pages), len(pages), 0)
    assert second.received == 0


def test_an_imported_snapshot_is_visited_by_its_addresses(tmp_path: Path) -> None:
    old = Archive(tmp_path / "old")
    page = old.store(Visit(f"https://{HOST}/dawny", "2016-01-01T00:00:00Z", status=200), card("dawny"))
    import_pages(archive := Archive(tmp_path / "home"), old.root)
    with online({**site_of(), page.url: card("dawny")}) as site:
        report = visit(site, archive)
    assert dict(report.outcomes) == {"new": 4, "unchanged": 1}
    assert archive.latest()[page.url].confirmed_at == "2025-04-01T12:00:00Z"


def test_a_snapshot_that_is_only_read_is_revalidated_and_its_bytes_are_taken_over(tmp_path: Path) -> None:
    body = card("dawny")
    url = f"https://{HOST}/dawny"
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    snapshot = Archive(tmp_path / "snapshot")
    snapshot.store(Visit(url, "2016-01-01T00:00:00Z", as_of="2015", status=200, headers={"etag": etag}), body)
    log = snapshot.manifest.read_bytes()
    archive = Archive(tmp_path / "home")
    with online({**site_of(), url: body}) as site:
        first = visit(site, archive, known=(snapshot,))
        second = visit(site, archive, day=1, known=(snapshot,))
    assert (dict(first.outcomes), dict(second.outcomes)) == ({"new": 4, "unchanged": 1}, {"unchanged": 5})
    page = archive.latest()[url]
    assert (page.body, page.as_of, page.retrieved_at[:10], page.confirmed_at[:10]) == (
        body,
        "2015",
        "2025-04-01",
        "2025-04-02",
    )
    assert archive.verify() == []
    assert snapshot.manifest.read_bytes() == log
