"""Lists inside PARP's publications: plain text, DOCX or PDF, found by their headings.

A list is a heading with one of the card's words, then an entry a line, numbered or not. Two traps of the guide of 2017: entries
are glued on one line (by a second number, or by a double blank), and some carry their coordinator inside the name. A PDF gives
printed lines: an entry may go on over several, and text follows the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final, NamedTuple

from sources.archive import Page
from sources.cards import Card
from sources.documents import is_pdf, lines_of
from sources.parsing import LayoutUnknown, Parsed
from sources.records import Record, Rejection, record_id
from sources.text import facts_from

_NUMBERED: Final = re.compile(r"(?:^|(?<=\s))(\d{1,3})[.)]\s+")
_ANNOUNCED: Final = re.compile(r":\s*(\d+)\s")
_DAY: Final = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b")
_COORDINATOR: Final = re.compile(
    r"^(?P<name>.+?)(?:,|\s[-–—])\s+"
    r"(?P<coordinator>(?:stowarzyszenie|fundacja|izba|agencja|centrum|związek|instytut|spółka|park)\b.+)$",
    re.IGNORECASE,
)
# Bullets of PDF readers are often private-use characters.
_BULLET: Final = re.compile(r"[\ue000-\uf8ff•●▪■‣◦*]+")
_DASH: Final = re.compile(r"^[-–—]\s+")
_PROSE: Final = re.compile(r"[.!?]$|[.!?]\s+[A-ZŁŚŻ]")
_LINE_LEAST: Final = 40  # letters of the shortest line that any page is set in
_HEADING_LINES: Final = 2
_FULL: Final = 0.7  # share of the longest line that a line fills before an entry goes on below it
_FITS: Final = 0.9  # share of it from where the next word may have had no room: letters are not equally wide
_CLUSTER: Final = re.compile(r"klast|cluster", re.IGNORECASE)


class _Entry(NamedTuple):
    number: int | None
    text: str


def parse(page: Page, card: Card) -> Parsed:
    """Reads every list whose heading holds a word of the card's code list `headings` (word -> kind of list).

    Raises:
        LayoutUnknown: No heading of a known list, or a list without entries.
    """
    lines = lines_of(page)
    stated_by = facts_from("\n".join(lines))
    records: list[Record] = []
    rejections: list[Rejection] = []
    for kind, heading, body in _printed_lists(lines, card) if is_pdf(page) else _lists(lines, card):
        entries = [entry for line in body for entry in _entries(line)]
        if not entries:
            raise LayoutUnknown(page, f"no entry under the heading {heading!r}")
        day = _DAY.search(heading)
        dated = replace(page, as_of=f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}") if day else page
        records += [_record(dated, card, kind, entry, stated_by) for entry in entries]
        announced = _ANNOUNCED.search(heading)
        if announced and int(announced[1]) != len(entries):
            note = f"{page.path}: {heading!r} announces {announced[1]} entries and prints {len(entries)}: a slip of the source, nothing to mend."
            rejections.append(
                Rejection(
                    record_id(card.id, page.url, kind, "announced"),
                    card.id,
                    page.url,
                    page.path,
                    "entries_missing",
                    note,
                )
            )
    if not records:
        raise LayoutUnknown(page, f"none of the headings {', '.join(sorted(card.codes['headings']))}")
    return Parsed("document", tuple(records), tuple(rejections))


def _lists(lines: list[str], card: Card) -> Iterator[tuple[str, str, list[str]]]:
    found: tuple[str, str] | None = None
    body: list[str] = []
    for line in (*lines, "\f"):
        kind = next(
            (kind for word, kind in card.codes["headings"].items() if word in line.casefold() and ":" in line), None
        )
        if kind or line == "\f":
            if found:
                yield (*found, body)
            found, body = (kind, line.strip()) if kind else None, []
        elif found and line.strip():
            body.append(line.strip())


def _whole_headings(lines: list[str]) -> list[str]:
    """The lines, those joined to the line above that go on in a bracket: `List: 13 clusters (as of`, `24.02.2017)`."""
    whole: list[str] = []
    for line in lines:
        above = whole[-1] if whole and not _is_marked(whole[-1]) else ""
        opened = above.count("(") > above.count(")") and ")" in line
        if not _is_marked(line) and (opened or (":" in above and line.strip().startswith("("))):
            whole[-1] = f"{whole[-1].rstrip()} {line.strip()}"
        else:
            whole.append(line)
    return whole


def _is_marked(line: str) -> bool:
    """Whether a line begins with a number or a bullet."""
    return bool(_NUMBERED.match(line.strip()) or _BULLET.match(line.strip()) or _DASH.match(line.strip()))


def _printed_lists(lines: list[str], card: Card) -> Iterator[tuple[str, str, list[str]]]:
    """As `_lists`, of the printed lines of a PDF: the heading with the lines it goes on in, the entries as lines of their own."""
    for kind, heading, body in _lists(_whole_headings(lines), card):
        first = next((at for at, line in enumerate(body) if _is_marked(line)), 0)
        yield kind, " ".join((heading, *body[: first if first <= _HEADING_LINES else 0])), _unwrapped(body)


def _unwrapped(body: list[str]) -> list[str]:
    """The entries of a list as printed in a PDF: lines joined that go on, and the text behind the list left out.

    In a list with numbers or bullets, a line without one goes on where the line above is full or it begins with a small letter.
    Behind the last number or bullet it does so too; the first line that does not ends the list.
    """
    marked = [at for at, line in enumerate(body) if _is_marked(line)]
    if not marked:
        return body
    width = max(_LINE_LEAST, *(len(line) for line in body))
    entries: list[str] = []
    for at, line in enumerate(body[marked[0] :], start=marked[0]):
        before = body[at - 1] if entries else ""
        full = _is_full(before, line, width)
        goes_on = full or line[:1].islower() or bool(_NUMBERED.match(body[marked[0]]))
        if at > marked[-1] and not (line[:1].islower() or (full and not _PROSE.search(line))):
            break
        if _is_marked(line) or not entries or not goes_on:
            entries.append(line)
        else:
            entries[-1] = _joined(entries[-1], line)
    return entries


def _is_full(above: str, line: str, width: int) -> bool:
    """Whether a printed line ends because it is full: it is long, or the next line's first word had no room on it."""
    word = line.partition(" ")[0]
    return len(above) > _FULL * width or (bool(above) and len(above) + 1 + len(word) > _FITS * width)


