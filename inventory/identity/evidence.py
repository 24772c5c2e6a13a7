"""What is known of each record, as rows of numbered values: the concepts of a name, the places, domains, years of a record.

Belongs here: reading names and statements into arrays. Does not belong here: comparing two records.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from urllib.parse import urlsplit

import numpy as np
import polars as pl
import tldextract
from rapidfuzz import process
from rapidfuzz.distance import OSA

from inventory.identity.lexicon import KINDS, SHORTEST_TOWN, Lexicon, load_lexicon
from inventory.identity.names import fold, variants, words
from inventory.identity.parsing import Names, kind_of, parse_names
from inventory.identity.rows import Floats, Ints, Mask, Rows

_NAME_PROPERTIES = ("name", "aliases", "former_name")
_PRIOR_NAMES = 300.0
_LABELLED_NAMES = 700.0
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


KIND_BITS = 9
"""Bits of a digit that counts concepts of a kind; `parsing` takes no more of a name than fit."""
_TELLING = 0.01
"""Least information of a concept, in bits, for its presence to count."""
_MOST_MEANINGS = 10
"""Most different names that print an acronym, or could form it, for it to tell something."""
_CROWDED = 3.0
"""Most different names on a site that is one body's own."""
_PLACES = (KINDS.index("place"), KINDS.index("local"))
_SEVERAL_NAMES = r"(?i)[(\[/|;„“”\"«»]|\s[-–—]\s|\s(?:przez|by)\s|:"


@dataclass(frozen=True)
class Evidence:
    """All evidence on a set of records.

    Attributes:
        record_ids: Ids, sorted; the index of a record is its place here.
        names: Distinct names; the index of a name is its place here.
        group: Record index to the smallest record index of the records it is pooled with; names, places, sites and
            coordinators of one group are equal.
        record_names: Columns record, name, prop: which record bears which name, and under which property.
        concepts: Names x concepts, those that a name says.
        wider: Names x the wider places that those it says lie in.
        concept_names: Concept index to concept.
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
    names: Names
    group: Ints
    record_names: pl.DataFrame
    concepts: Rows
    wider: Rows
    concept_names: list[str]
    concept_kind: Ints
    bits: Floats
    acronyms: Rows
    initials: Rows
    attributes: Mapping[str, Rows]
    labels: Mapping[str, Sequence[str]]
    coordinators: pl.DataFrame
    crowded: Mapping[str, Floats]

    @cached_property
    def chance_bits(self) -> float:
        """Bits that names share by chance in a list as long as this one, beyond those in the list of the labels.

        The longer a list, the more names in it share two words by chance: what is telling in a thousand names is common in a
        million (the prior odds of Fellegi and Sunter, 1969, fall with the length of the list).
        """
        return max(0.0, math.log2((len(self.concepts) + _PRIOR_NAMES) / (_LABELLED_NAMES + _PRIOR_NAMES)))

    # What follows is worked out once and asked for with every part of the pairs.

    @cached_property
    def total(self) -> Floats:
        """Information of each name, in bits."""
        name, concept = self.concepts.pairs
        total = np.bincount(name, weights=self.bits[concept], minlength=len(self.concepts))
        return total.astype(np.float64)

    @cached_property
    def acronym_letters(self) -> Ints:
        """Letters of the longest acronym printed in each name that is an acronym alone, 0 for other names."""
        printed = self.names.acronyms
        letters = np.zeros(len(self.concepts), dtype=np.int64)
        np.maximum.at(
            letters, printed["name"].to_numpy(), printed["acronym"].str.len_chars().to_numpy().astype(np.int64)
        )
        return np.where(self.names.alone, letters, 0)

    @cached_property
    def kind_digit(self) -> Ints:
        """For each concept a one in the digit of its kind, to be added up; nothing for those that tell nothing."""
        one = np.left_shift(1, KIND_BITS * self.concept_kind)
        return np.where(self.bits > _TELLING, one, 0).astype(np.int64)

    @cached_property
    def kinds_said(self) -> Ints:
        """For each name the number of its concepts of each kind, as digits."""
        name, concept = self.concepts.pairs
        said = np.zeros(len(self.concepts), dtype=np.int64)
        np.add.at(said, name, self.kind_digit[concept])
        return said

    @cached_property
    def places(self) -> Rows:
        """Names x concepts, places only."""
        return self.concepts.keep(np.isin(self.concept_kind, _PLACES))

    @cached_property
    def grounds(self) -> Rows:
        """Records x concepts: the places that a record's own fields speak of."""
        column = {c: k for k, c in enumerate(self.concept_names)}
        turn = np.array([column.get(label, -1) for label in self.labels["place"]], dtype=np.int64)
        record, place = self.attributes["place"].pairs
        known = turn[place] >= 0
        return Rows.of(record[known], turn[place[known]], len(self.record_ids), len(column))

    @cached_property
    def own_sites(self) -> Mapping[str, Rows]:
        """Records x domains and x hosts, without those of many bodies."""
        return {kind: self.attributes[kind].keep(self.crowded[kind] <= _CROWDED) for kind in self.crowded}

    @cached_property
    def worded(self) -> Mask:
        """Whether each group has a name in words, not only acronyms."""
        has = np.zeros(len(self.record_ids), dtype=bool)
        record, name = (self.record_names[column].to_numpy() for column in ("record", "name"))
        has[self.group[record[~self.names.alone[name]]]] = True
        return has

    @cached_property
    def group_sites(self) -> Rows:
        """Groups x hosts of the pages of their records, without those of many bodies."""
        return self.own_sites["host"].pooled(self.group)

    @cached_property
    def mean_year(self) -> Floats:
        """Mean of the founding years of each record, 0 if none is known."""
        years = np.array([float(year) for year in self.labels["founded"]])
        rows = self.attributes["founded"]
        record, year = rows.pairs
        sums = np.bincount(record, weights=years[year] if len(years) else None, minlength=len(rows))
        return np.asarray(sums / np.maximum(rows.size, 1), dtype=np.float64)

    @cached_property
    def own_names(self) -> Ints:
        """Record times number of names plus name, sorted: of the names that records bear themselves as names."""
        own = self.record_names.filter(pl.col("prop") == "name")
        return np.sort(own["record"].to_numpy() * max(len(self.concepts), 1) + own["name"].to_numpy())

    @cached_property
    def coordinated(self) -> Mask:
        """Whether a coordinator of each record is known."""
        has = np.zeros(len(self.record_ids), dtype=bool)
        has[self.coordinators["record"].to_numpy()] = True
        return has


