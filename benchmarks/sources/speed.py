"""Parses many profile pages on two cores: pages a second, and whether memory stays flat.

    python benchmarks/sources/speed.py [PAGES]

The pages are the shipped profiles of every source that has a page per cluster, each time with another name and address.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from dataclasses import replace

from sources.archive import Archive, Page
from sources.cards import load_cards
from sources.reading import parser_of

CORES, BATCH = 2, 500
PROFILES = {"eccp": ("profile_",), "parp_map": ("old_card", "new_card")}


def profiles() -> list[tuple[str, Page]]:
    found = []
    for source, kinds in PROFILES.items():
        card = load_cards()[source]
        parse = parser_of(card)
        pages = [page for page in Archive(card.folder / "archive").pages() if isinstance(page, Page)]
        found += [(source, page) for page in pages if parse(page, card).kind.startswith(kinds)]
    return found


def parse_batch(batch: tuple[int, int]) -> tuple[int, float, float]:
    """Returns the number of records, the seconds of processor time, and the peak memory of this process in MB."""
    shipped, began, records = profiles_of_worker(), time.process_time(), 0
    for number in range(*batch):
        source, page = shipped[number % len(shipped)]
        body = page.body.replace(b"Klaster", f"Klaster{number}".encode()).replace(
            b"Cluster", f"Cluster{number}".encode()
        )
        card = load_cards()[source]
        records += len(parser_of(card)(replace(page, url=f"{page.url}?n={number}", body=body), card).records)
    return records, time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


_SHIPPED: list[tuple[str, Page]] = []


def profiles_of_worker() -> list[tuple[str, Page]]:
    if not _SHIPPED:
        _SHIPPED.extend(profiles())
    return _SHIPPED


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    batches = [(start, min(start + BATCH, count)) for start in range(0, count, BATCH)]
    began = time.perf_counter()
    peaks, records, busy = [], 0, 0.0
    with multiprocessing.Pool(CORES) as workers:
        for found, seconds, peak in workers.imap(parse_batch, batches):
            records, busy = records + found, busy + seconds
            peaks.append(peak)
    seconds = time.perf_counter() - began
    print(f"{count} pages of {len(profiles())} shapes, {records} records, {CORES} processes")
    print(f"{seconds:.1f} s, {count / seconds:.0f} pages/s, {1000 * busy / count:.1f} ms of processor time a page")
    print(f"peak memory of a process: {peaks[CORES - 1]:.0f} MB after its first batch, {max(peaks):.0f} MB at the end")


if __name__ == "__main__":
    main()
