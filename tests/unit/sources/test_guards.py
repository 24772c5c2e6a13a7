"""Guards: every real page passes, every impostor is named, and hostile input costs little time."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.archive import Archive, Page
from sources.guards import (
    DEEPEST,
    Expected,
    check_body,
    check_depth,
    check_entries,
    check_pager,
    check_pager_length,
    form_of,
    pager_place,
    visible_text,
)
from sources.outcomes import KINDS, VisitFault

ROOT = Path(__file__).parents[3]
REAL = [
    page
    for manifest in sorted(ROOT.glob("sources/*/archive/manifest.jsonl"))
    for page in Archive(manifest.parent).pages()
    if isinstance(page, Page)
]
URL = "https://registry.example/lista"
POLISH = "Klaster jest formą współpracy, która nie powstaje od razu, oraz przez lata się rozwija dla dobra regionu. "
GERMAN = (
    "Das Cluster ist die Form der Zusammenarbeit, und die Mitglieder werden von den Partnern auf dem Markt gewonnen. "
)


def fault_of(body: bytes, **known: object) -> str | None:
    try:
        check_body(body, Expected(**{"url": URL, **known}))
    except VisitFault as met:
        fault = met
    else:
        return None
    assert fault.reason
    assert KINDS[fault.code].outcome == "suspicious"
    return fault.code


def page(head: str = "", body: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head><title>{head}</title></head><body>{body}</body></html>".encode()


def test_every_real_page_passes_on_its_first_and_later_visits() -> None:
    good = [real for real in REAL if real.status == 200]
    assert len(good) > 100
    for real in good:
        for previous in (None, real.body):
            assert fault_of(real.body, url=real.url, previous=previous, languages=("pl", "en")) is None, real.path


def test_the_one_real_page_that_is_gone_would_be_noticed_with_status_200_too() -> None:
    gone = [real for real in REAL if real.status == 404]
    assert gone
    assert {fault_of(real.body) for real in gone} == {"soft_404"}


def test_a_real_page_cut_anywhere_in_its_body_is_noticed_when_it_was_whole_before() -> None:
    whole = next(real.body for real in REAL if real.body.rstrip().endswith(b"</html>"))
    start = whole.index(b"<body")
    for cut in range(start, len(whole) - 10, max(1, len(whole) // 60)):
        assert fault_of(whole[:cut], previous=whole) == "truncated_page"


LONG = f"<p>{POLISH * 40}</p>"
ROWS = "<table>" + "<tr><td>Klaster</td></tr>" * 40 + "</table>"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty_body"),
        (b" \r\n\t", "empty_body"),
        (page("Klaster").replace(b"Klaster", b"Kla\0ster"), "nul_bytes"),
        (page("Logowanie", "<form><input type=password></form>"), "login_page"),
        (page("Portal", "<form><INPUT TYPE='password'></form>"), "login_page"),
        (page("Sign in", f"<form><input type=password></form>{LONG}"), "login_page"),
        (page("Strona nie istnieje", LONG), "soft_404"),
        (page("Portal", f"<h1>Page not found</h1>{LONG}"), "soft_404"),
        (page("Portal", "<h1>B&#322;&#261;d 404</h1>"), "soft_404"),
        (page("Just a moment...", "<div></div>"), "challenge_page"),
        (page("Przerwa techniczna", "<p>Zapraszamy jutro</p>"), "challenge_page"),
        (page("Before you continue", "<form><button>Accept</button></form>"), "consent_page"),
        (page("Twoja prywatność", "<h1>Zgody</h1><button>Zgadzam się</button>"), "consent_page"),
        (page("Lista", ROWS)[:-30], "truncated_page"),
        (b"<html><body><p>Klaster <a hre", "truncated_page"),
        (b"<?xml version='1.0'?><urlset><url><loc>https://registry.exa", "truncated_page"),
        (page("Lista", "<div>" * (DEEPEST + 1) + "</div>" * (DEEPEST + 1)), "too_deep"),
        (page("Liste", f"<p>{GERMAN * 10}</p>"), "unexpected_language"),
    ],
)
def test_impostors_are_named(body: bytes, code: str) -> None:
    assert fault_of(body, languages=("pl", "en")) == code


@pytest.mark.parametrize(
    "body",
    [
        page("Lista klastrów", f"<form>Zaloguj <input type=password></form>{LONG}{ROWS}"),
        page("Polityka prywatności", LONG * 3),
        page("Klaster Utrzymania Ruchu - maintenance cluster", LONG),
        page("Lista", "<p>pozycja" * 3000),
        page("Lista", "<ul>" + "<li>pozycja" * 3000 + "</ul>"),
        page("Lista", "<br><img><hr>" * 3000),
        page("Lista", "<script>if (a < b) document.write('<div><div>')</script>" * 300),
        page("Lista", "<!-- <div> -->" * 300),
        page("Partner", f"<p>{GERMAN}</p><p>{POLISH * 3}</p>"),
        b"<html><body><h1>Klaster</h1>",
        "Klaster Łódzki;2011\n".encode("windows-1250"),
        "<html><body>Klaster</body></html>".encode("utf-16"),
        b"%PDF-1.7\0\0\0",
    ],
)
def test_honest_pages_pass(body: bytes) -> None:
    assert fault_of(body, languages=("pl", "en")) is None


def test_a_password_box_that_was_there_before_is_no_login_page() -> None:
    body = page("Portal", "<form><input type=password></form>")
    assert fault_of(body, previous=body + b" ") is None


@pytest.mark.parametrize("url", ["a.csv", "a.CSV?x=1", "sitemap.xml", "raport.pdf", "dane.json"])
def test_html_where_something_else_is_due(url: str) -> None:
    assert fault_of(page("Klastry", LONG), url=f"https://registry.example/{url}") == "wrong_format"


def test_the_last_visit_says_what_is_due() -> None:
    table = b"nazwa;rok\nKlaster;2011\n"
    assert fault_of(page("Klastry", LONG), previous=table) == "wrong_format"
    assert fault_of(table, previous=page("Klastry", LONG)) == "wrong_format"
    assert fault_of(table + b"Drugi;2012\n", previous=table) is None


def test_a_page_that_always_was_in_another_language_stays() -> None:
    german = page("Liste", f"<p>{GERMAN * 10}</p>")
    assert fault_of(german + b"\n", previous=german, languages=("pl",)) is None
    assert fault_of(german, previous=page("Lista", LONG), languages=("pl",)) == "unexpected_language"


@pytest.mark.parametrize(
    ("before", "now", "code"),
    [
        (None, [], None),
        (["a"] * 3, [], None),
        ([*"abcdefghij"], ["a"], "shrunk"),
        ([*"abcdefghij"], [], "shrunk"),
        ([*"abcdefghij"], ["a", "b"], None),
        (None, ["a"] * 5, "same_rows"),
        (None, ["a"] * 4, None),
        (None, ["a"] * 5 + ["b"], None),
    ],
)
def test_entries(before: list[str] | None, now: list[str], code: str | None) -> None:
    if code is None:
        check_entries(now, before)
        return
    with pytest.raises(VisitFault, match=code):
        check_entries(now, before)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (f"{URL}?page=0%2C2", (URL, "0,2")),
        (f"{URL}?woj=02&Strona=3", (f"{URL}?woj=02", "3")),
        (f"{URL}?start=", (URL, "")),
        (URL, None),
        (f"{URL}?p=4007&start=2", None),
    ],
)
def test_pager_places(url: str, place: tuple[str, str] | None) -> None:
    assert pager_place(url) == place


def test_a_repeated_page_is_noticed_within_its_own_list_only() -> None:
    seen: dict[tuple[str, str], str] = {}
    for url in (URL, f"{URL}?page=1", f"{URL}?page=1", f"{URL}?woj=02&page=1", f"{URL}?woj=04"):
        check_pager(url, "a b c", seen)
    with pytest.raises(VisitFault, match=r"pager_repeats.*page=1"):
        check_pager(f"{URL}?page=2", "a b c", seen)
    check_pager(f"{URL}?page=3", "d e", seen)
    check_pager(f"{URL}?page=4", "", seen)


def test_a_shorter_pager_is_noticed() -> None:
    before = {f"{URL}?page={number}" for number in range(8)}
    assert check_pager_length({f"{URL}?page={number}" for number in range(4)}, before) == []
    (said,) = check_pager_length({f"{URL}?page={number}" for number in range(3)}, before)
    assert "3 further pages, last time 8" in said


HOSTILE = {
    "50 MB of nested tags": b"<html>" + b"<div>" * 10_000_000,
    "open comments": b"<html>" + b"<!--" * 2_000_000,
    "closed comments": b"<html>" + b"<!---->" * 1_000_000 + b"</html>",
    "open scripts": b"<html>" + b"<script>" * 1_000_000,
    "brackets": b"<html>" + b"<" * 8_000_000,
    "open headings": b"<html>" + b"<h1 " * 2_000_000,
    "many inputs": b"<html>" + b"<input " * 1_000_000 + b">",
    "entities": b"<html>" + b"&amp" * 2_000_000,
    "long attribute": b"<html><a b='" + b"x" * 20_000_000,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_pages_come_to_a_verdict(case: str) -> None:
    # Quadratic work would take hours on these; how long it takes is for benchmarks.
    fault = fault_of(HOSTILE[case], languages=("pl",))
    assert fault is None or isinstance(fault, str)


def test_50_megabytes_of_nested_tags_have_a_name() -> None:
    with pytest.raises(VisitFault, match=f"too_deep: more than {DEEPEST} levels"):
        check_depth(HOSTILE["50 MB of nested tags"])


@given(st.binary(max_size=300) | st.text(alphabet="<>/!-aAbB='\" \0&;", max_size=300).map(str.encode))
def test_any_bytes_pass_or_are_named(body: bytes) -> None:
    fault_of(body, languages=("pl",))
    assert form_of(body) in {"html", "xml", "json", "binary", "text"}
    assert isinstance(visible_text(body), str)
