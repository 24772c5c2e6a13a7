"""What exists is documented: commands, sources, tables, decisions."""

from pathlib import Path

import pytest
import typer

from pipelines.cli import app
from sources.cards import load_cards
from warehouse.dictionary import dictionary

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _commands(command, prefix=""):
    for name, part in getattr(command, "commands", {}).items():
        yield from _commands(part, f"{prefix}{name} ") if getattr(part, "commands", None) else [f"{prefix}{name}"]


@pytest.mark.parametrize("command", sorted(_commands(typer.main.get_command(app))))
def test_every_command_is_in_the_readme(command):
    assert f"`{command}" in README or f" {command}" in README, f"describe `{command}` in README.md"


@pytest.mark.parametrize("source", load_cards())
def test_every_source_is_in_the_readme_and_has_its_page(source):
    assert f"sources/{source}/README.md" in README


@pytest.mark.parametrize("table", dictionary().tables)
def test_every_table_is_in_the_dictionary_page(table):
    assert table in (ROOT / "docs" / "dictionary.md").read_text(encoding="utf-8")


def test_links_of_the_documents_lead_somewhere():
    import re

    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if not target.startswith(("http:", "https:", "mailto:")):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_changelog_speaks_of_this_version():
    import tomllib

    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_alert_has_its_section_in_the_runbook():
    import re

    conditions = (ROOT / "pipelines" / "conditions.py").read_text(encoding="utf-8")
    sensors = (ROOT / "pipelines" / "sensors.py").read_text(encoding="utf-8")
    kinds = set(re.findall(r'Condition\(\s*"(\w+)"', conditions + sensors))
    assert kinds == {"source_changed", "list_shrank", "source_failing", "gate_closed", "run_failed"}
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    for kind in (*kinds, "trial"):
        assert f"\n## {kind}\n" in runbook, kind


def test_every_job_schedule_and_sensor_is_in_the_guide():
    from pipelines.definitions import defs
    from pipelines.jobs import JOBS

    guide = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    for one in (*JOBS, *defs.schedules, *defs.sensors):
        assert f"`{one.name}`" in guide, one.name


def test_every_reason_of_the_runbook_is_one_the_gate_gives():
    import re

    section = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8").partition("| reason | usual cause |")[2]
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "expectations").glob("*.py"))
    named = re.findall(
        r"`(\w+)`", "".join(line.split("|")[1] for line in section.splitlines() if line.startswith("| `"))
    )
    assert len(named) > 5
    for reason in named:
        # Of too_many_gone and too_many_changed the code holds the pattern.
        assert f'"{reason}"' in code or (reason.startswith("too_many_") and 'f"too_many_{what}"' in code), reason
