"""Names as they are searched: the same fold in the published column and in the macro `folded` of the database."""

from __future__ import annotations

from typing import Final

import polars as pl

SEPARATORS: Final = (
    r"[\x00-/:-@\x5B-`{-\xA9\xAB-\xB1\xB4\xB6-\xB8\xBB\xBF\xD7\xF7\x{2000}-\x{206F}\x{20A0}-\x{20CF}"
    r"\x{2116}\x{2122}\x{2190}-\x{245F}\x{2500}-\x{2775}]+"
)
"""What parts words: blanks, punctuation and signs of Latin script, listed rather than told by `\\p{L}`.

A database makes the expression ready again for every question, several times: classes of Unicode take it 2 ms each time,
which was more than the search itself.
"""


def folded(column: str) -> pl.Expr:
    """Returns the text in small letters, without marks, one blank between words; `ł` becomes `l`.

    Unicode knows no mark in `ł`, so it is replaced by hand. The macro `folded` of `dictionary.yml` does the same in SQL; a
    test compares them letter by letter.
    """
    bare = pl.col(column).str.to_lowercase().str.normalize("NFD").str.replace_all(r"\p{M}", "").str.normalize("NFC")
    return bare.str.replace_all("ł", "l").str.replace_all(SEPARATORS, " ").str.strip_chars()
