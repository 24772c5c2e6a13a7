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
