"""What the site says in one language: texts, plural forms, numbers, dates, words for codes, and the alphabet.

The words are in `wording.yml`; a text that is missing there fails the build, a code without words is shown as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from inventory.dates import first_day

LANGUAGES: Final = ("pl", "en")
_LOCALES: Final[Mapping[str, str]] = {"pl": "pl_PL", "en": "en_GB"}
_LETTERS: Final = {letter: place for place, letter in enumerate("aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż")}
_PRECISIONS: Final[Mapping[int, str]] = {4: "y", 7: "LLLL y", 10: "d MMMM y"}


class WordingError(LookupError):
    """A text that a page needs and `wording.yml` does not hold. The message names key and language."""


class Wording:
    """The words of one language.

    Attributes:
        lang: `pl` or `en`.
    """

    def __init__(self, lang: str) -> None:
        """Reads the words of a language from `wording.yml`."""
        book = _book()
        self.lang = lang
        self._texts: Mapping[str, Mapping[str, str]] = book["texts"]
        self._counts: Mapping[str, Mapping[str, Mapping[str, str]]] = book["counts"]
        self._terms: Mapping[str, Mapping[str, Mapping[str, str]]] = book["terms"]
        self._locale = Locale.parse(_LOCALES[lang])
        self._dates: dict[str, str] = {}

    def text(self, key: str) -> str:
        """Returns the text under a key.

        Raises:
            WordingError: There is none; add it to `wording.yml` in both languages.
        """
        try:
            return self._texts[key][self.lang]
        except KeyError:
            raise WordingError(f"no text `{key}` in {self.lang}; add it to warehouse/site/wording.yml") from None

    def term(self, kind: str, code: str | None) -> str:
        """Returns the words for a code of a kind (`state`, `property`, ...), or the code itself."""
        if code is None:
            return self.text("unknown")
        head, _, tail = code.partition(".")
        words = self._terms[kind].get(code) or self._terms[kind].get(head)
        if words is None:
            return code.replace("_", " ")
        return (
            f"{words[self.lang]}: {tail.replace('_', ' ')}"
            if tail and code not in self._terms[kind]
            else words[self.lang]
        )

    def terms(self, kind: str) -> dict[str, str]:
        """Returns the words of all codes of a kind, in the order of `wording.yml`."""
        return {code: words[self.lang] for code, words in self._terms[kind].items()}

    def count(self, key: str, number: int) -> str:
        """Returns a text for a number in its plural form (CLDR), such as `3 klastry`."""
        return self._counts[key][self.lang][self._locale.plural_form(number)].format(n=self.number(number))

    def plurals(self, key: str) -> Mapping[str, str]:
        """Returns the plural forms of a text, by CLDR category, with `{n}` for the number."""
        return self._counts[key][self.lang]

    def number(self, value: float | None) -> str:
        """Returns a number in the format of the language: a whole number as such, another with one decimal."""
        if value is None:
            return "–"
        return format_decimal(value, "#,##0" if float(value).is_integer() else "#,##0.0", locale=self._locale)

    def decimal(self, value: float) -> str:
        """Returns a number in the format of the language with exactly one decimal."""
        return format_decimal(value, "#,##0.0", locale=self._locale)

    def date(self, text: str | None) -> str:
        """Returns a date of reduced ISO precision in words of the same precision; other text as it stands."""
        if not text:
            return ""
        known = self._dates.get(text)
        if known is None:
            known = self._dates[text] = self._date_in_words(text)
        return known

    def _date_in_words(self, text: str) -> str:
        day = first_day(text)
        pattern = None if "Q" in text else _PRECISIONS.get(len(text))
        return text if day is None or pattern is None else format_date(day, pattern, locale=self._locale)


def alphabet(text: str) -> tuple[tuple[int, int | str], ...]:
    """Returns the key that sorts texts by the Polish alphabet; signs come first, other letters last."""
    plain = text.casefold()
    return tuple(
        (1, _LETTERS[c]) if c in _LETTERS else (2 if c.isalpha() else 0, c) for c in plain if c.isalnum() or c == " "
    )


@lru_cache(maxsize=1)
def _book() -> Mapping[str, Any]:
    read: Mapping[str, Any] = yaml.load((Path(__file__).parent / "wording.yml").read_bytes(), Loader=yaml.CSafeLoader)
    return read
