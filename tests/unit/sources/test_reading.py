import hashlib
import json

import pytest

from sources.archive import Archive
from sources.cards import load_cards
from sources.corrections import CorrectionError, StaleCorrection, corrected, load_corrections
from sources.reading import pages_under, read_source
from sources.records import Record

CSV = "url,retrieved_at,name,field,value\n"
ROWS = [
    "http://a.example/x,2024-01-01T00:00:00Z,Klaster Alfa,city,Lublin",
    "http://a.example/x,2024-01-01T00:00:00Z,Klaster Alfa,members_total,20",
    "http://a.example/x,2024-01-01T00:00:00Z,Klaster Beta,members_by_type.enterprises,12",
]
CARD = load_cards()["desk_research"]


def _archive(folder, text, sha256=None):
    (folder / "pages").mkdir(parents=True)
    body = text.encode()
    (folder / "pages" / "1.csv").write_bytes(body)
    line = {
        "url": "https://desk-research.example/facts.csv", "retrieved_at": "2025-04-01T09:00:00Z", "as_of": None, "status": 200,
        "headers": {}, "path": "pages/1.csv", "sha256": sha256 or hashlib.sha256(body).hexdigest(),
    }  # fmt: skip
    (folder / "manifest.jsonl").write_text(json.dumps(line) + "\n")
    return folder


def test_facts_of_one_reading_are_one_record(tmp_path):
    reading = read_source(CARD, Archive(_archive(tmp_path, CSV + "\n".join(ROWS))).pages())
    told = {record.name: record.fields for record in reading.records}
    assert told == {
        "Klaster Alfa": {"city": "Lublin", "members_total": 20},
        "Klaster Beta": {"members_by_type": {"enterprises": 12}},
    }
    assert reading.rows == 2
    assert reading.filled()["city"] == 0.5


def test_a_broken_row_is_rejected_with_its_line_and_the_others_stay(tmp_path):
    broken = [
        "http://a.example/x,2024-01-01T00:00:00Z,Klaster Gamma,members_total,many",
        "http://a.example/x,,Klaster Delta",
        ",,,,",
    ]
    reading = read_source(CARD, Archive(_archive(tmp_path, CSV + "\n".join(ROWS + broken))).pages())
    assert len(reading.records) == 2
    assert [rejection.path for rejection in sorted(reading.rejections, key=lambda r: r.path)] == [
        "pages/1.csv:5",
        "pages/1.csv:6",
        "pages/1.csv:7",
    ]
    assert all("Mend that row" in rejection.note for rejection in reading.rejections)


def test_a_page_whose_hash_does_not_match_is_a_problem_with_a_remedy(tmp_path):
    reading = read_source(CARD, Archive(_archive(tmp_path, CSV + "\n".join(ROWS), sha256="0" * 64)).pages())
    assert reading.records == ()
    assert len(reading.problems) == 1
    assert "1.csv" in reading.problems[0]


def test_loose_files_are_read_without_a_manifest(tmp_path):
    (tmp_path / "facts.csv").write_text(CSV + "\n".join(ROWS))
    reading = read_source(CARD, pages_under(tmp_path / "facts.csv", CARD))
    assert len(reading.records) == 2


def test_one_page_of_an_archive_can_be_read_alone(tmp_path):
    folder = _archive(tmp_path, CSV + "\n".join(ROWS))
    assert [page.url for page in pages_under(folder / "pages" / "1.csv", CARD)] == [
        "https://desk-research.example/facts.csv"
    ]


def test_a_path_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match="no such file"):
        list(pages_under(tmp_path / "nowhere", CARD))


RECORD = Record(
    "r1", "desk_research", "http://a.example/x", "Klaster Alfa", fields={"city": "Lublin", "founded": "2006"}
)


def _entry(**changes):
    return {
        "record_id": "r1",
        "field": "city",
        "expect": "Lublin",
        "value": "Świdnik",
        "reason": "seat moved",
        "by": "A. Nalityk",
        "date": "2026-01-02",
        **changes,
    }


def _corrections(tmp_path, *entries):
    path = tmp_path / "corrections.yml"
    path.write_text(json.dumps(list(entries)), encoding="utf-8")
    return load_corrections(path)


def test_a_correction_replaces_or_drops_what_the_source_prints(tmp_path):
    entries = _corrections(tmp_path, _entry(), _entry(field="founded", expect="2006", value=None))
    assert corrected([RECORD], entries)[0].fields == {"city": "Świdnik"}


@pytest.mark.parametrize("change", [{"expect": "Lublina"}, {"record_id": "r2"}])
def test_a_correction_that_no_longer_applies_stops(tmp_path, change):
    with pytest.raises(StaleCorrection, match="corrections"):
        corrected([RECORD], _corrections(tmp_path, _entry(**change)))


def test_a_correction_without_a_reason_is_refused(tmp_path):
    with pytest.raises(CorrectionError, match="entry 1"):
        _corrections(tmp_path, _entry(reason=""))
