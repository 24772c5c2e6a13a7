"""Kills a release at 100 seeded moments: `python benchmarks/release/kills.py [kills]`.

The test of the suite with more attempts: after every kill all releases and `latest` are whole, and the next run cleans up.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEST = "tests/unit/warehouse/test_release.py::test_a_killed_run_leaves_nothing_half_made"

if __name__ == "__main__":
    kills = sys.argv[1] if len(sys.argv) > 1 else "100"
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "--durations=1", TEST],
        cwd=ROOT, env={**os.environ, "CLUSTER_INVENTORY_KILLS": kills}, check=False,
    )  # fmt: skip
    sys.exit(told.returncode)
