"""Facts about bodies that a page states in sentences (`X (Y), of Kokotow, working in wood, was founded in 2010.`).

A sentence counts only where its subject is a name and its predicate one of those below; a sentence whose subject is "it" or
"the cluster" speaks of the body before. Everything else on a page of news is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sources.countries import country_code
from sources.dates import dates_in, printed_date
from sources.numbers import count
from sources.text import fold, squash
from sources.voivodeships import TOWNS, voivodeship

# A short word before the full stop is an abbreviation (`im.`, `Sp. z o.o.`), no end.
_SENTENCE: Final = re.compile(r"(?<=[\w)”\"’»]{2})(?<!\bim)(?<!\b[Ss]p)(?<!\bSt)[.!]\s+(?=[^\W\d_a-z])|(?<=\))[.!]\s+")
_VERB: Final = re.compile(
    r"\s(?:is|are|was|were|has|have|holds?|counts?|gathers?|unites?|brings?|associates?|began|begins?|starts?|started|"
    r"received|receives|obtained|earned|got|works?|operates?|had|won|joined)\s"
)
_SECTOR: Final = re.compile(
    r",?\s+(?:working|active|operating|specialis\w+|specializ\w+)\s+in\s+(?P<it>[^,()]+(?:\s?\([^()]*\)|,\s[^,()]+)*?),?$"
)
_PLACE: Final = re.compile(r",\s+(?:of|from|in|based in|located in|seated in)\s+(?P<it>[^()]+?),?$")
_BRACKET: Final = re.compile(r"\s*\((?:in\s\w+:\s*)?(?P<it>(?:[^()]|\([^()]*\))+)\),?$")
_NAMED: Final = re.compile(r"^\s*is (?:named|mentioned|listed|presented) here\b")
_GENERIC: Final = re.compile(
    r"^(?:it|they|its (?:office|seat|headquarters)|"
    r"(?:the|this|our|its) (?:cluster|organisation|organization|initiative|association|body|network|\w+ cluster))$",
    re.IGNORECASE,
)
_NO_NAME: Final = re.compile(
    r"^(?:[Tt]he (?!.*[A-Z])|[Aa]n? |(?:[Tt]h(?:is|ese|ose|at|ere)|[Ee](?:ach|very)|[Aa]ll|[Ss]ome|[Ii]ts?|[Oo]ur|[Ww]e|[Ww]ho) )"
)
# Stems of the word in the languages of the platform's members; a name may hold no capital but this word.
_CLUSTER: Final = re.compile(r"klast|kla[sš]ter|cluster|clúster|klaszter|grozd|клъстер|кластер", re.IGNORECASE)
_APART: Final = re.compile(r";\s|\s/\s|,\s(?=[A-ZŁŚŻ0-9][\w.-]{1,11}(?:[;,]|$)|[^,;]*(?:klast|cluster))", re.IGNORECASE)
_NAME_WORDS: Final = 16
_END: Final = r"(?=,?\s+and\s+(?:is|was|has|holds|began|works|counts)\b|[.;]|$)"
_NUMBER: Final = (
    r"(?P<it>(?:(?:over|more than|above|nearly|almost|about|around|approximately|some|at least)\s+)?\d[\d\s.,]*\+?)"
)
_LABEL: Final = r"(?:holds?|has|received|earned|obtained|got|won|(?:been |was )?awarded(?: with)?)\s+(?:(?:the|an?|its)\s+)?(?:[A-Z]\w+\s+){0,3}"
_PATTERNS: Final[Mapping[str, re.Pattern[str]]] = {
    "founded": re.compile(
        r"\b(?:founded|established|created|formed|set up)\s+(?:(?:in|on|since|back in)\s+)?(?P<it>[^.;]{4,40})"
    ),
    "label": re.compile(_LABEL + r"(?P<it>gold|silver|bronze)\b", re.IGNORECASE),
    "label_valid_until": re.compile(r"\blabel\b[^.;]*?\bvalid (?:until|to|till)\s+(?P<it>[^.;]{4,40})"),
    "members_total": re.compile(
        r"\b(?:has|have|counts?|gathers?|unites?|associates?|brings together)\s+" + _NUMBER + r"\s*members\b"
    ),
    "founding_members": re.compile(r"\b" + _NUMBER + r"\s*(?:founding members|founders)\b"),
    "age_years": re.compile(r"\bis\s+(?P<it>\d{1,3})\s+years\s+old\b"),
    "coordinator": re.compile(r"\b(?:is|are)\s+(?:coordinated|managed)\s+by\s+(?P<it>[^.;]+?)" + _END),
    "sector": re.compile(r"\b(?:in the field of|works? in the field of)\s+(?P<it>[^.;]+?)" + _END),
    "areas": re.compile(r"\bworks? in (?:this field|these fields):\s*(?P<it>.+?)\.?$"),
    "city": re.compile(
        r"\b(?:office|seat|headquarters)\s+(?:is|are)\s+(?:located\s+)?(?:in|at)\s+(?P<it>[^.;,]+?)" + _END
    ),
    "voivodeship": re.compile(r"\bin the voivodeship of\s+(?P<it>[^.;,]+?)" + _END),
    "website": re.compile(r"\bweb ?site(?: is|:)\s+(?P<it>\S+[^\s.,;])"),
}


@dataclass(slots=True)
class Mention:
    """A body that the text names, with what it states of it.

    Attributes:
        name: Name as printed, without brackets.
        fields: Record fields.
    """

    name: str
    fields: dict[str, Any] = field(default_factory=dict)


def mentions(texts: Iterable[str], regions: Collection[str] = ()) -> list[Mention]:
    """Returns the bodies that the texts name by sentences of the known patterns, in their order, each once.

    Args:
        texts: Paragraphs.
        regions: Folded names of regions, to tell them from towns behind "of".
    """
    found: dict[str, Mention] = {}
    last: Mention | None = None
    for sentence in sentences(texts):
        subject, predicate = _parts(sentence)
        stated = facts(predicate)
        if not subject or not (stated or _NAMED.match(predicate)):
            continue
        if _GENERIC.match(subject):
            if last is not None:
                last.fields |= {key: value for key, value in stated.items() if key not in last.fields}
            continue
        name, modifiers = _read_subject(subject, regions)
        if not is_name(name):
            continue
        last = found.setdefault(fold(name), Mention(name))
        last.fields |= modifiers | stated
    return list(found.values())


def sentences(texts: Iterable[str]) -> list[str]:
    """Returns the sentences of the texts, one line each."""
    return [part for text in texts for part in (squash(piece) for piece in _SENTENCE.split(squash(text))) if part]


def facts(text: str) -> dict[str, Any]:
    """Returns the record fields that the predicate of a sentence states."""
    stated: dict[str, Any] = {}
    for name, pattern in _PATTERNS.items():
        met = pattern.search(text)
        value = _value(name, met["it"]) if met else None
        if value is None:
            continue
        if isinstance(value, tuple):
            stated[name], qualifier = value
            if qualifier and name == "members_total":
                stated["members_qualifier"] = qualifier
        else:
            stated[name] = value
    return stated


def is_name(text: str) -> bool:
    """Returns whether a subject may be the name of a body: it begins like one, or holds the word cluster; no mere country.

    Example:
        >>> is_name("Hellenic BioCluster"), is_name("kaliski klaster lotniczy"), is_name("The number of seats"), is_name("Poland")
        (True, True, False, False)
        >>> is_name("Cluster managers"), is_name("IT Valley"), is_name("Technologia w medycynie")
        (False, True, True)
    """
    words = re.findall(r"\w+", text)
    if not words or len(words) > _NAME_WORDS or _NO_NAME.match(text) or country_code(text):
        return False
    if _CLUSTER.fullmatch(words[0]) and all(word.islower() for word in words[1:]) and len(words) <= 2:
        return False
    return text[0].isupper() or text[0].isdigit() or bool(_CLUSTER.search(text)) or any(map(str.isupper, text))


def aliases_in(text: str) -> list[str]:
    """Returns the names in a bracket: `in Polish: Klaster X, KX` gives two.

    A comma parts names only where an acronym or a text that says cluster follows: names hold commas, too.

    Example:
        >>> aliases_in("in Polish: Klaster Wody, Ziemi i Powietrza, KWZP"), aliases_in("Klaster A / A Cluster")
        (['Klaster Wody, Ziemi i Powietrza', 'KWZP'], ['Klaster A', 'A Cluster'])
    """
    bare = re.sub(r"^\s*(?:in\s+\w+|po polsku|polish|english)\s*:\s*", "", text, flags=re.IGNORECASE)
    return [name for name in (squash(part) for part in _APART.split(bare)) if name]


def place_fields(text: str, regions: Collection[str]) -> dict[str, str]:
    """Returns country, voivodeship, region or city that `Kokotow`, `Centru, Romania`, `Poland` name."""
    fields: dict[str, str] = {}
    for part in (squash(part) for part in text.split(",")):
        if code := country_code(part):
            fields["country"] = code
        elif (name := voivodeship(part)) and fold(part) not in TOWNS:
            fields["voivodeship"] = name
        elif fold(part) in regions:
            fields["region"] = part
        elif part:
            fields.setdefault("city", part)
    return fields


def _parts(sentence: str) -> tuple[str, str]:
    for met in _VERB.finditer(sentence):
        if sentence.count("(", 0, met.start()) == sentence.count(")", 0, met.start()):
            return sentence[: met.start()].strip(), sentence[met.start() :]
    return "", sentence


def _read_subject(subject: str, regions: Collection[str]) -> tuple[str, dict[str, Any]]:
    fields: dict[str, Any] = {}
    rest = subject
    while True:
        if (met := _SECTOR.search(rest)) and "sector" not in fields:
            fields["sector"] = squash(met["it"])
        elif met := _BRACKET.search(rest):
            fields["aliases"] = aliases_in(met["it"]) + fields.get("aliases", [])
        elif met := _PLACE.search(rest):
            fields |= place_fields(met["it"], regions)
        else:
            return rest.strip(" ,"), fields
        rest = rest[: met.start()]


def _value(name: str, text: str) -> Any:
    if name in ("founded", "label_valid_until"):
        first = next(iter(dates_in(text)), None)
        starts = first is not None and fold(text).startswith(first[0][:3])
        return printed_date(text) if starts or re.match(r"[^\d]{0,12}\d", text) else None
    if name in ("members_total", "founding_members", "age_years"):
        number = count(text)
        return tuple(number) if number else None
    if name == "label":
        return text.casefold()
    if name == "voivodeship":
        return voivodeship(text)
    return squash(text).rstrip(" .,") or None
