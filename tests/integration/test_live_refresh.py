"""A live refresh, as whole processes, against a copy of every shipped archive on loopback."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sources.addresses import host_of
from sources.archive import Archive
from sources.cards import ROOT as SOURCES
from sources.cards import load_cards
from sources.mirror import Served, served_pages, server

ROOT = Path(__file__).parents[2]
DAY, DAY_VERSION = "2026-01-01", "2026.01.01"
LIVE = sorted(card.id for card in load_cards().values() if card.start)


@pytest.fixture(scope="module")
def served():
    return Served(served_pages(SOURCES))


@pytest.fixture(scope="module")
def refresh(tmp_path_factory, served):
    """Runs `refresh` in one home, with the mirror in the place of every host."""
    home = tmp_path_factory.mktemp("home")
    with server(served) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{running.server_port}/{{host}}"
        environment = {
            **os.environ,
            **{f"CLUSTER_INVENTORY_BASE_{source.upper()}": base for source in load_cards()},
            "CLUSTER_INVENTORY_CONTACT": "data@agency.example",
            "COLUMNS": "200",
            "NO_COLOR": "1",
        }
        environment.pop("CLUSTER_INVENTORY_HOME", None)

        def run(*arguments):
            command = [sys.executable, "-m", "pipelines.cli", "refresh", "--home", home, "--as-of", DAY, *arguments]
            done = subprocess.run(
                [str(part) for part in command],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout, home

        yield run
        running.shutdown()


@pytest.fixture(scope="module")
def from_archives(refresh):
    return refresh()


@pytest.fixture(scope="module")
def first(from_archives, refresh, served):
    said, home = refresh("--live")
    answers = served.answers.copy()
    served.answers.clear()
    return said, home, answers


@pytest.fixture(scope="module")
def a_day_later(first, refresh, served):
    _, home, _ = first
    for manifest in (home / "archive").glob("*/manifest.jsonl"):  # the journal of another day
        lines = [json.loads(line) | {"crawl": "yesterday"} for line in manifest.read_text("utf-8").splitlines()]
        manifest.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    said, home = refresh("--live")
    return said, home, served.answers


def test_a_live_refresh_says_what_the_archives_say(from_archives, first, refresh):
    said, home, answers = first
    assert "nothing changed" in said, "every page holds the bytes that the archives hold"
    assert answers[200] > 100
    assert answers[304] == 0
    again, _ = refresh("--from-scratch")
    assert "nothing new" in again, "read and built anew, with what was fetched, it is the same release"
    assert [path.name for path in (home / "releases").glob("2*")] == [DAY_VERSION]


@pytest.mark.parametrize("source", LIVE)
def test_every_page_of_a_source_was_visited_and_kept(first, source):
    _, home, _ = first
    fetched = Archive(home / "archive" / source)
    shipped = Archive(SOURCES / source / "archive").latest()
    visited = {url: page for url, page in shipped.items() if host_of(url) in load_cards()[source].hosts}
    assert fetched.verify() == []
    assert visited
    assert {url: page.sha256 for url, page in visited.items()}.items() <= {
        url: page.sha256 for url, page in fetched.latest().items()
    }.items()


def test_a_second_one_fetches_nothing(a_day_later, first):
    said, _, answers = a_day_later
    assert "nothing changed" in said
    assert set(answers) <= {304, 404}, "links of the pages' navigation lead nowhere"
    assert answers[304] == first[2][200]
