"""Finds telephone numbers and mail addresses of persons in published text.

Role mailboxes (biuro@, info@, the body's own name) may stand. A mailbox counts as personal unless its local part is a
role word, begins with one, or repeats the domain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from warehouse.findings import result

_ADDRESS: Final = re.compile(
    r"(?<![\w.+-])([A-Za-z0-9][\w.+-]{0,63})\s?(?:@|\[at\]|\(at\)|\[małpa\]|\(małpa\))\s?"
    r"([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,5}\.[A-Za-z]{2,24})",
    re.IGNORECASE,
)
_LINK: Final = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
# Ids of records and statements, and names of stored pages, are hashes; some begin like a telephone number.
_HASH: Final = re.compile(r"\b(?:[a-z_]+-[0-9a-f]{12}|[0-9a-f]{16}|[0-9a-f]{64})\b")
# With a country code, or after a caption, or grouped as Polish mobile (3-3-3) and landline (2-3-2-2) numbers are
# printed. Bare digits are no evidence: REGON, NIP and KRS numbers look alike.
_TELEPHONES: Final = (
    re.compile(r"(?<![\w+])(?:\+|00)[1-9]\d{0,2}[\s().-]{0,2}(?:\d[\s().-]?){7,11}\d?(?!\d)"),
    re.compile(
        r"\b(?:tel|telefon|phone|mobile|kom|komórka|fax|faks)\b[\s.:/]{1,4}(?:\(?\d[\d\s().-]{6,16}\d)", re.IGNORECASE
    ),
    re.compile(
        r"(?<![\d.,/-])\d{3}[ -]\d{3}[ -]\d{3}(?![\d-]|[ -]\d|\s*(?:zł|złotych|pln|eur|euro|€|usd|\$|os[óo]b))",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![\d.,/-])\(?(?:0[ -]?)?\d{2}\)?[ -]\d{3}[ -]\d{2}[ -]\d{2}(?![\d-])"),
)
_SUSPECT: Final = r"@|(?i)\[at\]|\(at\)|małpa\]|małpa\)|\d(?:\D{0,3}\d){6}"
_ROLES: Final = frozenset((Path(__file__).parent / "role_mailboxes.txt").read_text(encoding="utf-8").split())
_STEMS: Final = tuple(sorted(role for role in _ROLES if len(role) > 5))
_LEFT_OUT: Final = "Ignore the field by name in the source's parser: nothing about persons is kept."


def scan(suite: str, table: str, frame: pl.DataFrame) -> Iterator[dict[str, object]]:
    """Yields one row of `RESULTS` per text column of the frame: no telephone number and no personal mailbox in it.

    The sample shows what was met with its middle hidden, so that the report publishes no personal data either.
    """
    for column in (name for name, kind in frame.schema.items() if kind == pl.String):
        suspects = frame.filter(pl.col(column).str.contains(_SUSPECT))[column].unique().sort()
        met = sorted({found for text in suspects for found in personal_data(text)})
        yield result(
            suite,
            table,
            "no_personal_data",
            column=column,
            success=not met,
            unexpected=[f"{found[:3]}…{found[-3:]}" for found in met],
            remedy=_LEFT_OUT if met else "",
        )


def personal_data(text: str) -> list[str]:
    """Returns the telephone numbers and personal mail addresses in a text, in the order met.

    Example:
        >>> personal_data("biuro@klaster.example, jan.kowalski@klaster.example, tel. 17 123 45 67, KRS 0000123456")
        ['jan.kowalski@klaster.example', 'tel. 17 123 45 67']
    """
    mails = [f"{local}@{domain}" for local, domain in _ADDRESS.findall(text) if not is_role(local, domain)]
    plain = _HASH.sub(" ", _LINK.sub(" ", text))
    numbers: list[str] = []
    for pattern in _TELEPHONES:
        for met in pattern.findall(plain):
            if not any(met in known for known in numbers):
                numbers.append(met.strip())
    return mails + _longest(numbers)


def is_role(local: str, domain: str) -> bool:
    """Returns whether a mailbox belongs to a role or to the body itself rather than to a person."""
    words = [word for word in re.split(r"[._+\d-]+", local.lower()) if word]
    if not words or any(word in _ROLES for word in words):
        return True
    own = re.sub(r"[^a-z0-9]", "", domain.lower())
    return len(words) == 1 and len(words[0]) > 1 and (words[0] in own or words[0].startswith(_STEMS))


def _longest(numbers: list[str]) -> list[str]:
    return [number for number in numbers if not any(number != other and number in other for other in numbers)]
