import duckdb
import polars as pl
import pytest

from expectations.gate import GateReport
from warehouse.dictionary import dictionary
from warehouse.findings import results_frame
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
    named = connection.execute("SELECT cluster_id FROM clusters_named('zoltej laki 3') ORDER BY 1").fetchall()
    assert named[0] == ("PL-C0004",)
    assert len(named) == 11  # 3 and 30 to 39
    held = connection.execute("SELECT count(*) FROM labels_on('2015-12-31')").fetchone()
    assert held == connection.execute("SELECT count(*) FROM labels_now").fetchone()
    assert connection.execute("SELECT count(*) FROM labels_on('2014-09-30')").fetchone() == (0,)
    assert connection.execute("SELECT count(*) FROM inventory_as_of('2015-12-31')").fetchone() == (40,)


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
