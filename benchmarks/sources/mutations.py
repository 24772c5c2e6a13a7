"""Damages shipped pages in many ways: no wrong cluster's value, and no errors but named ones.

    PYTHONPATH=. python benchmarks/sources/mutations.py [PAGES [SEED]]

The check is that of `tests/unit/sources/test_mutations.py`, which runs a few hundred in the suite. Every failure is printed with
its number, so that it can be run again.
"""

from __future__ import annotations

import multiprocessing
import random
import sys
import time
from collections import Counter
from dataclasses import replace

from bs4 import BeautifulSoup

from sources.archive import Page
from sources.cards import load_cards
from sources.parsing import LayoutUnknown, SourceChanged
from sources.reading import parser_of
from sources.records import Record
from sources.text import decode
from tests.unit.sources import test_mutations as checked

HEADERS = {"content-type": "text/html; charset=utf-8"}
_PAGES: list[tuple[str, Page]] = []


def damaged(page: Page, chance: random.Random) -> tuple[str, Page]:
    """Returns what was done, and the page: nodes deleted, doubled, moved to the end, shuffled, or bytes cut off."""
    how = chance.choice(["delete", "double", "last", "shuffle", "cut"])
    if how == "cut" or not page.path.endswith(".html"):
        return "cut", replace(page, body=page.body[: chance.randrange(len(page.body))])
    soup = BeautifulSoup(decode(page), "lxml")
    for _ in range(chance.randint(1, 4)):
        elements = [tag for tag in soup.select("*") if tag.name not in {"html", "body"} and tag.parent is not None]
        if not elements:
            break
        chosen = chance.choice(elements)
        if how == "delete":
            chosen.decompose()
        elif how == "double":
            chosen.insert_after(BeautifulSoup(str(chosen), "html.parser"))
        elif how == "last":
            chosen.parent.append(chosen.extract())
        else:
            parent = chosen.parent
            children = [child.extract() for child in list(parent.children)]
            chance.shuffle(children)
            parent.extend(children)
    return how, replace(page, body=str(soup).encode(), headers=HEADERS)


def outcome(number_and_seed: tuple[int, int]) -> tuple[str, str, str]:
    """Returns what was done, what came of it, and the failure in words."""
    number, seed = number_and_seed
    if not _PAGES:
        _PAGES.extend(checked._one_page_of_each_kind())  # noqa: SLF001  the same check as in the suite
    source, page = _PAGES[number % len(_PAGES)]
    how, other = damaged(page, random.Random(f"{seed}-{number}"))  # noqa: S311  any damage will do
    card = load_cards()[source]
    before, after = _records(source, page), ()
    try:
        after = parser_of(card)(other, card).records
    except (LayoutUnknown, SourceChanged):
        return how, "named error", ""
    except Exception as fault:  # noqa: BLE001  that is what is looked for
        return how, "FAILED", f"{number}: {source} {page.path} {how}: {fault!r}"
    try:
        checked._assert_no_value_changed_hands(before, after)  # noqa: SLF001
    except AssertionError as fault:
        return how, "FAILED", f"{number}: {source} {page.path} {how}: {str(fault)[:300]}"
    return how, "same or fewer" if len(after) <= len(before) else "more entries (doubled)", ""


def _records(source: str, page: Page) -> tuple[Record, ...]:
    card = load_cards()[source]
    return parser_of(card)(page, card).records


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    began = time.perf_counter()
    with multiprocessing.Pool(2) as workers:
        results = list(workers.imap(outcome, ((number, seed) for number in range(count)), chunksize=50))
    told = Counter((how, what) for how, what, _ in results)
    for (how, what), times in sorted(told.items()):
        print(f"{how:8} {what:24} {times:6}")
    failures = [said for *_, said in results if said]
    print(f"{count} mutated pages, seed {seed}, {len(failures)} failures, {time.perf_counter() - began:.0f} s")
    print("\n".join(failures[:40]))
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
