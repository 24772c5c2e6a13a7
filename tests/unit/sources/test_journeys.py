"""The pages of `docs/sources.md` give the records that stand beside them there."""

import json
import re
from pathlib import Path

import pytest

from sources.archive import Archive, Page
from sources.cards import load_cards
from sources.reading import read_source

DOCS = Path(__file__).parents[3] / "docs" / "sources.md"


def journeys():
    section = DOCS.read_text(encoding="utf-8").partition("## A page of each source")[2].partition("\n## ")[0]
    for line in section.splitlines():
        if line.startswith("| `"):
            source, page, _, record, told = (cell.strip() for cell in line.strip("| ").split(" | ", 4))
            yield pytest.param(source.strip("`"), page.strip("`"), record.strip("`"), told, id=f"{source}-{record}")


@pytest.mark.parametrize(("source", "page", "record", "told"), list(journeys()))
def test_a_page_gives_its_record(source, page, record, told):
    card = load_cards()[source]
    pages = [one for one in Archive(card.folder / "archive").pages() if isinstance(one, Page)]
    reading = read_source(card, [one for one in pages if one.path.startswith(page.removesuffix("..."))])
    known = {entry.record_id: entry for entry in (*reading.records, *reading.rejections)}
    assert record in known
    if told.startswith("rejected"):
        assert known[record].reason == re.search("`(\\w+)`", told)[1]
        return
    name, _, fields = told.partition(": `")
    assert known[record].name == name
    found = json.loads(json.dumps(known[record].fields))
    assert json.loads(fields.strip("`")).items() <= found.items()
