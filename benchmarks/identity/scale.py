"""Links synthetic registries of growing size, and prints time, memory, pairs and quality.

Names are made from the concept lexicon: a place, one or two branches and, for half of the bodies, a coined word; each body
has one to four records: its Polish name, its English one, with or without the coined word, a dropped letter, a legal form.
The numbers of the generator are fixed by a seed, so a run can be repeated.

    python -m benchmarks.identity.scale 1000 10000 100000
"""

from __future__ import annotations

import random
import resource
import sys
import time

import numpy as np

from inventory.identity.linkage import link
from inventory.identity.names import Lexicon, load_lexicon
from inventory.records import frame
from inventory.statements import state
from sources.records import Record

SYLLABLES = "ba be bi bo da de do fa fi ga go ka ke ki ko la le li lo ma me mi mo na ne no pa po ra re ri ro sa se so ta te to va ve vi za ze zo"


def registry(size: int, seed: int = 2015) -> tuple[list[Record], np.ndarray]:
    """Returns at least `size` records, and the number of the body that each speaks of."""
    draw = random.Random(seed)  # noqa: S311
    lexicon = load_lexicon()
    places, branches = (_words(lexicon, kind) for kind in ("place", "sector"))
    syllables = SYLLABLES.split()
    records: list[Record] = []
    truth: list[int] = []
    body = 0
    while len(records) < size:
        place = draw.choice(places)
        said = draw.sample(branches, draw.choice((1, 2, 2, 3)))
        coined = "".join(draw.choice(syllables) for _ in range(4)).capitalize() if draw.random() < 0.7 else ""
        city = f"Miasto{draw.randrange(2000)}"
        for copy in range(draw.choice((1, 2, 3, 4))):
            name = _name(draw, place, said, coined, copy)
            fields = {"city": city} if draw.random() < 0.7 else {}
            if coined and draw.random() < 0.4:
                fields["website"] = f"https://{coined.lower()}{body}.pl"
            records.append(
                Record(f"S{len(records):07d}", "synthetic", f"https://list{copy}.example/{body}", name, fields=fields)
            )
            truth.append(body)
        body += 1
    return records, np.array(truth)


def _words(lexicon: Lexicon, kind: str) -> list[tuple[str, str]]:
    by: dict[str, dict[str, str]] = {}
    for group in lexicon.terms.values():
        for term in group:
            if "+" not in term.concept and lexicon.kind[term.concept] == kind and len(term.words[0]) > 3:
                by.setdefault(term.concept, {}).setdefault(term.lang, " ".join(term.words).replace("*", ""))
    return sorted((words["pl"], words["en"]) for words in by.values() if {"pl", "en"} <= set(words))


def _name(draw: random.Random, place: tuple[str, str], said: list[tuple[str, str]], coined: str, copy: int) -> str:
    lang = copy % 2
    core = " ".join(one[lang] for one in said)
    name = f"{place[lang]} klaster {core}" if lang == 0 else f"{place[lang]} {core} cluster"
    if coined and draw.random() < 0.9:
        name += f" {coined}"
    if draw.random() < 0.05:
        at = draw.randrange(len(name) - 1)
        name = name[:at] + name[at + 1 :]
    return f"Stowarzyszenie {name}" if draw.random() < 0.1 else name


def quality(truth: np.ndarray, body: np.ndarray) -> tuple[float, float]:
    """Returns pairwise precision and recall, from the sizes of bodies and of their overlaps."""

    def pairs(labels: np.ndarray) -> float:
        _, sizes = np.unique(labels, return_counts=True)
        return float((sizes * (sizes - 1) / 2).sum())

    both = pairs(truth * (int(body.max()) + 1) + body)
    return both / max(pairs(body), 1), both / max(pairs(truth), 1)


def main() -> None:
    """Prints a line for each size asked for."""
    for size in map(int, sys.argv[1:] or ["1000", "10000"]):
        records, truth = registry(size)
        frames = frame(records), state(records)
        start = time.perf_counter()
        found = link(*frames)
        seconds = time.perf_counter() - start
        order = {b: i for i, b in enumerate(sorted(set(found.bodies["body_id"].to_list())))}
        body = np.array([order[b] for b in found.bodies.sort("record_id")["body_id"].to_list()])
        precision, recall = quality(truth, body)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(
            f"{len(records)} records: {seconds:.1f} s, peak {peak:.1f} GB, P {precision:.3f} R {recall:.3f}, {found.report}",
            flush=True,
        )


if __name__ == "__main__":
    main()
