"""The card of a source: everything that is declared about it rather than coded.

A source is a folder `sources/<id>/` with `card.yml`, `parse.py`, `archive/`, `README.md`. The members of `Card` are the manual
of `card.yml`; a missing or unknown one is an error that names the file, the member and the remedy.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

ROOT = Path(__file__).parent
CRITERIA = (
    "triple_helix",
    "interaction",
    "specialisation",
    "concentration",
    "formal_cooperation",
    "coordinator",
    "activity",
)


class CardError(ValueError):
    """A card that cannot be used. The message names file, member and remedy."""


class Bounds(BaseModel):
    """How many records a reading of the whole archive gives, and how often fields are filled.

    A failed minimum stops the release (the source lost rows or its layout changed); a failed maximum warns.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows_min: int = Field(ge=1)
    rows_max: int = Field(ge=1)
    filled: Mapping[str, float] = Field(
        default_factory=dict, description="field -> least share of records that state it, 0 to 1"
    )


class Card(BaseModel):
    """What is declared about one source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    title: str = Field(description="Polish title, as shown to readers")
    publisher: str
    country: str = Field(
        description="ISO code where the source lists bodies of one country only, `any` for an international one"
    )
    language: str = Field(description="language of the pages: pl, en, or both separated by a comma")
    start: tuple[str, ...] = Field(description="addresses where a visit begins; empty for a source that is not crawled")
    hosts: tuple[str, ...] = Field(description="hosts whose pages belong to the source; the first is the one to visit")
    aliases: tuple[str, ...] = Field(
        default=(), description="hosts that carry copies of the same pages: one page, no second witness"
    )
    cadence_days: int = Field(ge=1, description="how often the list is worth a visit")
    crawl_delay: float = Field(
        default=5, ge=0, description="least seconds between two requests to one host; robots.txt may ask for more"
    )
    page_limit: int = Field(default=500, ge=1, description="most pages of one visit")
    licence: str = Field(description="terms of reuse; `unknown` until somebody has read them")
    attribution: str = Field(default="", description="words that the publisher asks for beside its facts")
    coverage: Literal["full", "partial"]
    list: bool = Field(description="whether it is a list of clusters, so that it counts in estimates of coverage")
    closed: bool = Field(
        default=False, description="whether the source is known to have ended: finding nothing is then expected"
    )
    proves: tuple[str, ...] = Field(
        default=(), description="criteria that a listing proves by its admission rule, at its date"
    )
    trust: int = Field(ge=0, le=100, description="0 hearsay to 100 court register")
    trust_by_property: Mapping[str, int] = Field(default_factory=dict)
    bounds: Bounds
    captions: Mapping[str, str] = Field(
        default_factory=dict, description="caption as printed, lower case, no colon -> field of the record"
    )
    ignored: Mapping[str, str] = Field(
        default_factory=dict, description="caption -> why it is not read (personal data, decoration)"
    )
    codes: Mapping[str, Mapping[str, str]] = Field(
        default_factory=dict, description="code lists: name -> printed value -> our value"
    )

    @property
    def folder(self) -> Path:
        """The source's folder."""
        return ROOT / self.id

    @property
    def all_hosts(self) -> tuple[str, ...]:
        """Hosts and aliases."""
        return (*self.hosts, *self.aliases)


def load_card(path: Path) -> Card:
    """Reads one card.

    Raises:
        CardError: The file is no YAML, lacks a member, has one that is not known, or its id is not the folder's name.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        card = Card.model_validate(raw)
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as fault:
        raise CardError(
            f"{_named(path)}: {fault}. Mend the file; its members are described in sources/cards.py."
        ) from fault
    except ValidationError as fault:
        said = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg'].lower()}" for error in fault.errors())
        raise CardError(f"{_named(path)}: {said}. The members are described in sources/cards.py.") from fault
    if card.id != path.parent.name:
        raise CardError(f"{_named(path)}: id is {card.id}, the folder is {path.parent.name}. Make them equal.")
    unknown = sorted(set(card.proves) - set(CRITERIA))
    if unknown:
        raise CardError(
            f"{_named(path)}: proves: unknown criterion {', '.join(unknown)}. Known: {', '.join(CRITERIA)}."
        )
    return card


def load_cards(root: Path = ROOT) -> dict[str, Card]:
    """Returns the cards of all sources, by id in alphabetical order.

    Args:
        root: Folder of the source folders.

    Raises:
        CardError: As `load_card`, for the first card that cannot be used.
    """
    return dict(_load_cards(root))


@lru_cache(maxsize=4)
def _load_cards(root: Path) -> tuple[tuple[str, Card], ...]:
    return tuple((path.parent.name, load_card(path)) for path in sorted(root.glob("*/card.yml")))


def _named(path: Path) -> str:
    return f"sources/{path.parent.name}/{path.name}"
