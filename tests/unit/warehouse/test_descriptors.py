import hashlib
import json
import shutil
from pathlib import Path

import frictionless
import polars as pl
import pyshacl
import pytest
import rdflib

from warehouse.dictionary import dictionary
from warehouse.findings import GateReport, results_frame
from warehouse.publisher import PublisherError
from warehouse.release import publish, stage

DCAT, DCT, SPDX = (
    rdflib.Namespace(base)
    for base in ("http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/", "http://spdx.org/rdf/terms#")
)


OPEN = GateReport((), results_frame(()))
PUBLISHER = """
name: Agencja Rozwoju "Północ" <b>
homepage: https://agencja.example/
contact: dane@agencja.example
licence: https://creativecommons.org/licenses/by/4.0/
address: https://agencja.example/klastry
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory, make_tables, about):
    return publish(stage(tmp_path_factory.mktemp("home"), make_tables(), about), OPEN)


def test_the_datapackage_is_valid_and_complete(release):
    report = frictionless.validate(str(release.path / "datapackage.json"))
    assert report.flatten(["name", "type", "message"]) == []
    package = json.loads((release.path / "datapackage.json").read_text(encoding="utf-8"))
    files = {
        path.relative_to(release.path).as_posix()
        for form in ("csv", "parquet")
        for path in (release.path / form).iterdir()
    }
    assert {resource["path"] for resource in package["resources"]} == files
    assert package["version"] == release.version
    for resource in (resource for resource in package["resources"] if resource["format"] == "csv"):
        head = (release.path / resource["path"]).read_text(encoding="utf-8").splitlines()[0].split(",")
        assert [field["name"] for field in resource["schema"]["fields"]] == head
        assert all(field["description"] and field["title"] for field in resource["schema"]["fields"])


@pytest.mark.parametrize(
    ("old", "new"), [("PL-C0001", "PL-C0002"), (",cluster,", ",network,"), (",PL\n", ",PL\nextra\n")]
)
def test_the_datapackage_tells_a_file_that_was_changed(release, tmp_path, old, new):
    copy = shutil.copytree(release.path, tmp_path / "copy")
    file = copy / "csv" / "clusters.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert not frictionless.validate(str(copy / "datapackage.json")).valid


def test_the_catalogue_entry_is_a_dataset_whose_files_are_there(release):
    graph = rdflib.Graph().parse(release.path / "dcat.jsonld", publicID=release.path.as_uri() + "/")
    (dataset,) = graph.subjects(DCAT.version, rdflib.Literal(release.version))
    assert {title.language for title in graph.objects(dataset, DCT.title)} == {"en", "pl"}
    assert str(graph.value(dataset, DCAT.version)) == release.version
    distributions = list(graph.objects(dataset, DCAT.distribution))
    assert len(distributions) == 1 + len(list((release.path / "csv").iterdir())) + len(
        list((release.path / "parquet").iterdir())
    )
    for distribution in distributions:
        path = release.path / str(graph.value(distribution, DCAT.downloadURL)).removeprefix(release.path.as_uri() + "/")
        assert path.is_file()
        checksum = graph.value(distribution, SPDX.checksum)
        if path.suffix != ".duckdb":
            assert str(graph.value(checksum, SPDX.checksumValue)) == hashlib.sha256(path.read_bytes()).hexdigest()
            assert int(graph.value(distribution, DCAT.byteSize)) == path.stat().st_size


@pytest.fixture(scope="module")
def published(tmp_path_factory, make_tables, about):
    home = tmp_path_factory.mktemp("published")
    (home / "publisher.yml").write_text(PUBLISHER, encoding="utf-8")
    return publish(stage(home, make_tables(), about), OPEN)


def _checked(release, change=rdflib.Graph.close):
    graph = rdflib.Graph().parse(release.path / "dcat.jsonld", publicID="https://files.example/")
    change(graph)
    shapes = rdflib.Graph().parse(Path(__file__).with_name("dcat_ap_3.ttl"))
    conforms, found, text = pyshacl.validate(graph, shacl_graph=shapes, allow_warnings=True)
    return conforms, {str(path).rpartition("/")[2] for path in found.objects(None, rdflib.SH.resultPath)}, text


def test_the_catalogue_entry_keeps_to_dcat_ap_and_claims_no_publisher_that_nobody_named(release):
    conforms, missing, text = _checked(release)
    assert conforms, text
    assert missing == {"dcat#contactPoint", "publisher", "license"}


def test_with_a_publisher_nothing_mandatory_or_recommended_is_missing(published):
    conforms, missing, text = _checked(published)
    assert conforms, text
    assert missing == set()
    graph = rdflib.Graph().parse(published.path / "dcat.jsonld")
    address = rdflib.URIRef("https://agencja.example/klastry/2015.12.31/csv/clusters.csv")
    assert list(graph.subjects(DCAT.downloadURL, address))
    assert list(graph.subjects(rdflib.RDF.type, DCAT.Catalog))


@pytest.mark.parametrize("lost", [DCT.title, DCT.description, DCAT.accessURL, SPDX.checksumValue])
def test_the_shapes_tell_what_is_mandatory_and_lost(published, lost):
    conforms, missing, _ = _checked(published, lambda graph: graph.remove((None, lost, None)))
    assert not conforms
    assert str(lost).rpartition("/")[2] in missing


def test_every_list_is_cited_with_publisher_and_terms(release):
    graph = rdflib.Graph().parse(release.path / "dcat.jsonld", publicID="https://files.example/")
    sources = pl.read_parquet(release.path / "parquet" / "sources.parquet")
    cited = {str(graph.value(one, DCT.identifier)) for one in graph.objects(None, DCT.source)}
    assert cited == set(sources["source_id"])
    package = json.loads((release.path / "datapackage.json").read_text(encoding="utf-8"))
    page = (release.path / "attribution.md").read_text(encoding="utf-8")
    for row in sources.iter_rows(named=True):
        assert any(row["title"] in one["title"] and row["licence"] in one["title"] for one in package["sources"])
        assert f"| {row['publisher']} | {row['licence']} |" in page
    assert "GeoNames" in page


def test_search_engines_get_a_dataset_with_every_column_and_files_that_are_there(release, published):
    told = json.loads((release.path / "schema.jsonld").read_text(encoding="utf-8"))
    assert (told["@type"], told["version"], told["temporalCoverage"]) == ("Dataset", "2015.12.31", "2003/2015-12-31")
    assert 50 <= len(told["description"]) <= 5000
    assert [one["name"] for one in told["variableMeasured"]] == list(dictionary().tables["clusters"].schema)
    assert all((release.path / one["contentUrl"]).is_file() for one in told["distribution"])
    assert not {"license", "creator", "publisher"} & set(told)
    named = json.loads((published.path / "schema.jsonld").read_text(encoding="utf-8"))
    assert named["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert named["creator"]["name"].startswith("Agencja Rozwoju")
    assert "Agencja Rozwoju" in (published.path / "attribution.md").read_text(encoding="utf-8")
    assert "<b>" not in (published.path / "attribution.md").read_text(encoding="utf-8")
    assert frictionless.validate(str(published.path / "datapackage.json")).valid


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: A\n", "homepage, contact, licence missing"),
        ("title: A\n", "only the keys name, homepage"),
        ("- A\n", "only the keys"),
        (PUBLISHER.replace("https://creativecommons.org", "creativecommons.org"), "licence is no web address"),
    ],
)
def test_a_slip_in_publisher_yml_is_told_before_the_work(tmp_path, make_tables, about, text, said):
    (tmp_path / "publisher.yml").write_text(text, encoding="utf-8")
    with pytest.raises(PublisherError, match=said):
        stage(tmp_path, make_tables(5, 10), about)