def gather(records: pl.DataFrame, statements: pl.DataFrame, lexicon: Lexicon | None = None) -> Evidence:
    """Reads records and statements into arrays.

    Args:
        records: Frame of schema RECORDS.
        statements: Frame of schema STATEMENTS.
        lexicon: The concept lexicon; the shipped one by default.
    """
    lexicon = lexicon or load_lexicon()
    records = records.sort("record_id").with_columns(record=pl.int_range(pl.len()))
    said = (
        statements.filter(pl.col("property").is_in(_READ))
        .select("record_id", "property", "value")
        .drop_nulls()
        .unique()
        .join(records.select("record_id", "record"), on="record_id")
        .select("record", "property", "value")
        .sort("record", "property", "value")
    )
    texts, record_names = _names_of(records, said, lexicon)
    names = parse_names(texts, lexicon)
    concept_names = sorted({*names.concepts["concept"].unique().to_list(), *lexicon.within.values()})
    concepts = _incidence(names.concepts.select(row="name", value="concept"), len(texts), concept_names)
    kinds = [kind_of(c, lexicon) for c in concept_names]
    acronyms = _telling_acronyms(names)
    attributes, labels = _attributes(records, said, lexicon)
    return Evidence(
        record_ids=records["record_id"].to_list(),
        names=names,
        group=np.arange(len(records)),
        record_names=record_names,
        concepts=concepts,
        wider=_widened(concepts, concept_names, lexicon),
        concept_names=concept_names,
        concept_kind=np.array([KINDS.index(k) for k in kinds], dtype=np.int64),
        bits=_bits(concepts, names.meaning, kinds),
        acronyms=_incidence(names.acronyms.select(row="name", value="acronym"), len(texts), acronyms),
        initials=_incidence(names.initials.select(row="name", value="acronym"), len(texts), acronyms),
        attributes=attributes,
        labels=labels,
        coordinators=_coordinators(said),
        crowded={a: _crowd(attributes[a], record_names, names.meaning) for a in ("domain", "host")},
    )


_POOLED = ("city", "voivodeship", "place", "domain", "country", "sector", "founded")


def pooled(evidence: Evidence, body: Ints) -> Evidence:
    """Returns evidence in which what one record of a body says is said by all: names, places, sites, coordinators.

    Args:
        evidence: What each record says by itself.
        body: Record index to the smallest record index of its body, as `resolution.resolve` gives it.
    """
    attributes = {a: rows.pooled(body) if a in _POOLED else rows for a, rows in evidence.attributes.items()}
    group = pl.DataFrame({"record": np.arange(len(body)), "body": body})
    several = group.filter(pl.len().over("body") > 1)

    def spread(frame: pl.DataFrame) -> pl.DataFrame:
        said = frame.join(several, on="record").drop("record").unique()
        return said.join(several, on="body").select(frame.columns)

    theirs = spread(evidence.record_names).with_columns(prop=pl.lit("pooled"))
    # Those that bear a name themselves come first and keep it under their own property.
    names = pl.concat([evidence.record_names.with_columns(own=0), theirs.with_columns(own=1)])
    names = names.sort("record", "name", "own").unique(["record", "name"], keep="first", maintain_order=True)
    coordinators = pl.concat([evidence.coordinators, spread(evidence.coordinators)])
    return replace(
        evidence,
        group=body,
        record_names=names.drop("own"),
        attributes=attributes,
        coordinators=coordinators.unique().sort("record", "coordinator"),
    )


