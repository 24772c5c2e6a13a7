"""Links synthetic registries of growing size, and prints time, memory, pairs and quality.

    python -m benchmarks.identity.scale 10000 100000 1000000

A line for each size; each size runs in a process of its own, so that the peak memory is its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

import numpy as np
from numpy.typing import NDArray

from benchmarks.identity.synthetic import registry
from inventory.identity.linkage import link
from inventory.records import frame
from inventory.statements import state

Ints = NDArray[np.int64]


def quality(truth: Ints, body: Ints) -> dict[str, float]:
    """Returns pairwise and B-cubed precision and recall, and B-cubed F1, from the sizes of bodies and of their overlaps."""
    sizes = [np.unique(labels, return_inverse=True, return_counts=True)[1:] for labels in (truth, body)]
    joint = np.unique(truth * (int(body.max()) + 1) + body, return_inverse=True, return_counts=True)[1:]
    (gold, found), both = [count[at] for at, count in sizes], joint[1][joint[0]]
    precision, recall = float((both / found).mean()), float((both / gold).mean())
    return {
        "P": float((both - 1).sum() / max((found - 1).sum(), 1)),
        "R": float((both - 1).sum() / max((gold - 1).sum(), 1)),
        "B-cubed F1": 2 * precision * recall / (precision + recall),
    }


def measure(size: int) -> str:
    """Returns the figures of one size as a line."""
    records, truth = registry(size)
    frames = frame(records), state(records)
    del records
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    found = link(*frames)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    body = found.bodies.sort("record_id")["body_id"].rank("dense").cast(int).to_numpy().astype(np.int64)
    figures = "  ".join(f"{title} {value:.4f}" for title, value in quality(truth, body).items())
    return (
        f"{len(truth)} records: {seconds:.1f} s, {cpu:.1f} s of processor, peak {after.ru_maxrss / 1e6:.2f} GB,"
        f" {figures}, {dict(found.report)}"
    )


def main() -> None:
    """Prints a line for each size asked for."""
    sizes = sys.argv[1:] or ["10000"]
    if len(sizes) == 1:
        print(measure(int(sizes[0])), flush=True)
        return
    for size in sizes:
        subprocess.run([sys.executable, "-m", "benchmarks.identity.scale", size], check=True)


if __name__ == "__main__":
    main()
