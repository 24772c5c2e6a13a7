"""The text of a page: its bytes decoded, its broken letters mended, its blanks squashed, and where it comes from.

Belongs here: what is true of the text of any page. Does not belong here: captions, dates, layouts.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
import warnings
from collections.abc import Iterator
from typing import Final

import ftfy
from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning

from sources.archive import Page

_FALLBACKS: Final = ("windows-1250", "iso-8859-2", "windows-1252")
_HEADER: Final = re.compile(rb"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_DECLARED: Final = (
    re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE),
    re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE),
)
_HEAD: Final = 4096  # browsers look for a declared charset in the first 1024 bytes; feeds put junk before it
_MULTIBYTE: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_POLISH: Final = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
_TYPOGRAPHIC: Final = frozenset("–—„”“’‘…•«»©®°·§€ \xa0")
_BOX: Final = re.compile(r"\S*[─-▟]\S*")
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\xad"), None)
_COMMENT: Final = re.compile(r"<!--(.*?)-->", re.DOTALL)
_FACTS: Final = re.compile(r"facts from:\s*(.*)", re.IGNORECASE | re.DOTALL)
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_CANONICAL: Final = re.compile(
    r"<link\b(?=[^>]*\brel\s*=\s*[\"']?canonical\b)[^>]*?\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE
)


def decode(page: Page) -> str:
    """Returns the text of a page, with letters mended where an encoding was mistaken for another.

    UTF-8 wins wherever the bytes are UTF-8, whatever is declared: other text is hardly ever valid UTF-8 by chance. Else
    the declared charset (header, then the page itself) competes with those of Polish pages, and the fewest implausible
    letters win.
    """
    return decode_bytes(page.body, page.headers.get("content-type") or "")


def decode_bytes(body: bytes, content_type: str = "") -> str:
    """Returns the text of the bytes; see `decode`.

    Args:
        body: Bytes of an answer, decompressed.
        content_type: The header of that name, possibly with a charset.
    """
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if body.startswith(mark):
            return _mended(body[len(mark) :].decode(codec, "replace"))
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = _by_line(body) if _mostly_utf8(body) else _best(body, content_type)
    return _mended(text.replace("\x00", ""))


def squash(text: str) -> str:
    r"""Returns the text on one line: a run of blanks is one blank, nothing is invisible, letters are composed.

    Example:
        >>> squash("  Klaster\xa0 Turystyki\n Medycznej ")
        'Klaster Turystyki Medycznej'
    """
    if text.isascii():  # most texts of a page are, and nothing below would change them
        return " ".join(text.split())
    return " ".join(unicodedata.normalize("NFC", text.translate(_INVISIBLE)).split())


def fold(text: str) -> str:
    r"""Returns the text as captions are compared: one line, lower case, no outer colons, dashes, dots or stars.

    Example:
        >>> fold("Number of other ecosystem actors :\xa0")
        'number of other ecosystem actors'
    """
    return squash(text).casefold().replace("’", "'").strip(" :*•·.-–—|▲▼△▽↑↓↕⇅\t")


def facts_from(text: str) -> tuple[str, ...]:
    """Returns the addresses that a rebuilt page names in `facts from: a , b`, in a comment or a line of text."""
    for place in _COMMENT.findall(text) or text.splitlines():
        if met := _FACTS.search(place):
            return tuple(dict.fromkeys(address.rstrip(",;") for address in _ADDRESS.findall(met[1])))
    return ()


def is_reconstructed(text: str) -> bool:
    """Returns whether a comment of the page says that it was rebuilt from published facts."""
    return any("reconstructed from" in comment.casefold() for comment in _COMMENT.findall(text))


def public_address(body: bytes) -> str | None:
    """Returns the address that a page names as its own: its canonical link, else the only one its facts are from."""
    text = decode_bytes(body)
    if met := _CANONICAL.search(text):
        return met[1] if met[1].startswith(("http://", "https://")) else None
    named = facts_from(text)
    return named[0] if len(named) == 1 else None


def canonical_address(text: str) -> str | None:
    """Returns the address in the page's canonical link, as printed, or None."""
    met = _CANONICAL.search(text)
    return met[1] if met else None


def markup(text: str) -> BeautifulSoup:
    """Returns the tree of a page. The parser is named, as two parsers read broken pages differently."""
    with warnings.catch_warnings():
        # Pages that begin with an XML declaration are XHTML at best, and are read as browsers read them.
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        return BeautifulSoup(text, "lxml")


def _mostly_utf8(body: bytes) -> bool:
    """Whether the bytes are UTF-8 save for a few strays (a cut end, one pasted line)."""
    good = _MULTIBYTE.findall(body)
    strays = len(_HIGH.findall(body)) - sum(map(len, good))
    return len(good) > strays


def _by_line(body: bytes) -> str:
    return "\n".join(_line(line) for line in body.split(b"\n"))


def _line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("utf-8", "replace") if _mostly_utf8(line) else line.decode("windows-1250", "replace")


def _best(body: bytes, content_type: str) -> str:
    names = tuple(dict.fromkeys((*_declared(body, content_type), *_FALLBACKS)))
    texts = [(name, body.decode(name, "replace")) for name in names]
    return min(enumerate(texts), key=lambda item: (_implausible(item[1][1]), item[0]))[1][1]


def _declared(body: bytes, content_type: str) -> Iterator[str]:
    head = body[:_HEAD]
    found = [_HEADER.search(content_type.encode("ascii", "replace")), *(pattern.search(head) for pattern in _DECLARED)]
    for met in found:
        codec = _codec(met[1].decode("ascii", "replace")) if met else None
        if codec and codec != "utf-8":
            yield codec


def _codec(name: str) -> str | None:
    """The codec of a declared charset, or None where there is none. Latin-1 means windows-1252, as in browsers."""
    try:
        found = codecs.lookup(name).name
        "".encode(found)
    except (LookupError, ValueError):
        return None
    return {"iso8859-1": "windows-1252", "ascii": "windows-1252"}.get(found, found)


def _implausible(text: str) -> int:
    """Counts characters that no page of ours has a reason to hold, weighed; Polish letters speak for a decoding."""
    count = 0
    for char in text:
        if char < "\x80" or char in _TYPOGRAPHIC:
            continue
        if char in _POLISH:
            count -= 1
        elif char == "\ufffd" or unicodedata.category(char) == "Cc":
            count += 5
        elif not char.isalpha():
            count += 2
    return count


def _mended(text: str) -> str:
    return "\n".join(line if line.isascii() else _mended_line(line) for line in text.split("\n"))


def _mended_line(line: str) -> str:
    line = _BOX.sub(_from_852, line)
    mended = str(ftfy.fix_encoding(line))
    # A run of Polish capitals may look like a letter of a far script that was misread: only Western letters are a mending.
    return mended if all(char < "\u0180" or char in _TYPOGRAPHIC or char in line for char in mended) else line


def _from_852(met: re.Match[str]) -> str:
    """UTF-8 read as code page 852 shows box-drawing characters inside words (`zosta┼é`), which no text has."""
    try:
        return met[0].encode("cp852").decode("utf-8")
    except UnicodeError:
        return met[0]
