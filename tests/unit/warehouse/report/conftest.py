"""A release whose figures come from the real statistics, with names that try to break every format."""

from datetime import date

import polars as pl
import pytest

from inventory import coverage, official, standings, statistics
from inventory.places import voivodeships
from inventory.sectors import sectors
from warehouse.dictionary import dictionary

AS_OF = date(2026, 1, 9)
HOSTILE = (
    "</text></svg><script>alert(1)</script>",
    '#let x = panic("typst") $x$ @ref <label> *bold* _it_ = heading',
    '=HYPERLINK("http://evil.example","x")',
    "{{ 7*7 }} {number_of_clusters} \\u0022];alert(1)//",
    'Klaster "Zażółć gęślą jaźń" & Spółka',
)


STANDINGS = {
    name: standings.Standing(source_id=name, publisher=name, trust=50, list=True)
    for name in ("esca", "eccp", "parp_map", "kkk")
}


def release(make_tables, about, clusters=40, as_of=AS_OF):
    """Returns published tables with statistics, coverage and official figures as the build makes them."""
    made = dict(make_tables(clusters=clusters, records=3 * clusters))
    names = dict(enumerate(HOSTILE))
    made["clusters"] = made["clusters"].with_columns(
        name_pl=pl.Series(
            [names.get(place, name) for place, name in enumerate(made["clusters"]["name_pl"])], dtype=pl.String
        ),
        coordinator=pl.Series(
            [names.get(place, name) for place, name in enumerate(made["clusters"]["coordinator"])], dtype=pl.String
        ),
    )
    figures = statistics.compute(made["clusters"], made["labels"], as_of, "test.1")
    missed = coverage.estimate(made["clusters"], made["cluster_records"], made["records"], STANDINGS, as_of, "test.1")
    made["statistics"] = pl.concat([figures, missed])
    made["official_figures"] = official.compare(made["statistics"], made["clusters"], made["labels"], as_of)
    facts = {**about, "as_of": as_of.isoformat(), "version": "2026.01.09", "method_version": "test.1"}
    made["sectors"] = pl.DataFrame(
        [(code, one.title_pl, one.title_en) for code, one in sectors().items()],
        schema=["code", "title_pl", "title_en"],
        orient="row",
    )
    made["voivodeships"] = pl.DataFrame(
        [(one.code, one.name_pl, one.name_en, " ".join(one.nuts2), one.capital, one.population)
         for one in voivodeships().values()],
        schema=list(dictionary().tables["voivodeships"].schema), orient="row",
    )  # fmt: skip
    return {**made, "about": pl.DataFrame({"key": list(facts), "value": list(facts.values())})}


@pytest.fixture(scope="session")
def tables(make_tables, about):
    return release(make_tables, about)


@pytest.fixture(scope="session")
def last_year(make_tables, about):
    made = release(make_tables, about, clusters=36, as_of=date(2025, 1, 9))
    facts = made["about"].with_columns(
        value=pl.when(pl.col("key") == "version").then(pl.lit("2025.01.09")).otherwise("value")
    )
    return {**made, "about": facts}
