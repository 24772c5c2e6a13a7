"""The words of a name: folded and split; and the names that one printed name holds.

Belongs here: text in, text out. Does not belong here: what the words mean (`lexicon`, `parsing`), misprints (`mending`), or comparing two names.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import polars as pl
from ftfy import fix_text

from inventory.identity.lexicon import Lexicon

ACRONYM = r"^[A-ZĄĆĘŁŃÓŚŹŻ][A-Za-z0-9ĄĆĘŁŃÓŚŹŻ&]*[A-ZĄĆĘŁŃÓŚŹŻ][A-Za-z0-9]?$"
"""A word written as an acronym."""
LONGEST_ACRONYM = 7
BRACKET = r"[(\[]([^()\[\]]*)[)\]]"

_LETTERS = str.maketrans(
    {"ł": "l", "Ł": "L", "ß": "ss", "ø": "o", "Ø": "O", "đ": "d", "æ": "ae", "ı": "i", "&": " ", "'": "", "’": ""}
)
# A text of these letters alone is not mojibake: the first byte of a Polish letter in UTF-8 is never read as one of them.
_SOUND = "[ !-%'-~ąćęłńóśźżĄĆĘŁŃÓŚŹŻ„”–]*"
_ACCENTED, _PLAIN = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ„”", 'acelnoszzACELNOSZZ""'
_SOUND_TO_PLAIN = str.maketrans(_ACCENTED, _PLAIN, "'")
_SOUND_TEXT = re.compile(_SOUND)
_WORD = re.compile(r"[a-z0-9]+")
_BRACKET = re.compile(BRACKET)
_ALTERNATIVES = re.compile(r"[(\[/|;„“”\"«»]|\s[-–—]\s")
_DASH = re.compile(r"\s[-–—]\s")
_QUOTED = re.compile(r"[„“\"«]([^„“”\"«»]{3,})[”“\"»]")
_NOTE = re.compile(
    r"[(\[][^()\[\]]*\b(?:no proper name|name not (?:in|given|stated)|unnamed|bez nazwy|brak nazwy|nazwy? nie ?znan)"
    r"[^()\[\]]*[)\]]",
    re.IGNORECASE,
)
_BEARER = re.compile(
    r"[\s,;(–—-]*\b(?:reprezentowan\w*|koordynowan\w*|prowadzon\w*|zarz[ąa]dzan\w*|administrowan\w*)\s+przez\b"
    r"|[\s,;(–—-]*\b(?:represented|coordinated|managed|led|run|operated)\s+by\b"
    r"|[\s,;(–—-]+(?:koordynator|coordinator|lider|leader)\s*:",
    re.IGNORECASE,
)
_QUOTES = '„“”"«» '
_CLUSTER_TAIL = re.compile(r"^(\w{3,}?)(cluster|klaster|klastr)$")


@lru_cache(maxsize=1_000_000)
def fold(text: str) -> str:
    """Returns the text repaired, in lower case, without diacritics; for comparison only, never for display.

    Example:
        >>> fold("Łódzki Klaster „Żywność”")
        'lodzki klaster "zywnosc"'
    """
    if _SOUND_TEXT.fullmatch(text):
        return " ".join(text.translate(_SOUND_TO_PLAIN).lower().split())
    repaired = fix_text(text).translate(_LETTERS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", repaired) if not unicodedata.combining(c))
    return " ".join(plain.casefold().translate(_LETTERS).split())


def words(text: str) -> list[str]:
    """Returns the folded words of a text, the word cluster cut off compounds such as `Biocluster`.

    Example:
        >>> words("Infoklaster Logistyczno-Transportowy „Północ”")
        ['info', 'klaster', 'logistyczno', 'transportowy', 'polnoc']
    """
    found: list[str] = []
    for word in _WORD.findall(fold(text)):
        tail = _CLUSTER_TAIL.match(word)
        found.extend(tail.groups() if tail else (word,))
    return found


def split_words(texts: pl.Series, *, tails: bool = True) -> pl.Series:
    """Returns `words` of each text, as a series of lists; set-based, for a million of them.

    Args:
        texts: Texts as printed.
        tails: Whether the word cluster is cut off compounds.
    """
    distinct = texts.to_frame("text").with_columns(sound=pl.col("text").str.contains(f"^{_SOUND}$"))
    odd = distinct.filter(~pl.col("sound"))["text"].unique().to_list()
    plain = pl.col("text").str.replace_all("'", "", literal=True)
    plain = plain.str.replace_many(list(_ACCENTED), list(_PLAIN)).str.to_lowercase()
    folded = distinct.with_columns(folded=pl.when("sound").then(plain))
    if odd:
        told = pl.DataFrame({"text": odd, "odd": [fold(text) for text in odd]})
        folded = folded.join(told, on="text", how="left", maintain_order="left")
        folded = folded.with_columns(folded=pl.coalesce("folded", "odd"))
    bare = folded["folded"].str.replace_all("[^a-z0-9]+", " ").str.strip_chars(" ")
    tail = r"\b([a-z0-9]{3,}?)(cluster|klaster|klastr)\b"
    bare = (bare.str.replace_all(tail, "${1} ${2}") if tails else bare).str.split(" ")
    return bare.list.eval(pl.element().filter(pl.element() != ""))


def without_bearer(text: str) -> str:
    """Returns a name without the body that stands behind it, which is another name, and without a note that there is none.

    Example:
        >>> without_bearer("Klaster Zorgan reprezentowany przez Fundację Bielik")
        'Klaster Zorgan'
    """
    text = _NOTE.sub(" ", text).strip()
    return _BEARER.split(text, maxsplit=1)[0].strip() or text


def variants(text: str, lexicon: Lexicon) -> list[str]:
    """Returns the names that one printed name holds: the whole, and what stands beside a slash, dash, in quotes or brackets.

    Example:
        >>> from inventory.identity.lexicon import load_lexicon
        >>> variants("Baltic Sea & Space Cluster / BSSC Cluster", load_lexicon())
        ['Baltic Sea & Space Cluster / BSSC Cluster', 'Baltic Sea & Space Cluster', 'BSSC Cluster']
        >>> variants("Bydgoszcz Industrial Cluster (BIC)", load_lexicon())
        ['Bydgoszcz Industrial Cluster', 'BIC']
        >>> variants("Zorgan - Klaster Innowacji Drzewnych", load_lexicon())
        ['Zorgan - Klaster Innowacji Drzewnych', 'Zorgan', 'Klaster Innowacji Drzewnych']
    """
    text = without_bearer(text)
    if not _ALTERNATIVES.search(text):
        return [text]
    outside = " ".join(_BRACKET.sub(" ", text).split())
    inside = [part.strip() for part in _BRACKET.findall(text)]
    found = [text]
    acronyms = all(
        re.fullmatch(ACRONYM, part) and len(part) <= LONGEST_ACRONYM and not lexicon.find(words(part))
        for part in inside
    )
    if outside and inside and acronyms:
        found = [outside, *inside]
    parts = [p.strip() for p in re.split(r"\s/\s|\s\|\s|;", text)]
    if len(parts) > 1 and all("luster" in p.lower() or "laster" in p.lower() for p in parts):
        found.extend(parts)
    sides = [side.strip(_QUOTES) for side in _DASH.split(outside)]
    if len(sides) == 2 and all(_tells(side, lexicon) for side in sides):
        found.extend(sides)
    found.extend(part.strip() for part in _QUOTED.findall(outside) if _tells(part, lexicon))
    return list(dict.fromkeys(found))


def _tells(text: str, lexicon: Lexicon) -> bool:
    """Tells whether a part of a name could stand for it: it has a word that no lexicon has, or two, one of which tells."""
    terms = [lexicon.find([word]) for word in words(text) if len(word) > 1]
    kinds = [lexicon.kind[term.concept.split("+")[0]] if term else "proper" for term in terms]
    said = [kind for kind in kinds if kind not in {"generic", "scope"}]
    return "proper" in said or (len(said) > 1 and set(said) != {"weak"})
