"""What the mirror serves."""

import hashlib
from dataclasses import replace

from sources.archive import Archive
from sources.cards import load_cards
from sources.mirror import SHELL, as_shell


def test_a_shell_has_lost_its_tables_and_nothing_else():
    pages = Archive(load_cards()["esca"].folder / "archive").latest().values()
    page = next(page for page in pages if b"<table" in page.body)

    shell = as_shell(page)

    before, _, rest = page.body.partition(b"<table")
    assert shell.body == before + SHELL + rest.rpartition(b"</table>")[2]
    assert shell.sha256 == hashlib.sha256(shell.body).hexdigest()


def test_a_page_without_a_table_is_no_other():
    page = next(iter(Archive(load_cards()["esca"].folder / "archive").latest().values()))
    plain = replace(page, body=b"<html><p>Nothing is listed.</p></html>")

    assert as_shell(plain).body == plain.body
