"""What a person sees of an asset in the UI: the first rows as a table, figures as a picture."""

import base64

import polars as pl


def as_markdown(frame: pl.DataFrame) -> str:
    """Returns the rows of a small frame as a table; scraped text cannot break out of its cell."""
    lines = ["| " + " | ".join(frame.columns) + " |", "|" + " --- |" * frame.width]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in frame.iter_rows()]
    return "\n".join(lines)


def _cell(value: object) -> str:
    text = "" if value is None else " ".join(str(value).split())[:80]
    return "".join(f"\\{sign}" if sign in "|\\`*_[]<>#!" else sign for sign in text)


def founding_years(years: pl.Series) -> str:
    """Returns a picture of how many clusters were founded in each year, as Markdown with the picture in it.

    Args:
        years: Founding years, null where unknown.
    """
    counts = years.drop_nulls().value_counts(name="clusters").sort(years.name)
    if counts.is_empty():
        return "no founding year is known"
    first, last = counts[years.name][0], counts[years.name][-1]
    of_year = dict(counts.iter_rows())
    most, width, height = max(of_year.values()), 12, 120
    bars = "".join(
        f'<rect x="{(year - first) * width}" y="{height - height * number // most}" width="{width - 2}" '
        f'height="{height * number // most}" fill="#1f5a8a"><title>{year}: {number}</title></rect>'
        for year, number in of_year.items()
    )
    wide = (last - first + 1) * width
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{height + 16}">{bars}'
        f'<text x="0" y="{height + 13}" font-size="11">{first}</text>'
        f'<text x="{wide}" y="{height + 13}" font-size="11" text-anchor="end">{last}</text></svg>'
    )
    packed = base64.b64encode(svg.encode()).decode()
    return f"![clusters by founding year, {first} to {last}, at most {most} in one year](data:image/svg+xml;base64,{packed})"
