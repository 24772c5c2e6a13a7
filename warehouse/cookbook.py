"""Writes the answers into `docs/cookbook.md`: `python -m warehouse.cookbook RELEASE`, the folder of a release.

The page is its own template: behind every query stands the answer that the release gave, cut to a few rows and cells of
readable width. A test asks the release of the shipped archive again and compares; when archive or rules change, this command
brings the page up to date.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

from warehouse.query import Answer, query, table_text

PAGE: Final = Path(__file__).parent.parent / "docs" / "cookbook.md"
ROWS: Final = 10
"""Rows of an answer that the page shows."""
WIDTH: Final = 48
"""Characters of a cell that the page shows."""
RECIPE: Final = re.compile(r"```sql\n(?P<sql>.+?)```\n(?:\n```\n(?P<printed>.*?)```\n)?", re.DOTALL)
"""A query, and behind it the printed answer."""


def answered(page: str, database: Path) -> str:
    """Returns the page with the answers of that database behind its queries.

    Args:
        page: Text of the page.
        database: A release's `inventory.duckdb`.

    Raises:
        QueryError: A query of the page is wrong.
    """
    return RECIPE.sub(lambda met: f"```sql\n{met['sql']}```\n\n```\n{printed(query(database, met['sql']))}```\n", page)


def printed(answer: Answer) -> str:
    """Returns an answer as the page prints it."""
    shown = tuple(tuple(_cut(cell) for cell in row) for row in answer.rows[:ROWS])
    more = len(answer.rows) - len(shown)
    if not answer.rows:
        return "(no row)\n"
    return table_text(Answer(answer.columns, shown)) + (f"... and {more} more rows\n" if more else "")


def _cut(cell: object) -> object:
    return f"{cell[: WIDTH - 1]}…" if isinstance(cell, str) and len(cell) > WIDTH else cell


def main() -> None:
    """Writes the page from the release whose folder is given."""
    database = Path(sys.argv[1]) / "inventory.duckdb"
    PAGE.write_text(answered(PAGE.read_text(encoding="utf-8"), database), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
