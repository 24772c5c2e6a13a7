"""Text of a page: decoding of its bytes, blanks, and the addresses that a rebuilt page names as the source of its facts."""

from __future__ import annotations

import re
from typing import Final

import ftfy
from charset_normalizer import from_bytes

from sources.archive import Page

_META: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_XML: Final = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w-]+)", re.IGNORECASE)
_HEADER: Final = re.compile(r"charset\s*=\s*\"?([\w-]+)", re.IGNORECASE)
_POLISH: Final = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
_LEGACY: Final = ("windows-1250", "iso-8859-2")
_BROKEN: Final = re.compile("[\x80-\x9f�]")
_FACTS: Final = re.compile(r"facts from:\s*(?P<list>.+?)(?:-->|\n|$)", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"https?://[^\s,<>\"]+(?:,[^\s,<>\"]+)*")
_CANONICAL: Final = re.compile(
    r"<link\b(?=[^>]*\brel\s*=\s*[\"']?canonical)[^>]*?\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE
)


def decode(page: Page) -> str:
    """Returns the text of a page.

    The charset is the first that decodes the bytes without an error and without control characters: of the header, of the
    page's own declaration, UTF-8, the legacy Polish ones, then detection. Mojibake of UTF-8 read as something else is repaired.

    Example:
        >>> decode(Page("http://a.example/", "Łódź".encode("windows-1250"), "", headers={"content-type": "text/html; charset=utf-8"}))
        'Łódź'
    """
    return decoded(page.body, page.headers.get("content-type") or "")


def decoded(body: bytes, content_type: str = "") -> str:
    """Returns the text of bytes, as `decode`; for bytes that are no page yet."""
    stated = [match[1] for match in [_HEADER.search(content_type)] if match]
    stated += [match[1].decode("ascii") for match in (_XML.search(body[:4096]), _META.search(body[:4096])) if match]
    if body.startswith(b"\xef\xbb\xbf"):
        stated.insert(0, "utf-8-sig")
    for charset in (*stated, "utf-8"):
        text = _tried(body, charset)
        if text is not None:
            return _repaired(text)
    legacy = [text for charset in _LEGACY if (text := _tried(body, charset)) is not None]
    if legacy:
        return max(legacy, key=lambda text: sum(letter in _POLISH for letter in text))
    best = from_bytes(body).best()
    return str(best) if best else body.decode("utf-8", errors="replace")


def squash(text: str) -> str:
    """Returns the text with every run of blanks, no-break ones too, as one blank, and none at the ends.

    Example:
        >>> squash(" Klaster\\u00a0 Turystyki\\n Medycznej ")
        'Klaster Turystyki Medycznej'
    """
    return " ".join(text.replace("\xad", "").replace("​", "").split())


def facts_from(text: str) -> tuple[str, ...]:
    """Returns the public addresses that a rebuilt page names in its comment, in its order; empty for a real page.

    Example:
        >>> facts_from("<!-- reconstructed; facts from: http://a.example/x , http://b.example/y -->")
        ('http://a.example/x', 'http://b.example/y')
    """
    met = _FACTS.search(text)
    return tuple(dict.fromkeys(_ADDRESS.findall(met["list"]))) if met else ()


def public_address(body: bytes) -> str | None:
    """Returns the address that a page gives itself: its canonical link, else the one address its facts come from."""
    text = decoded(body)
    canonical = _CANONICAL.search(text)
    if canonical:
        return canonical[1].replace("&amp;", "&")
    facts = facts_from(text)
    return facts[0] if len(facts) == 1 else None


def _tried(body: bytes, charset: str) -> str | None:
    try:
        text = body.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return None
    return None if _BROKEN.search(text) else text


def _repaired(text: str) -> str:
    # Only what shows the marks of a wrong decoding is touched: ftfy's other repairs would change quotes and widths.
    return ftfy.fix_encoding(text) if ftfy.is_bad(text) else text
