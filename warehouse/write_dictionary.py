"""Writes `docs/dictionary.md` from the dictionary: `python -m warehouse.write_dictionary`."""

from pathlib import Path

from warehouse.release_pages import dictionary_markdown

PAGE = Path(__file__).parent.parent / "docs" / "dictionary.md"

if __name__ == "__main__":
    PAGE.write_text(dictionary_markdown(), encoding="utf-8", newline="\n")
