"""The category mark of an entry of PARP's map, read from words: the entry's own, its image's, or those of the page's legend.

Names of files and classes mean nothing by themselves; where a legend on the same page explains an image, the same image means
the same in a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from bs4 import Tag

from sources.captions import pieces
from sources.text import fold

_WORDED: Final = ("alt", "title", "aria-label")
_SHORT: Final = 4  # a sign in a legend is a letter or two, or `KKK`
_NEAR: Final = 5  # texts, blank ones included, between a sign and its explanation

Signature = tuple[str, str, str]


@dataclass(slots=True)
class Marks:
    """What the signs of a page mean.

    Attributes:
        phrases: Folded phrase of the card to mark.
        signs: Short text to mark: the card's letters, then what the page's legend says.
        images: What a wordless or lettered element looks like, to mark, as the legend says.
    """

    phrases: Mapping[str, str]
    signs: dict[str, str]
    images: dict[Signature, str] = field(default_factory=dict)

    def said(self, text: str) -> str | None:
        """Returns the mark whose phrase a text begins with or is, or None."""
        bare = fold(text)
        return next((mark for phrase, mark in self.phrases.items() if bare.startswith(phrase)), None)

    def learn(self, page: Tag) -> None:
        """Reads the legend: a sign, then one of the card's phrases."""
        for piece in pieces(page):
            for sign, words in zip(piece.runs, piece.runs[1:], strict=False):
                if len(sign) <= _SHORT and (mark := self.said(words)):
                    self.signs[fold(sign)] = mark
        for element in page.find_all(_is_sign):
            texts = (
                str(text) for text in element.find_all_next(string=True, limit=_NEAR) if text.parent is not element
            )
            words = next((text for text in texts if text.strip()), "")
            if mark := self.said(words):
                self.images.setdefault(_signature(element), mark)

    def of(self, block: Tag) -> str | None:
        """Returns the mark of an entry's part of the page, or None where it says none."""
        for words in _words(block):
            if mark := self.said(words):
                return mark
        for element in [block, *block.find_all()]:
            if mark := self.images.get(_signature(element)):
                return mark
        signs = [run for piece in pieces(block) for run in piece.runs if fold(run) in self.signs]
        return self.signs[fold(signs[0])] if signs else None

    def alone(self, page: Tag) -> str | None:
        """Returns the mark of a page that speaks of one entry; a piece with the words of several marks is a legend."""
        said = [{mark for words in (piece.text, *piece.runs) if (mark := self.said(words))} for piece in pieces(page)]
        single = [marks.pop() for marks in said if len(marks) == 1]
        return single[0] if single else None if any(said) else self.of(page)


def _words(block: Tag) -> Iterator[str]:
    for element in [block, *block.find_all()]:
        yield from (str(element.get(name)) for name in _WORDED if element.get(name))
    for piece in pieces(block):
        yield from (piece.text, *piece.runs)


def _is_sign(element: Tag) -> bool:
    text = fold(element.get_text(" "))
    return element.find() is None and len(text) <= _SHORT and (element.name == "img" or bool(element.get("class")))


def _signature(element: Tag) -> Signature:
    look = element.get("src") or element.get("class") or ""
    return (element.name, look if isinstance(look, str) else " ".join(look), fold(element.get_text(" ")))
