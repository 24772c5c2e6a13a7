import hashlib
import json
import shutil

import frictionless
import pytest
import rdflib

from warehouse.findings import GateReport, results_frame
from warehouse.release import publish, stage

DCAT, DCT, SPDX = (
    rdflib.Namespace(base)
    for base in ("http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/", "http://spdx.org/rdf/terms#")
)


@pytest.fixture(scope="module")
def release(tmp_path_factory, make_tables, about):
    return publish(stage(tmp_path_factory.mktemp("home"), make_tables(), about), GateReport((), results_frame(())))


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
    (dataset,) = graph.subjects(rdflib.RDF.type, DCAT.Dataset)
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
