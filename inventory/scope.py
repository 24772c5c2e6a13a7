"""What is out of scope: bodies that are no Polish business cluster, each with the evidence in words.

A body is judged by all its records together. Place comes first (a foreign body is out whatever it is), then the
kinds of `scope.yml`, then energy clusters, which need most care: the word energy decides nothing, because business
clusters in the energy sector are in scope. What nothing speaks against stays in.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import babel
import polars as pl
import yaml

from inventory.dates import last_day
from inventory.languages import foreign_marks, polish_marks
from inventory.places import cities_abroad, town, voivodeship_code
from inventory.schemas import EXCLUDED, conform
from inventory.standings import Standing, standing

_NAMES: Final = ("name", "aliases", "former_name", "name_as_printed")
_SAYINGS: Final = ("category", "sector", "areas", "cluster_form", "status_note", "note", "other_label")
_DATES: Final = ("founded", "agreement_date", "letter_of_intent", "krs_registered")

# The act of 20 February 2015 on renewable energy sources is the law that energy clusters (klastry energii) refer to: an
# older body is none. It got the term itself by an amendment of 2016, and the first were announced that spring.
_ENERGY_ACT: Final = date(2015, 2, 20)
_ENERGY_CLUSTERS_SINCE: Final = date(2016, 1, 1)
_ENERGY_STATED: Final = re.compile(
    r"\bklast\w* energii\b(?! (odnawialn|i\b))|\benergy[- ]clusters?\b|energy (cluster|community) under the act|"
    r"spółdzielni\w* energetyczn|pilot certificate|certyfikat\w* (pilotażow\w+ )?klast\w+ energii"
)
_ENERGY_NAMED: Final = re.compile(r"\bklast\w* energii(?! (odnawialn|i\b|ze\b))(?=$|\W)")
_ENERGY_WORD: Final = re.compile(r"energi|energet|\benergy\b|\boze\b|renewable|odnawialn")
_MUNICIPAL: Final = re.compile(r"municipal|\bgmin|commune|powiat|samorząd|local government|municipalit|starost")
_POLISH_PLACE: Final = re.compile(
    r"\bpol(ish|and|ska|ski|skie)\b|\bpoln|\bpol[oó]n|sil[eé]si|schlesi|śląsk|ma[sz]ov|mazow|ma[łl]opol|wielkopol|podkarp|"
    r"podlas|pomeran|pomorz|pommern|lubusk|świętokrz|swietokrz|warmi[nań]|kuja[wv]"
)
_OWN_PAGES: Final = frozenset({"own_site", "coordinator_site", "association", "foreign_registry", "government"})
_OTHER_COUNTRY: Final = 3  # points of a plain sign of a place, such as a web site under a country's own domain


@dataclass(slots=True)
class _Body:
    """What all records of one body say, by property; `pages` are the addresses that print it."""

    values: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    pages: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    names: list[str] = field(default_factory=list)

    def of(self, *props: str) -> list[str]:
        return [value for prop in props for value in self.values.get(prop, ())]


class _Verdict(NamedTuple):
    reason: str
    note: str


def exclude(
    records: pl.DataFrame, statements: pl.DataFrame, bodies: pl.DataFrame, standings: Mapping[str, Standing]
) -> pl.DataFrame:
    """Returns the records of bodies out of scope, each with reason and evidence.

    Args:
        records: Frame of schema `RECORDS`.
        statements: Frame of schema `STATEMENTS`.
        bodies: Frame of schema `BODIES`: which records speak of the same body.
        standings: Standing by source id; sources that list one country only are evidence of place.

    Returns:
        A frame of schema `EXCLUDED` with the reasons `foreign`, `energy_cluster`, `hydrogen_valley`,
        `cluster_association`, `technology_park`, `programme_or_project`, `statistical`, `other`.
    """
    gathered = _gather(records, statements, bodies)
    places = {body_id: _places(body, standings) for body_id, body in gathered.items()}
    mixed = _pages_abroad(gathered, places)
    verdicts = {
        body_id: verdict
        for body_id, body in gathered.items()
        if (
            verdict := _foreign(body, *places[body_id], mixed, standings)
            or _kind(body, standings)
            or _energy(body, standings)
        )
    }
    rows = [
        (record["record_id"], record["source_id"], record["name"], *verdicts[record["body_id"]], record["stated"])
        for record in records.join(bodies.select("record_id", "body_id"), on="record_id")
        .with_columns(stated=pl.col("stated_by").str.split(" ").list.first())
        .iter_rows(named=True)
        if record["body_id"] in verdicts
    ]
    return conform(pl.DataFrame(rows, schema=EXCLUDED, orient="row"), EXCLUDED)


def _gather(records: pl.DataFrame, statements: pl.DataFrame, bodies: pl.DataFrame) -> dict[str, _Body]:
    members = bodies.select("record_id", "body_id")
    gathered: dict[str, _Body] = defaultdict(_Body)
    for body_id, source, page in (
        records.join(members, on="record_id").sort("record_id").select("body_id", "source_id", "stated_by").iter_rows()
    ):
        body = gathered[body_id]
        body.pages.update(page.split())
        body.sources.add(source)
    said = statements.join(members, on="record_id").sort("statement_id")
    for body_id, prop, value, original in said.select("body_id", "property", "value", "original_value").iter_rows():
        text = value if value is not None else original
        gathered[body_id].values[prop].append(text)
        if prop == "name":
            gathered[body_id].names.append(text)
    return gathered


# --- place
# ---------------------------------------------------------------------------------------------------------------


class _Sign(NamedTuple):
    points: int
    words: str


def _places(body: _Body, standings: Mapping[str, Standing]) -> tuple[list[_Sign], list[_Sign]]:
    """Returns the signs that a body is Polish, and those that it is not, strongest first."""
    at_home, abroad = [*_home_signs(body, standings)], [*_foreign_signs(body)]
    return sorted(at_home, reverse=True), sorted(abroad, reverse=True)


def _home_signs(body: _Body, standings: Mapping[str, Standing]) -> Iterator[_Sign]:
    if "PL" in body.of("country"):
        yield _Sign(8, "a page states the country PL")
    if codes := [value for value in body.of("voivodeship") if voivodeship_code(value)]:
        yield _Sign(5, f"voivodeship {codes[0]}")
    if regions := [value for value in body.of("region") if voivodeship_code(value, as_region=True)]:
        yield _Sign(3, f"region {regions[0]}")
    if towns := [value for value in body.of("city") if town(value)]:
        yield _Sign(4, f"town {towns[0]}")
    if sites := [value for value in body.of("website", "email") if _country_of_host(value) == "PL"]:
        yield _Sign(4, f"web site {sites[0]}")
    listed = [standing(standings, source) for source in sorted(body.sources)]
    if any(source.list and source.country == "PL" for source in listed):
        yield _Sign(5, "on a national list of Poland")
    spoken = [text for text in body.of(*_NAMES, "coordinator", "lead_body") if polish_marks(text)]
    if spoken:
        yield _Sign(min(4, max(polish_marks(text) for text in spoken)), f"Polish wording: {spoken[0]}")
    if named := [text for text in body.of(*_NAMES) if _POLISH_PLACE.search(text.casefold()) or _large_town(text)]:
        yield _Sign(4, f"a Polish place in the name: {named[0]}")
    if pages := sorted(page for page in body.pages if _country_of_host(page) == "PL"):
        yield _Sign(2, f"on a Polish page: {pages[0]}")


def _foreign_signs(body: _Body) -> Iterator[_Sign]:
    stated = sorted(value for value in body.of("country") if value != "PL")
    if stated:
        yield _Sign(8, f"a page states the country {stated[0]}")
    if sites := [value for value in body.of("website", "email") if _country_of_host(value) not in {"PL", None}]:
        yield _Sign(_OTHER_COUNTRY, f"web site {sites[0]}")
    for prop, points in (("region", 5), ("city", 4), ("name", 4), ("aliases", 2)):
        for text in body.of(prop):
            if met := _place_abroad(text):
                yield _Sign(points, f"{prop.removesuffix('es')} names {met[0]} ({met[1]}): {text}")
                break
    if strange := [text for text in body.of("name") if foreign_marks(text) >= 2 and not polish_marks(text)]:
        yield _Sign(3, f"wording of another language: {strange[0]}")
    if pages := sorted(page for page in body.pages if _country_of_host(page) not in {"PL", None}):
        own = body.sources & _OWN_PAGES
        yield _Sign(2 if own else 1, f"on a page of another country: {pages[0]}")


def _foreign(
    body: _Body, at_home: list[_Sign], abroad: list[_Sign], mixed: set[str], standings: Mapping[str, Standing]
) -> _Verdict | None:
    if _is_abroad(at_home, abroad):
        return _Verdict("foreign", "; ".join(sign.words for sign in abroad))
    if not at_home:
        international = sorted(source for source in body.sources if standing(standings, source).country == "any")
        if international:
            return _Verdict("foreign", f"nothing ties it to Poland; on an international list ({international[0]})")
        if shared := sorted(body.pages & mixed):
            return _Verdict("foreign", f"nothing ties it to Poland; beside bodies of other countries on {shared[0]}")
    return None


def _is_abroad(at_home: list[_Sign], abroad: list[_Sign]) -> bool:
    # One point is a page of another country that may well report on a visit to Poland.
    return sum(sign.points for sign in abroad) > max(sum(sign.points for sign in at_home), 1)


def _pages_abroad(bodies: Mapping[str, _Body], places: Mapping[str, tuple[list[_Sign], list[_Sign]]]) -> set[str]:
    """Returns the pages that print foreign bodies, and no more Polish ones than foreign."""
    foreign: Counter[str] = Counter()
    polish: Counter[str] = Counter()
    for body_id, body in bodies.items():
        at_home, abroad = places[body_id]
        if _is_abroad(at_home, abroad):
            foreign.update(body.pages)
        elif at_home:
            polish.update(body.pages)
    return {page for page, count in foreign.items() if count >= polish[page]}


@lru_cache(maxsize=65536)
def _country_of_host(address: str) -> str | None:
    """Returns the country of an address by its top-level domain, or None for one of no country (`.com`, `.eu`)."""
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:  # scraped text that is no address
        return None
    top = host.rstrip(".").rpartition(".")[2].upper()
    if top == "CAT":
        return "ES"
    return {"UK": "GB"}.get(top, top) if top in _country_codes() else None


@lru_cache(maxsize=1)
def _country_codes() -> frozenset[str]:
    codes = {code for code in dict(babel.Locale("en").territories) if re.fullmatch(r"[A-Z]{2}", code)}
    # Domains of countries that the world uses for other ends say nothing on place.
    return frozenset(codes | {"UK"}) - {
        "EU",
        "TV",
        "ME",
        "IO",
        "CO",
        "CC",
        "WS",
        "AI",
        "FM",
        "LA",
        "TO",
        "GG",
        "LY",
        "BZ",
    }


@lru_cache(maxsize=65536)
def _large_town(text: str) -> bool:
    """Returns whether a text names a Polish city of at least 100,000 residents in the nominative."""
    words = re.findall(r"[^\W\d_]{4,}", text)
    return any(word[0].isupper() and (place := town(word)) and place.population >= 100_000 for word in words)


@lru_cache(maxsize=65536)
def _place_abroad(text: str) -> tuple[str, str] | None:
    """Returns a country, region, people or large city outside Poland that a text names, with its country code."""
    words = re.findall(r"[^\W\d_][\w'’-]*", text)
    for size in (3, 2, 1):
        for start in range(len(words) - size + 1):
            phrase = " ".join(words[start : start + size])
            if phrase[0].isupper() and (code := _names_abroad().get(phrase)) and not (size == 1 and town(phrase)):
                return phrase, code
    return None


@lru_cache(maxsize=1)
def _names_abroad() -> Mapping[str, str]:
    names = {name: code for name, code in cities_abroad().items() if len(name) > 4}
    for language in ("en", "pl"):
        for code, name in dict(babel.Locale(language).territories).items():
            if re.fullmatch(r"[A-Z]{2}", code) and code not in {"PL", "EU", "EZ", "UN", "ZZ"}:
                names[str(name)] = code
    data = Path(__file__).parent / "data" / "foreign_places.csv"
    for line in data.read_text(encoding="utf-8").splitlines()[1:]:
        name, _, code = line.partition(",")
        names[name] = code
    return names


# --- kind
# ----------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _rules() -> Mapping[str, Mapping[str, Any]]:
    raw = yaml.load((Path(__file__).parent / "scope.yml").read_bytes(), Loader=yaml.CSafeLoader)
    return {
        reason: {
            "why": rule["why"],
            "unless_shown": rule.get("unless_shown", False),
            **{
                part: tuple(re.compile(pattern) for pattern in rule.get(part, ()))
                for part in ("named", "stated", "not_stated", "unless_named")
            },
        }
        for reason, rule in raw.items()
    }


def _kind(body: _Body, standings: Mapping[str, Standing]) -> _Verdict | None:
    for reason, rule in _rules().items():
        exempt = any(pattern.search(name.casefold()) for pattern in rule["unless_named"] for name in body.names)
        exempt |= rule["unless_shown"] and (bool(_business_signs(body, standings)) or _called_a_cluster(body))
        named = [name for name in body.names if any(pattern.search(name.casefold()) for pattern in rule["named"])]
        # A body is what most of its records call it; one odd page does not put it out.
        if named and 2 * len(named) > len(body.names) and not exempt:
            return _Verdict(reason, f"{rule['why']}; named '{named[0]}'")
        for saying in body.of(*_SAYINGS):
            text = saying.casefold()
            if any(pattern.search(text) for pattern in rule["not_stated"]):
                continue
            if any(pattern.search(text) for pattern in rule["stated"]):
                return _Verdict(reason, f"{rule['why']}; stated '{saying}'")
    return None


def _energy(body: _Body, standings: Mapping[str, Standing]) -> _Verdict | None:
    stated = [text for text in body.of(*_SAYINGS) if _ENERGY_STATED.search(text.casefold())]
    named = [name for name in body.of("name", "aliases") if _ENERGY_NAMED.search(name.casefold())]
    business = _business_signs(body, standings)
    if stated and not business:
        return _Verdict("energy_cluster", f"stated '{stated[0]}'")
    business += [f"dated {text}" for text in body.of(*_DATES) if (day := last_day(text)) and day < _ENERGY_ACT]
    if named and not business:
        return _Verdict("energy_cluster", f"named '{named[0]}', the term of the act on renewable energy sources")
    if business or not _in_energy(body):
        return None
    young = [day for text in body.of(*_DATES) if (day := last_day(text)) and day >= _ENERGY_CLUSTERS_SINCE]
    municipal = [text for text in body.of("note", "lead_body", "coordinator") if _MUNICIPAL.search(text.casefold())]
    municipal += [prop for prop in body.values if prop.startswith("members_by_type.") and _MUNICIPAL.search(prop)]
    if young:
        return _Verdict(
            "energy_cluster", f"energy in name and sector, founded {young[0].isoformat()}, after the act came in"
        )
    if municipal:
        return _Verdict("energy_cluster", f"energy in name and sector, made by local government: '{municipal[0]}'")
    return None


def _in_energy(body: _Body) -> bool:
    names = [name for name in body.names if _ENERGY_WORD.search(name.casefold())]
    sectors = body.of("sector")
    fitting = [sector for sector in sectors if _ENERGY_WORD.search(sector.casefold())]
    return 2 * len(names) > len(body.names) and (not sectors or 2 * len(fitting) > len(sectors))


def _called_a_cluster(body: _Body) -> bool:
    return any(re.search("klast|cluster", text.casefold()) for text in body.of(*_NAMES, *_SAYINGS))


def _business_signs(body: _Body, standings: Mapping[str, Standing]) -> list[str]:
    """Returns what shows a business cluster: a label, a national status, a verified list."""
    signs = [f"{prop} {value}" for prop in ("label", "kkk_round", "other_label") for value in body.of(prop)]
    return signs + [
        f"listed by {source}" for source in sorted(body.sources) if "coordinator" in standing(standings, source).proves
    ]
