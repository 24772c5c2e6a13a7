"""What a refresh costs: from nothing, with nothing changed, with one source changed; as whole processes.

    python -m benchmarks.pipelines.incremental [versions of every page of ECCP in a grown archive, default 40]

Seconds are those of the clock and of the processor for the whole process (children included), imports included; `own` is the
processor's without what importing alone takes, and its share that of a build from nothing. Run it on an idle machine: the
clock says little on a busy one.
"""

import hashlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sources.archive import Archive, Visit
from sources.cards import load_cards

ROOT = Path(__file__).parents[2]
CHANGES = {
    "one source changed": "2026-04-29",
    "one source changed, once more that month": "2026-04-30",
    "one source changed, in the next month": "2026-05-02",
}
"""What is refreshed, and the day of the visit that found it."""
IMPORTS = "import dagster, duckdb, polars, great_expectations, altair, vl_convert, typst, pipelines.definitions"


def timed(*command: object) -> tuple[float, float]:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "GX_ANALYTICS_ENABLED": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - began, processor


def refresh(home: Path, *options: str) -> tuple[float, float]:
    return timed("-m", "pipelines.cli", "refresh", "--home", home, *options)


def add_page(home: Path, source: str, marker: str, day: str) -> None:
    """Adds a version of one of the source's pages that says what it said, in other bytes."""
    card = load_cards()[source]
    url, page = max(Archive(card.folder / "archive").latest().items(), key=lambda held: held[0])
    comment = f"<!-- {hashlib.sha256(marker.encode()).hexdigest()} -->".encode()
    visit = Visit(url, f"{day}T05:15:00Z", status=200, headers=page.headers, crawl=f"{source}-{day}")
    Archive(home / "archive" / source).store(visit, page.body.replace(b"</html>", comment + b"</html>"))


def grow(home: Path, versions: int) -> None:
    """Gives a home years of visits: every page of ECCP in so many versions."""
    card = load_cards()["eccp"]
    for url, page in sorted(Archive(card.folder / "archive").latest().items()):
        for version in range(versions):
            body = page.body.replace(b"</body>", f"<!-- visit {version} --></body>".encode())
            if body != page.body:
                visit = Visit(url, f"2026-04-06T05:{version % 60:02}:00Z", status=200, headers=page.headers)
                Archive(home / "archive" / "eccp").store(visit, body)


def row(*cells: object) -> None:
    print("|", " | ".join(f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in cells), "|", flush=True)


def measured(name: str, home: Path, imports: float) -> None:
    """Prints a row for each kind of refresh of a home."""
    seconds, processor = refresh(home)
    full = processor - imports
    row(name, "from nothing", seconds, processor, full, "")
    row("", "nothing changed", *refresh(home), "", "")
    for what, day in CHANGES.items():
        add_page(home, "lublin_city", day, day)
        seconds, processor = refresh(home)
        row("", what, seconds, processor, processor - imports, f"{(processor - imports) / full:.0%}")
    seconds, processor = refresh(home, "--from-scratch")
    row("", "from scratch, nothing changed", seconds, processor, processor - imports, "")


def main() -> None:
    versions = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores\n")
    row("archive", "refresh", "seconds", "of processor", "own", "share")
    row(*["---"] * 6)
    seconds, imports = min(timed("-c", IMPORTS) for _ in range(3))
    row("", "imports alone", seconds, imports, "", "")
    for name, grown in (("shipped", 0), (f"ECCP in {versions} versions", versions)):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "home"
            grow(home, grown)
            measured(name, home, imports)


if __name__ == "__main__":
    main()
