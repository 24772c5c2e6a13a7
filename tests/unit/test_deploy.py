"""The files under deploy/ against their own schemas and linters, and against the project: commands, settings, versions, users."""

import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer
import yaml

from pipelines import serving, settings
from pipelines.cli import app
from pipelines.executors import EXECUTORS

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
VERSION = PROJECT["project"]["version"]
CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))
HELM = yaml.safe_load((DEPLOY / "helm-values.yaml").read_text(encoding="utf-8"))
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
OURS = ("code", "daemon", "webserver")
UID = "10001"
FILES = [path for path in sorted(DEPLOY.rglob("*")) if path.is_file() and "secrets" not in path.parts]


def _lock(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+(?:\[[^]]*\])?)==([^ \\;]+)", text, re.MULTILINE))


def _parses(words):
    """Parses a command line of ours as the program would, without running it."""
    assert words[0].rpartition("/")[2] == "cluster-inventory", words
    command, rest = typer.main.get_command(app), list(words[1:])
    while hasattr(command, "commands"):
        command = command.commands[rest.pop(0)]
    command.make_context("x", rest)


def test_the_compose_file_holds_its_schema():
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yml"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_container_file_passes_its_linter():
    program = Path(sys.executable).with_name("hadolint")
    if not program.exists():
        pytest.skip("hadolint has no package for this platform")
    done = subprocess.run([program, DEPLOY / "Containerfile"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("unit", [*UNITS, *sorted((DEPLOY / "systemd").glob("*.timer"))], ids=lambda path: path.name)
def test_systemd_understands_the_units(tmp_path, unit):
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze on this machine")
    for path in (DEPLOY / "systemd").iterdir():
        text = path.read_text(encoding="utf-8").replace(
            "/opt/cluster-inventory/.venv/bin/cluster-inventory", "/bin/true"
        )
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    name = unit.name.replace("@.", "@daemon.")
    if name != unit.name:
        (tmp_path / name).write_text((tmp_path / unit.name).read_text())
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / name], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "cluster-inventory" in line]
    assert ours == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_run_our_commands_without_rights(unit):
    text = unit.read_text(encoding="utf-8")
    line = re.search(r"^ExecStart=(.+)$", text, re.MULTILINE)[1]
    for service in ("daemon", "webserver") if "%i" in line else ("",):
        _parses(line.replace("%i", service).split())
    for directive in ("User=cluster-inventory", "NoNewPrivileges=yes", "ProtectSystem=strict", "StateDirectoryMode=0700",
                      "UMask=0077", "CapabilityBoundingSet=\n", "PrivateTmp=yes"):  # fmt: skip
        assert directive in text, directive
    assert (DEPLOY / "systemd" / "cluster-inventory.sysusers").read_text(encoding="utf-8").count(
        "u cluster-inventory "
    ) == 1


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_service_is_closed_in(name):
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not {"privileged", "cap_add", "network_mode", "pid"} & set(service)
    assert service["user"].split(":")[0] not in {"0", "root"}
    assert service["healthcheck"]["test"][0] == "CMD"
    assert {"mem_limit", "cpus", "pids_limit", "logging", "restart"} <= set(service)
    for port in service.get("ports", ()):
        assert port.startswith("127.0.0.1:"), "the UI has no log-in: loopback alone"
    for other, condition in service.get("depends_on", {}).items():
        assert condition == {"condition": "service_healthy"}
        assert "healthcheck" in COMPOSE["services"][other]
    for volume in service["volumes"]:
        assert volume.split(":")[0] in COMPOSE["volumes"]
    assert set(service["networks"]) <= set(COMPOSE["networks"])
    assert set(service["secrets"]) <= set(COMPOSE["secrets"])


def test_the_services_of_the_compose_file_are_ours_and_the_database_stays_inside():
    assert set(COMPOSE["services"]) == {*OURS, "postgres"}
    for name in OURS:
        service = COMPOSE["services"][name]
        assert service["user"] == f"{UID}:{UID}"
        assert service["command"][:3] == ["cluster-inventory", "serve", name]
        _parses(service["command"])
        _parses(service["healthcheck"]["test"][1:])
        if "--code" in service["command"]:
            host, _, port = service["command"][service["command"].index("--code") + 1].partition(":")
            assert (host, int(port)) == ("code", serving.PORTS["code"])
            assert "code" in service["depends_on"]
    database = COMPOSE["services"]["postgres"]
    assert database["networks"] == ["inner"]
    assert "ports" not in database
    assert COMPOSE["networks"]["inner"] == {"internal": True}
    assert COMPOSE["services"]["webserver"]["ports"] == [
        f"127.0.0.1:${{CLUSTER_INVENTORY_PORT:-3000}}:{serving.PORTS['webserver']}"
    ]


