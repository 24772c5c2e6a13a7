import csv
import os
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from inventory import records, scope, statements
from inventory.standings import kinds_of_page
from sources.records import Record, read_records


def reasons(given, body_of=None):
    frame, said = records.frame(given), statements.state(given)
    bodies = frame.select("record_id", body_id=pl.col("record_id").replace(body_of or {}))
    found = scope.exclude(frame, said, bodies, kinds_of_page())
    assert found["note"].str.len_chars().min() or found.is_empty()
    return dict(found.select("record_id", "reason").iter_rows())


def one(name, url="https://example.pl/", source="press", **fields):
    return reasons([Record(record_id="x", source=source, url=url, name=name, fields=fields)]).get("x", "in")


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        ("energy_cluster", {"name": "Klaster Energii Lubartów"}),
        ("energy_cluster", {"name": "Zielone Wzgórza", "sector": "energia (klaster energii)"}),
        ("energy_cluster", {"name": "Suwalska Energia", "sector": "energy", "founded": "2022-03-28"}),
        ("in", {"name": "Klaster Energii Odnawialnej i Czystych Technologii", "founded": "2008"}),
        ("in", {"name": "Klaster Ekoenergetyczny", "sector": "OZE", "label": "bronze"}),
        ("in", {"name": "Klaster Dolina Czystej Energii"}),
        ("hydrogen_valley", {"name": "Pomorska Dolina Wodorowa"}),
        ("hydrogen_valley", {"name": "Lower Silesian Hydrogen Valley"}),
        ("in", {"name": "Klaster Technologii Wodorowych"}),
        ("cluster_association", {"name": "Rada Klastrów Zachodu"}),
        ("cluster_association", {"name": "Union of Polish Clusters"}),
        ("in", {"name": "Klaster Metalowy", "category": "member of Rada Klastrów (agreement of 2013)"}),
        ("technology_park", {"name": "Puławski Park Naukowo-Technologiczny"}),
        ("in", {"name": "Klaster Parku Naukowo-Technologicznego"}),
        ("programme_or_project", {"name": "Projekt Rozwój klastrów w regionie"}),
        ("other", {"name": "Grupa Sady", "note": "exporters; not a cluster"}),
        ("other", {"name": "Lubelska Izba Rolnicza"}),
        ("other", {"name": "Grupa Producentów Porzeczek Wisłok", "sector": "sadownictwo"}),
        ("other", {"name": "Polish Apple Growers' Union"}),
        ("in", {"name": "Sudecka Izba Przemysłowo-Handlowa", "label": "bronze"}),
        ("in", {"name": "Zrzeszenie Producentów Okien", "category": "klaster meblarski"}),
        ("in", {"name": "Klaster Grupa Producentów Ziół"}),
        ("foreign", {"name": "Cluster of Wood", "country": "RO"}),
        ("foreign", {"name": "Lithuanian Photonics Cluster", "url": "https://example.eu/"}),
        ("foreign", {"name": "Pôle Bois", "url": "https://example.eu/"}),
        ("foreign", {"name": "Klastr dopravy", "website": "klastr-dopravy.cz", "url": "https://example.eu/"}),
        ("foreign", {"name": "Brightlands", "source": "eccp", "url": "https://clustercollaboration.eu/news/x"}),
        ("in", {"name": "Silesian Wood Cluster", "source": "eccp", "url": "https://clustercollaboration.eu/news/x"}),
        ("in", {"name": "Vale da Aviação de Rzeszów", "city": "Rzeszów", "url": "https://example.pt/"}),
    ],
)  # fmt: skip
def test_reasons_by_general_evidence(expected, given):
    assert one(**given) == expected


def test_a_body_is_judged_by_all_its_records():
    given = [
        Record(record_id="a", source="press", url="https://e.pl/", name="Green Energy Hills", fields={}),
        Record(
            record_id="b",
            source="press",
            url="https://e.pl/b",
            name="Zielone Wzgórza",
            fields={"sector": "klaster energii"},
        ),
    ]
    assert reasons(given, {"b": "a"}) == {"a": "energy_cluster", "b": "energy_cluster"}
    assert reasons(given) == {"b": "energy_cluster"}


def test_beside_bodies_of_other_countries_nothing_ties_to_poland():
    page = "https://meeting.eu/partners"
    given = [
        Record(record_id="a", source="project_site", url=page, name="Zephyr", fields={}),
        Record(record_id="b", source="project_site", url=page, name="Hellenic Wood Cluster", fields={}),
        Record(record_id="c", source="project_site", url=page, name="Klaster Leśny", fields={}),
    ]
    assert reasons(given) == {"a": "foreign", "b": "foreign"}


@pytest.mark.skipif(
    "CLUSTER_INVENTORY_LABELS" not in os.environ, reason="needs labelled records: set CLUSTER_INVENTORY_LABELS"
)
def test_macro_f1_on_labelled_records():
    folder = Path(os.environ["CLUSTER_INVENTORY_LABELS"])
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as rows:
        labels = {row["record_id"]: row for row in csv.DictReader(rows)}
    given = [record for record in read_records(folder / "records.jsonl") if isinstance(record, Record)]
    found = reasons(given, {key: row["gold_id"] for key, row in labels.items()})
    right, met, wanted = Counter(), Counter(), Counter()
    for key, row in labels.items():
        if row["confidence"] == "doubtful":
            continue
        truth = "foreign" if row["country"] != "PL" else row["kind"].replace("cluster_organisation", "in")
        mine = found.get(key, "in")
        wanted[truth] += 1
        met[mine] += 1
        right[truth] += truth == mine
    scores = [2 * right[kind] / (met[kind] + wanted[kind]) for kind in {*met, *wanted}]
    assert sum(scores) / len(scores) >= 0.97
