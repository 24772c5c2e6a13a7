"""Reads invented pages of every kind in any markup and counts what is read right, kind by kind.

    PYTHONPATH=. python benchmarks/sources/markup.py [PAGES_OF_A_KIND [FIRST_SEED]]

Names, facts and markup are drawn from the seed (`tests/unit/sources/registries.py`); none is on a shipped page. Pages that were not
read as stated are printed with kind and seed, so that they can be drawn again.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections import Counter

from sources.cards import load_cards
from sources.parsing import LayoutUnknown, SourceChanged
from sources.reading import parser_of
from tests.unit.sources.invented import Score, score
from tests.unit.sources.registries import KINDS, invented

PRECISION, RECALL = 0.99, 0.98
_CARDS = load_cards()


def read(task: tuple[int, int]) -> tuple[str, int, list[str], Score]:
    """Returns kind, seed, how the page is set, and what came of it."""
    place, seed = task
    page = invented(KINDS[place], seed)
    card = _CARDS[page.source]
    try:
        records = parser_of(card)(page.page, card).records
    except (LayoutUnknown, SourceChanged):
        records = ()
    return KINDS[place].__name__, seed, page.how, score(page, records)


def line_of(kind: str, told: Score) -> str:
    bar = f"precision {told.precision:.4f} recall {told.recall:.4f}"
    return f"{kind:18} {bar} facts {told.stated:6}, persons' values {len(told.private)}"


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    began = time.perf_counter()
    tasks = [(place, seed) for place in range(len(KINDS)) for seed in range(first, first + count)]
    with multiprocessing.Pool(2) as workers:
        results = list(workers.imap(read, tasks, chunksize=50))
    sums: dict[str, Score] = {}
    bad: Counter[str] = Counter()
    for kind, seed, how, told in results:
        sums.setdefault(kind, Score()).add(told)
        if told.wrong or told.missing:
            bad[kind] += 1
            if bad[kind] < 4:
                print(f"{kind} {seed} {how}: wrong {told.wrong[:3]}, missing {told.missing[:3]}")
    whole = Score()
    for kind, told in sums.items():
        whole.add(told)
        print(f"{line_of(kind, told)}, pages amiss {bad[kind]} of {count}")
    print(f"{line_of('all', whole)}, {len(tasks)} pages, {time.perf_counter() - began:.0f} s")
    weak = [kind for kind, told in sums.items() if told.precision < PRECISION or told.recall < RECALL or told.private]
    sys.exit(f"below the bar: {', '.join(weak)}" if weak else 0)


if __name__ == "__main__":
    main()
