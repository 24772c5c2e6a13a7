"""Measures the site: writing 500 clusters, and searching 20,000 in a headless Chromium.

    python benchmarks/site/measure.py RELEASE [--clusters 20000]

RELEASE is the folder of a release. Its clusters are repeated under new ids, with everything that belongs to them, until there are
as many as asked; words of the names are shuffled among them (fixed seed), so that names differ. Targets: 500 clusters written
under 10 s; 20,000 clusters usable within 3 s and searched within 100 ms a keystroke, drawing included.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import polars as pl
from playwright.sync_api import sync_playwright

from warehouse.site import write_site
from warehouse.site.listing import listing_script

TYPED = ("klaster lotniczy", "lodz", "aviation valley", "zielona gora", "esca gold", "metal", "a", "xyzzy")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
BELONGING = ("cluster_names", "cluster_records", "statements", "labels", "assessments", "conflicts", "changes")
KEYSTROKE = """
async (typed) => {
  const box = document.getElementById("q");
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  const spent = [];
  for (const text of typed) for (let end = 1; end <= text.length; end += 1) {
    box.value = text.slice(0, end);
    await drawn();
    const start = performance.now();
    box.dispatchEvent(new Event("input", { bubbles: true }));
    const worked = performance.now() - start;
    await drawn();
    spent.push([worked, performance.now() - start]);
  }
  return spent;
}
"""


def repeated(tables: dict[str, pl.DataFrame], wanted: int) -> dict[str, pl.DataFrame]:
    """Returns the tables with `wanted` clusters and all that belongs to them."""
    rounds = -(-wanted // tables["clusters"].height)
    made = dict(tables)
    for name in ("clusters", *BELONGING):
        parts = [_shifted(tables[name], number) for number in range(rounds)]
        made[name] = pl.concat(parts)
    kept = made["clusters"].sort("cluster_id").head(wanted)
    made["clusters"] = _renamed(kept)
    ids = made["clusters"].select("cluster_id")
    return made | {name: made[name].join(ids, on="cluster_id", how="semi") for name in BELONGING}


def _shifted(frame: pl.DataFrame, number: int) -> pl.DataFrame:
    # The digits of the round stand before the old number, so that ids stay one to one.
    return frame.with_columns(cluster_id=pl.col("cluster_id").str.replace("-C", f"-C{number + 1:03}", literal=True))


def _renamed(clusters: pl.DataFrame) -> pl.DataFrame:
    dice = random.Random(7)  # noqa: S311 - shuffles test data, guards nothing
    pool = [word for name in clusters["name_pl"].drop_nulls() for word in name.split()]
    names = [name and " ".join(dice.choices(pool, k=dice.randint(2, 5))) for name in clusters["name_pl"]]
    return clusters.with_columns(name_pl=pl.Series(names, dtype=pl.String))


def browse(folder: Path) -> None:
    """Prints the time to first use and the times a keystroke, from disk, with a cold browser."""
    found = os.environ.get("CLUSTER_INVENTORY_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=FLAGS)
        ready = []
        for _ in range(3):
            page = browser.new_context(viewport={"width": 1300, "height": 900}).new_page()
            page.goto((folder / "pl" / "index.html").as_uri())
            page.wait_for_function("document.documentElement.dataset.ready === '1'")
            ready.append(page.evaluate("performance.now()"))
        spent = page.evaluate(KEYSTROKE, list(TYPED))
        browser.close()
    worked, drawn = ([pair[place] for pair in spent] for place in (0, 1))
    print(f"first use: {', '.join(f'{value:.0f}' for value in ready)} ms (target 3000)")
    print(f"keystroke, script:  median {statistics.median(worked):.0f} ms, worst {max(worked):.0f} ms of {len(spent)}")
    late = sum(value > 100 for value in drawn)
    print(
        f"keystroke, drawn:   median {statistics.median(drawn):.0f} ms, worst {max(drawn):.0f} ms, {late} over the target of 100"
    )
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def main() -> None:
    """Runs both measurements."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("release", type=Path)
    asked.add_argument("--clusters", type=int, default=20_000)
    options = asked.parse_args()
    tables = {path.stem: pl.read_parquet(path) for path in sorted((options.release / "parquet").iterdir())}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "site"
        start = time.perf_counter()
        pages = write_site(repeated(tables, 500), folder)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        print(f"500 clusters: {pages} pages, {size / 1e6:.1f} MB in {time.perf_counter() - start:.1f} s (target 10)")
        start = time.perf_counter()
        # Only the data of the list grows; 40,000 cluster pages are not needed to measure the search.
        script = listing_script(repeated(tables, options.clusters), None)
        (folder / "data" / "clusters.js").write_text(script, encoding="utf-8")
        print(
            f"{options.clusters} clusters: clusters.js {len(script.encode()) / 1e6:.1f} MB in {time.perf_counter() - start:.1f} s"
        )
        browse(folder)


if __name__ == "__main__":
    main()
