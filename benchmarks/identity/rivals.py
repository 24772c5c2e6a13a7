"""Gives other linkage tools the same records and scores them on the same labels.

    python -m benchmarks.identity.rivals labels <folder of environments>
    python -m benchmarks.identity.rivals synthetic <folder of environments> 10000 100000

Each tool runs in a Python environment of its own, `<folder>/<tool>/bin/python` (splink; dedupe with BTrees below 6, which it
does not run without; recordlinkage), with a program of `rival_programs/`. It reads a CSV file (record_id, name, tokens,
city, voivodeship, founded, domain, coordinator, country, body, fold; names folded, without legal forms and
the word cluster; of tokens only those in no
more than 60 records) and writes pairs with a probability. Tools that learn from labels see, for each fold, only records
of the others; the column body is empty for doubtful labels. Pairs above a threshold are joined by connected components;
the threshold is the best on the labels in hindsight, which favours the rivals.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from scipy import sparse

from benchmarks.identity.labelled import Labelled, load
from benchmarks.identity.quality import FOLDS, counts, fold_of, hard, summary
from benchmarks.identity.scale import quality
from benchmarks.identity.synthetic import registry
from inventory.identity.evidence import domain_of
from inventory.identity.lexicon import load_lexicon
from inventory.identity.names import fold, words
from inventory.records import frame
from inventory.statements import state

PROGRAMS = Path(__file__).parent / "rival_programs"
RIVALS = (
    ("splink", "splink_linkage.py", "fixed"),
    ("splink", "splink_linkage.py", "em"),
    ("dedupe", "dedupe_linkage.py", ""),
    ("recordlinkage", "recordlinkage_linkage.py", ""),
)
THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999, 0.99999)
MOST = 60
Ints = NDArray[np.int64]


def table(records: pl.DataFrame, statements: pl.DataFrame, body: Ints, folds: Ints) -> pl.DataFrame:
    """Returns what each tool gets, in the order of record ids."""
    out = records.sort("record_id").select("record_id", "name")
    for prop in ("city", "voivodeship", "founded", "website", "coordinator", "country"):
        said = statements.filter(pl.col("property") == prop).sort("record_id", "value")
        out = out.join(
            said.unique("record_id", keep="first", maintain_order=True).select("record_id", value="value"),
            on="record_id",
            how="left",
            maintain_order="left",
        ).rename({"value": prop})
    lexicon = load_lexicon()
    silent = {"function_word", "legal_form", "cluster"}
    said_words = [
        [w for w in words(name) if not ((t := lexicon.find((w,))) and t.concept in silent)] for name in out["name"]
    ]
    split = pl.Series("tokens", [sorted(set(one)) for one in said_words], dtype=pl.List(pl.String))
    rare = split.explode().value_counts().filter(pl.col("count") <= MOST)["tokens"].to_list()
    return out.select(
        "record_id",
        name=pl.Series([" ".join(one) or fold(n) for one, n in zip(said_words, out["name"], strict=True)]),
        tokens=pl.Series([" ".join(w for w in one if w in known) for known in [set(rare)] for one in split.to_list()]),
        city=pl.Series([fold(v) if v else None for v in out["city"]], dtype=pl.String),
        voivodeship=pl.Series([fold(v) if v else None for v in out["voivodeship"]], dtype=pl.String),
        founded=pl.col("founded").str.slice(0, 4),
        domain=pl.Series([next(iter(domain_of(v or "")), None) for v in out["website"]], dtype=pl.String),
        coordinator=pl.Series([fold(v) if v else None for v in out["coordinator"]], dtype=pl.String),
        country="country",
        body=pl.Series([b if b >= 0 else None for b in body.tolist()], dtype=pl.Int64),
        fold=pl.Series(folds.tolist(), dtype=pl.Int64),
    )


def run(given: pl.DataFrame, python: Path, program: str, mode: str) -> tuple[pl.DataFrame, float, float]:
    """Returns pairs (fold, a, b, probability; fold -1 for all), seconds and peak memory in GB of a rival's program."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.csv", Path(folder) / "out.csv"
        given.write_csv(source)
        start = time.perf_counter()
        done = subprocess.run(
            ["/usr/bin/env", "time", "-f", "%M", str(python), str(PROGRAMS / program), str(source), str(target), mode],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        seconds = time.perf_counter() - start
        if done.returncode:
            raise RuntimeError(f"{program} {mode}: {done.stderr[-1500:]}")
        schema = {"fold": pl.Int64, "a": pl.String, "b": pl.String, "probability": pl.Float64}
        last = done.stderr.strip().rsplit("\n", 1)[-1]
        return pl.read_csv(target, schema=schema), seconds, float(last) / 1e6 if last.isdigit() else float("nan")


def joined(ids: list[str], pairs: pl.DataFrame, threshold: float) -> Ints:
    """Returns the connected component of each record by pairs above the threshold."""
    place = pl.DataFrame({"id": ids, "at": np.arange(len(ids))})
    strong = pairs.filter(pl.col("probability") >= threshold)
    at = strong.join(place.rename({"id": "a", "at": "x"}), on="a").join(place.rename({"id": "b", "at": "y"}), on="b")
    links = sparse.csr_matrix((np.ones(len(at)), (at["x"].to_numpy(), at["y"].to_numpy())), shape=(len(ids), len(ids)))
    return np.asarray(sparse.csgraph.connected_components(links, directed=False)[1], dtype=np.int64)


def scored(labelled: Labelled, folds: Ints, pairs: pl.DataFrame) -> str:
    """Returns the figures of the threshold with the best B-cubed F1."""
    ids, best = labelled.evidence.record_ids, (-1.0, "")
    for threshold in THRESHOLDS:
        total, right, hards = np.zeros(6), 0, 0
        for k in range(FOLDS):
            found = joined(ids, pairs.filter(pl.col("fold").is_in([-1, k])), threshold)
            total += counts(labelled.body, found, folds == k)
            r, t = hard(labelled, found, folds == k)
            right, hards = right + r, hards + t
        p, r_ = total[3] / total[5], total[4] / total[5]
        text = f"{summary(total)}  hard {right / hards:.3f}  (threshold {threshold})"
        best = max(best, (2 * p * r_ / (p + r_), text))
    return best[1]


def token_set(given: pl.DataFrame) -> pl.DataFrame:
    """Returns all pairs with the token-set ratio of their names as probability."""
    names, ids = given["name"].to_list(), given["record_id"].to_numpy()
    ratio = process.cdist(names, names, scorer=fuzz.token_set_ratio, score_cutoff=60) / 100
    a, b = np.nonzero(np.triu(ratio, 1))
    return pl.DataFrame({"fold": -1, "a": ids[a], "b": ids[b], "probability": ratio[a, b].astype(np.float64)})


def on_labels(environments: Path) -> None:
    """Prints a line for each rival on the labelled records."""
    labelled = load()
    folds = fold_of(labelled)
    given = table(labelled.records, labelled.statements, labelled.body, folds)
    print(f"token-set ratio: {scored(labelled, folds, token_set(given))}", flush=True)
    for tool, program, mode in RIVALS:
        pairs, seconds, peak = run(given, environments / tool / "bin" / "python", program, mode)
        print(f"{tool} {mode}: {scored(labelled, folds, pairs)}, {seconds:.1f} s, {peak:.2f} GB", flush=True)


def on_synthetic(environments: Path, size: int) -> None:
    """Prints a line for Splink on a synthetic registry: best threshold in hindsight."""
    records, truth = registry(size)
    given = table(frame(records), state(records), truth, truth * 0)
    pairs, seconds, peak = run(given, environments / "splink" / "bin" / "python", "splink_linkage.py", "em")
    ids = given["record_id"].to_list()
    best = max((quality(truth, joined(ids, pairs, t)) for t in THRESHOLDS), key=lambda q: q["B-cubed F1"])
    figures = "  ".join(f"{k} {v:.4f}" for k, v in best.items())
    print(
        f"splink em, {len(ids)} records: {seconds:.1f} s, {peak:.2f} GB, pairs kept {len(pairs)}, {figures}", flush=True
    )


if __name__ == "__main__":
    what, environments = sys.argv[1], Path(sys.argv[2])
    if what == "labels":
        on_labels(environments)
    else:
        for size in map(int, sys.argv[3:]):
            on_synthetic(environments, size)
