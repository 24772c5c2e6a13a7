"""Command `new-source`: a folder for a source that already passes the tests, with an invented page to be replaced.

The templates are the files of `pipelines/new_source`, with the words `NEW_SOURCE` and `NEW-HOST` for id and host.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from sources.archive import Archive, Visit
from sources.cards import Card, load_card

TEMPLATES: Final = Path(__file__).parent / "new_source"
ROOT: Final = Path(__file__).parent.parent
_ID: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
_INVENTED: Final = "2000-01-01T00:00:00Z"


def new_source(source: str, root: Path = ROOT) -> list[Path]:
    """Makes card, parser, page, test and README of a source, and its lines in the documents.

    Args:
        source: Id, `<issuer>_<dataset>` or `regional_<name>`.
        root: Folder of the project.

    Returns:
        The files made or changed, in the order in which to look at them.

    Raises:
        ValueError: The id is no id, or is taken.
    """
    if not _ID.fullmatch(source):
        raise ValueError(
            f"{source!r} is no id of a source. Give <issuer>_<dataset> or regional_<name>: lower case, digits, `_`."
        )
    folder, test = root / "sources" / source, root / "tests" / "unit" / "sources" / source / "test_parse.py"
    if taken := next((path for path in (folder, test) if path.exists()), None):
        raise ValueError(f"{taken} is there already. Choose another id, or remove it.")
    made = [folder / "README.md", folder / "card.yml", folder / "parse.py", test]
    for path in made:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_filled(_template(path.name), source), encoding="utf-8")
    card = load_card(folder / "card.yml")
    page = Visit(card.start[0], _INVENTED, status=200, headers={"content-type": "text/html; charset=utf-8"})
    Archive(folder / "archive").store(page, _template("page.html").read_bytes())
    return [*made, folder / "archive" / "manifest.jsonl", *_document(card, root)]


def announce(source: str) -> None:
    """Makes the source and prints what was made and what comes next.

    Raises:
        ValueError: As `new_source`.
    """
    console = Console(soft_wrap=True, highlight=False)
    for path in new_source(source):
        console.print(Text(str(path.relative_to(ROOT))))
    console.print(Text("Next: docs/adding-a-source.md, step 2. Try: python -m pytest tests/unit/sources"))


def row_of(card: Card) -> str:
    """Returns the line of a source in the table of `docs/sources.md`, which repeats its card."""
    values = (
        card.title,
        card.publisher,
        ", ".join(card.proves) or "nothing",
        card.trust,
        card.coverage,
        card.cadence_days,
        card.licence,
    )
    return " | ".join((f"| [`{card.id}`](../sources/{card.id}/README.md)", *map(str, values))) + " |"


def _template(name: str) -> Path:
    return TEMPLATES / f"{name}.template"


def _filled(template: Path, source: str) -> str:
    text = template.read_text(encoding="utf-8")
    return text.replace("NEW_SOURCE", source).replace("NEW-HOST", source.replace("_", "-"))


def _document(card: Card, root: Path) -> list[Path]:
    """Puts the source into the table of `docs/sources.md` and into the list of the README, in alphabetical order."""
    table, readme = root / "docs" / "sources.md", root / "README.md"
    lines = table.read_text(encoding="utf-8").splitlines()
    places = [number for number, line in enumerate(lines) if line.startswith("| [`")]
    rows = sorted([*(lines[number] for number in places), row_of(card)])
    lines[places[0] : places[-1] + 1] = rows
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = readme.read_text(encoding="utf-8")
    links = re.findall(r"\[\w+\]\(sources/\w+/README\.md\)", text)
    link = f"[{card.id}](sources/{card.id}/README.md)"
    text = text.replace(", ".join(links), ", ".join(sorted([*links, link])), 1)
    readme.write_text(text, encoding="utf-8")
    return [table, readme]
