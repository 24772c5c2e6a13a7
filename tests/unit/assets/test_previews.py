import base64

import polars as pl

from assets.previews import as_markdown, founding_years


def test_a_name_cannot_break_out_of_its_cell():
    table = as_markdown(pl.DataFrame({"name": ["a|b\n<script>", None]}))
    assert table.splitlines()[2] == "| a\\|b \\<script\\> |"
    assert table.splitlines()[3] == "|  |"


def test_the_picture_has_a_bar_for_every_year_that_has_clusters():
    picture = founding_years(pl.Series("founded_year", [2003, 2011, 2011, None]))
    svg = base64.b64decode(picture.partition("base64,")[2].rstrip(")")).decode()
    assert svg.count("<rect") == 2
    assert "2011: 2" in svg
    assert "2003 to 2011" in picture


def test_no_year_is_said_in_words():
    assert founding_years(pl.Series("founded_year", [None, None], dtype=pl.Int64)) == "no founding year is known"
