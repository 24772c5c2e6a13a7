"""Founding: an event with a kind. The first formal act counts; letters of intent and plans are no founding.

Rule (docs/methodology.md): an agreement outranks an unnamed date and an entry in a register, these outrank a founding
meeting, that outranks informal work and days that were only announced. Within a rank declared trust decides, then
the number of records that agree, then the earlier year. All dates met are kept.
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl

RANK: Final = {
    "agreement": 1,
    "unstated": 2,
    "association": 2,
    "register": 2,
    "meeting": 3,
    "informal": 4,
    "announced": 5,
}
"""Kinds of event that can be the founding, best first; `letter_of_intent` and `planned` cannot."""

_KINDS: Final = (
    ("announced", r"\bannounced for|zapowiedzian"),
    (
        "planned",
        r"\bplan|meeting of (the )?founders|first meeting|announced|to work out|expected|ma powstać|zapowied|zamiar",
    ),
    ("letter_of_intent", r"^[^;]*\b(letter\w* of intent|list\w* intencyjn)"),
    ("agreement", r"agreement|porozumieni|umow|contract|consortium|konsorcj|\bact creating|formali[sz]|formal start"),
    ("register", r"court register|krs|rejestr|registration|registered|entry of"),
    ("association", r"association|stowarzyszeni|foundation|fundacj|company|spółk|established|set up|powołan|utworz"),
    ("meeting", r"meeting|spotkani|inaugurat|inauguracj"),
    ("informal", r"initiative|inicjatyw|practice|cooperation|współprac|functioning|działa|origin|start|page of"),
)
_INFORMAL_FIRST: Final = re.compile(
    r"^(start of the (initiative|practice)|initiative|'?functioning|cooperation since|.*\borigin\b)"
)


def kind_of(prop: str, note: str | None) -> str:
    """Returns the kind of event that a founding date is the date of.

    Args:
        prop: Property that holds the date: founded, agreement_date, krs_registered or letter_of_intent.
        note: What the page says it is the date of, or None.

    Example:
        >>> kind_of("founded", "letter of intent of 8 founders"), kind_of("founded", None)
        ('letter_of_intent', 'unstated')
        >>> kind_of("founded", "start of the initiative; cooperation agreement 2007-12-04")
        'informal'
    """
    fixed = {"agreement_date": "agreement", "krs_registered": "register", "letter_of_intent": "letter_of_intent"}
    if prop in fixed:
        return fixed[prop]
    if not note:
        return "unstated"
    text = note.casefold()
    if _INFORMAL_FIRST.search(text):
        return "informal"
    return next((kind for kind, pattern in _KINDS if re.search(pattern, text)), "unstated")


def foundings(said: pl.DataFrame, as_of_year: int) -> pl.DataFrame:
    """Returns the founding chosen for each cluster, and all candidates.

    Args:
        said: Statements of clusters with the columns cluster_id, record_id, statement_id, property, value, trust, url.
        as_of_year: Year of the inventory; later dates are no founding yet.

    Returns:
        One row per candidate: cluster_id, statement_id, value, kind, year, url, chosen. Exactly one row of a cluster
        that has candidates is chosen.
    """
    notes = (
        said.filter(pl.col("property") == "founded_note")
        .sort("statement_id")
        .unique("record_id", keep="first", maintain_order=True)
        .select("record_id", note="value")
    )
    dated = (
        said.filter(
            pl.col("property").is_in(["founded", "agreement_date", "krs_registered"]) & pl.col("value").is_not_null()
        )
        .join(notes, on="record_id", how="left")
        .with_columns(
            kind=pl.struct("property", "note").map_elements(
                lambda row: kind_of(row["property"], row["note"]), return_dtype=pl.String
            ),
            year=pl.col("value").str.slice(0, 4).cast(pl.Int32),
        )
        .filter(pl.col("kind").is_in(list(RANK)) & (pl.col("year") <= as_of_year))
        .with_columns(rank=pl.col("kind").replace_strict(RANK, return_dtype=pl.Int32))
    )
    years = (
        dated.group_by("cluster_id", "year", "rank")
        .agg(trust=pl.col("trust").max(), count=pl.col("record_id").n_unique())
        .sort("cluster_id", "rank", "trust", "count", "year", descending=[False, False, True, True, False])
        .unique("cluster_id", keep="first", maintain_order=True)
        .select("cluster_id", best_year="year", best_rank="rank")
    )
    # Within the year the most precise date of the best rank says it; then trust, then the id, so that ties are stable.
    ranked = dated.join(years, on="cluster_id").sort(
        pl.col("cluster_id"),
        pl.col("year") != pl.col("best_year"),
        pl.col("rank"),
        -pl.col("value").str.len_chars().cast(pl.Int32),
        -pl.col("trust"),
        pl.col("statement_id"),
    )
    return ranked.with_columns(chosen=pl.int_range(pl.len()).over("cluster_id") == 0).select(
        "cluster_id", "statement_id", "value", "kind", "year", "url", "chosen"
    )
