"""Shows our blocking and weights on Splink's Spark backend, in local mode, and how far the decisions on pairs agree.

    python -m benchmarks.identity.spark <python with splink and pyspark> 10000

Names are read here. Spark gets a row per record: the keys of `blocking.py` (none of more than 60 names), the concepts of its name with their
bits, those of each kind, town and web domain. The levels of `comparison.py` on name, information, kinds of words, town
and web site become SQL, with m over u of a level two to its weight in `weights.yml`. Places are compared with each other only, not with
the other record's town, and an acronym in brackets is not compared: these are the differences to expect.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.identity.synthetic import registry
from inventory.identity.blocking import candidates
from inventory.identity.comparison import LEVELS, compare
from inventory.identity.evidence import Evidence, gather
from inventory.identity.lexicon import KINDS
from inventory.identity.rows import Rows
from inventory.identity.scoring import Weights, load_weights, score
from inventory.records import frame
from inventory.statements import state

PROGRAM = Path(__file__).parent / "rival_programs" / "splink_spark_linkage.py"
GROUPS = {
    "proper": ("proper",),
    "field": ("sector",),
    "place": ("place", "local"),
    "direction": ("direction",),
    "scope": ("scope",),
}
BOTH = "aggregate(array_intersect(concepts_l, concepts_r), 0D, (acc, x) -> acc + cast(split(x, ':')[1] as double))"
WHOLE = f"({BOTH} / (total_l + total_r - {BOTH}))"
PART = f"({BOTH} / least(total_l, total_r))"


def _lists(rows: Rows, texts: list[str], at: np.ndarray) -> list[str]:
    parts = np.split(rows.values, rows.start[1:-1])
    return [" ".join(texts[value] for value in parts[name]) for name in at.tolist()]


def table(evidence: Evidence) -> pl.DataFrame:
    """Returns a row per record, as the top of this module says."""
    own = evidence.record_names.filter(pl.col("prop") == "name")
    own = own.filter(~pl.Series(evidence.names.alone[own["name"].to_numpy()]))
    at = own.unique("record", keep="first", maintain_order=True).sort("record")["name"].to_numpy()
    bits = [f"{k}:{b:.6f}" for k, b in enumerate(evidence.bits)]
    columns = {
        "record_id": evidence.record_ids,
        "keys": _lists(candidates(evidence).blocks, [str(k) for k in range(candidates(evidence).blocks.width)], at),
        "concepts": _lists(evidence.concepts, bits, at),
        "total": evidence.total[at],
        "surface": evidence.names.surface[at],
        "lang": evidence.names.lang[at],
    }
    for title, kinds in GROUPS.items():
        wanted = np.isin(evidence.concept_kind, [KINDS.index(kind) for kind in kinds])
        columns[title] = _lists(evidence.concepts.keep(wanted), bits, at)
    for title in ("city", "domain"):
        rows = evidence.attributes[title]
        columns[title] = _lists(
            rows, [label.replace(" ", "_") for label in evidence.labels[title]], np.arange(len(rows))
        )
    return pl.DataFrame(columns).with_columns(pl.col(pl.String).replace("", None))


def comparisons(evidence: Evidence, weights: Weights) -> dict[str, list[tuple[str, float]]]:
    """Returns for each comparison its levels: condition in Spark's SQL, and weight."""

    def worth(kind: str, level: str) -> float:
        return weights.levels[kind][LEVELS[kind].index(level)]

    name = [
        (f"{WHOLE} > 0.999 and surface_l = surface_r", worth("name", "same words")),
        (f"{WHOLE} > 0.999 and lang_l <> lang_r", worth("name", "same meaning, other language")),
        (f"{WHOLE} > 0.999", worth("name", "same meaning, one language, other words")),
        (f"{PART} > 0.999 and {WHOLE} >= 0.7", worth("name", "part: most")),
        (f"{PART} > 0.999 and {WHOLE} >= 0.45", worth("name", "part: half")),
        (f"{PART} > 0.999", worth("name", "part: small")),
        (f"{WHOLE} >= 0.6", worth("name", "most shared")),
        (f"{WHOLE} >= 0.35", worth("name", "half shared")),
        (f"{BOTH} > 0", worth("name", "little shared")),
        ("ELSE", worth("name", "nothing shared")),
    ]
    shift = evidence.chance_bits
    bounds = ((16.0, "unique"), (10.5, "telling"), (6.0, "common"))
    information = [(f"{BOTH} >= {low + shift}", worth("information", level)) for low, level in bounds]
    found = {"name_level": name, "information": [*information, ("ELSE", worth("information", "generic"))]}
    found |= {kind: _relation(kind, worth) for kind in GROUPS}
    for kind in ("city", "domain"):
        found[kind] = [
            (f"{kind}_l = {kind}_r", worth(kind, "same")),
            (f"{kind}_l <> {kind}_r", worth(kind, "different")),
            ("ELSE", 0.0),
        ]
    found["city"] = [(sql.replace("city_l", "city_l").replace("city_r", "city_r"), w) for sql, w in found["city"]]
    return found


