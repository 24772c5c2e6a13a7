"""What is known of each record, as matrices: a row per record or name, a column per concept, place, domain or year.

Belongs here: reading names and statements into matrices. Does not belong here: comparing two records.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
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
class Evidence:
    """All evidence on a set of records.

    Attributes:
        record_ids: Ids, sorted; the index of a record is its place here.
        names: Distinct names; the index of a name is its place here.
        record_names: Columns record, name, prop: which record bears which name, and under which property.
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
    record_names: pl.DataFrame
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
    records = records.sort("record_id")
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
    texts, record_names = _names_of(records.join(index, on="record_id"), said, lexicon)
    parsed = parse_names(texts, lexicon)
    concepts, concept_names = _incidence([sorted(name.concepts) for name in parsed])
    wider, _ = _incidence(
        [sorted({*name.concepts, *(w for c in name.concepts if (w := lexicon.within.get(c)))}) for name in parsed],
        concept_names := sorted({*concept_names, *lexicon.within.values()}),
    )
    concepts, _ = _incidence([sorted(name.concepts) for name in parsed], concept_names)
    kinds = [kind_of(c, lexicon) for c in concept_names]
    acronym_names = sorted({a for n in parsed for a in n.printed})
    attributes, labels = _attributes(records, said, len(record_ids), lexicon)
    keys = [" ".join(sorted(n.concepts)) for n in parsed]
    return Evidence(
        record_ids=record_ids,
        names=parsed,
        record_names=record_names,
        concepts=concepts,
        wider=wider,
        concept_names=concept_names,
        concept_kind=np.array([KINDS.index(k) for k in kinds], dtype=np.int64),
        bits=_bits(concepts, keys, kinds),
        acronyms=_incidence([n.printed for n in parsed], acronym_names)[0],
        initials=_incidence([n.initials for n in parsed], acronym_names)[0],
        attributes=attributes,
        labels=labels,
        coordinators=_coordinators(said),
        crowded={a: _crowd(attributes[a], record_names, keys) for a in ("domain", "host", "url")},
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
    named = named.with_columns(form=pl.col("text").replace_strict(forms, return_dtype=pl.List(pl.String))).explode(
        "form"
    )
    texts = named["form"].unique().sort().to_list()
    number = pl.DataFrame({"form": texts, "name": np.arange(len(texts))}, schema={"form": pl.String, "name": pl.Int64})
    return texts, named.join(number, on="form").select("record", "name", "prop").unique(
        ["record", "name"], keep="last", maintain_order=True
    ).sort("record", "name")


def _incidence(rows: Sequence[Iterable[str]], columns: Sequence[str] | None = None) -> tuple[Matrix, list[str]]:
    """Returns a matrix with a one where a row has a value, and the values; others than given columns are left out."""
    if columns is None:
        columns = sorted({value for row in rows for value in row})
    place = {value: i for i, value in enumerate(columns)}
    pairs = [(r, place[v]) for r, row in enumerate(rows) for v in dict.fromkeys(row) if v in place]
    at = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    matrix = sparse.csr_matrix((np.ones(len(at)), (at[:, 0], at[:, 1])), shape=(len(rows), len(columns)))
    return matrix, list(columns)


def _bits(concepts: Matrix, keys: Sequence[str], kinds: Sequence[str]) -> Floats:
    _, first = np.unique(np.array(keys), return_index=True)
    met = np.asarray(concepts[np.sort(first)].sum(axis=0)).ravel()
    share = np.array([_PRIOR_SHARE[k] for k in kinds])
    weight = np.array([_KIND_WEIGHT[k] for k in kinds])
    return np.asarray(weight * np.log2((len(first) + _PRIOR_NAMES) / (met + _PRIOR_NAMES * share)))


_ATTRIBUTES = ("city", "voivodeship", "place", "domain", "host", "country", "sector", "founded", "url")


def _attributes(
    records: pl.DataFrame, said: pl.DataFrame, n: int, lexicon: Lexicon
) -> tuple[dict[str, Matrix], dict[str, list[str]]]:
    values: dict[str, list[list[str]]] = {a: [[] for _ in range(n)] for a in _ATTRIBUTES}
    for record, prop, value in said.iter_rows():
        for attribute, found in _read(prop, value, lexicon):
            values[attribute][record].append(found)
    polish = {*lexicon.within.values(), *lexicon.within}
    for record, found_places in enumerate(values["place"]):
        if not polish.isdisjoint(found_places):
            values["country"][record].append("PL")
    for record, url in enumerate(records["url"].to_list()):
        values["host"][record].extend(domain_of(url or ""))
        values["url"][record].append((url or "").strip())
    pairs = {a: _incidence(rows) for a, rows in values.items()}
    return {a: m for a, (m, _) in pairs.items()}, {a: c for a, (_, c) in pairs.items()}


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
    parts = _suffixes(host)
    if not parts.domain or not parts.suffix:
        return []
    sub = ".".join(p for p in parts.subdomain.split(".") if p and not re.fullmatch(r"www\d*|en|pl|de", p))
    return [".".join(p for p in (sub, parts.domain, parts.suffix) if p)]


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


def _crowd(attribute: Matrix, record_names: pl.DataFrame, keys: Sequence[str]) -> Floats:
    """Returns, for each value, the number of different names (as sets of concepts) of the records that have it."""
    coo = attribute.tocoo()
    has = pl.DataFrame({"record": coo.row.astype(np.int64), "value": coo.col.astype(np.int64)})
    named = record_names.filter(pl.col("prop") == "name").with_columns(
        key=pl.col("name").replace_strict(dict(enumerate(keys)), return_dtype=pl.String)
    )
    count = has.join(named, on="record").group_by("value").agg(pl.col("key").n_unique()).sort("value")
    out = np.zeros(attribute.shape[1])
    out[count["value"].to_numpy()] = count["key"].to_numpy()
    return out


__all__ = ["Evidence", "domain_of", "fold", "gather", "parse_names"]
