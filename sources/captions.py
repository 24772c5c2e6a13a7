"""Captions and their values, read from any markup: what a page says, not how it is built.

A page is a sequence of pieces: the texts between the ends of blocks (paragraphs, cells, items, line breaks). A piece is a
heading, a caption, a value, or a caption with its value in one line (`Label: value`, `Label - value`, `90 Members`). Captions
are those that the card knows, and what looks like one (`dt`, a row's `th`, a short text that ends in a colon). The value
of a caption stands in the smallest part of the page that holds it and something else: behind it, else before it.

Lists with a header are read elsewhere (`tables`). Class names and ids are never read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from bs4.element import NavigableString, PreformattedString, Tag

from sources.text import fold, squash

_INLINE: Final = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "img",
        "ins",
        "kbd",
        "label",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
        "input",
        "svg",
    ]
)
_APART: Final = frozenset({"span", "a", "label", "time", "data"})
"""Inline elements that stand apart from their neighbours even without a blank between them."""
_SILENT: Final = frozenset(
    {"script", "style", "template", "noscript", "head", "select", "option", "textarea", "iframe"}
)
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CELLS: Final = frozenset({"td", "th"})
_SEPARATOR: Final = re.compile(r"\s*:\s*|\s+[-–—|]\s+")
_DASH_VALUE: Final = re.compile(r":\s*([-–—]+)$")
_NUMBER: Final = re.compile(r"[^\w\s]?\s*\d[\d\s.,]*\+?")
_LEADERS: Final = re.compile(r"[.…·_]{3,}|(?:\s[.…·_]){3,}")
_BARS: Final = " |•·;,"
_BAR: Final = (re.compile(r"\s+[|•·]\s+"), re.compile(r";\s+"))
_CAPTION_WORDS: Final = 12
_CAPTION_LINES: Final = 3
_SEARCH_WORDS: Final = 40
_NOTHING: Final = frozenset(
    {"", "brak", "brak danych", "b.d", "b/d", "bd", "n/d", "n/a", "nie dotyczy", "no data", "not available"}
)
"""Folded values that say that nothing is known; a dash folds to nothing."""
_LINE_BLOCKS: Final = frozenset({"p", "div", "li", "dd", "td", "address"})
"""Blocks whose lines may be one value: `<p><b>Caption:</b> one<br>two</p>`."""


class Pair(NamedTuple):
    """A caption and what stands by it.

    Attributes:
        caption: The caption, folded (see `text.fold`); empty for a number among captioned numbers that lost its own.
        values: One text a piece; empty where nothing stands by the caption.
        known: Whether the caption was asked for.
    """

    caption: str
    values: tuple[str, ...]
    known: bool


@dataclass(slots=True)
class Piece:
    """A text between the ends of blocks.

    Attributes:
        text: The text, squashed.
        tag: The innermost block that holds it.
        kind: What it is.
        caption: Folded caption, for a caption and for a pair in one line.
        value: Value, for a pair in one line.
        known: Whether the caption was asked for.
    """

    text: str
    tag: Tag
    kind: Literal["heading", "caption", "pair", "value"] = "value"
    caption: str = ""
    value: str = ""
    known: bool = False
    runs: tuple[str, ...] = field(default=())


def pieces(root: Tag) -> list[Piece]:
    """Returns the texts of a part of a page, in its order; a title or alternative text speaks where an element has no text."""
    found: list[Piece] = []
    runs: list[str] = []
    holder = root

    def close(block: Tag) -> None:
        nonlocal holder
        text = squash("".join(runs))
        if text:
            tidy = tuple(run for run in (squash(run) for run in runs) if run)
            found.append(Piece(text, holder, "heading" if _in_heading(holder) else "value", runs=tidy))
        runs.clear()
        holder = block

    for event, node in _walk(root):
        if isinstance(node, NavigableString):
            runs.append(str(node))
        elif node.name in _INLINE:
            if node.name in _APART:
                runs.append(" ")
            if event == "start":
                runs.append(_silent_text(node))
        else:
            close(node if event == "start" else _block(node.parent, root))
            if event == "start":
                runs.append(_silent_text(node))
    close(root)
    return found


def _block(tag: Tag | None, root: Tag) -> Tag:
    """The nearest element around that is no inline element."""
    while tag is not None and tag is not root and tag.name in _INLINE:
        tag = tag.parent
    return tag or root


def captioned(root: Tag, known: Collection[str]) -> list[Pair]:
    """Returns the captions of a part of a page with what stands by them, in the order of the page.

    Args:
        root: The page, or the part of it that speaks of one entry.
        known: Captions to look for, folded.
    """
    return pair_pieces(classified(pieces(root), known), root)


def classified(found: Sequence[Piece], known: Collection[str]) -> list[Piece]:
    """Returns the pieces with their kinds, as the known captions and the markup tell."""
    lookup = frozenset(known)
    longest = max((len(caption) for caption in lookup), default=0)
    whole = (part for piece in _unbroken(found, lookup) for part in _taken_apart(piece, lookup))
    return [_classify(piece, lookup, longest) for piece in whole]


def _unbroken(found: Sequence[Piece], known: frozenset[str]) -> Iterator[Piece]:
    """Yields the pieces, those joined that are the lines of one caption: `Number of<br>members:`, a value behind it or not."""
    at = 0
    while at < len(found):
        width = 1
        joined = found[at]
        while width < _CAPTION_LINES and at + width < len(found) and found[at + width].tag is joined.tag:
            before = " ".join(piece.text for piece in found[at : at + width])
            width += 1
            if (met := _completed(before, found[at + width - 1], known)) is not None:
                joined = met
                break
        yield joined
        at += width if joined is not found[at] else 1


def _completed(before: str, last: Piece, known: frozenset[str]) -> Piece | None:
    """The piece that lines above and the beginning of another make, if together they are a known caption."""
    for cut in range(len(last.runs), 0, -1):
        caption = squash(" ".join((before, *last.runs[:cut])))
        if fold(caption) in known:
            rest = last.runs[cut:]
            return Piece(squash(" ".join((caption, *rest))), last.tag, last.kind, runs=(caption, *rest))
    return None


def _taken_apart(piece: Piece, known: frozenset[str]) -> Iterator[Piece]:
    """Yields the pairs of a line that holds several: each caption in an element of its own, or bars between `Caption: value`."""
    runs = piece.runs
    starts = [at for at, run in enumerate(runs) if _opens_pair(run, runs[at + 1 : at + 2], known)]
    if starts and (len(starts) > 1 or starts[0] > 0):
        for start, end in zip([0, *starts], [*starts, len(runs)], strict=True):
            if start < end:
                part = runs[start:end]
                yield Piece(squash(" ".join(part)).strip(_BARS), piece.tag, piece.kind, runs=part)
        return
    for bar in _BAR:
        parts = [part for part in bar.split(piece.text) if part]
        if len(parts) > 1 and all(":" in part and fold(part.partition(":")[0]) in known for part in parts):
            yield from (Piece(part, piece.tag, piece.kind, runs=(part,)) for part in parts)
            return
    yield piece


def _opens_pair(run: str, following: Sequence[str], known: frozenset[str]) -> bool:
    return fold(run) in known and (run.endswith(":") or any(text.startswith(":") for text in following))


def pair_pieces(items: Sequence[Piece], root: Tag) -> list[Pair]:
    """Returns the pairs among classified pieces; see `captioned`."""
    return [pair for _, pair in placed_pairs(items, root)]


def placed_pairs(items: Sequence[Piece], root: Tag) -> list[tuple[tuple[int, ...], Pair]]:
    """Returns the pairs among classified pieces, each with its places: that of its caption, then those of its values."""
    spans = _spans(items, root)
    before = {place for place in _numbers_before(items) if not _has_own_value(place, items, spans, root)}
    under = _under_captions(items, spans, root) | _beside_captions(items, spans, root)
    claimed: dict[int, tuple[int, ...]] = {}
    taken: set[int] = set()
    captions = [index for index, item in enumerate(items) if item.kind == "caption"]
    # A heading that is a caption too would else take the first value below it from a caption that is nearer.
    for index in sorted(
        captions, key=lambda index: (index not in under, index not in before, _width(index, items, spans, root), index)
    ):
        places = under[index] if index in under else _places(index, items, spans, before, root)
        claimed[index] = tuple(place for place in places if place not in taken)
        taken.update(claimed[index])
    further = _further_lines(items, spans, taken)
    return list(_pairs(items, claimed, taken, before, further))


def _walk(root: Tag) -> Iterator[tuple[str, Tag | NavigableString]]:
    """Yields start and end of every element and every text, without recursion: pages may be nested to any depth."""
    stack: list[tuple[str, Tag | NavigableString]] = [("start", root)]
    while stack:
        event, node = stack.pop()
        if isinstance(node, NavigableString):
            if not isinstance(node, PreformattedString):
                yield "text", node
            continue
        if node.name in _SILENT or (event == "start" and node.name == "form" and _is_search(node)):
            continue
        yield event, node
        if event == "start":
            stack.append(("end", node))
            children = [child for child in node.children if isinstance(child, (Tag, NavigableString))]
            stack += [("start", child) for child in reversed(children)]


def _is_search(form: Tag) -> bool:
    """Whether a form asks for something: a few words and a field to fill in. Some sites put a whole page into a form."""
    if form.find(["input", "select", "textarea"]) is None or form.find(_HEADINGS) is not None:
        return False
    words = 0
    for text in form.find_all(string=True):
        if not isinstance(text, PreformattedString) and text.find_parent(_SILENT) is None:
            words += len(text.split())
        if words > _SEARCH_WORDS:
            return False
    return True


def _silent_text(node: Tag) -> str:
    said = next((f" {node.get(name)} " for name in ("alt", "title", "aria-label") if node.get(name)), "")
    return "" if said and node.get_text(strip=True) else said


def _in_heading(tag: Tag) -> bool:
    return tag.name in _HEADINGS or any(parent.name in _HEADINGS for parent in tag.parents)


def _classify(piece: Piece, known: frozenset[str], longest: int) -> Piece:
    folded = fold(piece.text)
    if folded in known:
        dash = _DASH_VALUE.search(piece.text)  # a value that says nothing
        return _as(piece, "pair" if dash else "caption", folded, dash[1] if dash else "", known=True)
    found = _split_known(piece, known, longest)
    if found:
        return _as(piece, "pair", found[0], found[1], known=True)
    if piece.kind == "heading":
        return piece
    if _looks_like_caption(piece):
        return _as(piece, "caption", folded)
    parts = _SEPARATOR.split(piece.text, maxsplit=1)
    own = len(piece.runs) > 1 and piece.runs[0].endswith(":")
    if own and len(parts) == 2 and 0 < len(parts[0].split()) <= _CAPTION_WORDS:
        return _as(piece, "pair", fold(parts[0]), parts[1])
    return piece


def says_nothing(text: str) -> bool:
    """Returns whether a value says that nothing is known: a dash, `brak danych`, `n/a`.

    Example:
        >>> says_nothing("–"), says_nothing("Brak danych"), says_nothing("0")
        (True, True, False)
    """
    return fold(text) in _NOTHING


def _as(piece: Piece, kind: Literal["caption", "pair"], caption: str, value: str = "", *, known: bool = False) -> Piece:
    return Piece(piece.text, piece.tag, kind, caption, value, known, piece.runs)


def _split_known(piece: Piece, known: frozenset[str], longest: int) -> tuple[str, str] | None:
    """Splits `Caption: value`, `Caption - value`, `Caption ..... 82`, `90 Caption`, and runs of their own."""
    text = piece.text
    for met in reversed(list(_SEPARATOR.finditer(text[: longest + 10]))):
        if fold(text[: met.start()]) in known and text[met.end() :].strip():
            return fold(text[: met.start()]), text[met.end() :].strip()
    leader = _LEADERS.search(text)
    if leader and fold(text[: leader.start()]) in known:
        return fold(text[: leader.start()]), text[leader.end() :].strip(" .…·_")
    if len(piece.runs) > 1:
        for cut in range(1, len(piece.runs)):
            head, tail = squash(" ".join(piece.runs[:cut])), squash(" ".join(piece.runs[cut:]))
            if fold(head) in known:
                return fold(head), tail
            if fold(tail) in known:
                return fold(tail), head
    number = _NUMBER.match(text)
    if number and fold(text[number.end() :]) in known:
        return fold(text[number.end() :]), number[0].strip()
    return None


def _looks_like_caption(piece: Piece) -> bool:
    if len(piece.text.split()) > _CAPTION_WORDS:
        return False
    if piece.text.endswith(":"):
        return True
    for tag in (piece.tag, *piece.tag.parents):
        if tag.name == "dt":
            return True
        if tag.name == "th":
            row = tag.find_parent("tr")
            return row is not None and row.find("td") is not None
        if tag.name not in _INLINE and tag.name not in ("p", "div"):
            return False
    return False


def _spans(items: Sequence[Piece], root: Tag) -> dict[int, tuple[int, int]]:
    """For every element the first and the last piece inside it."""
    spans: dict[int, tuple[int, int]] = {}
    for index, item in enumerate(items):
        for tag in (item.tag, *item.tag.parents):
            first, _ = spans.get(id(tag), (index, index))
            spans[id(tag)] = (first, index)
            if tag is root:
                break
    return spans


def _numbers_before(items: Sequence[Piece]) -> set[int]:
    """Captions in runs that alternate numbers and captions, and begin with a number and end with a caption."""
    before: set[int] = set()
    run: list[int] = []
    for index in range(len(items) + 1):
        item = items[index] if index < len(items) else None
        if item is not None and (
            (item.kind == "caption" and item.known) or (item.kind == "value" and _is_number(item.text))
        ):
            run.append(index)
            continue
        if len(run) > 3 and items[run[0]].kind == "value" and items[run[-1]].kind == "caption":
            before.update(place for place in run if items[place].kind == "caption")
        run = []
    return before


def _under_captions(items: Sequence[Piece], spans: Mapping[int, tuple[int, int]], root: Tag) -> dict[int, list[int]]:
    """Captions of one entry that is set as a table of two rows, with the values below their captions."""
    found: dict[int, list[int]] = {}
    for table in root.find_all("table"):
        rows = [row for row in table.find_all("tr", limit=3) if row.find_parent("table") is table]
        if len(rows) != 2 or len(rows) != len(table.find_all("tr", limit=3)):
            continue
        heads, cells = ([_inside(cell, spans) for cell in _direct_cells(row)] for row in rows)
        captions = [place for inside in heads for place in inside]
        own = all(len(inside) == 1 and items[inside[0]].kind == "caption" for inside in heads)
        below = [items[place].kind == "caption" for inside in cells for place in inside]
        if (
            own
            and len(heads) == len(cells) > 1
            and sum(items[place].known for place in captions) > 1
            and not any(below)
        ):
            found |= {head[0]: list(cell) for head, cell in zip(heads, cells, strict=True)}
    return found


def _beside_captions(items: Sequence[Piece], spans: Mapping[int, tuple[int, int]], root: Tag) -> dict[int, list[int]]:
    """Captions that stand together in one part, with as many values together in the next part: the first belongs to the first."""
    found: dict[int, list[int]] = {}
    at = 0
    while at < len(items):
        end = at
        while end < len(items) and items[end].kind == "caption" and items[end].known:
            end += 1
        start = end - 1
        while start > at and _are_beside(items[start - 1].tag, items[end - 1].tag):
            start -= 1
        count = end - start
        values = range(end, end + count)
        if count > 1 and _is_part(range(start, end), items, spans, root) and _is_part(values, items, spans, root):
            found |= {place: [place + count] for place in range(start, end)}
        at = max(end, at + 1)
    return found


def _are_beside(first: Tag, second: Tag) -> bool:
    return first is second or first.parent is second.parent


def _is_part(places: range, items: Sequence[Piece], spans: Mapping[int, tuple[int, int]], root: Tag) -> bool:
    """Whether the pieces at these places, all of one kind, are all that a part of the page holds."""
    if places.stop > len(items) or any(items[place].kind != items[places.start].kind for place in places):
        return False
    for tag in (items[places.start].tag, *items[places.start].tag.parents):
        span = spans.get(id(tag), (0, -1))
        if span == (places.start, places.stop - 1):
            return True
        if tag is root or span[1] >= places.stop or span[0] < places.start:
            return False
    return False


def _direct_cells(row: Tag) -> list[Tag]:
    return [cell for cell in row.find_all(_CELLS) if cell.find_parent("tr") is row]


def _inside(tag: Tag, spans: Mapping[int, tuple[int, int]]) -> range:
    first, last = spans.get(id(tag), (0, -1))
    return range(first, last + 1)


def _has_own_value(index: int, items: Sequence[Piece], spans: Mapping[int, tuple[int, int]], root: Tag) -> bool:
    """Whether the smallest part that holds the caption and more has its value behind it: a row of a table, a box."""
    first, last, _ = _part(index, items, spans, root)
    captions = [place for place in range(first, last + 1) if items[place].kind in ("caption", "pair")]
    return captions == [index] and index < last and items[index + 1].kind == "value"


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def _places(
    index: int, items: Sequence[Piece], spans: Mapping[int, tuple[int, int]], before: set[int], root: Tag
) -> list[int]:
    """Returns where the values of a caption stand."""
    if index in before:
        return [index - 1] if items[index - 1].kind == "value" else []
    first, last, alone = _part(index, items, spans, root)
    behind = _run(range(index + 1, last + 1), items)
    captions = [place for place in range(first, last + 1) if items[place].kind in ("caption", "pair")]
    if len(captions) == 1 and not behind and not alone:
        return list(reversed(_run(range(index - 1, first - 1, -1), items)))
    if len(captions) > 1 and _alternates(items[first : last + 1]):
        return [index - 1]
    return behind if len(captions) < 2 else _alike(behind, items)


def _alike(places: Sequence[int], items: Sequence[Piece]) -> list[int]:
    """The first of some values and those behind it that are nested like it: what follows the last caption may be anything."""
    shapes = [[tag.name for tag in (items[place].tag, *items[place].tag.parents)] for place in places]
    end = next((at for at, shape in enumerate(shapes) if shape != shapes[0]), len(places))
    return list(places[:end])


def _part(index: int, items: Sequence[Piece], spans: Mapping[int, tuple[int, int]], root: Tag) -> tuple[int, int, bool]:
    """Returns first and last piece of the smallest part that holds the caption and more, and whether it is an empty slot.

    A row's other cell and a `dd` are the caption's own place: empty, they are its empty value.
    """
    for tag in (items[index].tag, *items[index].tag.parents):
        first, last = spans.get(id(tag), (index, index))
        if last > first:
            return first, last, False
        if tag.name == "tr" and len(tag.find_all(_CELLS, recursive=False)) > 1:
            return index, index, True
        if (
            tag.name == "dt"
            and (value := tag.find_next_sibling()) is not None
            and value.name == "dd"
            and id(value) not in spans
        ):
            return index, index, True
        if tag is root:
            break
    return index, index, True


def _width(index: int, items: Sequence[Piece], spans: Mapping[int, tuple[int, int]], root: Tag) -> int:
    first, last, _ = _part(index, items, spans, root)
    return last - first


def _run(places: range, items: Sequence[Piece]) -> list[int]:
    found: list[int] = []
    for place in places:
        if items[place].kind != "value":
            break
        found.append(place)
    return found


def _alternates(part: Sequence[Piece]) -> bool:
    kinds = [item.kind for item in part]
    return len(kinds) % 2 == 0 and all(kind == ("value", "caption")[place % 2] for place, kind in enumerate(kinds))


def _further_lines(
    items: Sequence[Piece], spans: Mapping[int, tuple[int, int]], taken: set[int]
) -> dict[int, tuple[int, ...]]:
    """The lines below a caption with its first value in one line, where the block holds no other caption; they are taken."""
    further: dict[int, tuple[int, ...]] = {}
    for index, item in enumerate(items):
        first, last = spans.get(id(item.tag), (index, index))
        if item.kind != "pair" or first != index or last == index or item.tag.name not in _LINE_BLOCKS:
            continue
        below = range(index + 1, last + 1)
        if all(items[place].kind == "value" and place not in taken for place in below):
            further[index] = tuple(below)
            taken.update(below)
    return further


def _stated(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(text for text in texts if not says_nothing(text))


def _pairs(
    items: Sequence[Piece],
    claimed: Mapping[int, tuple[int, ...]],
    taken: set[int],
    before: set[int],
    further: Mapping[int, tuple[int, ...]],
) -> Iterator[tuple[tuple[int, ...], Pair]]:
    for index, item in enumerate(items):
        if item.kind == "caption":
            places = claimed[index]
            yield (index, *places), Pair(item.caption, _stated(items[place].text for place in places), item.known)
        elif item.kind == "pair":
            places = further.get(index, ())
            lines = (item.value, *(items[place].text for place in places))
            yield (index, *places), Pair(item.caption, _stated(lines), item.known)
        elif item.kind == "value" and index not in taken and _is_number(item.text) and {index + 1, index + 2} & before:
            yield (index,), Pair("", (item.text,), known=False)
