"""Holds a release made from the shipped archive against the development labels.

    CLUSTER_INVENTORY_LABELS=<folder of labels> python benchmarks/inventory/quality.py <home>

The folder holds `labels.csv`, `records.jsonl` and `expected.jsonl`, which says by source, page and name which labelled records
an entry of the archive is. Prints: labelled records accounted for, pairwise precision and recall, scope, classes.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import polars as pl

from sources.archive import Archive, Page
from sources.cards import load_cards
from sources.reading import read_source
from warehouse.release import latest


def labelled_ids(folder: Path) -> dict[str, set[str]]:
    """Returns for each of our record ids the labelled records that it is."""
    expected = defaultdict(set)
    for line in (folder / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["name"]:
            expected[entry["source"], entry["path"], entry["name"]].update(entry["record_ids"])
    desk = defaultdict(set)
    for line in (folder / "records.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        desk[entry["url"], entry["name"].rstrip(",")].add(entry["record_id"])
    found: dict[str, set[str]] = defaultdict(set)
    for card in load_cards().values():
        pages = [page for page in Archive(card.folder / "archive").pages() if isinstance(page, Page)]
        for record in read_source(card, pages).records:
            path = (record.path or "").split(":")[0]
            hits = expected.get((record.source, path, record.name), set())
            if record.source in {"desk_research", "parp_publications"}:
                hits = desk.get((record.url, record.name), set())
            found[record.record_id] |= hits
    return found


def main() -> None:
    """Prints the figures."""
    folder, home = Path(os.environ["CLUSTER_INVENTORY_LABELS"]), Path(sys.argv[1])
    release = latest(home)
    assert release is not None
    tables = release.tables()
    with (folder / "labels.csv").open(encoding="utf-8") as rows:
        labels = {row["record_id"]: row for row in csv.DictReader(rows)}
    ours = labelled_ids(folder)
    cluster_of = dict(tables["cluster_records"].select("record_id", "cluster_id").iter_rows())
    reason_of = dict(tables["excluded"].select("record_id", "reason").iter_rows())
    class_of = dict(tables["clusters"].select("cluster_id", "class").iter_rows())
    place: dict[str, set[str]] = defaultdict(set)
    for record, hits in ours.items():
        where = cluster_of.get(record) or (f"excluded: {reason_of[record]}" if record in reason_of else "nowhere")
        for hit in hits:
            place[hit].add(where)
    lost = sorted(set(labels) - set(place))
    print(f"labelled records: {len(labels)}, accounted for: {len(labels) - len(lost)}, not met: {lost[:10]}")
    print("nowhere:", sorted(record for record, wheres in place.items() if "nowhere" in wheres)[:10])

    sure = {record: row for record, row in labels.items() if row["confidence"] != "doubtful"}
    groups: dict[str, set[str]] = defaultdict(set)
    bodies = {}
    for record, hits in ours.items():
        gold = {sure[hit]["gold_id"] for hit in hits if hit in sure}
        if len(gold) == 1 and record in cluster_of:
            bodies[record] = (cluster_of[record], gold.pop())
    both = said = true = 0
    for (mine_a, gold_a), (mine_b, gold_b) in combinations(bodies.values(), 2):
        said += mine_a == mine_b
        true += gold_a == gold_b
        both += mine_a == mine_b and gold_a == gold_b
    print(f"entries in clusters: {len(bodies)}; pairwise precision {both / said:.4f}, recall {both / true:.4f}")
    for mine, gold in bodies.values():
        groups[mine].add(gold)
    print("mixed clusters:", {mine: sorted(golds) for mine, golds in groups.items() if len(golds) > 1})

    wrong = Counter()
    for hit, row in sure.items():
        in_scope = row["country"] == "PL" and row["kind"] == "cluster_organisation"
        for where in place.get(hit, ()):
            if in_scope == where.startswith("excluded"):
                wrong[row["country"] if row["country"] != "PL" else row["kind"], where] += 1
                print("scope:", hit, row["gold_id"], where)
    print("scope errors:", dict(wrong))
    intended = {place_ for hit, row in sure.items() if row["state"] == "intended" for place_ in place.get(hit, ())}
    print("intended:", Counter(class_of.get(where, where) for where in intended))
    holders = tables["labels"].filter(pl.col("label") == "kkk")["cluster_id"].unique()
    print("key clusters by class:", Counter(class_of[holder] for holder in holders))


if __name__ == "__main__":
    main()
