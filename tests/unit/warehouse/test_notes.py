import re

import polars as pl
import pytest

from warehouse.changes import changes
from warehouse.notes import CAUSES, markdown, plain, release_notes

FACTS = [("method_version", "1"), ("as_of", "2015-12-31"), ("judgements", "none")]


def _with_about(tables):
    return {**tables, "about": pl.DataFrame(FACTS, orient="row", schema={"key": pl.String, "value": pl.String})}


@pytest.fixture
def old(make_tables):
    return _with_about(make_tables(20, 60))


def _where(tables, cluster_id, **values):
    here = pl.col("cluster_id") == cluster_id
    frame = tables["clusters"].with_columns(
        pl.when(here).then(pl.lit(value, tables["clusters"].schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in values.items()
    )
    return {**tables, "clusters": frame}


def test_the_first_release_is_one_line(old):
    assert release_notes(changes(old, None), old) == [
        "The first release: 20 clusters (15 clusters, 5 potential clusters)."
    ]


def test_nothing_changed(old):
    assert release_notes(changes(old, old), old) == ["Nothing changed."]


def test_counts_come_first_then_names_and_causes_in_words(old):
    new = _where(old, "PL-C0001", name_pl="Dolina", state="dormant", website=None)
    new = _where(new, "PL-C0003", **{"class": "potential_cluster", "class_reason": "no act is on record"})
    lines = release_notes(changes(new, old), new)
    assert lines[0] == (
        "20 clusters, potential ones with them; 20 before: 0 came in, 0 went, 2 of those that stayed differ."
    )
    assert "### Another class: 1 cluster, because our rules changed" in lines
    assert "- Klaster Żółtej Łąki 2 (PL-C0003): cluster → potential cluster, for no act is on record" in lines
    assert "### State: active → dormant: 1 cluster, because our rules changed" in lines
    assert "- Dolina (PL-C0001): Klaster Żółtej Łąki 0 → Dolina" in lines
    assert "- Dolina (PL-C0001): no longer http://laka0.example/" in lines


def test_every_changed_cluster_is_counted_in_its_group(make_tables, old):
    new = _with_about(make_tables(33, 60))
    found = changes(new, old)
    lines = release_notes(found, new, most=5)
    added = found.filter(pl.col("kind") == "added").height
    assert added > 5
    head = next(place for place, line in enumerate(lines) if line.startswith(f"### New: {added} clusters, because"))
    assert lines[head + 6] == f"- and {added - 5} more"
    named = release_notes(found, new, most=1000)
    assert {row[0] for row in found.filter(pl.col("kind") == "added").select("cluster_id").iter_rows()} <= set(
        re.findall(r"PL-C\d+", "\n".join(named))
    )


def test_a_column_that_nobody_described_here_is_told_under_its_name(old):
    row = {"cluster_id": "PL-C0001", "kind": "changed", "column_name": "colour", "old": "red", "new": "blue",
           "cause": "source"}  # fmt: skip
    lines = release_notes(pl.DataFrame([row]), old)
    assert f"### colour: 1 cluster, because {CAUSES['source']}" in lines
    assert "- Klaster Żółtej Łąki 0 (PL-C0001): red → blue" in lines


def test_every_cause_of_the_dictionary_has_words():
    from warehouse.dictionary import dictionary

    column = next(column for column in dictionary().tables["changes"].columns if column.name == "cause")
    assert set(column.codes) == set(CAUSES)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "# head", "[x](javascript:1)", "a\n## b", "`x`", "|a|"])
def test_hostile_names_stay_text_in_markdown(old, text):
    new = _where(old, "PL-C0001", name_pl=text)
    page = "\n".join(release_notes(changes(new, old), new, shown=markdown))
    assert "<script" not in page
    assert not re.search(r"(?<!\\)\]\(", page)
    assert "\n## " not in page
    assert "\n" not in markdown(text)


def test_long_and_turning_text_is_cut_and_cleaned():
    assert len(plain("ł" * 1_000_000)) == 100
    assert plain("\u202egnp.\x1b[31mexe") == "gnp. [31mexe"
