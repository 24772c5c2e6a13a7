"""Corrections are reviewed data with a guard: one that no longer applies stops the reading."""

from pathlib import Path

import pytest
import yaml

from sources.corrections import Correction, CorrectionError, StaleCorrection, corrected, load_corrections
from sources.records import Record

RECORD = Record(
    "list-1", "list", "https://lista.example/", "Klastrer Morski", fields={"founded": "2090", "city": "Gdynia"}
)
ENTRY = {
    "record_id": "list-1",
    "field": "founded",
    "expect": "2090",
    "value": "2009",
    "reason": "slip of the pen: its own page gives 2009",
    "by": "reviewer",
    "date": "2026-01-31",
}


def written(folder: Path, entries: object) -> Path:
    path = folder / "corrections.yml"
    path.write_text(yaml.safe_dump(entries), encoding="utf-8")
    return path


def test_a_correction_changes_its_field_and_nothing_else(tmp_path: Path) -> None:
    other = Record("list-2", "list", "https://lista.example/", "Klaster B", fields={"founded": "2090"})
    mended = corrected([RECORD, other], load_corrections(written(tmp_path, [ENTRY])))
    assert [record.fields for record in mended] == [{"founded": "2009", "city": "Gdynia"}, {"founded": "2090"}]
    assert RECORD.fields["founded"] == "2090"


def test_null_drops_a_field_and_name_is_a_field_too() -> None:
    drop = Correction(**ENTRY | {"value": None})
    rename = Correction(**ENTRY | {"field": "name", "expect": "Klastrer Morski", "value": "Klaster Morski"})
    (record,) = corrected([RECORD], [drop, rename])
    assert record.name == "Klaster Morski"
    assert record.fields == {"city": "Gdynia"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"expect": "2008"}, "the source prints something else now"),
        ({"field": "region"}, "the source prints something else now"),
        ({"record_id": "list-9"}, "there is no such record any more"),
    ],
)
def test_a_correction_that_no_longer_applies_is_stale(change: dict, said: str) -> None:
    with pytest.raises(StaleCorrection, match=said):
        corrected([RECORD], [Correction(**ENTRY | change)])


@pytest.mark.parametrize(
    "entries",
    [
        {"record_id": "list-1"},
        ["list-1"],
        [{name: value for name, value in ENTRY.items() if name != "expect"}],
        [ENTRY | {"why": "again"}],
        [ENTRY | {"reason": " "}],
        [ENTRY | {"by": None}],
    ],
)
def test_a_malformed_file_is_refused(tmp_path: Path, entries: object) -> None:
    with pytest.raises(CorrectionError, match=r"corrections\.yml"):
        load_corrections(written(tmp_path, entries))


def test_no_file_holds_no_corrections(tmp_path: Path) -> None:
    assert load_corrections(tmp_path / "corrections.yml") == ()
