"""Machine-readable descriptions of a release: Data Package (`datapackage.json`) and DCAT (`dcat.jsonld`).

Both describe the files by size and checksum, save the DuckDB file: its bytes differ between equal builds, these pages do
not. Its checksum is in SHA256SUMS.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl

from warehouse.dictionary import Column, Table, dictionary

_FIELD_TYPES: Final = {
    "VARCHAR": "string",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
}


MEDIA_TYPES: Final = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "duckdb": "application/octet-stream",
}
_IANA: Final = "https://www.iana.org/assignments/media-types/"


def datapackage(folder: Path, version: str, facts: Mapping[str, str]) -> dict[str, Any]:
    """Returns the Data Package descriptor (https://datapackage.org/profiles/2.0/) of the CSV and Parquet files.

    Args:
        folder: Folder that holds `csv/` and `parquet/`.
        version: Version of the release.
        facts: The table about, key to value.
    """
    resources = []
    for name, table in dictionary().tables.items():
        resources.append(
            {**_resource(folder, f"csv/{name}.csv", name, table), "encoding": "utf-8", "schema": _schema(table)}
        )
        resources.append(_resource(folder, f"parquet/{name}.parquet", f"{name}-parquet", table))
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "cluster-inventory",
        "title": f"National cluster inventory, as of {facts['as_of']}",
        "description": "In the CSV files an apostrophe stands before text that a spreadsheet would run.",
        "version": version,
        "created": _moment(facts["built_at"]),
        "resources": resources,
    }


def catalogue_entry(
    folder: Path, version: str, facts: Mapping[str, str], tables: Mapping[str, pl.DataFrame]
) -> dict[str, Any]:
    """Returns the release as a DCAT dataset in JSON-LD (https://www.w3.org/TR/vocab-dcat-3/), as catalogues harvest it.

    Addresses are relative to the file, so that it holds wherever the folder is put. Licence and publisher are left to whoever
    publishes: the terms of the sources are unknown (see the table sources).

    Args:
        folder: Folder that holds `csv/` and `parquet/`.
        version: Version of the release.
        facts: The table about, key to value.
        tables: The published tables.
    """
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "spdx": "http://spdx.org/rdf/terms#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": f"urn:cluster-inventory:{version}",
        "@type": "dcat:Dataset",
        "dct:title": [
            {"@language": "en", "@value": f"National cluster inventory, as of {facts['as_of']}"},
            {"@language": "pl", "@value": f"Krajowy inwentarz klastrów, stan na {facts['as_of']}"},
        ],
        "dct:description": [
            {"@language": "en", "@value": "Business clusters and potential clusters with the sources of every value."},
            {"@language": "pl", "@value": "Klastry i potencjalne klastry ze źródłem każdej wartości."},
        ],
        "dct:identifier": f"cluster-inventory-{version}",
        "dct:modified": {"@type": "xsd:dateTime", "@value": _moment(facts["built_at"])},
        "dct:spatial": [
            {"@type": "dct:Location", "dct:identifier": code} for code in tables["clusters"]["country"].unique().sort()
        ],
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:endDate": {"@type": "xsd:date", "@value": facts["as_of"]},
        },
        "dcat:version": version,
        "dcat:keyword": ["clusters", "klastry", "regional development", "rozwój regionalny"],
        "dcat:distribution": list(_distributions(folder)),
    }


def _distributions(folder: Path) -> Iterator[dict[str, Any]]:
    yield {
        "@type": "dcat:Distribution",
        "dct:title": "The whole inventory as a DuckDB database",
        "dcat:downloadURL": {"@id": "inventory.duckdb"},
        "dcat:mediaType": {"@id": f"{_IANA}{MEDIA_TYPES['duckdb']}"},
    }
    for name, table in dictionary().tables.items():
        for form in ("csv", "parquet"):
            content = (folder / form / f"{name}.{form}").read_bytes()
            yield {
                "@type": "dcat:Distribution",
                "dct:title": {"@language": "en", "@value": table.en},
                "dcat:downloadURL": {"@id": f"{form}/{name}.{form}"},
                "dcat:mediaType": {"@id": f"{_IANA}{MEDIA_TYPES[form]}"},
                "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(len(content))},
                "spdx:checksum": {
                    "@type": "spdx:Checksum",
                    "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                    "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": hashlib.sha256(content).hexdigest()},
                },
            }


def _moment(built_at: str) -> str:
    return built_at if "T" in built_at else f"{built_at}T00:00:00Z"


def _resource(folder: Path, path: str, name: str, table: Table) -> dict[str, Any]:
    content, form = (folder / path).read_bytes(), path.rpartition(".")[2]
    return {
        "name": name,
        "type": "table" if form == "csv" else "file",
        "path": path,
        "title": table.en,
        "description": table.pl,
        "format": form,
        "mediatype": MEDIA_TYPES[form],
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }


def _schema(table: Table) -> dict[str, Any]:
    keys = [(column.name, *column.references.split(".")) for column in table.columns if column.references]
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
        "primaryKey": list(table.key),
    }
    if not all(column.required for column in table.columns if column.name in table.key):
        schema["uniqueKeys"] = [schema.pop("primaryKey")]
    if keys:
        schema["foreignKeys"] = [
            {"fields": [name], "reference": {"resource": target, "fields": [there]}} for name, target, there in keys
        ]
    return schema


def _field(column: Column) -> dict[str, Any]:
    constraints = {
        "required": column.required or None,
        "enum": list(column.codes) or None,
        "pattern": column.pattern or None,
        "minimum": column.min,
        "maximum": column.max,
    }
    return {
        "name": column.name,
        "type": _FIELD_TYPES[column.type],
        "title": column.pl,
        "description": column.en + (f" [{column.unit}]" if column.unit else ""),
        "example": column.example,
        "constraints": {name: value for name, value in constraints.items() if value is not None},
    }
