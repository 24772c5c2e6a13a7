"""Machine-readable descriptions of a release: Data Package (`datapackage.json`), DCAT-AP (`dcat.jsonld`), schema.org (`schema.jsonld`).

The first two describe the files by size and checksum, save the DuckDB file: its bytes differ between equal builds, these pages do
not. Its checksum is in SHA256SUMS.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl

from warehouse.dictionary import Column, Table, dictionary
from warehouse.publisher import Publisher

Tables = Mapping[str, pl.DataFrame]

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
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
}
_IANA: Final = "https://www.iana.org/assignments/media-types/"
_EU: Final = "http://publications.europa.eu/resource/authority/"
"""Code lists of the EU's Publications Office, which DCAT-AP asks for."""
_COUNTRIES: Final = {"PL": "POL"}
_CONTEXT: Final = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_DESCRIPTION: Final = {
    "en": "Business clusters and potential clusters of a country with age, seat, sector, labels and state, and for every value the "
    "public page that states it; with statistics and published figures beside them.",
    "pl": "Klastry i potencjalne klastry kraju: wiek, siedziba, branża, znaki jakości i stan działalności, a przy każdej wartości "
    "publiczna strona, która ją podaje; do tego statystyki i opublikowane liczby.",
}
_PROVENANCE: Final = (
    "Read from the public lists named as sources; entries joined, classed and counted by published rules. Every value keeps the "
    "text as printed and the address of its page (tables statements and records)."
)


