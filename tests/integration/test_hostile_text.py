"""Hostile text in every field of a record file, through a whole build to every file of the release."""

import csv
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import lxml.html
import pytest
from lxml import etree

from sources.records import FIELDS

ROOT = Path(__file__).parents[2]
HOSTILE = (
    "<script>alert(1)</script>", '=HYPERLINK("http://evil.example";"x")', "'; drop table clusters; --", "../../../escaped",
    "\u202egnp.exe\u2066", "<img src=x onerror=alert(1)>\"' javascript:alert(1)", "@SUM(1+1)*cmd|' /C calc'!A0",
    "{{ 7*7 }} #panic($x$) %s \\u0022]",
)  # fmt: skip
HUGE = "ł" * 1_000_000
_NUMBER = r"[+-]?[0-9]+([.,][0-9]+)?"


def _value(field, text):
    if FIELDS[field].startswith("map "):
        return {text: 3, "firms": text}
    return [text, "x"] if FIELDS[field].startswith("list of") else text


def _records():
    for field in FIELDS:
        for text in (*HOSTILE, *([HUGE] if field == "coordinator" else [])):
            yield {"fields": {"city": "Lublin", field: _value(field, text)}}
    for text in HOSTILE:
        yield from ({"name": text}, {"name": f"Klaster {text}"})
    yield {"name": HUGE}
    for text in HOSTILE:
        yield from ({"url": text}, {"url": f"https://page.example/{text}"}, {"page": text}, {"source": text}, {"as_of": text},
                    {"record_id": f"own-{text}"}, {"stated_by": [text, "javascript:alert(2)"]})  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def release(place):
    usual = {"source": "press", "as_of": "2015-06-01", "fields": {"city": "Lublin"}}
    lines = [
        {
            "record_id": f"own-{number}",
            "url": f"https://page.example/{number}",
            "name": f"Klaster Próbny Numer {number}",
        }
        | usual
        | record
        for number, record in enumerate(_records())
    ]
    file = place / "records.jsonl"
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key != "CLUSTER_INVENTORY_HOME"}
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "build", "--records", str(file), "--no-archive", "--home", str(place / "home")],
        cwd=ROOT, env={**environment, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return (place / "home" / "releases" / "latest").resolve()


def test_text_is_kept_as_it_was_printed(release):
    with duckdb.connect(str(release / "inventory.duckdb"), read_only=True) as reader:
        for text in HOSTILE:
            (met,) = reader.execute(
                "SELECT count(DISTINCT property) FROM statements WHERE contains(original_value, ?)", [text.strip()]
            ).fetchone()
            assert met > 20, text
        (longest,) = reader.execute("SELECT max(length(original_value)) FROM statements").fetchone()
        assert reader.execute("SELECT count(*) FROM clusters").fetchone()[0] > 300
    assert longest >= len(HUGE)


def test_nothing_was_written_elsewhere(release, place):
    assert {path.name for path in place.iterdir()} == {"records.jsonl", "home"}
    assert not [path for path in place.rglob("*") if "escaped" in path.name]


def test_csv_runs_nothing(release):
    csv.field_size_limit(10**9)
    for path in (*(release / "csv").glob("*.csv"), release / "issues.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row if cell[:1] in tuple("=+-@\t\r＝＋－＠")]
        assert [cell[:60] for cell in cells if cell and not re.fullmatch(_NUMBER, cell)] == [], path.name


def test_workbooks_hold_no_formula_and_no_link_out(release):
    for path in (release / "inventory.xlsx", *release.glob("report/*.xlsx")):
        with zipfile.ZipFile(path) as book:
            pages = {name: book.read(name).decode() for name in book.namelist() if name.endswith((".xml", ".rels"))}
        assert not any("<f>" in page for page in pages.values()), path.name
        assert not any('TargetMode="External"' in page for page in pages.values()), path.name


def test_pages_run_nothing(release):
    own = re.compile(r"(\.\./)*(static|data)/[a-z-]+\.js")
    for path in release.rglob("*.html"):
        page = lxml.html.document_fromstring(
            path.read_bytes(), parser=lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
        )
        for tag in page.iter(etree.Element):
            if tag.tag == "script":
                assert own.fullmatch(tag.get("src") or ""), path.name
                assert not (tag.text or "").strip(), path.name
            assert not [name for name in tag.keys() if name.startswith("on")], (path.name, tag.tag)  # noqa: SIM118  no mapping
            targets = [(tag.get(name) or "").strip().lower() for name in ("href", "src", "xlink:href")]
            assert not [target for target in targets if target.startswith("javascript") or target == "x"], path.name
    for path in release.rglob("*.md"):
        assert "<script" not in path.read_text(encoding="utf-8"), path.name
    for path in (release / "site" / "data").glob("*.js"):
        assert "</script" not in path.read_text(encoding="utf-8").lower(), path.name


def test_files_for_machines_can_be_read(release):
    for path in (*release.rglob("*.json"), *release.rglob("*.jsonld"), *release.glob("*.geojson")):
        json.loads(path.read_text(encoding="utf-8"))
    for path in release.glob("*.jsonl"):
        with path.open(encoding="utf-8", newline="\n") as file:
            assert all(isinstance(json.loads(line), dict) for line in file)
    assert all(path.stat().st_size for path in release.glob("report/*.pdf"))
