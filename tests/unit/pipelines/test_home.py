"""The home's version: migrations forward with a copy of what they change, refusal of what is newer, rights, Dagster's settings."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from pipelines import home as homes
from pipelines.home import POSTGRES, VERSION, HomeError, Migration, open_home, prepare, version_of
from pipelines.running import prepare_home
from warehouse import home_lock

ROOT = Path(__file__).parents[3]
OLD_SETTINGS = "telemetry:\n  enabled: false\nconcurrency:\n  runs:\n    max_concurrent_runs: 1\n"


@pytest.fixture
def old(tmp_path):
    """A home as version 0.1.0 of the program made it: no home.json, folders open to all, its dagster.yaml."""
    home = tmp_path / "old"
    for name in ("archive/esca/pages", "dagster", "build", "releases/2025.01.01"):
        (home / name).mkdir(parents=True)
    (home / "dagster" / "dagster.yaml").write_text(OLD_SETTINGS)
    (home / "ledger.jsonl").write_text('{"cluster_id": "PL-C0001", "event": "mint", "records": ["a"]}\n')
    for folder in (home, home / "archive", home / "dagster", home / "build"):
        folder.chmod(0o755)
    return home


def _mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_home_of_version_0_is_brought_up_and_what_changed_is_kept(old):
    ledger = (old / "ledger.jsonl").read_bytes()
    assert version_of(old) == 0
    open_home(old)
    assert version_of(old) == VERSION
    assert (old / "replaced" / "version-0" / "dagster" / "dagster.yaml").read_text() == OLD_SETTINGS
    assert (old / "dagster" / "dagster.yaml").read_text().endswith(OLD_SETTINGS)
    assert _mode(old / "archive") == _mode(old / "dagster") == 0o700
    assert _mode(old) == 0o755, "the owner's choice for the home itself stands"
    assert (old / "ledger.jsonl").read_bytes() == ledger


def test_settings_that_somebody_changed_are_left_alone(old):
    mine = OLD_SETTINGS + "retention:\n  schedule:\n    purge_after_days: 90\n"
    (old / "dagster" / "dagster.yaml").write_text(mine)
    prepare(old, {POSTGRES: "postgresql+psycopg2://x"})
    assert (old / "dagster" / "dagster.yaml").read_text() == mine


def test_a_second_opening_changes_nothing(old):
    open_home(old)
    before = {path: path.stat().st_mtime_ns for path in old.rglob("*")}
    open_home(old)
    assert {path: path.stat().st_mtime_ns for path in old.rglob("*")} == before


def _write(home, text):
    (home / "ledger.jsonl").write_text(text)


def test_migrations_run_in_order_and_one_that_breaks_off_is_taken_up_again(old):
    broken = [True]

    def second(home):
        _write(home, "half")
        if broken:
            raise OSError("no room")
        _write(home, "second")

    steps = [
        Migration("first", ("ledger.jsonl",), lambda home: _write(home, "first")),
        Migration("second", ("ledger.jsonl", "archive"), second),
    ]
    with pytest.raises(OSError, match="no room"):
        open_home(old, steps)
    assert version_of(old) == 1, "what was done is done"
    broken.clear()
    open_home(old, steps)
    assert version_of(old) == 2
    assert (old / "ledger.jsonl").read_text() == "second"
    assert (old / "replaced" / "version-1" / "ledger.jsonl").read_text() == "first", "the truth, not the half-made"
    assert "PL-C0001" in (old / "replaced" / "version-0" / "ledger.jsonl").read_text()
    assert (old / "replaced" / "version-1" / "archive" / "esca").is_dir()


def test_no_migration_while_a_run_is_going_on(old):
    with home_lock.alone(old):
        open_home(old)  # the form before will do: later
        with pytest.raises(home_lock.HomeBusyError, match="Wait"):
            open_home(old, [Migration("cannot wait", (), lambda _: None)])
    assert version_of(old) == 0
    open_home(old)
    assert version_of(old) == VERSION


def test_a_home_that_is_not_ours_to_change_is_read_if_its_form_allows_and_refused_if_not(old, monkeypatch):
    monkeypatch.setattr(homes.os, "access", lambda *_: False)
    open_home(old)
    assert version_of(old) == 0
    with pytest.raises(HomeError, match="Have its owner run"):
        open_home(old, [Migration("changes reading", (), lambda _: None)])


@pytest.mark.parametrize("text", ["", "{}", '{"version": "1"}', '{"version": true}', '{"version": -1}', "[1]"])
def test_a_version_that_cannot_be_read_is_named(tmp_path, text):
    (tmp_path / "home.json").write_text(text)
    with pytest.raises(HomeError, match=r"home\.json.*backup"):
        open_home(tmp_path)


def test_a_new_home_is_readable_by_its_owner_alone_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        prepare(tmp_path / "new", {})
    finally:
        os.umask(before)
    assert _mode(tmp_path / "new") == 0o700
    assert all(_mode(tmp_path / "new" / name) == 0o700 for name in homes.PRIVATE)
    assert json.loads((tmp_path / "new" / "home.json").read_text()) == {"version": VERSION}
    assert not (tmp_path / "new" / "replaced").exists()


def test_an_empty_folder_and_none_at_all_are_no_home_and_stay_as_they_are(tmp_path):
    open_home(tmp_path)
    open_home(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


def test_postgres_is_chosen_by_environment_and_its_address_never_written_down(tmp_path):
    address = "postgresql+psycopg2://dagster:tajne@db/dagster"
    settings = prepare(tmp_path, {POSTGRES: address}) / "dagster.yaml"
    assert POSTGRES in settings.read_text()
    assert all("tajne" not in path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    with pytest.raises(HomeError, match=f"{POSTGRES} is not set"):
        prepare(tmp_path, {})
    settings.unlink()
    assert POSTGRES not in (prepare(tmp_path, {}) / "dagster.yaml").read_text()


def test_postgres_without_its_packages_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(homes.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(HomeError, match="extra `postgres`"):
        prepare(tmp_path, {POSTGRES: "postgresql+psycopg2://dagster@db/dagster"})


def test_a_plain_address_gets_the_driver_that_dagster_brings(tmp_path, monkeypatch):
    monkeypatch.setenv(POSTGRES, "postgresql://dagster@db/dagster")
    monkeypatch.setenv("DAGSTER_HOME", "")
    prepare_home(tmp_path)
    assert os.environ[POSTGRES] == "postgresql+psycopg2://dagster@db/dagster"
    assert os.environ["DAGSTER_HOME"] == str(tmp_path / "dagster")


def _commands(command, words=()):
    for name, part in getattr(command, "commands", {}).items():
        yield from _commands(part, (*words, name)) if getattr(part, "commands", None) else [((*words, name), part)]


def _with_home():
    from pipelines.cli import app

    for words, command in _commands(typer.main.get_command(app)):
        if any("--home" in parameter.opts for parameter in command.params):
            yield words, command


@pytest.mark.parametrize(
    ("words", "command"), list(_with_home()), ids=lambda it: " ".join(it) if isinstance(it, tuple) else ""
)
def test_every_command_refuses_a_newer_home(tmp_path, words, command):
    from typer.testing import CliRunner

    from pipelines.cli import app

    newer = tmp_path / "newer"
    newer.mkdir()
    (newer / "home.json").write_text(json.dumps({"version": VERSION + 1}))
    file = tmp_path / "file.jsonl"
    file.write_text("{}\n")
    values = {
        "verdict": "same",
        "service": "daemon",
        "file": file,
        "records": file,
        "out": file,
        "format": "csv",
        "form": "csv",
    }
    given = []
    for parameter in command.params:
        if parameter.param_type_name == "argument" and parameter.required:
            given.append(str(values.get(parameter.name, "x")))
        elif parameter.required:
            given += [parameter.opts[0], str(values.get(parameter.name, "1"))]
    done = CliRunner().invoke(app, [*words, *given, "--home", str(newer)])
    assert done.exit_code == 1, done.output
    assert "Update the program" in done.output or "is not empty" in done.output, done.output
    assert sorted(path.name for path in newer.iterdir()) == ["home.json"]


def test_the_definitions_refuse_a_newer_home(tmp_path):
    (tmp_path / "home.json").write_text(json.dumps({"version": VERSION + 1}))
    done = subprocess.run(
        [sys.executable, "-c", "import pipelines.definitions"],
        env={**os.environ, "CLUSTER_INVENTORY_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Update the program" in done.stderr