def datapackage(
    folder: Path, version: str, facts: Mapping[str, str], tables: Tables, publisher: Publisher | None = None
) -> dict[str, Any]:
    """Returns the Data Package descriptor (https://datapackage.org/profiles/2.0/) of the CSV and Parquet files.

    Args:
        folder: Folder that holds `csv/` and `parquet/`.
        version: Version of the release.
        facts: The table about, key to value.
        tables: The published tables, at least sources.
        publisher: Who publishes, or None where nobody is named.
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
        "sources": [
            {"title": f"{title or source} ({body or 'publisher unknown'}; terms of reuse: {terms or 'unknown'})"}
            for source, title, body, terms in tables["sources"]
            .sort("source_id")
            .select("source_id", "title", "publisher", "licence")
            .iter_rows()
        ],
        **(
            {
                "homepage": publisher.homepage,
                "licenses": [{"path": publisher.licence}],
                "contributors": [{"title": publisher.name, "path": publisher.homepage, "roles": ["publisher"]}],
            }
            if publisher
            else {}
        ),
        "resources": resources,
    }


def catalogue_entry(
    folder: Path, version: str, facts: Mapping[str, str], tables: Tables, publisher: Publisher | None = None
) -> dict[str, Any]:
    """Returns the release in JSON-LD as open-data portals harvest it: DCAT-AP 3 (https://semiceu.github.io/DCAT-AP/releases/3.0.0/).

    A dataset with its distributions and the lists that it was made from, each with publisher and terms as far as known; with a
    catalogue around it where a publisher is named. Addresses are relative to the file unless the publisher says where the
    releases can be reached.

    Args:
        folder: Folder that holds `csv/` and `parquet/`.
        version: Version of the release.
        facts: The table about, key to value.
        tables: The published tables, at least clusters and sources.
        publisher: Who publishes, or None where nobody is named: then neither publisher nor licence is claimed.
    """
    place = f"{publisher.address}{version}/" if publisher and publisher.address else ""
    dataset = f"{place}#dataset" if place else f"urn:cluster-inventory:{version}"
    lists = list(_lists(tables["sources"]))
    entry = {
        "@id": dataset,
        "@type": "dcat:Dataset",
        **_told_in_both(_titles(facts), _DESCRIPTION),
        "dct:identifier": f"cluster-inventory-{version}",
        "dct:modified": {"@type": "xsd:dateTime", "@value": _moment(facts["built_at"])},
        "dct:language": [{"@id": f"{_EU}language/{code}"} for code in ("POL", "ENG")],
        "dct:spatial": [_country(code) for code in tables["clusters"]["country"].unique().sort()],
        "dct:temporal": _period(tables["clusters"], facts["as_of"]),
        "dct:accessRights": {"@id": f"{_EU}access-right/PUBLIC"},
        "dct:accrualPeriodicity": {"@id": f"{_EU}frequency/IRREG"},
        "dct:provenance": {
            "@type": "dct:ProvenanceStatement",
            "rdfs:label": {"@language": "en", "@value": _PROVENANCE},
        },
        "dct:source": [{"@id": one["@id"]} for one in lists],
        "dcat:theme": [{"@id": f"{_EU}data-theme/{code}"} for code in ("ECON", "REGI")],
        "dcat:version": version,
        "dcat:keyword": [
            *(
                {"@language": "en", "@value": word}
                for word in ("clusters", "business clusters", "regional development")
            ),
            *({"@language": "pl", "@value": word} for word in ("klastry", "rozwój regionalny")),
        ],
        "dcat:distribution": list(_distributions(folder, place, publisher)),
        **(_published_by(publisher) if publisher else {}),
        **({"dcat:landingPage": {"@id": f"{place}site/index.html", "@type": "foaf:Document"}} if place else {}),
    }
    graph = [entry, *lists]
    if publisher:
        graph = [_catalogue(publisher, dataset, facts), _agent(publisher), *graph]
    return {"@context": _CONTEXT, "@graph": graph}


def search_entry(version: str, facts: Mapping[str, str], tables: Tables, publisher: Publisher | None) -> dict[str, Any]:
    """Returns the release as schema.org's Dataset, which search engines for data read (https://schema.org/Dataset).

    Args:
        version: Version of the release.
        facts: The table about, key to value.
        tables: The published tables, at least clusters and sources.
        publisher: Who publishes, or None where nobody is named.
    """
    place = f"{publisher.address}{version}/" if publisher and publisher.address else ""
    forms = (("inventory.duckdb", "duckdb"), ("inventory.xlsx", "xlsx"), ("csv/clusters.csv", "csv"),
             ("parquet/clusters.parquet", "parquet"), ("clusters.geojson", "geojson"))  # fmt: skip
    body = {"@type": "Organization", "name": publisher.name, "url": publisher.homepage} if publisher else None
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": _titles(facts)["en"],
        "alternateName": _titles(facts)["pl"],
        "description": _DESCRIPTION["en"],
        "version": version,
        "identifier": f"cluster-inventory-{version}",
        "dateModified": _moment(facts["built_at"]),
        "inLanguage": ["pl", "en"],
        "isAccessibleForFree": True,
        "keywords": ["clusters", "business clusters", "regional development", "klastry"],
        "spatialCoverage": [{"@type": "Place", "name": code} for code in tables["clusters"]["country"].unique().sort()],
        "temporalCoverage": "/".join(_years(tables["clusters"], facts["as_of"])),
        "measurementTechnique": f"rules of version {facts.get('method_version', 'unknown')}",
        "variableMeasured": [
            {"@type": "PropertyValue", "name": column.name, "description": column.en}
            | ({"unitText": column.unit} if column.unit else {})
            for column in dictionary().tables["clusters"].columns
        ],
        "isBasedOn": [
            {"@type": "CreativeWork", "name": title, "publisher": {"@type": "Organization", "name": publisher_}}
            for title, publisher_ in tables["sources"].sort("source_id").select("title", "publisher").iter_rows()
        ],
        "distribution": [
            {"@type": "DataDownload", "contentUrl": f"{place}{path}", "encodingFormat": MEDIA_TYPES[form]}
            for path, form in forms
        ],
        **({"creator": body, "publisher": body, "license": publisher.licence} if publisher else {}),
        **({"url": f"{place}site/index.html"} if place else {}),
    }


def _titles(facts: Mapping[str, str]) -> dict[str, str]:
    return {
        "en": f"National cluster inventory, as of {facts['as_of']}",
        "pl": f"Krajowy inwentarz klastrów, stan na {facts['as_of']}",
    }


def _told_in_both(titles: Mapping[str, str], descriptions: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: [{"@language": language, "@value": text} for language, text in texts.items()]
        for name, texts in (("dct:title", titles), ("dct:description", descriptions))
    }


def _catalogue(publisher: Publisher, dataset: str, facts: Mapping[str, str]) -> dict[str, Any]:
    return {
        "@id": f"{publisher.address}#catalogue" if publisher.address else "urn:cluster-inventory:catalogue",
        "@type": "dcat:Catalog",
        **_told_in_both({"en": "Cluster inventory", "pl": "Inwentarz klastrów"}, _DESCRIPTION),
        "dct:publisher": {"@id": _body(publisher)},
        "foaf:homepage": {"@id": publisher.homepage, "@type": "foaf:Document"},
        "dct:language": [{"@id": f"{_EU}language/{code}"} for code in ("POL", "ENG")],
        "dct:license": {"@id": publisher.licence, "@type": "dct:LicenseDocument"},
        "dct:modified": {"@type": "xsd:dateTime", "@value": _moment(facts["built_at"])},
        "dcat:themeTaxonomy": {"@id": f"{_EU}data-theme"},
        "dcat:dataset": {"@id": dataset},
    }


def _body(publisher: Publisher) -> str:
    return f"{publisher.homepage}#publisher"


def _agent(publisher: Publisher) -> dict[str, Any]:
    return {
        "@id": _body(publisher),
        "@type": "foaf:Agent",
        "foaf:name": publisher.name,
        "foaf:homepage": {"@id": publisher.homepage, "@type": "foaf:Document"},
    }


def _published_by(publisher: Publisher) -> dict[str, Any]:
    contact = {
        "@type": "vcard:Organization",
        "vcard:fn": publisher.name,
        "vcard:hasEmail": {"@id": f"mailto:{publisher.contact}"},
    }
    return {"dct:publisher": {"@id": _body(publisher)}, "dcat:contactPoint": contact}


def _lists(sources: pl.DataFrame) -> Iterator[dict[str, Any]]:
    columns = ("source_id", "title", "publisher", "licence", "last_visit")
    for source, title, body, terms, visit in sources.sort("source_id").select(columns).iter_rows():
        yield {
            "@id": f"urn:cluster-inventory:source:{source}",
            "@type": "dcat:Dataset",
            "dct:title": title or source,
            "dct:description": f"{title or source}, as read on {visit or 'an unknown day'}; terms of reuse: {terms or 'unknown'}.",
            "dct:identifier": source,
            "dct:publisher": {"@type": "foaf:Agent", "foaf:name": body or "unknown"},
            "dct:rights": {"@type": "dct:RightsStatement", "rdfs:label": terms or "unknown"},
        }


def _country(code: str) -> dict[str, Any]:
    known = _COUNTRIES.get(code)
    return {"@type": "dct:Location", "dct:identifier": code} | ({"@id": f"{_EU}country/{known}"} if known else {})


def _years(clusters: pl.DataFrame, as_of: str) -> tuple[str, str]:
    first = clusters["founded_year"].min()
    return str(first or as_of[:4]), as_of


def _period(clusters: pl.DataFrame, as_of: str) -> dict[str, Any]:
    first, last = _years(clusters, as_of)
    return {
        "@type": "dct:PeriodOfTime",
        "dcat:startDate": {"@type": "xsd:gYear", "@value": first},
        "dcat:endDate": {"@type": "xsd:date", "@value": last},
    }


def _distributions(folder: Path, place: str, publisher: Publisher | None) -> Iterator[dict[str, Any]]:
    whole = {"en": "The whole inventory as a DuckDB database", "pl": "Cały inwentarz jako baza danych DuckDB"}
    # Its bytes differ between equal builds, so its size and checksum are in SHA256SUMS alone.
    yield _distribution("inventory.duckdb", "duckdb", whole, place, publisher)
    for name, table in dictionary().tables.items():
        for form in ("csv", "parquet"):
            path = f"{form}/{name}.{form}"
            content = (folder / path).read_bytes()
            yield {
                **_distribution(path, form, {"en": table.en, "pl": table.pl}, place, publisher),
                "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(len(content))},
                "spdx:checksum": {
                    "@type": "spdx:Checksum",
                    "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm"},
                    "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": hashlib.sha256(content).hexdigest()},
                },
            }


def _distribution(
    path: str, form: str, told: Mapping[str, str], place: str, publisher: Publisher | None
) -> dict[str, Any]:
    texts = _told_in_both({language: f"{path}: {text}" for language, text in told.items()}, told)
    return {
        "@id": f"{place}{path}#distribution" if place else f"urn:cluster-inventory:file:{path}",
        "@type": "dcat:Distribution",
        **texts,
        "dcat:accessURL": {"@id": f"{place}{path}"},
        "dcat:downloadURL": {"@id": f"{place}{path}"},
        "dcat:mediaType": {"@id": f"{_IANA}{MEDIA_TYPES[form]}", "@type": "dct:MediaType"},
        "dct:format": {"@id": f"{_EU}file-type/CSV"}
        if form == "csv"
        else {"@type": "dct:MediaTypeOrExtent", "rdfs:label": form},
        "dcatap:availability": {"@id": f"{_EU}planned-availability/STABLE"},
        **({"dct:license": {"@id": publisher.licence, "@type": "dct:LicenseDocument"}} if publisher else {}),
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
