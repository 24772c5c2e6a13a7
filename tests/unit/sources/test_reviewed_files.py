"""Files that people write: read as plain data, or refused with file and remedy; for judgements, allowances, corrections, settings."""

import pytest

from expectations.allowances import read_allowances
from inventory.identity.judgements import Judgements
from pipelines.settings import load
from sources import reviewed_files
from sources.corrections import load_corrections
from sources.reviewed_files import ReviewedFileError, read_reviewed

LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)
HOSTILE = {
    "code to run": "- !!python/object/apply:os.system ['touch hacked']\n",
    "an object": "- !!python/name:os.system\n",
    "a file": "- !!python/object/new:pathlib.Path ['/etc/passwd']\n",
    "a million million words": LAUGHS,
    "a list in itself": "&a [*a]\n",
    "an alias as a key": "- {&a b: c, *a : d}\n",
    "a deep nest": "[" * 20_000,
    "cut off": '- {a: "',
    "other bytes": b"- \xff\xfe\n",
    "a control character": "- a\x07b\n",
}


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize(
    "read",
    [read_reviewed, Judgements.load, read_allowances, load_corrections, lambda path: load(environment={"CLUSTER_INVENTORY_SETTINGS": str(path)})],
    ids=["plain", "judgements", "allowances", "corrections", "settings"],
)  # fmt: skip
def test_a_hostile_file_is_refused_with_its_name(tmp_path, monkeypatch, case, read):
    monkeypatch.chdir(tmp_path)
    content = HOSTILE[case]
    file = tmp_path / "file.yml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError, match=r"file\.yml.*Mend the file"):
        read(file)
    assert [path.name for path in tmp_path.iterdir()] == ["file.yml"], "nothing was run"


def test_plain_files_are_read_as_before(tmp_path):
    file = tmp_path / "file.yml"
    file.write_text("- a: Łódź\n  until: 2026-01-01\n  n: 3\n", encoding="utf-8")
    assert read_reviewed(file)[0]["a"] == "Łódź"
    assert str(read_reviewed(file)[0]["until"]) == "2026-01-01"
    file.write_text("")
    assert read_reviewed(file) is None


def test_a_file_that_nobody_wrote_by_hand_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(reviewed_files, "LARGEST", 10)
    (tmp_path / "file.yml").write_text("- " + "a" * 20)
    with pytest.raises(ReviewedFileError, match="Split the file"):
        read_reviewed(tmp_path / "file.yml")
