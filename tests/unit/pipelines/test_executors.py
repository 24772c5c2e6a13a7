import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.executors import EXECUTORS, chosen
from pipelines.settings import SettingsError, load

ROOT = Path(__file__).parents[3]


def test_in_process_is_the_default_and_the_setting_names_another():
    assert load(environment={}).executor == "in_process"
    assert load(environment={"CLUSTER_INVENTORY_EXECUTOR": "multiprocess"}).executor == "multiprocess"
    assert chosen("in_process", {}).name == "in_process"
    assert chosen("multiprocess", {}).name == "multiprocess"


def test_an_executor_takes_its_own_configuration_and_refuses_another():
    assert chosen("multiprocess", {"max_concurrent": 2}).name == "multiprocess_configured"
    with pytest.raises(SettingsError, match="does not suit"):
        chosen("multiprocess", {"max_koncurrent": 2})


def test_an_unknown_executor_and_a_missing_package_say_what_to_do(monkeypatch):
    with pytest.raises(SettingsError, match="choose one of in_process"):
        chosen("spark", {})
    monkeypatch.setitem(sys.modules, "dagster_celery", None)
    with pytest.raises(SettingsError, match="install it beside"):
        chosen("celery", {})
    assert all(package in {"dagster", "dagster-celery", "dagster-k8s"} for _, _, package in EXECUTORS.values())


def test_the_job_runs_on_the_executor_that_the_environment_names(tmp_path):
    """Two steps of the real job in processes of their own, by configuration alone."""
    program = tmp_path / "run.py"
    program.write_text(
        "import json, pathlib, sys\n"
        "import dagster as dg\n"
        "from pipelines.running import prepare_home\n"
        "from pipelines.definitions import defs\n\n\n"
        "def job():\n"
        "    return defs.resolve_job_def('build')\n\n\n"
        "if __name__ == '__main__':\n"
        "    prepare_home(pathlib.Path(sys.argv[1]))\n"
        "    with dg.DagsterInstance.get() as instance:\n"
        "        result = dg.execute_job(dg.reconstructable(job), instance=instance,\n"
        "                                asset_selection=[dg.AssetKey('raw_tci__pages'), dg.AssetKey('core_tci__records')])\n"
        "        print(json.dumps({'success': result.success, 'steps': sorted({e.step_key for e in result.all_events if e.is_step_success}),\n"
        "                          'executor': job().executor_def.name,\n"
        "                          'processes': sum(e.event_type_value == 'STEP_WORKER_STARTED' for e in result.all_events)}))\n"
    )
    done = subprocess.run(
        [sys.executable, str(program), str(tmp_path / "home")], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}", "CLUSTER_INVENTORY_HOME": str(tmp_path / "home"),
             "CLUSTER_INVENTORY_EXECUTOR": "multiprocess"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    steps = ["core_tci__records", "core_tci__records_pages_read", "raw_tci__pages"]
    assert said == {"success": True, "steps": steps, "executor": "multiprocess", "processes": 3}
