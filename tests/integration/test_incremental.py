"""Only what changed is done again, and what comes out is what a build from scratch gives: the whole job, in process.

Report and site are left out: what they hold follows from the tables compared here.
"""

import shutil
from datetime import date

import pytest

from assets import release as release_assets
from assets.measures import measured
from pipelines.orders import Order
from pipelines.running import run_refresh
from pipelines.settings import load
from sources.archive import Archive, Visit
from sources.cards import load_cards
from warehouse.release import latest

RECORDS = {f"core_{source}__records" for source in load_cards()}


@pytest.fixture(scope="module", autouse=True)
def bare():
    """Leaves report and site out."""
    patch = pytest.MonkeyPatch()
    patch.setattr(release_assets, "ATTACHED", [])
    patch.setenv("CLUSTER_INVENTORY_SETTINGS", "none.yml")
    yield
    patch.undo()


def refresh(home, **order):
    """Refreshes and returns the outcome and the steps that were done, not reused; pages are hashed in every run."""
    before = len(measured(home))
    outcome = run_refresh(load(home), Order(**order), lambda _step, _happened: None, lambda _total: None)
    rows = measured(home)[before:]
    return outcome, {row["step"] for row in rows if not row["reused"] and not row["step"].startswith("raw_")}


def released(home):
    folder = latest(home).path
    files = [path for kind in ("csv", "parquet") for path in sorted((folder / kind).iterdir())]
    return {path.name: path.read_bytes() for path in [*files, folder.parent.parent / "ledger.jsonl"]}


def new_entry(home):
    """A page of the city of Lublin that lists one cluster more, as a crawl would have stored it."""
    card = load_cards()["lublin_city"]
    url, page = next(
        (url, page)
        for url, page in Archive(card.folder / "archive").latest().items()
        if b"Lubelski Klaster" in page.body and b"<h" in page.body
    )
    body = page.body.replace(b"Lubelski Klaster", "Nadbużański Klaster".encode(), 1)
    assert body != page.body
    Archive(home / "archive" / card.id).store(
        Visit(url, "2026-05-02T05:15:00Z", status=200, headers=page.headers, crawl="lublin_city-2026-05-02"), body
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("incremental")
    outcome, done = refresh(home)
    assert outcome.is_open
    assert done >= RECORDS
    return home


def test_nothing_changed_does_nothing_and_says_so(home):
    files = {path: path.stat().st_mtime_ns for path in home.rglob("*.parquet")}
    outcome, done = refresh(home)
    assert (outcome.is_open, outcome.is_unchanged, done) == (True, True, set())
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*.parquet")} == files


@pytest.fixture(scope="module")
def changed(home, tmp_path_factory):
    """The home after one source changed, and a twin of it that did everything again."""
    new_entry(home)
    twin = tmp_path_factory.mktemp("twin")
    shutil.copytree(home, twin, dirs_exist_ok=True, symlinks=True, ignore=shutil.ignore_patterns("build", "dagster"))
    outcome, done = refresh(home)
    _, done_by_twin = refresh(twin)
    return home, twin, outcome, done, done_by_twin


def test_one_changed_source_redoes_what_depends_on_it(changed):
    _, _, outcome, done, done_by_twin = changed
    assert outcome.is_open
    assert done & RECORDS == {"core_lublin_city__records"}
    assert {"identity", "release_inventory__candidate", "gate_checks", "release_inventory__published"} <= done
    assert done_by_twin >= RECORDS


def test_the_steps_of_unchanged_sources_are_left_out(changed):
    home, *_ = changed
    measures = measured(home)
    asked = {row["step"] for row in measures if row["run_id"] == measures[-1]["run_id"]}
    assert {step for step in asked if step.startswith("raw_")} == {"raw_lublin_city__pages"}
    assert asked & RECORDS == {"core_lublin_city__records"}


def test_what_comes_out_is_what_a_build_from_scratch_gives(changed):
    home, twin, *_ = changed
    assert released(home) == released(twin)
    assert latest(home).version == "2026.05.02"


def test_a_judgement_is_matched_anew_and_nothing_is_parsed(changed):
    home, *_ = changed
    records = latest(home).tables()["cluster_records"].sort("record_id")
    first = records.row(0, named=True)
    other = records.filter(records["cluster_id"] != first["cluster_id"]).row(0, named=True)
    (home / "judgements.yml").write_text(
        f"- a: {first['record_id']}\n  b: {other['record_id']}\n  verdict: different\n"
        "  reason: test of rebuilding\n  by: test\n  date: 2026-05-03\n"
    )
    outcome, done = refresh(home)
    assert outcome.is_open
    assert "identity" in done
    assert not done & RECORDS


def test_an_allowance_asks_the_gate_again_and_nothing_else(changed):
    home, *_ = changed
    (home / "allowances.yml").write_text(
        "- code: source_stale\n  source: tci\n  reason: test\n  by: test\n  until: 2027-01-01\n"
    )
    outcome, done = refresh(home)
    assert outcome.is_open
    assert done == {"gate_checks"}
    outcome, done = refresh(home)
    assert (outcome.is_unchanged, done) == (True, set())


def test_a_past_day_is_built_from_the_same_readings(changed):
    home, *_ = changed
    _, done = refresh(home, as_of=date(2015, 12, 31))
    assert not done & RECORDS
    assert "core_inventory__as_of" in done or "as_of" in done
