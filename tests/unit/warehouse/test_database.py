import unicodedata

import duckdb
import polars as pl
import pytest

from expectations.gate import GateReport
from warehouse.dictionary import dictionary
from warehouse.findings import results_frame
from warehouse.name_folding import SEPARATORS, folded
from warehouse.release import publish, stage

# DuckDB's numbers of the storage versions: 64 is v1.0.0, 67 is v1.4.0; 2.0 writes a number that no 1.x client knows.
STORAGE_OF_1_4 = 67


@pytest.fixture(scope="module")
def release(tmp_path_factory, make_tables, about):
    return publish(
        stage(tmp_path_factory.mktemp("home"), make_tables(40, 120), about), GateReport((), results_frame(()))
    )


@pytest.fixture
def connection(release):
    with duckdb.connect(str(release.database), read_only=True) as opened:
        yield opened


def test_clients_of_1_4_and_later_can_read_it(release):
    head = release.database.read_bytes()[:20]
    assert head[8:12] == b"DUCK"
    assert int.from_bytes(head[12:20], "little") <= STORAGE_OF_1_4


def test_every_table_column_and_view_is_commented(connection):
    told = dictionary()
    tables = dict(connection.execute("SELECT table_name, comment FROM duckdb_tables()").fetchall())
    views = dict(connection.execute("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal").fetchall())
    assert tables == {name: table.comment for name, table in told.tables.items()}
    assert views == {name: view.comment for name, view in told.views.items()}
    macros = dict(
        connection.execute("SELECT function_name, comment FROM duckdb_functions() WHERE NOT internal").fetchall()
    )
    assert macros == {name: macro.comment for name, macro in told.macros.items()}
    columns = connection.execute(
        "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal"
    ).fetchall()
    assert {name for name, _, _ in columns} == {*tables, *views}
    assert [row for row in columns if not row[2]] == []


def test_types_keys_and_nulls_are_those_of_the_dictionary(connection):
    for name, table in dictionary().tables.items():
        met = connection.execute(f'SELECT column_name, column_type, "null", "key" FROM (DESCRIBE "{name}")').fetchall()  # noqa: S608
        key = table.key[0] if len(table.key) == 1 else None
        assert [row[:2] for row in met] == [(column.name, column.type) for column in table.columns]
        assert [column for column, _, null, _ in met if null == "NO"] == [
            c.name for c in table.columns if c.required or c.name == key
        ]
        assert [column for column, _, _, mark in met if mark == "PRI"] == ([key] if key else [])


def test_rows_equal_the_parquet_files(connection, release):
    for path in sorted((release.path / "parquet").glob("*.parquet")):
        from_database = connection.execute(f'SELECT * FROM "{path.stem}" ORDER BY ALL').fetchall()  # noqa: S608
        assert (
            from_database == connection.execute("SELECT * FROM read_parquet($1) ORDER BY ALL", [str(path)]).fetchall()
        )


def test_views_answer(connection):
    clusters, potential = connection.execute(
        "SELECT sum(clusters), sum(potential_clusters) FROM age_pyramid"
    ).fetchone()
    assert (clusters, potential) == connection.execute(
        "SELECT sum(clusters), sum(potential_clusters) FROM clusters_by_voivodeship"
    ).fetchone()
    assert clusters + potential == 40
    assert connection.execute("SELECT records FROM excluded_by_reason").fetchall() == [(5,)]
    # All labels of the tables run from October 2014 to October 2016, the day of the inventory lies between.
    assert (
        connection.execute("SELECT count(*) FROM labels_now").fetchone()
        == connection.execute("SELECT count(*) FROM labels").fetchone()
    )
    assert connection.execute(
        "SELECT DISTINCT state FROM active_clusters JOIN clusters USING (cluster_id)"
    ).fetchall() == [("active",)]


def test_macros_answer(connection):
    assert connection.execute("SELECT folded('ŻÓŁTEJ Łąki')").fetchone() == ("zoltej laki",)
    named = connection.execute("SELECT cluster_id, matched_name FROM search_clusters('ŁĄKI, żółtej 3')").fetchall()
    assert named[0] == ("PL-C0004", "Klaster Żółtej Łąki 3")
    assert len(named) == 13  # 3, 13, 23 and 30 to 39
    assert connection.execute("SELECT count(*) FROM search_clusters(' -- ')").fetchone() == (0,)
    assert connection.execute("SELECT count(*) FROM search_clusters('klaster zoltej laki 3 nowhere')").fetchone() == (
        0,
    )
    held = connection.execute("SELECT count(*) FROM labels_on('2015-12-31')").fetchone()
    assert held == connection.execute("SELECT count(*) FROM labels_now").fetchone()
    assert connection.execute("SELECT count(*) FROM labels_on('2014-09-30')").fetchone() == (0,)
    assert connection.execute("SELECT count(*) FROM inventory_as_of('2015-12-31')").fetchone() == (40,)


def test_names_are_folded_alike_in_files_and_in_the_database(connection):
    letters = [chr(code) for code in range(0x20, 0x2100) if unicodedata.category(chr(code))[0] in "LMNPSZ"]
    words = pl.DataFrame({"word": [f"a{letter}B" for letter in letters]})
    ours = words.select(folded("word"))["word"].to_list()
    theirs = [connection.execute("SELECT folded(?)", [word]).fetchone()[0] for word in words["word"]]
    assert [pair for pair in zip(letters, ours, theirs, strict=True) if pair[1] != pair[2]] == []


