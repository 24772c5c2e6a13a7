"""Names as they are searched: the same fold in the published column and in the macro `folded` of the database."""

from __future__ import annotations

import polars as pl


def folded(column: str) -> pl.Expr:
    """Returns the text in small letters, without marks, one blank between words; `ł` becomes `l`.

    Unicode knows no mark in `ł`, so it is replaced by hand. The macro `folded` of `dictionary.yml` does the same in SQL; a
    test compares them letter by letter.
    """
    bare = pl.col(column).str.to_lowercase().str.normalize("NFD").str.replace_all(r"\p{M}", "").str.normalize("NFC")
    return bare.str.replace_all("ł", "l").str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()
