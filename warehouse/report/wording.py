"""Sentences of one language: keys become figures, numbers get their format, nouns their plural form.

`texts.<lang>.yml` holds every word. In a sentence, within braces:

- `{number_of_clusters}`: the figure under that key;
- `{number_of_clusters:cluster}`: with the noun `cluster` in the form that the number asks for (CLDR plurals);
- `{previous number_of_clusters}`: the figure of the release compared with;
- `{top 3 number_of_clusters by voivodeship}`: the three greatest, with names;
- `{as_of}`, `{version}` ...: a fact about the release;
- `{=2015}`: a number that belongs to the rule told, not to the statistics.

What stands in square brackets is left out where its figure counts clusters of an `unknown` value and there are none:
statistics have a row for `unknown` only where something is unknown.

A digit outside of braces is an error, so that no figure is ever typed by hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml
from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from inventory.dates import first_day
from warehouse.report.figures import Figures, key_of
from warehouse.report.model import DASH, Line, Number, Origin, Piece, Words

LANGS: Final = ("pl", "en")
_LOCALES: Final[Mapping[str, str]] = {"pl": "pl_PL", "en": "en_GB"}
_TOKEN: Final = re.compile(r"\{([^{}]+)\}")
_OPTIONAL: Final = re.compile(r"\[([^\[\]]*)\]")
_TOP: Final = re.compile(r"top (?P<count>\d+) (?P<statistic>\w+) by (?P<dimension>\w+)")
_DATE_FORMS: Final[Mapping[int, Mapping[str, str]]] = {
    4: {"pl": "y", "en": "y"},
    7: {"pl": "LLLL y", "en": "MMMM y"},
    10: {"pl": "d MMMM y", "en": "d MMMM y"},
}
_TENTHS: Final = ("age_mean", "members_mean", "share_", "clusters_per_", "potential_clusters_per_", "bodies_per_")
"""Beginnings of keys whose figures always show one decimal, so that columns line up."""
_WHOLE: Final = ("estimated_number", "year", "founded_", "members_total", "members_max")
"""Beginnings of keys whose figures are shown without decimals."""


class WordingError(ValueError):
    """A sentence that cannot be printed. The message names the text and the remedy."""


class Wording:
    """The words of one language, with the figures at hand.

    Attributes:
        lang: `pl` or `en`.
    """

    def __init__(  # noqa: PLR0913 - what a sentence may draw on
        self,
        lang: str,
        figures: Figures,
        previous: Figures | None = None,
        *,
        facts: Mapping[str, str] | None = None,
        terms: Mapping[str, Mapping[str, str]] | None = None,
        texts: Mapping[str, Any] | None = None,
    ) -> None:
        """Takes the words of a language.

        Args:
            lang: `pl` or `en`.
            figures: Figures of this release.
            previous: Figures of the release compared with, or None.
            facts: Facts about the release as shown (`as_of`, `version` ...).
            terms: Words for the codes of tables (sectors, voivodeships), by kind and code.
            texts: Words in place of those of `texts.<lang>.yml`.
        """
        self.lang = lang
        self._figures, self._previous = figures, previous
        self._facts, self._terms = dict(facts or {}), dict(terms or {})
        self._texts = _texts(lang) if texts is None else texts
        self._locale = Locale.parse(_LOCALES[lang])

    def phrase(self, key: str) -> str:
        """Returns a fixed phrase (caption, head of a column).

        Raises:
            WordingError: There is none.
        """
        try:
            return str(self._texts["phrases"][key])
        except KeyError:
            raise WordingError(f"no phrase `{key}` in texts.{self.lang}.yml; add it there") from None

    def phrases(self) -> dict[str, str]:
        """Returns all fixed phrases."""
        return dict(self._texts["phrases"])

    def term(self, kind: str, code: str | None) -> str:
        """Returns the words for a code of a kind (`state`, `criterion` ...); without words the code as it stands."""
        if code is None:
            return DASH
        if kind == "label_level":
            label, _, level = code.partition("|")
            return ": ".join([self.term("label", label), *([self.term("level", level)] if level else [])])
        if code == "unknown":
            return self.phrase("unknown")
        words = self._texts["terms"].get(kind, {}).get(code) or self._terms.get(kind, {}).get(code)
        return str(words) if words is not None else code.replace("_", " ")

    def relation(self, code: str) -> str:
        """Returns the words before a published figure: nothing for an exact one, `over ` ..."""
        return str(self._texts["terms"]["relation"].get(code, ""))

    def chapter(self, key: str) -> str:
        """Returns the title of a chapter."""
        return str(self._texts["chapters"][key])

    def tiles(self) -> Mapping[str, Mapping[str, str]]:
        """Returns the key figures: key, unit and note of each."""
        tiles: Mapping[str, Mapping[str, str]] = self._texts["tiles"]
        return tiles

    def text(self, key: str) -> Line:
        """Returns a sentence with its figures.

        Raises:
            WordingError: There is no such text, or it is written wrongly.
            UnknownFigureError: It names a figure that does not exist.
        """
        try:
            template = self._texts["texts"][key]
        except KeyError:
            raise WordingError(f"no text `{key}` in texts.{self.lang}.yml; add it there") from None
        return self.filled(template, key)

    def lines(self, key: str) -> tuple[Line, ...]:
        """Returns a list of sentences; raises as `text` does."""
        return tuple(self.filled(template, key) for template in self._texts["lists"][key])

    def filled(self, template: str, key: str) -> Line:
        """Returns a sentence with its figures in place; `key` is named in errors, which are those of `text`."""
        pieces: list[Piece] = []
        kept = _OPTIONAL.sub(lambda found: "" if self._nothing_unknown(found[1]) else found[1], template)
        for place, part in enumerate(_TOKEN.split(kept)):
            if place % 2:
                pieces.extend(self._token(part, key))
            elif re.search(r"\d", part):
                raise WordingError(
                    f"text `{key}` in texts.{self.lang}.yml has a bare digit in “{part.strip()}”: "
                    "take the figure by its key, or write {=...} if it belongs to the rule told"
                )
            elif part:
                pieces.append(Words(part))
        return tuple(pieces)

    def _nothing_unknown(self, part: str) -> bool:
        keys = [token.partition(":")[0] for token in _TOKEN.findall(part)]
        return any(key.endswith("=unknown") and not self._figures.has(key) for key in keys)

    def _token(self, token: str, key: str) -> Line:
        if token.startswith("="):
            return (Number(token[1:], "method", key),)
        if token in self._facts:
            return (Number(self._facts[token], "fact", f"about.{token}"),)
        top = _TOP.fullmatch(token)
        if top:
            return self._top(int(top["count"]), top["statistic"], top["dimension"])
        name, _, noun = token.removeprefix("previous ").partition(":")
        number = self.previous(name) if token.startswith("previous ") else self.number(name)
        return (number, Words(f"\N{NO-BREAK SPACE}{self._noun(noun, number)}")) if noun else (number,)

    def _noun(self, noun: str, number: Number) -> str:
        forms = self._texts["nouns"].get(noun)
        if forms is None:
            raise WordingError(f"no noun `{noun}` in texts.{self.lang}.yml; add its plural forms there")
        shown = _shown(number.key, number.value) if number.value is not None else Decimal(0)
        return str(forms[self._locale.plural_form(shown)])

    def _top(self, count: int, statistic: str, dimension: str) -> Line:
        ranked = self._figures.ranked(statistic, dimension)[:count]
        if not ranked:
            return (Words(self.phrase("none")),)
        parts: list[Line] = [
            (
                Words(self.term(dimension, value), key=f"statistics.dimension_value/{value}"),
                Words(" ("), self.number(key_of(statistic, dimension, value)), Words(")"),
            )
            for value in ranked
        ]  # fmt: skip
        return joined(parts, self._locale)

    def number(self, key: str) -> Number:
        """Returns a figure of this release in the format of the language.

        Raises:
            UnknownFigureError: There is no such figure.
        """
        return self._number(self._figures, key, "statistic")

    def previous(self, key: str) -> Number:
        """Returns a figure of the release compared with.

        Raises:
            UnknownFigureError: There is no such figure.
            WordingError: There is no such release.
        """
        if self._previous is None:
            raise WordingError(f"`{key}` is asked of a release to compare with, and none is given")
        return self._number(self._previous, key, "previous")

    def _number(self, figures: Figures, key: str, origin: Origin) -> Number:
        value = figures.value(key)
        return Number(self.formatted(key, value), origin, key, value)

    def formatted(self, key: str, value: float | None) -> str:
        """Returns a number as shown: as many decimals as its kind deserves, years without groups of digits."""
        if value is None:
            return DASH
        shown = _shown(key, value)
        if key.startswith(("founded_", "year")):
            return str(shown)
        return format_decimal(shown, format="#,##0.0" if shown.as_tuple().exponent else "#,##0", locale=self._locale)

    def date(self, text: str | None, key: str) -> Line:
        """Returns a date of reduced ISO precision in words; `key` names the published fact."""
        if not text:
            return (Words(DASH),)
        return (Number(self.date_in_words(text), "fact", key),)

    def date_in_words(self, text: str) -> str:
        """Returns a date of reduced ISO precision in words of that precision; other text as it stands."""
        day, form = first_day(text), _DATE_FORMS.get(len(text))
        return text if day is None or form is None else format_date(day, form[self.lang], locale=self._locale)


_ALPHABET: Final = "0123456789aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż"


def polish_order(text: str) -> tuple[tuple[int, int], ...]:
    """Returns a sort key: letters in the order of the Polish alphabet, then other signs by code point."""
    return tuple(
        (0, _ALPHABET.index(sign)) if sign in _ALPHABET else (1, ord(sign))
        for sign in text.casefold()
        if sign.isalnum()
    )


def joined(parts: Sequence[Line], locale: Locale) -> Line:
    """Returns lines as `a, b and c`."""
    pattern = format_list([f"\x00{place}\x00" for place in range(len(parts))], locale=locale)
    pieces: list[Piece] = []
    for place, part in enumerate(pattern.split("\x00")):
        if place % 2:
            pieces.extend(parts[int(part)])
        elif part:
            pieces.append(Words(part))
    return tuple(pieces)


def _shown(key: str, value: float) -> Decimal:
    number = Decimal(str(value))
    tenths = key.startswith(_TENTHS) and "#" not in key
    whole = not tenths and (key.startswith(_WHOLE) or number == number.to_integral_value())
    return number.quantize(Decimal(1)) if whole else number.quantize(Decimal("0.1"))


@lru_cache(maxsize=len(LANGS))
def _texts(lang: str) -> Mapping[str, Any]:
    read: Mapping[str, Any] = yaml.load(
        (Path(__file__).parent / f"texts.{lang}.yml").read_bytes(), Loader=yaml.CSafeLoader
    )
    return read