def _names_of(records: pl.DataFrame, said: pl.DataFrame, lexicon: Lexicon) -> tuple[pl.Series, pl.DataFrame]:
    """Returns the distinct names, sorted, and columns record, name, prop."""
    own = records.select("record", prop=pl.lit("name"), text="name")
    other = said.filter(pl.col("property").is_in(_NAME_PROPERTIES)).select("record", prop="property", text="value")
    named = pl.concat([own, other]).drop_nulls("text").unique()
    several = named["text"].unique().to_frame().filter(pl.col("text").str.contains(_SEVERAL_NAMES))["text"].to_list()
    forms = pl.DataFrame(
        {"text": several, "form": [variants(text, lexicon) for text in several]},
        schema={"text": pl.String, "form": pl.List(pl.String)},
    )
    plain = named.join(forms, on="text", how="anti").select("record", "prop", form="text")
    split = named.join(forms.explode("form"), on="text").select("record", "prop", "form")
    named = pl.concat([plain, split])
    texts = named["form"].unique().sort()
    number = pl.DataFrame({"form": texts, "name": np.arange(len(texts))}, schema={"form": pl.String, "name": pl.Int64})
    named = named.join(number, on="form").select("record", "name", "prop").sort("record", "name", "prop")
    return texts, named.unique(["record", "name"], keep="last", maintain_order=True)


def _incidence(rows: pl.DataFrame, height: int, columns: Sequence[str]) -> Rows:
    """Returns which row has which value.

    Args:
        rows: Columns row, value.
        height: Number of rows.
        columns: Values, numbered by their place; others are left out.
    """
    place = pl.DataFrame(
        {"value": columns, "column": np.arange(len(columns))}, schema={"value": pl.String, "column": pl.Int64}
    )
    at = rows.join(place, on="value")
    return Rows.of(at["row"].to_numpy(), at["column"].to_numpy(), height, len(columns))


def _telling_acronyms(names: Names) -> list[str]:
    """Returns the acronyms printed that few names print or could form; the others tell nothing."""
    both = pl.concat([names.acronyms, names.initials.join(names.acronyms, on="acronym", how="semi")])
    worded = both.filter(~pl.Series(names.alone[both["name"].to_numpy()]))
    meant = worded.with_columns(meaning=pl.Series(names.meaning[worded["name"].to_numpy()]))
    crowd = meant.unique(["acronym", "meaning"]).group_by("acronym").agg(many=pl.len())
    crowded = crowd.filter(pl.col("many") > _MOST_MEANINGS)
    return names.acronyms.join(crowded, on="acronym", how="anti")["acronym"].unique().sort().to_list()


def _widened(concepts: Rows, concept_names: Sequence[str], lexicon: Lexicon) -> Rows:
    column = {c: k for k, c in enumerate(concept_names)}
    wider = np.array([column.get(lexicon.within.get(c, ""), -1) for c in concept_names], dtype=np.int64)
    row, value = concepts.keep(np.array([kind_of(c, lexicon) in {"place", "local"} for c in concept_names])).pairs
    lies = wider[value] >= 0
    return Rows.of(row[lies], wider[value[lies]], len(concepts), concepts.width)


def _bits(concepts: Rows, meaning: Ints, kinds: Sequence[str]) -> Floats:
    _, first = np.unique(meaning, return_index=True)
    counted = np.zeros(len(concepts), dtype=bool)
    counted[first] = True
    row, value = concepts.pairs
    met = np.bincount(value[counted[row]], minlength=concepts.width)
    share = np.array([_PRIOR_SHARE[k] for k in kinds])
    weight = np.array([_KIND_WEIGHT[k] for k in kinds])
    return np.asarray(weight * np.log2((len(first) + _PRIOR_NAMES) / (met + _PRIOR_NAMES * share)))


_ATTRIBUTES = ("city", "voivodeship", "place", "domain", "host", "country", "sector", "founded", "url")
_SITES = ("website", "email")
_HELD = ("coordinator", "lead_body", "former_coordinator")
_READ = (*_NAME_PROPERTIES, *_SITES, *_HELD, "city", "voivodeship", "region", "country", "sector", "founded")


