"""What the list page searches: one plain script with a short row a cluster, shared by both languages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from inventory.labels import held

Tables = Mapping[str, pl.DataFrame]


def listing_script(tables: Tables, as_of: date | None, *, paged: bool = True) -> str:
    """Returns the script that holds the rows of the list, `window.INVENTORY`.

    A row is cluster_id, name_pl, name_en, class, state, voivodeship_code, sector_code, founded_year, members_total, city,
    coordinator, labels (label, level, 1 where held on the day of the inventory) and other names.

    Args:
        tables: The published tables; `clusters`, `cluster_names` and `labels` are read.
        as_of: Day of the inventory; None where it is not known, and no label is then held.
        paged: Whether each cluster has a page to lead to.
    """
    labels, names = _labels_by_cluster(tables["labels"], as_of), _names_by_cluster(tables)
    columns = (
        "cluster_id", "name_pl", "name_en", "class", "state", "voivodeship_code", "sector_code", "founded_year",
        "members_total", "city", "coordinator",
    )  # fmt: skip
    rows = [
        [*row, labels.get(row[0], []), names.get(row[0], [])]
        for row in tables["clusters"].sort("cluster_id").select(columns).iter_rows()
    ]
    return script("INVENTORY", {"clusters": rows, "paged": paged})


def script(name: str, value: Any) -> str:
    """Returns a script that sets a global to a value; no text of the value can end the script or its lines."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return f'"use strict";\nwindow.{name}={text};\n'


def held_labels(labels: pl.DataFrame, as_of: date | None) -> set[tuple[str, str, str]]:
    """Returns cluster_id, label and level of what is held on a day, by the rule of the statistics."""
    return set() if as_of is None else set(held(labels, as_of).iter_rows())


def _labels_by_cluster(labels: pl.DataFrame, as_of: date | None) -> dict[str, list[list[Any]]]:
    now = held_labels(labels, as_of)
    found: dict[str, list[list[Any]]] = {}
    for key in labels.select("cluster_id", "label", "level").unique().sort("cluster_id", "label", "level").iter_rows():
        found.setdefault(key[0], []).append([key[1], key[2] or "", int(key in now)])
    return found


def _names_by_cluster(tables: Tables) -> dict[str, list[str]]:
    shown = {row[0]: row[1:] for row in tables["clusters"].select("cluster_id", "name_pl", "name_en").iter_rows()}
    found: dict[str, list[str]] = {}
    for cluster_id, name in (
        tables["cluster_names"].select("cluster_id", "name").unique().sort("cluster_id", "name").iter_rows()
    ):
        if name not in shown.get(cluster_id, ()):
            found.setdefault(cluster_id, []).append(name)
    return found
