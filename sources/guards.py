"""Suspicion: does an answer with status 200 look like the page it should be? Bytes in, a fault or nothing out.

A guard knows nothing of a source's markup: it reads titles, headings, forms, tags and words. What it holds back stays
in the archive as evidence, and the last good page stays the page. Guards that count entries take them from the source's
own parser.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from sources.outcomes import VisitFault

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

DEEPEST = 250
"""Levels of nested tags. libxml2, under lxml, drops what lies deeper than 256 without a word."""

READ = 1_000_000
"""Bytes of a page that are read for its purpose and language."""

PAGER_KEYS = ("page", "strona", "start", "offset", "p", "str", "pg", "pagenum", "limitstart")
"""Query members that count the pages of a list."""

_CLOSE_EACH_OTHER = b"p li td th tr dt dd option optgroup thead tbody tfoot colgroup html body head"
_HOLD_NOTHING = b"area base br col embed hr img input link meta param source track wbr frame basefont"
OPTIONAL_END = frozenset((_CLOSE_EACH_OTHER + b" " + _HOLD_NOTHING).split())
"""Elements that HTML lets stand without an end tag: they close each other and do not nest without their parents."""

FORM_BY_ENDING = {"csv": "text", "txt": "text", "xml": "xml", "rss": "xml", "json": "json", "pdf": "binary"}

_TAG = re.compile(rb"<!--|<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:_-]*)(?P<rest>[^<>]*)>?")
_RAW = frozenset((b"script", b"style", b"textarea", b"noscript"))
_HEADING = re.compile(rb"<(title|h1|h2)\b[^>]{0,500}>(.{0,500}?)</\1", re.IGNORECASE | re.DOTALL)
_HIDDEN = re.compile(rb"<!--|<(script|style)\b")
_MARKUP = re.compile(rb"<[^<>]{0,5000}>")
_WORD = re.compile(r"[^\W\d_]+")

_LOGIN = re.compile(
    r"\b(log\s?in|log\s?on|sign\s?in|zaloguj|logowanie|zaloguj się|anmelden|authentication)\b", re.IGNORECASE
)
_CONSENT = re.compile(
    r"cookie|ciastecz|consent|zgod[aęyz]|rodo\b|gdpr|privacy|prywatno|before you continue", re.IGNORECASE
)
_MISSING = re.compile(
    r"\b404\b|not found|does(n't| not) exist|no longer (available|exists)|nie znaleziono|nie istnieje|nie odnaleziono"
    r"|brak strony|strona (została )?usunięta|nicht gefunden",
    re.IGNORECASE,
)
_CHALLENGE = re.compile(
    r"captcha|just a moment|are you (a )?(human|robot)|checking your browser|access denied|request blocked"
    r"|attention required|odmowa dostępu|przerwa techniczna|prace serwisowe|maintenance|temporarily unavailable"
    r"|chwilowo niedostępn",
    re.IGNORECASE,
)
_FUNCTION_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "pl": "się jest oraz nie dla przez od po jako które który która są ich ze przy był było na do",
        "en": "the of and to in is for on with as by that are this from at which be it was an has",
        "de": "der die das und zu den von mit ist für auf im nicht ein eine des dem sich auch wird",
        "fr": "le les des et une du est pour dans que qui sur par au avec ce sont pas aux cette",
        "es": "el los las que una es por con para del se al como su más sus este está entre",
        "it": "il di che una per con della dei sono è al da nel non gli si delle anche più",
    }.items()
}
"""Frequent words of two letters or more, by language: single letters are initials and parts of legal forms."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known of a page before it comes.

    Attributes:
        url: Its public address.
        previous: The bytes of the last good visit, or None.
        languages: Languages of the source (ISO 639-1); empty for any.
    """

    url: str
    previous: bytes | None = None
    languages: tuple[str, ...] = ()


def check_body(body: bytes, expected: Expected) -> None:
    """Passes bytes that look like the page that is due.

    Args:
        body: The unpacked answer of a visit with status 200.
        expected: What is known of the page.

    Raises:
        VisitFault: `empty_body`, `nul_bytes`, `wrong_format`, `truncated_page`, `too_deep`, `challenge_page`,
            `soft_404`, `login_page`, `consent_page` or `unexpected_language`, with the reason in words.
    """
    if not body.strip():
        raise VisitFault("empty_body", f"{len(body)} bytes, none of them text")
    form = form_of(body)
    _check_form(form, expected)
    if form == "binary":
        return
    if b"\0" in body and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise VisitFault("nul_bytes", f"{body.count(0)} NUL bytes, the first at {body.index(0)}")
    if form in ("html", "xml"):
        check_depth(body)
        _check_end(body, form, expected.previous)
    if form == "html":
        _check_purpose(body, expected.previous)
        _check_language(body, expected)


def form_of(body: bytes) -> str:
    """Returns html, xml, json, binary (PDF, ZIP, images) or text (CSV among it), from the first bytes alone."""
    head = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"%pdf", b"pk\x03\x04", b"\x89png", b"\xff\xd8\xff", b"gif8", b"\xd0\xcf\x11\xe0")):
        return "binary"
    if head.startswith((b"<!doctype html", b"<html")) or re.search(rb"<(html|body|head)[\s>]", head):
        return "html"
    if head.startswith((b"<?xml", b"<rss", b"<urlset", b"<sitemapindex", b"<feed")):
        return "xml"
    if head.startswith((b"{", b"[")):
        return "json"
    return "html" if re.match(rb"<[a-z!]", head) else "text"


def _check_form(form: str, expected: Expected) -> None:
    ending = urlsplit(expected.url).path.lower().rpartition(".")[2]
    due = form_of(expected.previous) if expected.previous else FORM_BY_ENDING.get(ending)
    if due is not None and form != due and (form == "html" or due == "html"):
        raise VisitFault("wrong_format", f"{form} came where {due} is due")


def check_depth(body: bytes, deepest: int = DEEPEST) -> None:
    """Passes markup that parsers can follow; to be asked before any parser sees pages of unknown origin.

    One pass, in time linear in the size, that stops at the limit.

    Raises:
        VisitFault: `too_deep`.
    """
    depth = 0
    for end, name, closed in _tags(body):
        if name in OPTIONAL_END or closed:
            continue
        depth = max(0, depth - 1) if end else depth + 1
        if depth > deepest:
            raise VisitFault("too_deep", f"more than {deepest} levels of tags")


def _tags(body: bytes) -> Iterator[tuple[bool, bytes, bool]]:
    """Yields whether a tag is an end tag, its name, and whether it closes itself; comments and scripts are left out."""
    lowered = body.lower()
    place = 0
    while found := _TAG.search(lowered, place):
        place = found.end()
        name = found["name"]
        if name is None:
            place = lowered.find(b"-->", place)
        else:
            yield bool(found["end"]), name, found["rest"].endswith(b"/")
            if name in _RAW and not found["end"]:
                place = lowered.find(b"</" + name, place)
        if place < 0:
            return


def _check_end(body: bytes, form: str, previous: bytes | None) -> None:
    tail = body.rstrip()[-2048:].lower()
    if tail.rfind(b"<") > tail.rfind(b">"):
        raise VisitFault("truncated_page", "the page ends inside a tag")
    if form == "xml":
        if not tail.endswith(b">"):
            raise VisitFault("truncated_page", "the document ends outside its root element")
        return
    ended = b"</html" in tail
    if ended or b"<html" not in body[:4096].lower():
        return
    if previous is not None and b"</html" in previous.rstrip()[-2048:].lower():
        raise VisitFault("truncated_page", "the page does not end with </html>, as it did last time")
    names = [(end, name) for end, name, _ in _tags(body)]
    for name in (b"table", b"ul", b"div"):
        if names.count((False, name)) > names.count((True, name)):
            raise VisitFault("truncated_page", f"the page ends without </html> and with <{name.decode()}> still open")


def _check_purpose(body: bytes, previous: bytes | None) -> None:
    """Judges what a page is for by its title and headings, and by how little else it says."""
    body = body[:READ]
    headings = " | ".join(_plain(found[2]) for found in _HEADING.finditer(body))
    words = len(_WORD.findall(visible_text(body)))
    if said := _MISSING.search(headings):
        raise VisitFault("soft_404", f"title or heading says {said[0]!r}")
    if (said := _CHALLENGE.search(headings)) and words < 400:
        raise VisitFault("challenge_page", f"title or heading says {said[0]!r}")
    asks_password = re.search(rb"<input\b[^<>]{0,500}type\s*=\s*[\"']?password", body, re.IGNORECASE)
    asked_before = previous is not None and b"password" in previous[:READ].lower()
    if asks_password and not asked_before and (_LOGIN.search(headings) or words < 150):
        raise VisitFault("login_page", "it asks for a password and has little else")
    has_list = re.search(rb"<(table|dl|article)\b", body, re.IGNORECASE)
    if (
        _CONSENT.search(headings)
        and words < 300
        and re.search(rb"<(button|form)\b", body, re.IGNORECASE)
        and not has_list
    ):
        raise VisitFault("consent_page", "it asks for consent and has little else")


def visible_text(body: bytes) -> str:
    """Returns the text of a page without tags, comments and scripts: for counting words, not for reading facts.

    The charset does not matter for that: what is not UTF-8 is read as windows-1250.
    """
    shown: list[bytes] = []
    body = body[:READ]
    lowered = body.lower()
    place = 0
    while opened := _HIDDEN.search(lowered, place):
        shown.append(body[place : opened.start()])
        closing = b"-->" if opened[1] is None else b"</" + opened[1]
        place = lowered.find(closing, opened.end())
        if place < 0:
            break
        place += len(closing)
    else:
        shown.append(body[place:])
    return _plain(b" ".join(shown))


def _plain(markup: bytes) -> str:
    stripped = _MARKUP.sub(b" ", markup)
    try:
        text = stripped.decode("utf-8")
    except UnicodeDecodeError:
        text = stripped.decode("windows-1250", "replace")
    return " ".join(html.unescape(text).split())


def _check_language(body: bytes, expected: Expected) -> None:
    """Judges by function words, and only where they are clear: the declared language is often a template's default."""
    if not expected.languages or not set(expected.languages) <= _FUNCTION_WORDS.keys():
        return
    scores = _language_scores(expected.previous) if expected.previous else {}
    if scores and max(scores, key=lambda language: scores[language]) not in expected.languages:
        return
    scores = _language_scores(body)
    best = max(scores, key=lambda language: scores[language])
    ours = max(scores[language] for language in expected.languages)
    if scores[best] >= 15 and ours * 3 < scores[best]:
        raise VisitFault("unexpected_language", f"the words are {best}, not {' or '.join(expected.languages)}")


