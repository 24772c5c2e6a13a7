"""Steps that are not done again, in a small graph of real assets with the real hand-over."""

import shutil
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.measures import measured
from assets.reuse import Reuse, code_version, frame_digest, reusing
from assets.run import InventoryRun, parquet_hand_over

DONE = []


def given_file(run):
    return run.root / "given.txt"


@dg.asset(name="numbers", code_version="1")
@reusing(Reuse(code="1", reads=lambda run: [given_file(run)]))
def numbers(run: InventoryRun) -> pl.DataFrame:
    DONE.append("numbers")
    return pl.DataFrame({"number": [int(line) for line in given_file(run).read_text().split()]})


@dg.asset(name="even")
@reusing(Reuse(code="1"))
def even(numbers: pl.DataFrame) -> pl.DataFrame:
    DONE.append("even")
    return numbers.filter(pl.col("number") % 2 == 0)


@dg.multi_asset(outs={"low": dg.AssetOut(), "high": dg.AssetOut()})
@reusing(Reuse(code="1", settings=lambda run: {"as_of": run.as_of}, writes=lambda run: [run.build / "told"]))
def split(run: InventoryRun, even: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    DONE.append("split")
    (run.build / "told").write_text(str(even["number"].sum()))
    return even.filter(pl.col("number") < 50), even.filter(pl.col("number") >= 50)


@pytest.fixture
def home(tmp_path):
    (tmp_path / "given.txt").write_text("1 2 60")
    (tmp_path / "build").mkdir()
    return tmp_path


def run(home: Path, as_of: str | None = None) -> list[str]:
    DONE.clear()
    resources = {"run": InventoryRun(home=str(home), as_of=as_of), "io_manager": parquet_hand_over}
    assert dg.materialize([numbers, even, split], resources=resources, instance=dg.DagsterInstance.ephemeral()).success
    return DONE.copy()


def results(home):
    frames = {path.name: path.read_bytes() for path in sorted((home / "build").glob("*.parquet"))}
    return frames | {"told": (home / "build" / "told").read_bytes()}


def test_the_same_ingredients_do_no_step_again(home):
    assert run(home) == ["numbers", "even", "split"]
    assert run(home) == []
    assert [row["reused"] for row in measured(home)] == [False] * 3 + [True] * 3


def test_an_equal_result_stops_what_is_downstream(home):
    run(home)
    (home / "given.txt").write_text("1 3 2 60")  # another odd number
    assert run(home) == ["numbers", "even"]


def test_a_setting_redoes_only_the_steps_that_ask_for_it(home):
    run(home)
    assert run(home, as_of="2020-12-31") == ["split"]


@pytest.mark.parametrize("name", ["even.parquet", "told"])
def test_a_result_that_is_gone_or_was_altered_is_made_again(home, name):
    run(home)
    before = results(home)
    (home / "build" / name).unlink()
    assert run(home) == [{"even.parquet": "even", "told": "split"}[name]]
    assert results(home) == before
    (home / "build" / name).write_bytes(b"torn")
    assert run(home) == [{"even.parquet": "even", "told": "split"}[name]]
    assert results(home) == before


def test_a_torn_note_redoes_its_step(home):
    run(home)
    (home / "build" / "made" / "even.json").write_text('{"key": ')
    assert run(home) == ["even"]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=4), min_size=1, max_size=3))
def test_reusing_gives_what_a_build_from_scratch_gives(tmp_path_factory, changes):
    kept, fresh = tmp_path_factory.mktemp("kept"), tmp_path_factory.mktemp("fresh")
    for home in (kept, fresh):
        (home / "build").mkdir()
    for listed in changes:
        for home in (kept, fresh):
            (home / "given.txt").write_text(" ".join(map(str, listed)))
        shutil.rmtree(fresh / "build" / "made", ignore_errors=True)
        run(kept)
        run(fresh)
        assert results(kept) == results(fresh)


def test_the_version_of_code_follows_its_files_and_leaves_archives_out(tmp_path, monkeypatch):
    monkeypatch.setattr("assets.reuse.PROJECT", tmp_path)
    code_version.cache_clear()
    (tmp_path / "kit" / "archive").mkdir(parents=True)
    (tmp_path / "kit" / "parse.py").write_text("a = 1")
    first = code_version("kit")
    (tmp_path / "kit" / "archive" / "page.html").write_text("new page")
    code_version.cache_clear()
    assert code_version("kit") == first
    (tmp_path / "kit" / "parse.py").write_text("a = 2")
    code_version.cache_clear()
    assert code_version("kit") != first
    code_version.cache_clear()


def test_the_lineage_of_columns_is_told(home):
    resources = {"run": InventoryRun(home=str(home)), "io_manager": parquet_hand_over}
    done = dg.materialize([numbers, even, split], resources=resources, instance=dg.DagsterInstance.ephemeral())
    (told,) = done.asset_materializations_for_node("even")
    (origin,) = told.metadata["dagster/column_lineage"].lineage.deps_by_column["number"]
    assert (origin.asset_key, origin.column_name) == (dg.AssetKey("numbers"), "number")


def test_equal_frames_have_equal_digests():
    assert frame_digest(pl.DataFrame({"a": [1, 2]})) == frame_digest(pl.DataFrame({"a": [1, 2]}))
    assert frame_digest(pl.DataFrame({"a": [1, 2]})) != frame_digest(pl.DataFrame({"a": [2, 1]}))