def test_words_are_parted_where_letters_and_digits_end_in_latin_script():
    letters = [
        chr(code)
        for code in (*range(0x20, 0x250), *range(0x2010, 0x2040), *range(0x2080, 0x208A), *range(0x20A0, 0x20C0))
    ]
    letters = [letter for letter in letters if unicodedata.category(letter) != "Mn"]
    ours = pl.DataFrame({"word": [f"a{letter}b" for letter in letters]}).select(folded("word"))["word"].to_list()
    parted = {letter for letter, word in zip(letters, ours, strict=True) if " " in word}
    assert parted == {letter for letter in letters if unicodedata.category(letter)[0] not in "LN"}
    assert SEPARATORS in dictionary().macros["folded"].sql


@pytest.mark.parametrize(
    "words", ["laki", "ŻÓŁTEJ", "olte ster 1", "3 laki zoltej klaster", "klaster-zoltej", "laki 3 nowhere", "", "–"]
)
def test_a_search_finds_every_name_that_holds_all_the_words_anywhere(connection, words):
    (parts,) = (
        pl.DataFrame({"words": [words]})
        .select(folded("words").str.split(" ").list.filter(pl.element() != ""))["words"]
        .to_list()
    )
    names = connection.execute("SELECT cluster_id, name_folded FROM cluster_names").fetchall()
    wanted = {cluster for cluster, name in names if parts and all(part in name for part in parts)}
    found = connection.execute("SELECT cluster_id FROM search_clusters(?)", [words]).fetchall()
    assert len(found) == len(wanted)
    assert {cluster for (cluster,) in found} == wanted


def test_counts_by_source_are_those_of_the_entries(connection):
    counted = connection.execute("""
        WITH named AS (SELECT DISTINCT source_id, cluster_id, class, source_count
                       FROM cluster_records JOIN records USING (record_id) JOIN clusters USING (cluster_id))
        SELECT source_id, title, count(*) FILTER (WHERE class = 'cluster') AS clusters,
               count(*) FILTER (WHERE class = 'potential_cluster'), count(*) FILTER (WHERE source_count = 1)
        FROM named LEFT JOIN sources USING (source_id) GROUP BY ALL ORDER BY clusters DESC, source_id""").fetchall()
    assert connection.execute("SELECT * FROM clusters_by_source").fetchall() == counted
    assert len(counted) == 4


def test_as_many_clusters_stand_behind_a_figure_as_it_says(connection, make_tables):
    clusters = make_tables()["clusters"]
    keys = {
        "number_of_clusters": pl.col("class") == "cluster",
        "number_of_potential_clusters/voivodeship=08": (pl.col("class") == "potential_cluster")
        & (pl.col("voivodeship_code") == "08"),
        "number_of_bodies/cohort=5-9": pl.col("age_years").is_between(5, 9),
        "number_of_bodies/founded_year=unknown": pl.col("founded_year").is_null(),
        "age_mean_of_clusters": (pl.col("class") == "cluster") & pl.col("founded_year").is_not_null(),
        "members_total_of_bodies/state=active": (pl.col("state") == "active") & pl.col("members_total").is_not_null(),
        "number_of_bodies/voivodeship_state=02|active": (pl.col("voivodeship_code") == "02") & (pl.col("state") == "active"),
    }  # fmt: skip
    for key, kept in keys.items():
        met = connection.execute("SELECT cluster_id FROM clusters_behind(?) ORDER BY 1", [key]).fetchall()
        assert [row[0] for row in met] == clusters.filter(kept)["cluster_id"].to_list(), key
        assert met, key
    with pytest.raises(duckdb.Error, match="cannot be listed: the note of its row"):
        connection.execute("SELECT * FROM clusters_behind('estimated_number_of_clusters')").fetchall()


def test_evidence_leads_from_a_cluster_to_pages(connection):
    rows = connection.execute("SELECT property, \"value\", chosen, stated_by FROM evidence('PL-C0001')").fetchall()
    assert rows[0] == ("city", "Wrocław", True, "https://esca.example/0")
    assert all(row[3].startswith("https://") for row in rows)
    assert [row[2] for row in rows] == sorted((row[2] for row in rows), reverse=True)


@pytest.mark.parametrize(
    ("until", "held"),
    [
        ("2015", True),
        ("2014", False),
        ("2015-12", True),
        ("2015-11", False),
        ("2015-12-31", True),
        ("2015-12-30", False),
    ],
)
def test_a_label_of_reduced_precision_is_held_to_the_end_of_its_month_or_year(
    tmp_path, make_tables, about, until, held
):
    tables = make_tables(6, 12)
    tables["labels"] = tables["labels"].with_columns(valid_from=pl.lit(None, pl.String), valid_until=pl.lit(until))
    made = publish(stage(tmp_path, tables, about), GateReport((), results_frame(())))
    with duckdb.connect(str(made.database), read_only=True) as opened:
        assert bool(opened.execute("SELECT count(*) FROM labels_now").fetchone()[0]) is held
