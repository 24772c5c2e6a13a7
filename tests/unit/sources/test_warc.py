"""Archives as WARC files: read by warcio's own reader, brought back to the same visits, and files of other tools."""

import gzip
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.cli import main as warcio
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from sources.archive import Archive, ArchiveError, Fault, Page, Visit
from sources.archive_transfer import import_pages
from sources.cards import load_cards
from sources.reading import read_source
from sources.warc import LARGEST, write_warc

URL = "https://www.cluster-analysis.org/benchmarked-clusters"
HTML = {"content-type": "text/html; charset=utf-8", "etag": '"a"'}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An archive with every outcome: new, unchanged (304), unchanged (same bytes), suspicious, failed, refused."""
    made = Archive(tmp_path / "archive")
    seen = made.store(
        Visit(URL, "2024-01-01T00:00:00Z", status=200, headers=HTML, as_of="2023-12"), "Ł <b>a</b>".encode()
    )
    made.log(replace(seen, retrieved_at="2024-01-02T00:00:00Z", outcome="unchanged", status=304))
    made.log(replace(seen, retrieved_at="2024-01-03T00:00:00+01:00", outcome="unchanged", status=200))
    made.store(
        Visit(URL, "2024-01-04T00:00:00Z", status=200, headers=HTML, outcome="suspicious", fault="login_page"),
        b"<form>",
    )
    made.log(
        Visit(URL, "2024-01-05T00:00:00Z", status=503, outcome="failed", fault="server_error", reason="status 503")
    )
    made.log(Visit(URL + "/x", "2024-01-06T00:00:00Z", outcome="refused", fault="robots_forbid", crawl="esca-1"))
    return made


def records(path: Path) -> list[tuple[str, str | None, bytes]]:
    with path.open("rb") as packed:
        return [
            (record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), record.content_stream().read())
            for record in ArchiveIterator(packed, check_digests="raise")
        ]


def test_any_reader_of_web_archives_finds_answers_revisits_and_the_log(archive: Archive, tmp_path: Path) -> None:
    file = tmp_path / "esca.warc.gz"
    assert write_warc(archive, file, "esca") == 2
    found = records(file)
    assert [kind for kind, *_ in found] == [
        "warcinfo", "response", "metadata", "revisit", "metadata", "revisit", "metadata", "response", "metadata", "metadata", "metadata",
    ]  # fmt: skip
    assert found[1] == ("response", URL, "Ł <b>a</b>".encode())
    assert json.loads(found[-1][2])["fault"] == "robots_forbid"
    with pytest.raises(SystemExit) as ended:
        warcio(["check", str(file)])
    assert ended.value.code == 0


def test_the_same_archive_gives_the_same_bytes_packed_or_not(archive: Archive, tmp_path: Path) -> None:
    for name in ("a.warc.gz", "b.warc.gz", "a.warc"):
        write_warc(archive, tmp_path / name, "esca")
    assert (tmp_path / "a.warc.gz").read_bytes() == (tmp_path / "b.warc.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.warc.gz").read_bytes()) == (tmp_path / "a.warc").read_bytes()
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_a_round_trip_loses_nothing(archive: Archive, tmp_path: Path) -> None:
    write_warc(archive, tmp_path / "esca.warc.gz", "esca")
    taker = Archive(tmp_path / "taker")
    done = import_pages(taker, tmp_path / "esca.warc.gz", ["www.cluster-analysis.org"])
    assert (done.new, done.known, done.refused) == (6, 0, ())
    assert list(taker.visits()) == list(archive.visits())
    assert list(taker.pages()) == list(archive.pages())
    assert taker.verify() == []
    again = import_pages(taker, tmp_path / "esca.warc.gz")
    assert (again.new, again.known) == (0, 6)
    write_warc(taker, tmp_path / "again.warc.gz", "esca")
    assert (tmp_path / "again.warc.gz").read_bytes() == (tmp_path / "esca.warc.gz").read_bytes()


def test_a_shipped_archive_gives_the_same_records_from_its_warc_file(tmp_path: Path) -> None:
    card = load_cards()["esca"]
    shipped = Archive(card.folder / "archive")
    write_warc(shipped, tmp_path / "esca.warc.gz", "esca")
    taker = Archive(tmp_path / "taker")
    import_pages(taker, tmp_path / "esca.warc.gz", card.all_hosts)

    def said(archive: Archive) -> list[tuple[str, str, dict]]:
        return [(record.record_id, record.name, record.fields) for record in read_source(card, archive.pages()).records]

    assert sorted(map(repr, said(taker))) == sorted(map(repr, said(shipped)))


@settings(max_examples=40, deadline=None)
@given(bodies=st.lists(st.binary(max_size=300), min_size=1, max_size=5), etag=st.text("abc\"'ąé:;, ", max_size=8))
def test_any_bytes_come_back(bodies: list[bytes], etag: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any")
    archive = Archive(folder / "archive")
    for day, body in enumerate(bodies, start=1):
        archive.store(Visit(URL, f"2024-01-0{day}T00:00:00Z", status=200, headers={"etag": etag.strip() or None}), body)
    write_warc(archive, folder / "x.warc.gz", "esca")
    taker = Archive(folder / "taker")
    assert import_pages(taker, folder / "x.warc.gz").refused == ()
    assert list(taker.pages()) == list(archive.pages())


# Files of other tools


def foreign(path: Path, *answers: tuple[str, str, list[tuple[str, str]], bytes]) -> None:
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for url, status, headers, body in answers:
            said = StatusAndHeaders(status, headers, protocol="HTTP/1.1")
            request = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x")], is_http_request=True)
            writer.write_record(writer.create_warc_record(url, "request", http_headers=request))
            writer.write_record(
                writer.create_warc_record(
                    url, "response", payload=io.BytesIO(body), length=len(body), http_headers=said
                )
            )


def test_pages_of_another_tool_are_taken_unpacked_and_without_what_is_no_page(tmp_path: Path) -> None:
    chunked = [
        ("Content-Type", "text/html"),
        ("Content-Encoding", "gzip"),
        ("Transfer-Encoding", "chunked"),
        ("ETag", "x"),
    ]
    packed = gzip.compress("Łódź".encode())
    foreign(
        tmp_path / "other.warc.gz",
        (URL, "200 OK", chunked, f"{len(packed):x}\r\n".encode() + packed + b"\r\n0\r\n\r\n"),
        (URL + "/style.css", "200 OK", [("Content-Type", "text/css")], b"a{}"),
        ("https://elsewhere.example/", "200 OK", [("Content-Type", "text/html")], b"another host"),
        (URL + "/gone", "404 Not Found", [("Content-Type", "text/html")], b"gone"),
        (URL + "/moved", "301 Moved", [("Location", "/x")], b""),
    )
    taker = Archive(tmp_path / "taker")
    done = import_pages(taker, tmp_path / "other.warc.gz", ["www.cluster-analysis.org"])
    assert (done.new, done.refused) == (3, ())
    [page] = [page for page in taker.pages() if isinstance(page, Page)]
    assert (page.url, page.body.decode(), page.headers["etag"]) == (URL, "Łódź", "x")
    assert [(visit.outcome, visit.fault) for visit in taker.visits()] == [
        ("new", None),
        ("failed", "not_found"),
        ("failed", "moved"),
    ]


def test_bytes_that_are_not_those_that_were_stored_are_refused(archive: Archive, tmp_path: Path) -> None:
    write_warc(archive, tmp_path / "a.warc", "esca")
    altered = (tmp_path / "a.warc").read_bytes().replace("Ł <b>a</b>".encode(), "Ł <b>b</b>".encode())
    (tmp_path / "b.warc").write_bytes(altered)
    done = import_pages(Archive(tmp_path / "taker"), tmp_path / "b.warc")
    codes = [fault.code for fault in done.refused]
    assert "hash_mismatch" in codes
    assert "Ł <b>b</b>".encode() not in [
        page.body for page in Archive(tmp_path / "taker").pages() if isinstance(page, Page)
    ]


def test_a_file_that_breaks_off_gives_what_it_holds_and_says_so(archive: Archive, tmp_path: Path) -> None:
    write_warc(archive, tmp_path / "a.warc.gz", "esca")
    content = (tmp_path / "a.warc.gz").read_bytes()
    (tmp_path / "cut.warc.gz").write_bytes(content[: len(content) * 2 // 3])
    done = import_pages(Archive(tmp_path / "taker"), tmp_path / "cut.warc.gz")
    assert 0 < done.new < 6
    assert done.refused


@pytest.mark.parametrize("content", [b"", b"nothing of the kind", gzip.compress(b"nothing of the kind", mtime=0)])
def test_what_is_no_warc_file_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.warc.gz").write_bytes(content)
    with pytest.raises(ArchiveError, match=r"x\.warc\.gz.*WARC file"):
        import_pages(Archive(tmp_path / "taker"), tmp_path / "x.warc.gz")


def test_a_page_of_hostile_size_is_not_unpacked(tmp_path: Path) -> None:
    headers = [("Content-Type", "text/html"), ("Content-Encoding", "gzip")]
    foreign(tmp_path / "x.warc.gz", (URL, "200 OK", headers, gzip.compress(bytes(LARGEST + 1))))
    done = import_pages(Archive(tmp_path / "taker"), tmp_path / "x.warc.gz")
    assert [isinstance(fault, Fault) and "larger" in fault.what for fault in done.refused] == [True]