def test_images_are_named_by_exact_version():
    base = re.search(r"^ARG PYTHON_IMAGE=(\S+)$", CONTAINERFILE, re.MULTILINE)[1]
    assert re.fullmatch(r"python:3\.1[123]\.\d+-slim-[a-z]+", base)
    assert set(re.findall(r"^FROM (\S+)", CONTAINERFILE, re.MULTILINE)) == {"${PYTHON_IMAGE}"}
    assert re.fullmatch(r"postgres:\d+\.\d+-[a-z]+", COMPOSE["services"]["postgres"]["image"])
    for name in OURS:
        assert f"cluster-inventory:{VERSION}" in COMPOSE["services"][name]["image"]
    assert f'image.version="{VERSION}"' in CONTAINERFILE
    assert HELM["dagster-user-deployments"]["deployments"][0]["image"]["tag"] == VERSION


def test_the_image_holds_what_the_program_needs_and_runs_without_rights():
    users = re.findall(r"^USER (\S+)$", CONTAINERFILE, re.MULTILINE)
    assert users == [f"{UID}:{UID}"]
    assert f"--uid {UID} " in CONTAINERFILE
    assert "--require-hashes" in CONTAINERFILE
    assert "ENTRYPOINT" not in CONTAINERFILE, "Dagster's chart gives whole commands"
    for line in re.findall(r"CMD (\[.+\])", CONTAINERFILE):
        _parses(yaml.safe_load(line))
    allowed = set(re.findall(r"^!(\S+)$", (DEPLOY / "Containerfile.dockerignore").read_text(), re.MULTILINE))
    packages = {name.rstrip("*") for name in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert packages | {"pyproject.toml", "requirements/deploy.txt", PROJECT["project"]["readme"]} <= allowed
    assert all((ROOT / name).exists() for name in allowed)


def test_the_deploy_lock_is_the_runtime_lock_with_the_services_beside():
    deploy, runtime, dev = _lock("deploy"), _lock("runtime"), _lock("dev")
    assert runtime.items() <= deploy.items() <= dev.items()
    assert {"dagster-webserver", "dagster-postgres", "psycopg2-binary", "s3fs", "dagster-celery", "dagster-k8s"} <= set(
        deploy
    )
    assert not {"pytest", "moto", "ruff"} & {name.partition("[")[0] for name in deploy}
    for name in ("runtime", "deploy", "dev"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        assert not re.search(r"https?://|--(extra-)?index|--find-links|@ ", text), "no registry address in a lock"
        entries = re.split(r"\n(?=[a-z0-9])", text.strip())
        assert all("--hash=sha256:" in entry for entry in entries), name


def _known():
    plain = {name.upper() for name in settings.KNOWN} | {"SETTINGS"}
    source = (ROOT / "pipelines" / "settings.py").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:PREFIX\}|CLUSTER_INVENTORY_)([A-Z][A-Z_]+)", source))
    secrets = {name.removeprefix("CLUSTER_INVENTORY_") for name in settings.SECRETS}
    return {f"CLUSTER_INVENTORY_{name}" for name in plain | named | secrets} | set(settings.SECRETS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_variable_of_ours_is_a_setting(path):
    of_compose = {"CLUSTER_INVENTORY_IMAGE", "CLUSTER_INVENTORY_PORT"} if path.name == "compose.yml" else set()
    for name in set(re.findall(r"\bCLUSTER_INVENTORY_[A-Z_]+", path.read_text(encoding="utf-8"))):
        assert name.removesuffix("_FILE") in _known() | of_compose, f"{path.name}: {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_secret_is_written_down(path):
    text = path.read_text(encoding="utf-8")
    for name in settings.SECRETS:
        for value in re.findall(rf"\b{name}\s*[=:][ \t]*(\S*)", text):
            assert value == "" or re.fullmatch(r"postgresql\+psycopg2://[a-z]+@[a-z0-9.]+/[a-z]+", value), (name, value)


def test_the_example_of_settings_can_be_loaded():
    lines = (DEPLOY / "cluster-inventory.env.example").read_text(encoding="utf-8").splitlines()
    pairs = dict(line.lstrip("#").partition("=")[::2] for line in lines if re.match(r"#?[A-Z_]+=", line))
    assert {"CLUSTER_INVENTORY_CONTACT", "CLUSTER_INVENTORY_REMOTE", "CLUSTER_INVENTORY_EXECUTOR"} <= set(pairs)
    loaded = settings.load(environment=pairs)
    assert loaded.remote == "s3://bucket/poland"
    assert loaded.executor in EXECUTORS


def test_helm_values_agree_with_the_project():
    # The names are those of the chart's own schema (helm/dagster/schema in dagster's repository), read for 1.13.
    assert set(HELM) <= {
        "dagster-user-deployments", "dagsterWebserver", "dagsterDaemon", "runLauncher", "postgresql", "ingress", "telemetry",
        "generatePostgresqlPasswordSecret", "generateCeleryConfigSecret", "rabbitmq", "redis", "global", "serviceAccount",
    }  # fmt: skip
    (deployment,) = HELM["dagster-user-deployments"]["deployments"]
    assert set(deployment) <= {
        "name", "image", "port", "dagsterApiGrpcArgs", "codeServerArgs", "includeConfigInLaunchedRuns", "env", "envConfigMaps",
        "envSecrets", "annotations", "nodeSelector", "affinity", "tolerations", "podSecurityContext", "securityContext",
        "resources", "livenessProbe", "readinessProbe", "startupProbe", "labels", "volumeMounts", "volumes", "schedulerName",
    }  # fmt: skip
    launcher = HELM["runLauncher"]
    assert launcher["type"] == "K8sRunLauncher"
    assert {
        "imagePullPolicy",
        "loadInclusterConfig",
        "envConfigMaps",
        "envSecrets",
        "envVars",
        "volumeMounts",
        "volumes",
    } <= set(launcher["config"]["k8sRunLauncher"])
    assert deployment["port"] == serving.PORTS["code"]
    assert deployment["dagsterApiGrpcArgs"] == ["-m", serving.MODULE]
    assert importlib.util.find_spec(serving.MODULE)
    assert deployment["podSecurityContext"]["runAsUser"] == int(UID)
    assert deployment["securityContext"]["readOnlyRootFilesystem"] is True
    assert {mount["name"] for mount in deployment["volumeMounts"]} == {
        volume["name"] for volume in deployment["volumes"]
    }
    home = next(item["value"] for item in deployment["env"] if item["name"] == "CLUSTER_INVENTORY_HOME")
    assert home in {mount["mountPath"] for mount in deployment["volumeMounts"]}
    assert HELM["ingress"]["enabled"] is False
    assert HELM["telemetry"]["enabled"] is False
    text = (DEPLOY / "helm-values.yaml").read_text(encoding="utf-8")
    assert f"--version {_lock('deploy')['dagster']} " in text, "the chart has the version of the program's Dagster"


@pytest.mark.parametrize("service", serving.SERVICES)
def test_a_service_listens_on_loopback_unless_told_otherwise(service):
    words = serving.command(service, serving.LOOPBACK, None, None)
    assert "0.0.0.0" not in words  # noqa: S104
    assert service == "daemon" or words[words.index("-h") + 1] == "127.0.0.1"
    parameters = typer.main.get_command(app).commands["serve"].params
    assert next(one for one in parameters if one.name == "host").default == "127.0.0.1"


@pytest.mark.parametrize("service", serving.SERVICES)
def test_dagsters_own_programs_know_the_options_given_to_them(service):
    from dagster._cli import create_dagster_cli
    from dagster._daemon.cli import create_dagster_daemon_cli
    from dagster_webserver.cli import dagster_webserver

    programs = {
        "dagster": create_dagster_cli(),
        "dagster-daemon": create_dagster_daemon_cli(),
        "dagster-webserver": dagster_webserver,
    }
    for code in (None, "code:4000"):
        program, *rest = serving.command(service, "127.0.0.1", 4321, code)
        command = programs[program]
        while hasattr(command, "commands"):
            command = command.commands[rest.pop(0)]
        command.make_context(program, rest)


def test_a_code_service_needs_host_and_port():
    for wrong in ("code", "code:", ":4000", "code:x"):
        with pytest.raises(ValueError, match="host and port"):
            serving.command("daemon", "127.0.0.1", None, wrong)


def test_nobody_answers_where_nothing_is_served():
    assert not serving.healthy("webserver", 9)
    assert not serving.healthy("code", 9)
