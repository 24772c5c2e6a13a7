"""The archive: what is stored is read back the same, and a fault takes away its own line only."""

import hashlib
import json
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.archive import Archive, ArchiveError, Fault, Page, Visit
from sources.archive_transfer import export_archive, import_pages

URL = "https://registry.example/lista?strona=1"
PAGE = '<html lang="pl"><h1>Klaster Łódzki</h1></html>'.encode("windows-1250")


def visit(url: str = URL, at: str = "2024-05-01T08:00:00Z", **more: object) -> Visit:
    return Visit(url=url, retrieved_at=at, status=200, headers={"content-type": "text/html", "etag": None}, **more)


def append(archive: Archive, **row: object) -> None:
    archive.root.mkdir(parents=True, exist_ok=True)
    with archive.manifest.open("a", encoding="utf-8") as log:
        log.write(json.dumps(row) + "\n")


def test_a_page_is_read_back_as_it_was_stored(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "a")
    archive.store(visit(as_of="2015"), PAGE)
    (page,) = archive.pages()
    digest = hashlib.sha256(PAGE).hexdigest()
    assert page == Page(
        url=URL,
        body=PAGE,
        retrieved_at="2024-05-01T08:00:00Z",
        as_of="2015",
        headers={"content-type": "text/html", "etag": None},
        path=f"pages/{digest[:2]}/{digest}.html",
        sha256=digest,
        confirmed_at="2024-05-01T08:00:00Z",
    )
    assert archive.verify() == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.binary(max_size=4), st.integers(2010, 2024)), max_size=12))
def test_any_history_of_visits_is_kept_whole(tmp_path_factory: pytest.TempPathFactory, history: list) -> None:
    archive = Archive(tmp_path_factory.mktemp("history"))
    for number, body, year in history:
        archive.store(visit(f"https://registry.example/{number}", f"{year}-01-01T00:00:00Z"), body)
    pages = list(archive.pages())
    assert {(page.url, page.body) for page in pages} == {(f"https://registry.example/{n}", b) for n, b, _ in history}
    assert len(list(archive.visits())) == len(history)
    assert [page.retrieved_at for page in pages] == sorted(page.retrieved_at for page in pages)
    for url, page in archive.latest().items():
        newest = max(year for number, _, year in history if url.endswith(f"/{number}"))
        assert page.confirmed_at == f"{newest}-01-01T00:00:00Z"


