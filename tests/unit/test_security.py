"""What docs/security.md promises: each answer has its test, secrets show nowhere, nothing runs what it reads."""

import ast
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines import settings
from pipelines.cli import app

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
PACKAGES = ("assets", "expectations", "inventory", "pipelines", "sources", "warehouse")
CODE = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
THREATS = (
    "Hostile pages", "Hostile redirects and addresses", "A poisoned archive", "A malicious judgement or record file",
    "A hostile backup or remote", "An exposed UI", "Secrets", "Supply chain", "Personal data", "Other users of the machine",
)  # fmt: skip


@pytest.mark.parametrize(("file", "test"), NAMED, ids=lambda it: it.rpartition("/")[2])
def test_every_test_that_the_page_names_is_there(file, test):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("threat", THREATS)
def test_every_threat_has_an_answer_with_a_test(threat):
    part = PAGE.partition(f"## {threat}\n")[2].partition("\n## ")[0]
    assert part, f"docs/security.md has no chapter {threat}"
    assert re.search(r"`tests/[\w/]+\.py::\w+`", part), f"{threat}: name the test that proves the answer"


def test_nothing_runs_what_it_reads():
    """No eval, exec, pickle, shell, unsafe YAML, switched-off TLS or temporary name that others can guess."""
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name.partition(".")[0] for alias in node.names} | {getattr(node, "module", None)}
                assert not names & {"pickle", "marshal", "shelve", "telnetlib", "ftplib"}, path
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            assert called not in {
                "eval",
                "exec",
                "os.system",
                "os.popen",
                "tempfile.mktemp",
                "yaml.unsafe_load",
                "yaml.full_load",
            }, path
            said = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            assert said.get("shell", "False") == "False", path
            assert said.get("verify", "True") != "False", path
            if called == "yaml.load":
                plain = path.name == "reviewed_files.py" and said["Loader"] == "_PlainLoader"
                assert plain or said["Loader"] == "yaml.CSafeLoader", f"{path}: a loader that builds objects"


def test_doctor_and_settings_show_no_secret(tmp_path, monkeypatch):
    for number, name in enumerate(settings.SECRETS):
        value = f"tajne-{number}-łąka"
        monkeypatch.setenv(name, f"https://hooks.example/{value}" if name.endswith("WEBHOOK") else value)
    done = CliRunner().invoke(app, ["doctor", "--home", str(tmp_path / "home")], env={"COLUMNS": "300"})
    assert "Settings in force" in done.output
    assert "tajne" not in done.output
    assert "PostgreSQL (CLUSTER_INVENTORY_POSTGRES_URL)" in done.output
    assert "tajne" not in repr(settings.load())


def test_doctor_tells_of_pages_that_everybody_may_read(tmp_path):
    home = tmp_path / "home"
    (home / "archive").mkdir(parents=True)
    (home / "home.json").write_text('{"version": 1}')
    for path in (home, home / "archive"):
        path.chmod(0o755)
    told = CliRunner().invoke(app, ["doctor", "--home", str(home)], env={"COLUMNS": "300"})
    assert "everybody may read archive" in told.output
    (home / "archive").chmod(0o700)
    assert (
        "everybody may read"
        not in CliRunner().invoke(app, ["doctor", "--home", str(home)], env={"COLUMNS": "300"}).output
    )


@pytest.mark.parametrize("name", settings.SECRETS)
def test_a_secret_comes_from_the_environment_or_a_file_that_it_names_and_from_nowhere_else(tmp_path, name):
    file = tmp_path / "secret"
    file.write_text("tajne\n")
    environment = {f"{name}_FILE": str(file)}
    settings.take_secrets_from_files(environment)
    assert environment[name] == "tajne"
    given = {name: "mine", f"{name}_FILE": str(file)}
    settings.take_secrets_from_files(given)
    assert given[name] == "mine"
    with pytest.raises(settings.SettingsError, match=f"{name}_FILE names .*Mend its path"):
        settings.take_secrets_from_files({f"{name}_FILE": str(tmp_path / "none")})
    written = tmp_path / "settings.yml"
    written.write_text(f"{name.removeprefix('CLUSTER_INVENTORY_').lower()}: tajne\n")
    with pytest.raises(settings.SettingsError, match="unknown setting") as refused:
        settings.load(environment={"CLUSTER_INVENTORY_SETTINGS": str(written)})
    assert "tajne" not in str(refused.value)


@pytest.mark.parametrize("address", ["s3://key:tajne@bucket/x", "https://user@host/x"])
def test_an_address_with_credentials_in_it_is_refused_without_showing_them(address):
    with pytest.raises(settings.SettingsError, match="by environment") as refused:
        settings.load(environment={"CLUSTER_INVENTORY_REMOTE": address})
    assert "tajne" not in str(refused.value)


def test_the_audit_knows_every_lock():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^audit:.*\n\t(.+)$", makefile, re.MULTILINE)[1]
    locks = {path.stem for path in (ROOT / "requirements").glob("*.txt")}
    assert set(re.search(r"foreach lock,([a-z ]+),", recipe)[1].split()) == locks
    assert "--require-hashes" in recipe