def _attributes(
    records: pl.DataFrame, said: pl.DataFrame, lexicon: Lexicon
) -> tuple[dict[str, Rows], dict[str, list[str]]]:
    other = said.filter(~pl.col("property").is_in([*_NAME_PROPERTIES, *_SITES, *_HELD]))
    distinct = other.select("property", "value").unique().sort("property", "value")
    found = _flat(_read(prop, value, lexicon) for prop, value in distinct.iter_rows())
    stated = distinct[found[0]].with_columns(
        attribute=pl.Series(found[1], dtype=pl.String), found=pl.Series(found[2], dtype=pl.String)
    )
    rows = other.join(stated, on=["property", "value"]).select("attribute", row="record", value="found")
    sectors = said.filter(pl.col("property") == "sector")
    parts = [rows, _sectors(sectors, lexicon), _domains(said.filter(pl.col("property").is_in(_SITES))), _pages(records)]
    polish = rows.filter(
        (pl.col("attribute") == "place") & pl.col("value").is_in([*lexicon.within.values(), *lexicon.within])
    ).select(attribute=pl.lit("country"), row="row", value=pl.lit("PL"))
    rows = pl.concat([*parts, polish])
    pairs, labels = {}, {}
    for attribute in _ATTRIBUTES:
        theirs = rows.filter(pl.col("attribute") == attribute).select("row", "value")
        labels[attribute] = theirs["value"].unique().sort().to_list()
        pairs[attribute] = _incidence(theirs, len(records), labels[attribute])
    return pairs, labels


def _flat(read: Iterable[Iterable[tuple[str, str]]]) -> tuple[pl.Series, list[str], list[str]]:
    """Returns for each thing read: the place of what it was read from, attribute, value."""
    at: list[int] = []
    attributes: list[str] = []
    values: list[str] = []
    for place, things in enumerate(read):
        for attribute, value in things:
            at.append(place)
            attributes.append(attribute)
            values.append(value)
    return pl.Series(at, dtype=pl.UInt32), attributes, values


def _sectors(said: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """Returns columns attribute, row, value: the branches that the sector fields speak of."""
    texts = said["value"].unique().sort()
    concepts = parse_names(texts, lexicon).concepts
    concepts = concepts.filter(
        pl.Series([kind_of(c, lexicon) == "sector" for c in concepts["concept"]], dtype=pl.Boolean)
    )
    told = concepts.select("concept", value=texts.gather(concepts["name"]))
    return said.join(told, on="value").select(attribute=pl.lit("sector"), row="record", value="concept")


def _domains(said: pl.DataFrame) -> pl.DataFrame:
    """Returns columns attribute, row, value: domains of web and mail addresses, and the countries that they tell."""
    addresses = said["value"].unique().sort().to_list()
    found = [(address, domain) for address in addresses for domain in domain_of(address)]
    schema = {"value": pl.String, "domain": pl.String}
    told = said.join(
        pl.DataFrame(dict(zip(schema, zip(*found, strict=True), strict=True)) if found else {}, schema=schema),
        on="value",
    )
    tail = told.with_columns(tail=pl.col("domain").str.extract(r"([^.]+)$"))
    tail = tail.filter(pl.col("tail").is_in(list(_COUNTRY_TAILS)))
    return pl.concat(
        [
            told.select(attribute=pl.lit("domain"), row="record", value="domain"),
            tail.select(attribute=pl.lit("country"), row="record", value=pl.col("tail").str.to_uppercase()),
        ]
    )


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
    elif prop == "country":
        yield "country", value.strip().upper()[:2]
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
    if term and lexicon.kind[term.concept] == "place":
        return [term.concept]
    if len(text) == 1 and text[0].isalpha() and len(text[0]) >= SHORTEST_TOWN:
        near = process.extractOne(text[0], lexicon.towns.keys(), scorer=OSA.distance, score_cutoff=1)
        if near:
            return [lexicon.towns[near[0]]]
    return ["=" + " ".join(text)]


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
    held = said.filter(pl.col("property").is_in(_HELD))
    values = held["value"].unique().sort().to_list()
    folded = pl.DataFrame(
        {"value": values, "coordinator": [" ".join(sorted(words(value))) for value in values]},
        schema={"value": pl.String, "coordinator": pl.String},
    )
    return held.join(folded, on="value").select("record", "coordinator").unique().sort("record", "coordinator")


def _crowd(attribute: Rows, record_names: pl.DataFrame, meaning: Ints) -> Floats:
    """Returns, for each value, the number of different names (as sets of concepts) of the records that have it."""
    record, value = attribute.pairs
    has = pl.DataFrame({"record": record, "value": value})
    named = record_names.filter(pl.col("prop") == "name")
    named = named.select("record", key=pl.Series(meaning[named["name"].to_numpy()], dtype=pl.Int64))
    count = has.join(named, on="record").unique(["value", "key"]).group_by("value").agg(many=pl.len())
    out = np.zeros(attribute.width)
    out[count["value"].to_numpy()] = count["many"].to_numpy()
    return out


__all__ = ["Evidence", "domain_of", "fold", "gather"]
