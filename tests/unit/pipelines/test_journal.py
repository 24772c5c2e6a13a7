"""The journal of a run that really happened."""

import json
import os

import dagster as dg
import pytest

from pipelines.journal import KEPT, journal


@dg.asset
def core_esca__records(context):
    context.log.error("esca: page 3 has no table", extra={"source": "esca", "record": "pages/3.html"})


@dg.asset
def core_inventory__clusters(context):
    context.log.info("żółw")
    raise OSError("disk full")


@pytest.fixture
def lines(tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    for number in range(KEPT + 5):
        old = folder / f"old-{number:03}.jsonl"
        old.write_text("")
        os.utime(old, (number, number))
    job = dg.Definitions(
        assets=[core_esca__records, core_inventory__clusters], loggers={"journal": journal}
    ).resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        done = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {"journal": {"config": {"home": str(tmp_path)}}}},
        )
    assert len(list(folder.iterdir())) == KEPT
    return [json.loads(line) for line in (folder / f"{done.run_id}.jsonl").read_text("utf-8").splitlines()]


def test_what_is_said_of_a_record_is_found_by_source_and_record(lines):
    (line,) = [line for line in lines if line["record"]]
    assert (line["source"], line["record"], line["level"]) == ("esca", "pages/3.html", "ERROR")
    assert line["message"] == "esca: page 3 has no table"
    assert (line["step"], line["job"]) == ("core_esca__records", "__ASSET_JOB")
    assert all(set(line) == set(lines[0]) and line["run"] for line in lines)


def test_events_tell_how_the_run_fares(lines):
    events = [line["event"] for line in lines if line["event"]]
    assert events[0] == "PIPELINE_START"
    assert events[-1] == "PIPELINE_FAILURE"
    assert events.count("STEP_START") == 2
    assert events.count("STEP_FAILURE") == 1


def test_polish_letters_stay(lines):
    assert any(line["message"] == "żółw" for line in lines)
