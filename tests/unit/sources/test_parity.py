"""What the parsers read from the shipped pages, against an answer sheet that lies outside the project."""

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest

from sources.archive import Archive, Page
from sources.cards import load_cards
from sources.reading import parser_of

LABELS = os.environ.get("CLUSTER_INVENTORY_LABELS", "")
PRECISION, RECALL = 0.99, 0.98
SOURCE_FLOOR = 0.98
"""For one source: the sheet leaves out a few facts that the pages do print, and few pages weigh them much."""

pytestmark = pytest.mark.skipif(
    not (LABELS and (Path(LABELS) / "expected.jsonl").exists()),
    reason="CLUSTER_INVENTORY_LABELS does not name a folder with expected.jsonl",
)


def _flat(name: str, fields: dict) -> set[tuple[str, str]]:
    """Facts as pairs of field and value; a member of a map is a fact of its own."""
    found = {("name", name)}
    for field, value in fields.items():
        members = value.items() if isinstance(value, dict) else [("", value)]
        found |= {
            (f"{field}.{key}" if key else field, json.dumps(member, ensure_ascii=False)) for key, member in members
        }
    return found


@pytest.fixture(scope="module")
def hits() -> dict[str, tuple[int, int, int]]:
    """For each source: facts stated rightly, facts stated in all, facts expected."""
    sheet = defaultdict(list)
    for line in (Path(LABELS) / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["name"]:
            sheet[row["source"], row["path"]].append(_flat(row["name"], row["facts"]))
    counts = {}
    for source in sorted({source for source, _ in sheet}):
        card = load_cards()[source]
        right = stated = expected = 0
        for page in Archive(card.folder / "archive").pages():
            assert isinstance(page, Page)
            read = [_flat(record.name, dict(record.fields)) for record in parser_of(card)(page, card).records]
            stated += sum(map(len, read))
            for facts in sheet[source, page.path]:
                expected += len(facts)
                best = max(read, key=lambda other, facts=facts: len(facts & other), default=set())
                right += len(facts & best)
                if best in read:
                    read.remove(best)
        counts[source] = (right, stated, expected)
    return counts


def test_facts_of_all_sources(hits: dict[str, tuple[int, int, int]]) -> None:
    right, stated, expected = (sum(column) for column in zip(*hits.values(), strict=True))
    assert right / stated >= PRECISION
    assert right / expected >= RECALL


def test_facts_of_each_source(hits: dict[str, tuple[int, int, int]]) -> None:
    weak = {source: (right / stated, right / expected) for source, (right, stated, expected) in hits.items()}
    assert {source: share for source, share in weak.items() if min(share) < SOURCE_FLOOR} == {}
    for source, (precision, recall) in weak.items():
        print(f"{source}: precision {precision:.4f}, recall {recall:.4f}, {hits[source][2]} facts")  # noqa: T201