def test_an_unchanged_visit_confirms_the_page_and_a_suspicious_one_does_not_replace_it(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    stored = archive.store(visit(), PAGE)
    archive.log(visit(at="2025-01-01T00:00:00Z", path=stored.path, sha256=stored.sha256, outcome="unchanged"))
    archive.store(visit(at="2025-02-01T00:00:00Z", outcome="suspicious", fault="login_page"), b"<form>login</form>")
    archive.log(Visit(URL, "2025-03-01T00:00:00Z", outcome="failed", fault="timeout", reason="no answer in 30 s"))
    (page,) = archive.pages()
    assert (page.body, page.retrieved_at, page.confirmed_at) == (PAGE, "2024-05-01T08:00:00Z", "2025-01-01T00:00:00Z")
    assert archive.latest() == {URL: page}
    assert [v.outcome for v in archive.visits()] == ["new", "unchanged", "suspicious", "failed"]
    assert archive.verify() == []


def test_changed_bytes_are_a_page_of_their_own(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.store(visit(at="2025-01-01T00:00:00Z"), b"new")
    archive.store(visit(at="2024-01-01T00:00:00Z"), b"old")
    assert [page.body for page in archive.pages()] == [b"old", b"new"]
    assert archive.latest()[URL].body == b"new"


@pytest.mark.parametrize(
    ("row", "code", "says"),
    [
        ({"path": "../secret.html"}, "outside_archive", "out of the archive"),
        ({"path": "/etc/hostname"}, "outside_archive", "out of the archive"),
        ({"path": "pages/link.html"}, "outside_archive", "out of the archive"),
        ({"path": "pages/gone.html"}, "missing_file", "no such file"),
        ({"path": "pages"}, "missing_file", "cannot be read"),
        ({"path": "a\x00b"}, "missing_file", "cannot be read"),
        ({"path": "bad.html"}, "hash_mismatch", "not those that were stored"),
        ({"path": None}, "broken_line", "no path"),
        ({"sha256": "ABC"}, "broken_line", "sha256"),
        ({"url": " "}, "broken_line", "url"),
        ({"retrieved_at": "yesterday"}, "broken_line", "yesterday"),
        ({"as_of": "spring 2015"}, "broken_line", "spring 2015"),
        ({"status": "200"}, "broken_line", "status"),
        ({"headers": ["etag"]}, "broken_line", "headers"),
        ({"outcome": "fine"}, "broken_line", "fine"),
    ],
)
def test_a_fault_names_file_line_and_remedy_and_stops_no_other(
    tmp_path: Path, row: dict[str, object], code: str, says: str
) -> None:
    archive = Archive(tmp_path / "a")
    archive.store(visit("https://registry.example/1"), b"one")
    (tmp_path / "secret.html").write_bytes(b"one")
    (archive.root / "bad.html").write_bytes(b"changed since")
    (archive.root / "pages" / "link.html").symlink_to(tmp_path / "secret.html")
    sound = {"url": URL, "retrieved_at": "2024-05-01T08:00:00Z", "sha256": hashlib.sha256(b"one").hexdigest()}
    append(archive, **{**sound, "path": "bad.html", **row})
    archive.store(visit("https://registry.example/2"), b"two")
    (fault,) = archive.verify()
    assert (fault.code, fault.line) == (code, 2)
    assert says in fault.what
    assert fault.remedy
    assert str(archive.root) in str(fault)
    read = list(archive.pages())
    assert [item.body for item in read if isinstance(item, Page)] == [b"one", b"two"]
    assert [item for item in read if isinstance(item, Fault)] == [fault]


@pytest.mark.parametrize("line", [b"{", b"[]", b"null", b"\xff\xfe{}", b"[" * 100_000, b'{"url": 1}'])
def test_a_line_of_rubbish_is_a_fault(tmp_path: Path, line: bytes) -> None:
    archive = Archive(tmp_path)
    archive.store(visit(), PAGE)
    with archive.manifest.open("ab") as log:
        log.write(line + b"\n")
    assert [(fault.code, fault.line) for fault in archive.verify()] == [("broken_line", 2)]


def test_a_torn_last_line_is_set_aside_and_the_log_goes_on(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.store(visit("https://registry.example/1"), b"one")
    with archive.manifest.open("ab") as log:
        log.write(b'{"url": "https://registry.exa')
    archive.store(visit("https://registry.example/2"), b"two")
    assert archive.verify() == []
    assert len(list(archive.visits())) == 2
    assert (tmp_path / "manifest.torn").read_bytes() == b'{"url": "https://registry.exa\n'


def test_a_log_without_a_last_newline_keeps_its_last_line(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.store(visit("https://registry.example/1"), b"one")
    archive.manifest.write_bytes(archive.manifest.read_bytes().rstrip())
    archive.store(visit("https://registry.example/2"), b"two")
    assert len(list(archive.visits())) == 2
    assert not (tmp_path / "manifest.torn").exists()


def test_bytes_are_written_once_and_a_spoilt_file_is_mended_by_the_next_visit(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    place = tmp_path / (archive.store(visit(), PAGE).path or "")
    os.utime(place, (0, 0))
    archive.store(visit(at="2025-01-01T00:00:00Z"), PAGE)
    assert place.stat().st_mtime == 0
    place.write_bytes(b"spoilt")
    assert [fault.code for fault in archive.verify()] == ["hash_mismatch", "hash_mismatch"]
    archive.store(visit(at="2025-02-01T00:00:00Z"), PAGE)
    assert archive.verify() == []


def test_threads_may_log_at_the_same_time(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    urls = [f"https://registry.example/{number}" for number in range(40)]
    threads = [threading.Thread(target=archive.store, args=(visit(url), url.encode())) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(archive.latest()) == sorted(urls)
    assert archive.verify() == []


def filled(root: Path) -> Archive:
    archive = Archive(root)
    stored = archive.store(visit("https://registry.example/1", as_of="2015-04"), b"one")
    archive.log(
        visit(
            "https://registry.example/1",
            "2025-01-01T00:00:00Z",
            path=stored.path,
            sha256=stored.sha256,
            outcome="unchanged",
        )
    )
    archive.store(visit("https://registry.example/2", outcome="suspicious", fault="login_page"), b"two")
    archive.log(Visit(URL, "2025-03-01T00:00:00Z", outcome="failed", fault="timeout", reason="no answer"))
    (root / "robots.txt").write_text("User-agent: *\nDisallow: /admin/\n")
    return archive


def test_an_import_takes_over_every_visit_once(tmp_path: Path) -> None:
    origin = filled(tmp_path / "origin")
    append(origin, url=URL, retrieved_at="2024-01-01T00:00:00Z", path="pages/gone.html", sha256="0" * 64)
    taker = Archive(tmp_path / "taker")
    first = import_pages(taker, origin.root)
    assert (first.new, first.known, [fault.code for fault in first.refused]) == (4, 0, ["missing_file"])
    again = import_pages(taker, origin.manifest)
    assert (again.new, again.known, len(again.refused)) == (0, 4, 1)
    assert [page.body for page in taker.pages()] == [b"one"]
    assert taker.verify() == []


def test_an_export_is_one_file_of_the_same_bytes_that_a_colleague_can_import(tmp_path: Path) -> None:
    origin = filled(tmp_path / "origin")
    assert export_archive(origin, tmp_path / "a.tar.gz") == 2
    assert export_archive(origin, tmp_path / "b.tar.gz") == 2
    assert (tmp_path / "a.tar.gz").read_bytes() == (tmp_path / "b.tar.gz").read_bytes()
    taker = Archive(tmp_path / "taker")
    assert import_pages(taker, tmp_path / "a.tar.gz").new == 4
    assert list(taker.visits()) == list(origin.visits())
    assert list(taker.pages()) == list(origin.pages())


def test_an_import_of_something_else_says_what_is_due(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no archive")
    with pytest.raises(ArchiveError, match=r"manifest\.jsonl"):
        import_pages(Archive(tmp_path / "taker"), tmp_path)
    with pytest.raises(ArchiveError, match="export"):
        import_pages(Archive(tmp_path / "taker"), tmp_path / "notes.txt")
    assert not (tmp_path / "taker").exists()


def test_an_archive_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "none")
    assert (list(archive.pages()), archive.latest(), archive.verify()) == ([], {}, [])