def _joined(above: str, line: str) -> str:
    """Two printed lines of one entry; a hyphen before a small letter is that of the line's end."""
    if above.endswith("-"):
        return above[:-1] + line if line[:1].islower() else above + line
    return f"{above} {line}"


def _entries(line: str) -> Iterator[_Entry]:
    for part in _BULLET.split(line):
        if bare := _DASH.sub("", part.strip(" \t")):
            yield from _glued(bare)


def _glued(line: str) -> Iterator[_Entry]:
    """The entries of a line; a further number begins one only where it is the next."""
    starts = list(_NUMBERED.finditer(line))
    starts = [start for at, start in enumerate(starts) if at == 0 or int(start[1]) == int(starts[0][1]) + at]
    if starts and starts[0].start() == 0:
        ends = [*(start.start() for start in starts[1:]), len(line)]
        for start, end in zip(starts, ends, strict=True):
            yield _Entry(int(start[1]), _tidy(line[start.end() : end]))
        return
    # Two names on one line stand apart by more than one blank; inside a name a double blank is a slip of the typist.
    parts = re.split(r"\s{2,}", line)
    glued = len(parts) > 1 and all(_CLUSTER.search(part) for part in parts)
    for part in parts if glued else [line]:
        yield _Entry(None, _tidy(part))


def _tidy(text: str) -> str:
    return " ".join(text.split()).rstrip(",;")


def _record(page: Page, card: Card, kind: str, entry: _Entry, stated_by: tuple[str, ...]) -> Record:
    fields: dict[str, Any] = {"list_number": entry.number} if entry.number else {}
    if kind in card.codes["labels"]:
        fields["label"] = card.codes["labels"][kind]
    name, split = entry.text, _COORDINATOR.match(entry.text)
    if split:
        name = split["name"].strip()
        fields |= {"coordinator": split["coordinator"], "name_as_printed": entry.text}
    return Record(
        record_id=record_id(card.id, page.url, kind, entry.text),
        source=card.id,
        url=page.url,
        name=name,
        as_of=page.as_of,
        retrieved_at=page.retrieved_at or None,
        stated_by=stated_by,
        reconstructed=bool(stated_by),
        page=kind,
        path=page.path,
        fields=fields,
    )