def _relation(kind: str, worth) -> list[tuple[str, float]]:  # noqa: ANN001  a function of kind and level
    def items(end: str) -> str:
        return f"coalesce({kind}_{end}, array())"

    both = f"size(array_intersect({items('l')}, {items('r')})) > 0"
    x, y = (f"size(array_except({items(a)}, {items(b)})) > 0" for a, b in (("l", "r"), ("r", "l")))
    full = "shared, more on both" in LEVELS[kind]
    one = "one side only"
    return [
        *([(f"{both} and {x} and {y}", worth(kind, "shared, more on both")),
           (f"{both} and ({x} or {y})", worth(kind, "shared, more on one side")),
           (both, worth(kind, "shared"))] if full else []),
        (f"{x} and {y}", worth(kind, "different" if "different" in LEVELS[kind] else one)),
        (f"{x} or {y}", worth(kind, one)),
        *([] if full else [(both, worth(kind, "shared"))]),
        ("ELSE", worth(kind, "none")),
    ]  # fmt: skip


def main() -> None:
    """Prints time, pairs and the agreement of decisions."""
    python, size = sys.argv[1], int(sys.argv[2])
    records, _ = registry(size)
    weights = load_weights()
    evidence = gather(frame(records), state(records))
    ours = compare(evidence, candidates(evidence).parts())
    mine = dict(
        zip(zip(ours.a.tolist(), ours.b.tolist(), strict=True), score(ours, weights) > weights.match, strict=True)
    )
    prior = 2**weights.prior / (1 + 2**weights.prior)
    spec = {"prior": prior, "lists": ["keys", "concepts", *GROUPS], "comparisons": comparisons(evidence, weights)}
    with tempfile.TemporaryDirectory() as folder:
        source, target, given = (Path(folder) / name for name in ("in.csv", "out.csv", "levels.json"))
        table(evidence).write_csv(source)
        given.write_text(json.dumps(spec), encoding="utf-8")
        start = time.perf_counter()
        subprocess.run([python, str(PROGRAM), str(source), str(target), str(given)], check=True)
        seconds = time.perf_counter() - start
        pairs = pl.read_csv(target)
    at = {record: k for k, record in enumerate(evidence.record_ids)}
    theirs = {
        (min(at[a], at[b]), max(at[a], at[b])): w > weights.match
        for a, b, w in pairs.select("a", "b", "weight").iter_rows()
    }
    met = mine.keys() & theirs.keys()
    agree = sum(bool(mine[pair]) == theirs[pair] for pair in met)
    both = sum(bool(mine[pair]) and theirs[pair] for pair in met)
    print(
        f"{len(evidence.record_ids)} records: {seconds:.1f} s on Spark; pairs ours {len(mine)}, theirs {len(theirs)}, in both {len(met)};"
        f" decisions alike {agree / max(len(met), 1):.4f}; matches ours {sum(map(bool, mine.values()))},"
        f" theirs {sum(theirs.values())}, in both {both}"
    )


if __name__ == "__main__":
    main()
