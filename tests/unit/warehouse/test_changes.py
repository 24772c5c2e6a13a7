import polars as pl

from warehouse.changes import changes


def _tables(clusters, links, method="1", as_of="2015-12-31", retired=(), said=(), judgements="none"):
    text, year = pl.String, pl.Int32
    facts = [("method_version", method), ("as_of", as_of), ("judgements", judgements)]
    return {
        "clusters": pl.DataFrame(
            clusters, orient="row",
            schema={"cluster_id": text, "name_pl": text, "class": text, "founded_year": year, "age_years": year},
        ),
        "cluster_records": pl.DataFrame(links, orient="row", schema={"record_id": text, "cluster_id": text}),
        "statements": pl.DataFrame(
            [(f"{record}-name", cluster) for record, cluster in links] + list(said), orient="row",
            schema={"statement_id": text, "cluster_id": text},
        ),
        "retired_ids": pl.DataFrame(list(retired), orient="row", schema={"cluster_id": text, "successor_id": text}),
        "about": pl.DataFrame(facts, orient="row", schema={"key": text, "value": text}),
    }  # fmt: skip


OLD = _tables(
    [("PL-C0001", "Dolina", "cluster", 2003, 12), ("PL-C0002", "Łąka", "cluster", 2010, 5)],
    [("a", "PL-C0001"), ("b", "PL-C0002"), ("c", "PL-C0002")],
)


def _rows(new, old=OLD):
    return [tuple(row) for row in changes(new, old).iter_rows()]


def test_nothing_changed_is_no_row():
    assert _rows(OLD) == []


def test_in_the_first_release_every_cluster_is_added():
    assert [row[:2] for row in _rows(OLD, None)] == [("PL-C0001", "added"), ("PL-C0002", "added")]


def test_other_words_of_the_sources_are_told_from_another_method_and_a_judgement():
    clusters = [("PL-C0001", "Dolina Lotnicza", "cluster", 2003, 12), ("PL-C0002", "Łąka", "cluster", 2010, 5)]
    links = [("a", "PL-C0001"), ("b", "PL-C0002"), ("c", "PL-C0002")]
    row = ("PL-C0001", "changed", "name_pl", "Dolina", "Dolina Lotnicza")
    assert _rows(_tables(clusters, links, said=[("a-alias", "PL-C0001")])) == [(*row, "source")]
    assert _rows(_tables(clusters, links, method="2")) == [(*row, "method")]
    assert _rows(_tables(clusters, links, judgements="one")) == [(*row, "judgement")]
    assert _rows(_tables(clusters, links)) == [(*row, "method")]
    assert _rows(_tables(clusters, links, method="2", said=[("a-alias", "PL-C0001")])) == [(*row, "source")]


def test_growing_older_is_the_calendar():
    clusters = [("PL-C0001", "Dolina", "cluster", 2003, 13), ("PL-C0002", "Łąka", "cluster", 2010, 6)]
    links = [("a", "PL-C0001"), ("b", "PL-C0002"), ("c", "PL-C0002"), ("d", "PL-C0001")]
    assert {row[2:] for row in _rows(_tables(clusters, links, as_of="2016-12-31"))} == {
        ("age_years", "12", "13", "calendar"), ("age_years", "5", "6", "calendar")
    }  # fmt: skip


def test_time_puts_a_cluster_to_sleep_but_only_a_new_visit_wakes_it():
    def of_state(state, as_of):
        tables = _tables([("PL-C0001", "Dolina", "cluster", 2003, None)], [("a", "PL-C0001")], as_of=as_of)
        return {**tables, "clusters": tables["clusters"].with_columns(state=pl.lit(state))}

    slept = _rows(of_state("dormant", "2016-12-31"), of_state("active", "2015-12-31"))
    woke = _rows(of_state("active", "2016-12-31"), of_state("dormant", "2015-12-31"))
    assert [row[-1] for row in slept] == ["calendar"]
    assert [row[-1] for row in woke] == ["source"]


def test_another_class_is_reclassified():
    clusters = [("PL-C0001", "Dolina", "potential_cluster", 2003, 12), ("PL-C0002", "Łąka", "cluster", 2010, 5)]
    links = [("a", "PL-C0001"), ("b", "PL-C0002"), ("c", "PL-C0002")]
    assert _rows(_tables(clusters, links, method="2")) == [
        ("PL-C0001", "reclassified", "class", "cluster", "potential_cluster", "method")
    ]


def test_merged_split_added_and_removed_add_up():
    merged = _tables([("PL-C0001", "Dolina", "cluster", 2003, 12)], [(r, "PL-C0001") for r in "abc"],
                     retired=[("PL-C0002", "PL-C0001")], judgements="one")  # fmt: skip
    assert _rows(merged) == [("PL-C0002", "merged", None, "Łąka", "PL-C0001", "judgement")]
    split = _tables(
        [("PL-C0001", "Dolina", "cluster", 2003, 12), ("PL-C0002", "Łąka", "cluster", 2010, 5),
         ("PL-C0003", "Łączka", "cluster", None, None)],
        [("a", "PL-C0001"), ("b", "PL-C0002"), ("c", "PL-C0003")], judgements="one",
    )  # fmt: skip
    assert _rows(split) == [("PL-C0003", "split", None, "PL-C0002", "Łączka", "judgement")]
    other = _tables([("PL-C0001", "Dolina", "cluster", 2003, 12), ("PL-C0009", "Nowy", "cluster", None, None)],
                    [("a", "PL-C0001"), ("z", "PL-C0009")])  # fmt: skip
    assert _rows(other) == [
        ("PL-C0002", "removed", None, "Łąka", None, "source"), ("PL-C0009", "added", None, None, "Nowy", "source")
    ]  # fmt: skip


def test_counts_of_two_releases_differ_by_the_rows(make_tables):
    about = pl.DataFrame({"key": ["method_version", "as_of"], "value": ["1", "2015-12-31"]})
    new, old = ({**make_tables(size, 150), "about": about} for size in (47, 40))
    kinds = changes(new, old)["kind"].to_list()
    grown = kinds.count("added") + kinds.count("split") - kinds.count("removed") - kinds.count("merged")
    assert grown == new["clusters"].height - old["clusters"].height == 7


def test_a_new_column_is_no_change_of_a_cluster():
    new = {**OLD, "clusters": OLD["clusters"].with_columns(city=pl.lit("Łódź"))}
    assert _rows(new) == []
