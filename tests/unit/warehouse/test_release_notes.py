import re

import polars as pl
import pytest

from warehouse.changes import changes
from warehouse.release_notes import CAUSES, markdown, plain, release_notes

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
    assert release_notes(changes(old, None), old) == ["The first release: 15 clusters, 5 potential clusters."]


def test_nothing_changed(old):
    assert release_notes(changes(old, old), old) == ["Nothing changed."]


def test_counts_come_first_then_names_and_causes_in_words(old):
    new = _where(old, "PL-C0001", name_pl="Dolina", state="dormant", website=None)
    new = _where(new, "PL-C0003", **{"class": "potential_cluster", "class_reason": "no act is on record"})
    lines = release_notes(changes(new, old), new)
    assert lines[0] == "20 clusters and potential clusters, as many as before."
    assert lines[1] == ("Of the 20 that stayed, 2 changed in class, state or facts and 18 did not change.")
    assert "### Now potential cluster (cluster before): 1, because our rules changed" in lines
    assert "- Klaster Żółtej Łąki 2 (PL-C0003): no act is on record" in lines
    assert "### Gone quiet (active before, dormant now): 1, because our rules changed" in lines
    assert "- Dolina (PL-C0001): Polish name Klaster Żółtej Łąki 0 → Dolina" in lines
    assert "- Dolina (PL-C0001): http://laka0.example/ (no longer known)" in lines


def test_every_changed_cluster_is_counted_in_its_group(make_tables, old):
    new = _with_about(make_tables(33, 60))
    found = changes(new, old)
    lines = release_notes(found, new, most=5)
    added = found.filter(pl.col("kind") == "added").height
    assert added > 5
    head = next(place for place, line in enumerate(lines) if line.startswith("### New: "))
    assert sum(int(number) for number in re.findall(r"[0-9]+", lines[head])) == added
    assert lines[head + 6] == f"- and {added - 5} more"
    named = release_notes(found, new, most=1000)
    assert {row[0] for row in found.filter(pl.col("kind") == "added").select("cluster_id").iter_rows()} <= set(
        re.findall(r"PL-C\d+", "\n".join(named))
    )


def test_a_column_that_nobody_described_here_is_told_under_its_name(old):
    row = {"cluster_id": "PL-C0001", "kind": "changed", "column_name": "colour", "old": "red", "new": "blue",
           "cause": "source"}  # fmt: skip
    lines = release_notes(pl.DataFrame([row]), old)
    assert "### colour: 1" in lines
    assert f"Where no other reason stands, {CAUSES['source']}." in lines
    assert "- Klaster Żółtej Łąki 0 (PL-C0001): red → blue" in lines


def test_one_fact_that_follows_from_another_is_not_told_twice(old):
    new = _where(old, "PL-C0001", voivodeship="opolskie", voivodeship_code="16", nuts2_code="PL52", city="Opole")
    lines = release_notes(changes(new, old), new)
    assert "- Klaster Żółtej Łąki 0 (PL-C0001): voivodeship dolnośląskie → opolskie; town Wrocław → Opole" in lines
    assert not any("PL52" in line or "→ 16" in line for line in lines)


def test_the_cause_of_most_stands_in_the_head_and_the_others_at_their_clusters(old):
    rows = [
        {"cluster_id": f"PL-C000{number}", "kind": "changed", "column_name": "state", "old": "active", "new": "dormant",
         "cause": "calendar" if number < 3 else "judgement"}
        for number in (1, 2, 3)
    ]  # fmt: skip
    lines = release_notes(pl.DataFrame(rows), old)
    place = lines.index(
        "### Gone quiet (active before, dormant now): 3, because the day of the inventory moved on, but 1 because a person decided"
    )
    assert lines[place + 1] == "- Klaster Żółtej Łąki 2 (PL-C0003) (a person decided)"
    assert lines[place + 2] == "- Klaster Żółtej Łąki 0 (PL-C0001)"


def test_figures_sources_and_rules_of_both_releases_are_told(make_tables, old):
    figures = pl.DataFrame(
        {
            "statistic": ["age_mean_of_clusters", "number_of_clusters"],
            "dimension": ["total", "total"],
            "value": [4.25, 15.0],
        }
    )
    before = {**old, "statistics": figures, "about": old["about"].with_columns(value=pl.col("value").replace("1", "0"))}
    new = _with_about(make_tables(33, 60))
    new["statistics"] = figures.with_columns(value=pl.Series([5.0, 15.0]))
    lines = release_notes(changes(new, before), new, old=before, most=100)
    assert "The rules changed, from version 0 to 1: some differences are ours, not the world's." in lines
    assert lines[lines.index("### Figures") + 1] == "- mean age of clusters in years: 4.2 → 5"
    assert not any("clusters: 15" in line for line in lines)
    assert any(", named by " in line for line in lines)


def test_labels_gained_lost_and_ended_are_told_once_a_cluster(old):
    first, second = old["labels"].head(2)["cluster_id"]
    gained = old["labels"].with_columns(
        level=pl.when(pl.col("cluster_id") == first).then(pl.lit("silver")).otherwise("level")
    )
    lines = release_notes(changes(old, old), {**old, "labels": gained}, old=old)
    number = int(first[-4:]) - 1
    place = lines.index("### Labels and statuses not met before: 1 cluster")
    assert lines[place + 1] == f"- Klaster Żółtej Łąki {number} ({first}): ESCA silver"
    place = lines.index("### Labels and statuses no longer met: 1 cluster")
    assert lines[place + 1] == f"- Klaster Żółtej Łąki {number} ({first}): ESCA bronze"
    later = {**old, "about": old["about"].with_columns(value=pl.col("value").replace("2015-12-31", "2017-01-01"))}
    lines = release_notes(changes(later, old), later, old=old)
    ended = next(line for line in lines if line.startswith("### Labels and statuses that came to their end: "))
    assert ended.endswith(f": {old['labels']['cluster_id'].n_unique()} clusters")
    assert any(f"({second})" in line for line in lines)


def test_pages_that_said_something_new_are_named_with_their_day(old):
    moved = old["sources"].with_columns(last_change=pl.lit("2016-02-01"))
    lines = release_notes(changes(_where(old, "PL-C0001", city="Opole"), old), {**old, "sources": moved}, old=old)
    told = next(line for line in lines if line.startswith("Pages that said something new"))
    assert told.count("(2016-02-01)") == old["sources"].height


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
