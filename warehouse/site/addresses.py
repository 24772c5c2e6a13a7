"""Which texts of sources may become links: web addresses only, whatever a source prints."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

_HOST: Final = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_][\w-]*[^\W_](?::\d{1,5})?", re.UNICODE)
_UNSAFE: Final = re.compile(r"[\s\x00-\x1f\x7f<>\"'`{}|\\^]")


def web_address(text: str | None) -> str | None:
    """Returns the address to link to for a printed one, or None where it is no plain web address.

    Args:
        text: Address as printed, with or without `http://`.

    Example:
        >>> web_address("dolinalotnicza.pl"), web_address("javascript:alert(1)")
        ('http://dolinalotnicza.pl', None)
    """
    if not text or _UNSAFE.search(text):
        return None
    address = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    is_web = parts.scheme in {"http", "https"} and _HOST.fullmatch(parts.netloc)
    return address if is_web else None


def short_address(address: str) -> str:
    """Returns the host of an address without `www.`, to stand as the text of a link."""
    return urlsplit(address).netloc.removeprefix("www.")
