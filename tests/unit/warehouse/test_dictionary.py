from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import polars as pl
import pytest
import yaml

import warehouse.dictionary
from inventory import schemas
from sources.records import FIELDS
from warehouse.dictionary import DictionaryError, dictionary, publishable, read
from warehouse.release_pages import dictionary_markdown

PUBLISHED = {
    "clusters": schemas.CLUSTERS,
    "cluster_names": schemas.CLUSTER_NAMES,
    "records": schemas.RECORDS,
    "cluster_records": schemas.CLUSTER_RECORDS,
    "statements": schemas.CLUSTER_STATEMENTS,
    "labels": schemas.LABELS,
    "assessments": schemas.ASSESSMENTS,
    "excluded": schemas.EXCLUDED,
    "conflicts": schemas.CONFLICTS,
    "statistics": schemas.STATISTICS,
    "official_figures": schemas.OFFICIAL_FIGURES,
}
SOURCE = yaml.safe_load((Path(warehouse.dictionary.__file__).parent / "dictionary.yml").read_text(encoding="utf-8"))


def _changed(change):
    raw = yaml.safe_load(yaml.safe_dump(SOURCE))
    change(raw)
    return yaml.safe_dump(raw)


@pytest.mark.parametrize("name", PUBLISHED)
def test_dictionary_and_frames_agree(name):
    naive = {
        column: pl.Datetime("us") if kind == pl.Datetime("us", "UTC") else kind
        for column, kind in PUBLISHED[name].items()
    }
    made_by_the_release = {"cluster_names": {"name_folded": pl.String}}
    assert dict(dictionary().tables[name].schema) == naive | made_by_the_release.get(name, {})


def test_contract_tables_and_columns_are_all_described():
    contract = {
        "review_queue": {"record_a", "record_b", "probability", "reasons"},
        "changes": {"cluster_id", "kind", "column_name", "old", "new", "cause"},
        "sources": {"source_id", "title", "publisher", "last_visit", "last_change", "age_days", "stale", "rows",
                    "bounds_min", "bounds_max", "licence"},
        "about": {"key", "value"},
    }  # fmt: skip
    for name, columns in contract.items():
        assert columns <= set(dictionary().tables[name].schema)


def test_origins_are_properties_that_sources_have():
    named = {origin for table in dictionary().tables.values() for column in table.columns for origin in column.sources}
    assert named
    assert named <= {*FIELDS, "name"}


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("place", [("columns", "coordinator"), ("tables", "labels"), ("views", "age_pyramid")])
def test_what_has_no_meaning_in_a_language_is_refused(place, language):
    kind, name = place
    with pytest.raises(DictionaryError, match=name):
        read(_changed(lambda raw: raw[kind][name].pop(language)))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda raw: raw["columns"]["n"].update(type="HUGEINT"), "columns.n"),
        (lambda raw: raw["columns"]["n"].pop("example"), "columns.n"),
        (lambda raw: raw["tables"]["labels"]["columns"].append("colour"), "labels.colour"),
        (lambda raw: raw["tables"]["labels"]["key"].append("colour"), "colour"),
        (lambda raw: raw["tables"]["labels"]["references"].update(note="nowhere.note"), "labels.note"),
    ],
)
def test_a_wrong_dictionary_says_where(change, named):
    with pytest.raises(DictionaryError, match=named):
        read(_changed(change))


def test_a_column_without_description_is_not_published(make_tables):
    with pytest.raises(DictionaryError, match=r"labels: no description of colour.*dictionary\.yml"):
        publishable("labels", make_tables(5, 10)["labels"].with_columns(colour=pl.lit("red")))
    with pytest.raises(DictionaryError, match="people"):
        publishable("people", pl.DataFrame({"name": ["x"]}))


def test_a_missing_column_and_a_wrong_value_are_refused(make_tables):
    labels = make_tables(5, 10)["labels"]
    with pytest.raises(DictionaryError, match="labels: columns note are missing"):
        publishable("labels", labels.drop("note"))
    statistics = make_tables(5, 10)["statistics"].with_columns(n=pl.lit("many"))
    with pytest.raises(DictionaryError, match="statistics: a value does not fit"):
        publishable("statistics", statistics)


def test_times_of_any_zone_are_published_in_utc(make_tables):
    records = make_tables(5, 10)["records"]
    warsaw = datetime(2026, 11, 22, 10, 30, tzinfo=timezone(timedelta(hours=1)))
    moved = records.with_columns(retrieved_at=pl.lit(warsaw).cast(pl.Datetime("us", "Europe/Warsaw")))
    assert set(publishable("records", moved)["retrieved_at"]) == {
        datetime(2026, 11, 22, 9, 30, tzinfo=UTC).replace(tzinfo=None)
    }


def test_permuted_rows_and_columns_are_published_alike(make_tables):
    for name, frame in make_tables(20, 60).items():
        permuted = frame.select(reversed(frame.columns)).sample(fraction=1, shuffle=True, seed=7)
        assert publishable(name, permuted).equals(publishable(name, frame))


def test_the_page_in_docs_is_the_dictionary():
    page = Path(warehouse.dictionary.__file__).parent.parent / "docs" / "dictionary.md"
    assert page.read_text(encoding="utf-8") == dictionary_markdown(), "run python -m warehouse.write_dictionary"
