"""What the parsers read from pages against an answer sheet that lies outside the project, by source and by field.

    CLUSTER_INVENTORY_LABELS=<folder> PYTHONPATH=. python benchmarks/sources/labelled.py

The folder holds `expected.jsonl` (source, path, name, facts: one line for each entry and page) and `archive/<source>/`. Facts that are
stated on no page, or read and not on the sheet, are printed field by field.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path

from sources.archive import Archive, Page
from sources.cards import load_cards
from sources.parsing import LayoutUnknown, SourceChanged
from sources.reading import parser_of
from tests.unit.sources.invented import Fact, facts_of

Sheet = dict[tuple[str, str], list[frozenset[Fact]]]


def sheet_of(folder: Path) -> Sheet:
    found: Sheet = defaultdict(list)
    for line in (folder / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["name"]:
            found[row["source"], row["path"]].append(facts_of(row["name"], row["facts"]))
    return found


def read(page: Page, source: str) -> list[frozenset[Fact]]:
    card = load_cards()[source]
    try:
        return [facts_of(record.name, record.fields) for record in parser_of(card)(page, card).records]
    except (LayoutUnknown, SourceChanged):
        return []


def counted(folder: Path) -> dict[tuple[str, str], Counter[str]]:
    """Returns for source and field how many facts were read, were stated, and are right."""
    sheet = sheet_of(folder)
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for source in sorted({source for source, _ in sheet}):
        for page in Archive(folder / "archive" / source).pages():
            if not isinstance(page, Page):
                continue
            rest = read(page, source)
            for facts in rest:
                for name, _ in facts:
                    counts[source, name]["read"] += 1
            for facts in sheet[source, page.path]:
                best = max(rest, key=lambda other, facts=facts: len(facts & other), default=frozenset())
                for name, _ in facts:
                    counts[source, name]["stated"] += 1
                for name, _ in facts & best:
                    counts[source, name]["right"] += 1
                if best in rest:
                    rest.remove(best)
    return counts


def line_of(what: str, count: Counter[str]) -> str:
    precision = count["right"] / count["read"] if count["read"] else 1.0
    recall = count["right"] / count["stated"] if count["stated"] else 1.0
    return f"{what:50} precision {precision:.4f} recall {recall:.4f} of {count['stated']}"


def main() -> None:
    folder = os.environ.get("CLUSTER_INVENTORY_LABELS")
    if not folder:
        sys.exit("set CLUSTER_INVENTORY_LABELS to the folder that holds expected.jsonl")
    counts = counted(Path(folder))
    for (source, name), count in sorted(counts.items()):
        if not count["right"] == count["read"] == count["stated"]:
            print(line_of(f"  {source} {name}", count))
    for source in sorted({source for source, _ in counts}):
        print(line_of(source, sum((count for (of, _), count in counts.items() if of == source), Counter())))
    print(line_of("all", sum(counts.values(), Counter())))


if __name__ == "__main__":
    main()