def _language_scores(body: bytes) -> dict[str, int]:
    words = [word.lower() for word in _WORD.findall(visible_text(body))]
    return {language: sum(word in known for word in words) for language, known in _FUNCTION_WORDS.items()}


def check_entries(now: Sequence[str], before: Sequence[str] | None) -> None:
    """Passes the entries of a page, as the source's parser names them.

    Args:
        now: Names or keys of the entries, one each.
        before: Those of the last good visit of the same address, or None.

    Raises:
        VisitFault: `shrunk` for a tenth or less of ten or more entries, `same_rows` for five or more equal ones.
    """
    if before is not None and len(before) >= 10 and len(now) * 10 <= len(before):
        raise VisitFault("shrunk", f"{len(now)} entries, last time {len(before)}")
    if len(now) >= 5 and len(set(now)) == 1:
        raise VisitFault("same_rows", f"all {len(now)} entries read {now[0][:80]!r}")


def pager_place(url: str) -> tuple[str, str] | None:
    """Returns which list a further page belongs to and its place in it, or None for an address that counts no pages.

    Example:
        >>> pager_place("https://registry.example/lista?woj=02&strona=3")
        ('https://registry.example/lista?woj=02', '3')
    """
    parts = urlsplit(url)
    members = parse_qsl(parts.query, keep_blank_values=True)
    places = [value for key, value in members if key.lower() in PAGER_KEYS]
    if len(places) != 1:
        return None
    rest = urlencode([(key, value) for key, value in members if key.lower() not in PAGER_KEYS])
    return parts._replace(query=rest, fragment="").geturl(), places[0]


def check_pager(url: str, content: str, seen: dict[tuple[str, str], str]) -> None:
    """Passes a further page of a list that says something new, and remembers it.

    Args:
        url: Address of the page.
        content: What it says: its entries, or the hash of its bytes.
        seen: List and content to the address that had it, within one crawl; added to here.

    Raises:
        VisitFault: `pager_repeats`.
    """
    place = pager_place(url)
    if place is None or not content:
        return
    first = seen.setdefault((place[0], content), url)
    if first != url:
        raise VisitFault("pager_repeats", f"it repeats {first}")


def check_pager_length(now: Collection[str], before: Collection[str]) -> list[str]:
    """Returns, in words, the lists of four or more further pages that now have less than half as many.

    Args:
        now: Addresses met in this crawl.
        before: Addresses met in the last one.
    """
    lengths = [_pages_per_list(before), _pages_per_list(now)]
    return [
        f"{address}: {lengths[1].get(address, 0)} further pages, last time {count}"
        for address, count in sorted(lengths[0].items())
        if count >= 4 and lengths[1].get(address, 0) * 2 < count
    ]


def _pages_per_list(urls: Collection[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for place in filter(None, map(pager_place, urls)):
        counts[place[0]] = counts.get(place[0], 0) + 1
    return counts
