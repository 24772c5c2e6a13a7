import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.records import Record, Rejection, read_record_file, read_records, write_records

GOOD = {
    "record_id": "R1",
    "source": "press",
    "as_of": "2017-05",
    "url": "https://a.example/x",
    "name": "Klaster Alfa",
    "fields": {"city": "Lublin"},
}


def _file(tmp_path, *lines):
    path = tmp_path / "records.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_what_was_written_is_read_again(tmp_path):
    records = [
        Record(
            "R1",
            "press",
            "https://a.example/x",
            "Łódzki Klaster",
            as_of="2017",
            fields={"aliases": ["Ł"], "members_by_type": {"sme": 2}},
        )
    ]
    assert write_records(records, tmp_path / "r.jsonl") == 1
    assert list(read_records(tmp_path / "r.jsonl")) == records


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "7",
        '"x"',
        {**GOOD, "name": " "},
        {**GOOD, "url": "javascript:alert(1)"},
        {**GOOD, "fields": [1]},
        {"record_id": "R2"},
    ],
)
def test_a_broken_line_names_file_line_and_remedy_and_the_others_stay(tmp_path, line):
    items = list(read_records(_file(tmp_path, GOOD, line, {**GOOD, "record_id": "R3"})))
    assert [item.record_id for item in items if isinstance(item, Record)] == ["R1", "R3"]
    (rejection,) = [item for item in items if isinstance(item, Rejection)]
    assert rejection.path == "records.jsonl:2"
    assert rejection.note.startswith("records.jsonl:2: ")
    assert "Mend that line" in rejection.note


@pytest.mark.parametrize(
    ("key", "value"), [("as_of", "soon"), ("as_of", "2017-13-45"), ("as_of", 2017), ("retrieved_at", "tomorrow")]
)
def test_an_unreadable_value_takes_away_itself_and_not_the_record(tmp_path, key, value):
    record, rejection = read_records(_file(tmp_path, {**GOOD, key: value}))
    assert getattr(record, key) is None
    assert rejection.reason == "unreadable_value"
    assert key in rejection.note


def test_one_id_never_names_two_entries_whatever_the_order(tmp_path):
    other = {**GOOD, "name": "Klaster Beta"}
    again = {**GOOD, "fields": {"founded": "2006"}}
    for lines in ([GOOD, other, again], [other, again, GOOD]):
        kept, rejections = read_record_file(_file(tmp_path, *lines))
        assert {record.name for record in kept} == {"Klaster Alfa"}
        assert len(kept) == 2
        assert [rejection.reason for rejection in rejections] == ["duplicate_id"]


@given(st.lists(st.one_of(st.text(), st.binary().map(repr), st.just(json.dumps(GOOD))), max_size=6))
def test_no_line_stops_the_reading(tmp_path_factory, lines):
    path = tmp_path_factory.mktemp("any") / "records.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    assert all(isinstance(item, Record | Rejection) for item in read_records(path))
