"""What is known of each record, as matrices: a row per record or name, a column per concept, place, domain or year.

Belongs here: reading names and statements into matrices. Does not belong here: comparing two records.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import numpy as np
import polars as pl
import tldextract
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]

from inventory.identity.names import (
    KINDS,
    Lexicon,
    Name,
    fold,
    kind_of,
    load_lexicon,
    misprints,
    parse_name,
    variants,
    words,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Matrix: TypeAlias = Any  # scipy.sparse.csr_matrix; scipy has no types

_NAME_PROPERTIES = ("name", "aliases", "former_name")
_PRIOR_NAMES = 300.0
# Share of names that a concept of a kind is met in, before any name is counted: keeps weights sensible in a short list.
_PRIOR_SHARE = {
    "weak": 0.05,
    "scope": 0.06,
    "direction": 0.02,
    "place": 0.02,
    "local": 0.004,
    "sector": 0.015,
    "proper": 0.002,
}
# A kind's part in the likeness of two names: words of organisation and quality are left out and translated freely.
_KIND_WEIGHT = {"weak": 0.35, "scope": 0.4, "direction": 1.0, "place": 1.0, "local": 1.0, "sector": 1.0, "proper": 1.2}

# Top-level domains that tell a country; those sold to everybody (.eu, .io, .tv, .me, .co, .info) do not.
_COUNTRY_TAILS = frozenset(
    "at be bg ch cz de dk ee es fi fr gr hr hu ie it lt lu lv nl no pl pt ro rs se si sk ua".split()  # noqa: SIM905
)

_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@dataclass(frozen=True)
class NameForms:
    """What is compared of whole names, as numbers: equal numbers mean equal values. Index: name.

    Attributes:
        meaning: Number of its set of concepts.
        surface: Number of its surface, see `names.Name`.
        lang: Number of its language.
        alone: Whether it is an acronym alone.
        energy: Whether it is called an energy cluster.
    """

    meaning: Ints
    surface: Ints
    lang: Ints
    alone: NDArray[np.bool_]
    energy: NDArray[np.bool_]


@dataclass(frozen=True)
class Evidence:
    """All evidence on a set of records.

    Attributes:
        record_ids: Ids, sorted; the index of a record is its place here.
        names: Distinct names; the index of a name is its place here.
        group: Record index to the smallest record index of the records it is pooled with; names, places, sites and
        coordinators of one group are equal.
        record_names: Columns record, name, prop: which record bears which name, and under which property.
        forms: What is compared of whole names.
        concepts: Names x concepts, one where the name says it.
        wider: The same with the wider places added.
        concept_kind: Concept index to index in `KINDS`.
        bits: Concept index to its information (base 2 logarithm), weighted by kind.
        acronyms: Names x acronyms printed.
        initials: Names x acronyms that could be formed.
        attributes: Attribute to records x values: city, voivodeship, place, domain, host, country, sector, founded,
        url.
        labels: Attribute to the values of its columns, as shown to people.
        coordinators: Columns record, coordinator: folded names of coordinators.
        crowded: Domain or host to the number of different names seen there.
    """

    record_ids: list[str]
    names: list[Name]
    group: Ints
    record_names: pl.DataFrame
    forms: NameForms
    concepts: Matrix
    wider: Matrix
    concept_names: list[str]
    concept_kind: NDArray[np.int64]
    bits: Floats
    acronyms: Matrix
    initials: Matrix
    attributes: Mapping[str, Matrix]
    labels: Mapping[str, Sequence[str]]
    coordinators: pl.DataFrame
    crowded: Mapping[str, Floats]


def gather(records: pl.DataFrame, statements: pl.DataFrame, lexicon: Lexicon | None = None) -> Evidence:
    """Reads records and statements into matrices.

    Args:
        records: Frame of schema RECORDS.
        statements: Frame of schema STATEMENTS.
        lexicon: The concept lexicon; the shipped one by default.
    """
    lexicon = lexicon or load_lexicon()
    records = records.sort("record_id").with_columns(record=pl.int_range(pl.len()))
    record_ids = records["record_id"].to_list()
    index = pl.DataFrame(
        {"record_id": record_ids, "record": np.arange(len(record_ids))},
        schema={"record_id": pl.String, "record": pl.Int64},
    )
    said = (
        statements.select("record_id", "property", "value")
        .drop_nulls()
        .unique()
        .join(index, on="record_id")
        .select("record", "property", "value")
        .sort("record", "property", "value")
    )
    texts, record_names = _names_of(records, said, lexicon)
    parsed = parse_names(texts, lexicon)
    wider, concept_names = _incidence(
        _rows([{*name.concepts, *(w for c in name.concepts if (w := lexicon.within.get(c)))} for name in parsed]),
        len(parsed),
        more=lexicon.within.values(),
    )
    concepts, _ = _incidence(_rows([name.concepts for name in parsed]), len(parsed), concept_names)
    kinds = [kind_of(c, lexicon) for c in concept_names]
    acronyms, acronym_names = _incidence(_rows([n.printed for n in parsed]), len(parsed))
    attributes, labels = _attributes(records, said, lexicon)
    meaning = _numbered(" ".join(sorted(n.concepts)) for n in parsed)
    return Evidence(
        record_ids=record_ids,
        names=parsed,
        group=np.arange(len(record_ids)),
        record_names=record_names,
        forms=NameForms(
            meaning=meaning,
            surface=_numbered(n.surface for n in parsed),
            lang=_numbered(n.lang for n in parsed),
            alone=np.array([n.alone for n in parsed], dtype=bool),
            energy=np.array([n.energy for n in parsed], dtype=bool),
        ),
        concepts=concepts,
        wider=wider,
        concept_names=concept_names,
        concept_kind=np.array([KINDS.index(k) for k in kinds], dtype=np.int64),
        bits=_bits(concepts, meaning, kinds),
        acronyms=acronyms,
        initials=_incidence(_rows([n.initials for n in parsed]), len(parsed), acronym_names)[0],
        attributes=attributes,
        labels=labels,
        coordinators=_coordinators(said),
        crowded={a: _crowd(attributes[a], record_names, meaning) for a in ("domain", "host", "url")},
    )


_POOLED = ("city", "voivodeship", "place", "domain", "country", "sector", "founded")


def pooled(evidence: Evidence, body: NDArray[np.int64]) -> Evidence:
    """Returns evidence in which what one record of a body says is said by all: names, places, sites, coordinators.

    Args:
        evidence: What each record says by itself.
        body: Record index to the smallest record index of its body, as `resolution.resolve` gives it.
    """
    n = len(body)
    member = sparse.csr_matrix((np.ones(n), (np.arange(n), body)), shape=(n, n))
    attributes = dict(evidence.attributes)
    for kind in _POOLED:
        shared = (member @ (member.T @ evidence.attributes[kind])).tocsr()
        shared.data[:] = 1.0
        attributes[kind] = shared
    group = pl.DataFrame({"record": np.arange(n), "body": body})

    def spread(frame: pl.DataFrame) -> pl.DataFrame:
        said = frame.join(group, on="record").drop("record").unique()
        return said.join(group, on="body").select(frame.columns)

    theirs = spread(evidence.record_names).with_columns(prop=pl.lit("pooled"))
    names = pl.concat([evidence.record_names, theirs]).unique(["record", "name"], keep="first", maintain_order=True)
    return replace(
        evidence,
        group=body,
        record_names=names.sort("record", "name"),
        attributes=attributes,
        coordinators=spread(evidence.coordinators).unique().sort("record", "coordinator"),
    )


def parse_names(texts: Sequence[str], lexicon: Lexicon) -> list[Name]:
    """Parses distinct names, misprints mended and words printed apart joined with the help of all the others."""
    split = [words(text) for text in texts]
    counts = Counter(word for one in split for word in set(one))
    known = {word for word in counts if lexicon.find([word])}
    vocabulary = frozenset(word for word in counts if len(word) >= 6)
    joined = frozenset(a + b for one in split for a, b in pairwise(one) if a + b in vocabulary)
    repaired = misprints(counts, known)
    return [parse_name(text, lexicon, joined, repaired) for text in texts]


def _names_of(records: pl.DataFrame, said: pl.DataFrame, lexicon: Lexicon) -> tuple[list[str], pl.DataFrame]:
    own = records.select("record", prop=pl.lit("name"), text="name")
    other = said.filter(pl.col("property").is_in(_NAME_PROPERTIES)).select("record", prop="property", text="value")
    named = pl.concat([own, other]).unique().sort("record", "prop", "text")
    forms = {text: variants(text, lexicon) for text in named["text"].unique().sort().to_list()}
    schema = pl.Schema({"text": pl.String(), "form": pl.List(pl.String())})
    named = named.join(pl.DataFrame(list(forms.items()), schema=schema, orient="row"), on="text").explode("form")
    texts = named["form"].unique().sort().to_list()
    number = pl.DataFrame({"form": texts, "name": np.arange(len(texts))}, schema={"form": pl.String, "name": pl.Int64})
    return texts, named.join(number, on="form").select("record", "name", "prop").unique(
        ["record", "name"], keep="last", maintain_order=True
    ).sort("record", "name")


def _rows(values: Sequence[Collection[str]]) -> pl.DataFrame:
    """Returns columns row, value: a row for each value of each of the given sequences."""
    sizes = np.fromiter((len(v) for v in values), dtype=np.int64, count=len(values))
    flat = pl.Series("value", list(chain.from_iterable(values)), dtype=pl.String)
    return pl.DataFrame({"row": np.repeat(np.arange(len(sizes)), sizes), "value": flat})


def _numbered(texts: Iterable[str]) -> Ints:
    return pl.Series(list(texts), dtype=pl.String).rank("dense").cast(pl.Int64).to_numpy()


def _incidence(
    rows: pl.DataFrame, count: int, columns: Sequence[str] | None = None, more: Iterable[str] = ()
) -> tuple[Matrix, list[str]]:
    """Returns a matrix with a one where a row has a value, and the values.

    Args:
        rows: Columns row, value.
        count: Number of rows of the matrix.
        columns: Values that get a column; others are left out. By default all that occur.
        more: Values that get a column although they may not occur.
    """
    if columns is None:
        columns = pl.concat([rows["value"], pl.Series("value", list(more), dtype=pl.String)]).unique().sort().to_list()
    place = pl.DataFrame(
        {"value": columns, "column": np.arange(len(columns))}, schema={"value": pl.String, "column": pl.Int64}
    )
    at = rows.select("row", "value").unique().join(place, on="value")
    ones = np.ones(len(at), dtype=np.float32)
    matrix = sparse.csr_matrix((ones, (at["row"].to_numpy(), at["column"].to_numpy())), shape=(count, len(columns)))
    matrix.sort_indices()
    return matrix, list(columns)


def _bits(concepts: Matrix, meaning: Ints, kinds: Sequence[str]) -> Floats:
    _, first = np.unique(meaning, return_index=True)
    met = np.asarray(concepts[first].sum(axis=0, dtype=np.float64)).ravel()
    share = np.array([_PRIOR_SHARE[k] for k in kinds])
    weight = np.array([_KIND_WEIGHT[k] for k in kinds])
    return np.asarray(weight * np.log2((len(first) + _PRIOR_NAMES) / (met + _PRIOR_NAMES * share)))


_ATTRIBUTES = ("city", "voivodeship", "place", "domain", "host", "country", "sector", "founded", "url")


def _attributes(
    records: pl.DataFrame, said: pl.DataFrame, lexicon: Lexicon
) -> tuple[dict[str, Matrix], dict[str, list[str]]]:
    distinct = said.select("property", "value").unique().sort("property", "value")
    found = [
        (prop, value, attribute, one)
        for prop, value in distinct.iter_rows()
        for attribute, one in _read(prop, value, lexicon)
    ]
    schema = {"property": pl.String, "value": pl.String, "attribute": pl.String, "found": pl.String}
    stated = said.join(pl.DataFrame(found, schema=schema, orient="row"), on=["property", "value"])
    rows = stated.select("attribute", row="record", value="found")
    polish = rows.filter(
        (pl.col("attribute") == "place") & pl.col("value").is_in([*lexicon.within.values(), *lexicon.within])
    ).select(attribute=pl.lit("country"), row="row", value=pl.lit("PL"))
    rows = pl.concat([rows, polish, _pages(records)])
    pairs = {a: _incidence(rows.filter(pl.col("attribute") == a), len(records)) for a in _ATTRIBUTES}
    return {a: m for a, (m, _) in pairs.items()}, {a: c for a, (_, c) in pairs.items()}


def _pages(records: pl.DataFrame) -> pl.DataFrame:
    """Returns columns attribute, row, value: the page of each record, and the domain of its host."""
    pages = records.select(
        attribute=pl.lit("url"), row="record", value=pl.col("url").fill_null("").str.strip_chars()
    ).with_columns(host=pl.col("value").str.to_lowercase().str.extract(r"^(?:[a-z][a-z0-9+.-]*:)?//([^/?#]*)"))
    hosts = pages["host"].drop_nulls().unique().sort().to_list()
    found = [(host, domain) for host in hosts for domain in domain_of("//" + host)]
    domains = pl.DataFrame(found, schema={"host": pl.String, "domain": pl.String}, orient="row")
    there = pages.join(domains, on="host").select(attribute=pl.lit("host"), row="row", value="domain")
    return pl.concat([pages.drop("host"), there])


def _read(prop: str, value: str, lexicon: Lexicon) -> Iterator[tuple[str, str]]:
    """Yields what one statement says: an attribute and its value."""
    if prop in {"city", "voivodeship", "region"}:
        yield from _read_place(prop, value, lexicon)
    elif prop in {"website", "email"}:
        for domain in domain_of(value):
            yield "domain", domain
            yield from (("country", tail.upper()) for tail in [domain.rsplit(".", 1)[-1]] if tail in _COUNTRY_TAILS)
    elif prop == "country":
        yield "country", value.strip().upper()[:2]
    elif prop == "sector":
        concepts = parse_name(value, lexicon).concepts
        yield from (("sector", concept) for concept in concepts if kind_of(concept, lexicon) == "sector")
    elif prop == "founded" and re.match(r"\d{4}", value):
        yield "founded", value[:4]


def _read_place(prop: str, value: str, lexicon: Lexicon) -> Iterator[tuple[str, str]]:
    for place in _place(value, lexicon):
        if prop != "region":
            yield prop, place
        yield "place", place
        if place in lexicon.within:
            yield "place", lexicon.within[place]


def _place(value: str, lexicon: Lexicon) -> list[str]:
    text = words(value)
    if not text:
        return []
    term = lexicon.find(text)
    return [term.concept] if term and lexicon.kind[term.concept] == "place" else ["=" + " ".join(text)]


@lru_cache(maxsize=100_000)
def _registered(host: str) -> str:
    parts = _suffixes(host)
    if not parts.domain or not parts.suffix:
        return ""
    sub = ".".join(p for p in parts.subdomain.split(".") if p and not re.fullmatch(r"www\d*|en|pl|de", p))
    return ".".join(p for p in (sub, parts.domain, parts.suffix) if p)


def domain_of(address: str) -> list[str]:
    """Returns the registered domain of a web or mail address, with the subdomain if the domain is a public body's.

    Example:
        >>> domain_of("http://www.dkm.arleg.eu/klaster")
        ['dkm.arleg.eu']
        >>> domain_of("biuro@dolinalotnicza.pl")
        ['dolinalotnicza.pl']
    """
    text = address.strip().lower().rsplit("@", 1)[-1]
    try:
        host = urlsplit(text if "//" in text else "//" + text).hostname or ""
    except ValueError:
        return []
    found = _registered(host)
    return [found] if found else []


def _coordinators(said: pl.DataFrame) -> pl.DataFrame:
    rows = [
        (record, " ".join(sorted(words(value))))
        for record, prop, value in said.iter_rows()
        if prop in {"coordinator", "lead_body", "former_coordinator"}
    ]
    return (
        pl.DataFrame(rows, schema={"record": pl.Int64, "coordinator": pl.String}, orient="row")
        .unique()
        .sort("record", "coordinator")
    )


def _crowd(attribute: Matrix, record_names: pl.DataFrame, meaning: Ints) -> Floats:
    """Returns, for each value, the number of different names (as sets of concepts) of the records that have it."""
    coo = attribute.tocoo()
    has = pl.DataFrame({"record": coo.row.astype(np.int64), "value": coo.col.astype(np.int64)})
    named = record_names.filter(pl.col("prop") == "name")
    named = named.select("record", key=pl.Series(meaning[named["name"].to_numpy()], dtype=pl.Int64))
    count = has.join(named, on="record").group_by("value").agg(pl.col("key").n_unique()).sort("value")
    out = np.zeros(attribute.shape[1])
    out[count["value"].to_numpy()] = count["key"].to_numpy()
    return out


__all__ = ["Evidence", "domain_of", "fold", "gather", "parse_names"]
