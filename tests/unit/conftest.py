"""Published tables that hang together, of any size, for the tests of warehouse and expectations."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from inventory import schemas
from inventory.places import voivodeships
from inventory.sectors import sectors

AS_OF = date(2015, 12, 31)
VISIT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def _clusters(count, record_count):
    places, branches = list(voivodeships().values()), list(sectors().values())
    for number in range(count):
        place, branch = places[number % len(places)], branches[number % len(branches)]
        year = None if number % 7 == 0 else 2003 + number % 13
        yield {
            "cluster_id": f"PL-C{number + 1:04}",
            "name_pl": f"Klaster Żółtej Łąki {number}",
            "name_en": None if number % 3 else f"Yellow Meadow Cluster {number}",
            "class": "potential_cluster" if number % 4 == 3 else "cluster",
            "class_reason": "holds or held the status kkk",
            "state": ("active", "dormant", "unknown")[number % 3],
            "founded_year": year,
            "founded_date": date(year, 5, 17) if year and number % 2 else None,
            "age_years": AS_OF.year - year if year else None,
            "city": place.capital.split("/")[0],
            "voivodeship_code": place.code,
            "voivodeship": place.name_pl,
            "nuts2_code": place.nuts2[0],
            "coordinator": f"Fundacja Łąka {number} sp. z o.o.",
            "sector_code": branch.code,
            "sector": branch.title_en,
            "members_total": None if number % 5 == 0 else 20 + number,
            "members_as_of": "2015-06",
            "website": f"http://laka{number}.example/",
            "first_seen": "2012",
            "last_seen": "2015-12",
            "record_count": record_count(number),
            "source_count": 1,
            "country": "PL",
        }


def published_tables(clusters=40, records=120, excluded=5):
    """Returns tables by name, as the steps of the inventory hand them to the warehouse."""
    owned = {number: list(range(number, records, clusters)) for number in range(clusters)}
    cluster_rows = list(_clusters(clusters, lambda number: len(owned[number])))
    record_rows, link_rows, statement_rows, name_rows, label_rows, assessment_rows = [], [], [], [], [], []
    for number in range(records + excluded):
        source = ("esca", "eccp", "parp_map", "kkk")[number % 4]
        record_rows.append(
            {
                "record_id": f"{source}-{number:06}",
                "source_id": source,
                "url": f"https://{source}.example/{number}",
                "stated_by": f"https://{source}.example/{number}",
                "as_of": "2015-12",
                "retrieved_at": VISIT,
                "name": f"Klaster Żółtej Łąki {number % clusters}",
                "page": "list",
                "path": f"pages/{number}.html",
                "reconstructed": True,
            }
        )
    for number, cluster in enumerate(cluster_rows):
        cluster_id = cluster["cluster_id"]
        for place in owned[number]:
            record = record_rows[place]
            link_rows.append(
                {"record_id": record["record_id"], "cluster_id": cluster_id, "probability": 0.99, "reason": "same name"}
            )
            statement_rows += [
                {
                    "statement_id": f"{record['record_id']}-{prop}",
                    "cluster_id": cluster_id,
                    "record_id": record["record_id"],
                    "source_id": record["source_id"],
                    "property": prop,
                    "value": value,
                    "original_value": value,
                    "qualifier": None,
                    "url": record["url"],
                    "as_of": "2015-12",
                    "retrieved_at": VISIT,
                    "chosen": place == owned[number][0],
                }
                for prop, value in (("name", record["name"]), ("city", cluster["city"]))
            ]
        first = record_rows[owned[number][0]]["record_id"]
        name_rows.append(
            {"cluster_id": cluster_id, "name": cluster["name_pl"], "lang": "pl", "kind": "official", "record_id": first}
        )
        if number % 6 == 0:
            label_rows.append(
                {
                    "cluster_id": cluster_id,
                    "label": "esca",
                    "level": "bronze",
                    "valid_from": "2014-10-01",
                    "valid_until": "2016-10",
                    "record_id": first,
                    "note": None,
                }
            )
        assessment_rows += [
            {
                "cluster_id": cluster_id,
                "as_of": "2015-12-31",
                "criterion": criterion,
                "verdict": verdict,
                "statement_id": f"{first}-city" if verdict == "met" else None,
                "note": None,
            }
            for criterion, verdict in (("specialisation", "met"), ("triple_helix", "unknown"))
        ]
    return _framed(
        clusters, records, cluster_rows, record_rows, link_rows, statement_rows, name_rows, label_rows, assessment_rows
    )


def _framed(
    clusters, records, cluster_rows, record_rows, link_rows, statement_rows, name_rows, label_rows, assessment_rows
):
    excluded = [
        {
            "record_id": row["record_id"],
            "source_id": row["source_id"],
            "name": row["name"],
            "reason": "energy_cluster",
            "note": "named a klaster energii",
            "url": row["url"],
        }
        for row in record_rows[records:]
    ]
    known = [row["age_years"] for row in cluster_rows if row["age_years"] is not None]
    statistics = [
        ("clusters", "2015-12-31", "total", None, float(clusters), clusters, 0, "clusters", None, "1"),
        (
            "mean_age",
            "2015-12-31",
            "total",
            None,
            sum(known) / len(known),
            len(known),
            clusters - len(known),
            "years",
            None,
            "1",
        ),
    ]
    first, second = sorted(row["record_id"] for row in record_rows[:2])
    return {
        "clusters": pl.DataFrame(cluster_rows, schema=schemas.CLUSTERS, orient="row"),
        "cluster_names": pl.DataFrame(name_rows, schema=schemas.CLUSTER_NAMES, orient="row"),
        "records": pl.DataFrame(record_rows, schema=schemas.RECORDS, orient="row"),
        "cluster_records": pl.DataFrame(link_rows, schema=schemas.CLUSTER_RECORDS, orient="row"),
        "statements": pl.DataFrame(statement_rows, schema=schemas.CLUSTER_STATEMENTS, orient="row"),
        "labels": pl.DataFrame(label_rows, schema=schemas.LABELS, orient="row"),
        "assessments": pl.DataFrame(assessment_rows, schema=schemas.ASSESSMENTS, orient="row"),
        "excluded": pl.DataFrame(excluded, schema=schemas.EXCLUDED, orient="row"),
        "review_queue": pl.DataFrame(
            [(first, second, 0.6, 0.6, "name: alike")],
            orient="row",
            schema={
                "record_a": pl.String,
                "record_b": pl.String,
                "probability": pl.Float64,
                "effect": pl.Float64,
                "reasons": pl.String,
            },
        ),
        "statistics": pl.DataFrame(statistics, schema=schemas.STATISTICS, orient="row"),
        "official_figures": pl.DataFrame(
            [
                (
                    "inv2015_clusters",
                    "clusters",
                    "klastry",
                    "verified with the coordinators",
                    "zweryfikowane z koordynatorami",
                    "2015-12",
                    134.0,
                    134.0,
                    "exact",
                    "clusters",
                    float(clusters),
                    False,
                    None,
                    None,
                    "PARP",
                    "PARP",
                    "https://www.parp.gov.pl/",
                )
            ],
            schema=schemas.OFFICIAL_FIGURES,
            orient="row",
        ),
        "sources": pl.DataFrame(
            [
                (
                    name,
                    name.upper(),
                    "publisher",
                    "2026-11-22",
                    "2026-11-22",
                    0,
                    False,
                    records // 4,
                    1,
                    None,
                    "unknown",
                )
                for name in ("esca", "eccp", "parp_map", "kkk")
            ],
            orient="row",
            schema={
                "source_id": pl.String,
                "title": pl.String,
                "publisher": pl.String,
                "last_visit": pl.String,
                "last_change": pl.String,
                "age_days": pl.Int64,
                "stale": pl.Boolean,
                "rows": pl.Int64,
                "bounds_min": pl.Int64,
                "bounds_max": pl.Int64,
                "licence": pl.String,
            },
        ),
        "reconciliation": pl.DataFrame(
            [
                ("records", "all", len(record_rows), "in"),
                ("records", "all", records, "clusters"),
                ("records", "all", len(record_rows) - records, "excluded"),
            ],
            orient="row",
            schema={"stage": pl.String, "source_id": pl.String, "counted": pl.Int64, "into": pl.String},
        ),
    }


@pytest.fixture(scope="session")
def make_tables():
    """The maker of published tables."""
    return published_tables


@pytest.fixture(scope="session")
def about():
    """Facts about the release that the build gives."""
    return {"as_of": AS_OF.isoformat(), "method_version": "1", "code_version": "0.1.0"}
