"""The notes of the inventory in Polish: the messages of `polish_notes.yml`, matched whole and said again with their parts.

The tables hold each note once, in English. Nothing is translated word by word: a note is a message with parts (a day, a label,
the words of a source), and a message has its Polish wording. What a source says stays as printed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from warehouse.site.wording import Wording

_PART: Final = re.compile(r"\{(?P<name>[a-z]+)(?::(?P<kind>[a-z]+))?\}")
_DAY: Final = re.compile(r"[0-9]{4}(?:-[0-9]{2}){0,2}")
_LONGEST: Final = 2000
"""Characters of a note that are looked at; a longer one is shown in English."""


class NotesError(ValueError):
    """A message of `polish_notes.yml` that cannot be said. The text names it."""


@dataclass(frozen=True, slots=True)
class _Message:
    fixed: tuple[str, ...]
    pattern: re.Pattern[str]
    polish: str
    kinds: Mapping[str, str]


class PolishNotes:
    """Says the notes of the inventory in Polish."""

    def __init__(self, wording: Wording) -> None:
        """Takes the Polish words for days, properties and labels."""
        self._known: dict[str, str | None] = {}
        self._of_kind: Mapping[str, Callable[[str], str | None]] = {
            "text": str,
            "date": lambda text: wording.date(text) if _DAY.fullmatch(text) else None,
            "property": wording.terms("property").get,
            "label": wording.terms("label").get,
            "founding": _book()["founding"].get,
            "message": self.say,
            "messages": self._all,
        }

    def say(self, note: str | None) -> str | None:
        """Returns a note in Polish, or None where it has no message and stays in English.

        Example:
            >>> PolishNotes(Wording("pl")).say("founding (agreement): 2011-05")
            'założenie (umowa): maj 2011'
        """
        if not note or len(note) > _LONGEST:
            return None
        if note not in self._known:
            self._known[note] = self._all(note) or self._said(note)
        return self._known[note]

    def _all(self, note: str) -> str | None:
        """Returns a note of several messages parted by semicolons, None where one of them is unknown."""
        parts = [self._said(part) for part in note.split("; ")]
        return "; ".join(part for part in parts if part) if all(parts) else None

    def _said(self, note: str) -> str | None:
        return next((said for message in _messages() if (said := self._filled(message, note))), None)

    def _filled(self, message: _Message, note: str) -> str | None:
        if not all(piece in note for piece in message.fixed):  # far quicker than the pattern, and nearly always enough
            return None
        met = message.pattern.fullmatch(note)
        if met is None:
            return None
        parts = {name: self._of_kind[kind](met[name]) for name, kind in message.kinds.items()}
        return None if None in parts.values() else message.polish.format_map(parts)


@cache
def _messages() -> tuple[_Message, ...]:
    return tuple(_message(english, polish) for english, polish in _book()["messages"])


def _message(english: str, polish: str) -> _Message:
    kinds = {met["name"]: met["kind"] or "text" for met in _PART.finditer(english)}
    if set(re.findall(r"\{([a-z]+)\}", polish)) != set(kinds):
        raise NotesError(
            f"the Polish of '{english}' has other parts: use {', '.join(kinds) or 'none'} in polish_notes.yml"
        )
    pattern, end = "", 0
    fixed = []
    for met in _PART.finditer(english):
        fixed.append(english[end : met.start()])
        pattern += re.escape(fixed[-1]) + f"(?P<{met['name']}>.+?)"
        end = met.end()
    fixed.append(english[end:])
    return _Message(tuple(fixed), re.compile(pattern + re.escape(fixed[-1]), re.DOTALL), polish, kinds)


@cache
def _book() -> Mapping[str, Any]:
    read: Mapping[str, Any] = yaml.load(
        (Path(__file__).parent / "polish_notes.yml").read_bytes(), Loader=yaml.CSafeLoader
    )
    return read
