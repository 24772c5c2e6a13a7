"""One run at a time builds in a home."""

import multiprocessing
import time

import pytest

from assets.run import holder, share_home, take_home
from warehouse.home_lock import HomeBusyError


def hold(home, ready, seconds):
    lock = take_home(home, "abc", None)
    ready.set()
    time.sleep(seconds)
    lock.close()


@pytest.fixture
def other(tmp_path):
    """Another process that holds the home."""
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=hold, args=(tmp_path, ready, 30))
    process.start()
    assert ready.wait(20)
    yield process
    process.kill()
    process.join()


def test_who_comes_second_is_told_who_works_there(tmp_path, other):
    assert holder(tmp_path) == f"process {other.pid}, run abc"
    told = []
    with pytest.raises(HomeBusyError, match=f"process {other.pid}, run abc"):
        take_home(tmp_path, "def", told.append, patience=0.3)
    assert len(told) == 1


def test_a_killed_run_lets_the_home_go(tmp_path, other):
    other.kill()
    other.join()
    take_home(tmp_path, "def", None, patience=5).close()
    assert holder(tmp_path) == ""


def test_a_past_year_shares_ids_judgements_and_pages(tmp_path):
    present, past = tmp_path / "present", tmp_path / "past"
    past.mkdir()
    (present / "archive" / "esca").mkdir(parents=True)
    (present / "ledger.jsonl").write_text("{}\n")
    share_home(present, past)
    share_home(present, past)
    assert (past / "ledger.jsonl").read_text() == "{}\n"
    assert (past / "archive" / "esca").is_dir()
