"""Sets shipped pages in other markup, several changes at once, and counts the records that are read as before.

    PYTHONPATH=. python benchmarks/sources/compositions.py [PAGES [SEED]]

The changes are those of `tests/unit/sources/remarkup.py`, one to four of them and at times a rewriting of tags. Every page that is read
otherwise is printed with its number and its changes.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import sys
import time

from sources.archive import Archive, Page
from sources.cards import load_cards
from sources.parsing import LayoutUnknown, SourceChanged
from sources.reading import parser_of
from tests.unit.sources.remarkup import CHANGES, REWRITINGS, remarked

Facts = tuple[str, str, str]
_PAGES: list[tuple[str, Page]] = []


def shipped() -> list[tuple[str, Page]]:
    """Returns the shipped HTML pages with their sources."""
    return [
        (source, page)
        for source, card in load_cards().items()
        for page in Archive(card.folder / "archive").pages()
        if isinstance(page, Page) and page.path.endswith(".html")
    ]


def facts(source: str, page: Page) -> set[Facts]:
    card = load_cards()[source]
    try:
        records = parser_of(card)(page, card).records
    except (LayoutUnknown, SourceChanged):
        return set()
    return {
        (record.record_id, record.name, json.dumps(dict(record.fields), sort_keys=True, ensure_ascii=False))
        for record in records
    }


def composed(page: Page, chance: random.Random) -> tuple[list[str], Page]:
    """Returns the page in other markup, and what was done to it."""
    changes = [chance.choice(list(CHANGES)) for _ in range(chance.randrange(1, 5))]
    changes += [chance.choice(list(REWRITINGS)) for _ in range(chance.randrange(2))]
    for change in changes:
        page = remarked(page, change)
    return changes, page


def tried(task: tuple[int, int]) -> tuple[int, int, int, str]:
    """Returns how many records the page had, kept and has too many, and what was done where any is lost."""
    number, seed = task
    if not _PAGES:
        _PAGES.extend(shipped())
    chance = random.Random(f"{seed}-{number}")  # noqa: S311  any markup will do
    source, page = chance.choice(_PAGES)
    changes, other = composed(page, chance)
    before, after = facts(source, page), facts(source, other)
    lost, more = sorted(before - after)[:1], sorted(after - before)[:1]
    said = f"{number}: {source} {page.path} {changes}: lost {lost}, read {more}" if before != after else ""
    return len(before), len(before & after), len(after - before), said


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    began = time.perf_counter()
    with multiprocessing.Pool(2) as workers:
        results = list(workers.imap(tried, ((number, seed) for number in range(count)), chunksize=20))
    print("\n".join(said for *_, said in results if said))
    stated, kept, more = (sum(result[column] for result in results) for column in range(3))
    print(
        f"{count} pages in other markup, seed {seed}: {kept} of {stated} records as before ({kept / stated:.4f}), {more} others"
    )
    print(f"{sum(bool(said) for *_, said in results)} pages read otherwise, {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
