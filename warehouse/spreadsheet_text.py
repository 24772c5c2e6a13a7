"""Text that a spreadsheet shows and never runs.

A cell that begins with a formula sign is run by spreadsheet programs (CSV injection,
https://owasp.org/www-community/attacks/CSV_Injection). It gets a leading apostrophe, which they show as text. Plain
numbers begin with a sign too and stay as they are.
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl

# Full-width forms of the signs are run by some programs as well.
_DANGEROUS: Final = r"^[=+\-@\t\r\n＝＋－＠]"
_NUMBER: Final = r"^[+-]?[0-9]+([.,][0-9]+)?$"


def defused(text: str) -> str:
    """Returns the text with an apostrophe before it where a spreadsheet would run it.

    Example:
        >>> defused("=HYPERLINK(0)"), defused("-5"), defused("Dolina")
        ("'=HYPERLINK(0)", '-5', 'Dolina')
    """
    return f"'{text}" if re.match(_DANGEROUS, text) and not re.fullmatch(_NUMBER[1:-1], text) else text


def defused_column(name: str) -> pl.Expr:
    """Returns the same for a text column."""
    text = pl.col(name)
    dangerous = text.str.contains(_DANGEROUS) & ~text.str.contains(_NUMBER)
    return pl.when(dangerous).then(pl.lit("'") + text).otherwise(text).alias(name)
