"""Results kept by their content: taken again where nothing differs, made again where anything does."""

import pytest

from warehouse.kept_results import KeptResults


@pytest.fixture
def made():
    return []


@pytest.fixture
def take(tmp_path, made):
    def take(content: bytes, code: str = "1") -> bytes:
        def make() -> bytes:
            made.append(content)
            return b"result of " + content

        return KeptResults(tmp_path / "kept", code).take(content, make)

    return take


def test_the_same_content_is_made_once(take, made):
    assert [take(b"a"), take(b"a")] == [b"result of a"] * 2
    assert made == [b"a"]


def test_other_content_and_other_code_are_made(take, made):
    take(b"a")
    assert take(b"b") == b"result of b"
    assert take(b"a", code="2") == b"result of a"
    assert made == [b"a", b"b", b"a"]


@pytest.mark.parametrize("damage", [lambda kept: kept[:-1], lambda kept: kept + b"!", lambda _kept: b""])
def test_a_damaged_result_is_made_again(take, made, tmp_path, damage):
    take(b"a")
    [file] = (tmp_path / "kept").iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert take(b"a") == b"result of a"
    assert made == [b"a", b"a"]


def test_an_empty_result_is_kept_too(tmp_path, made):
    for _ in range(2):
        assert KeptResults(tmp_path).take(b"a", lambda: made.append(1) or b"") == b""
    assert made == [1]


def test_what_was_not_taken_is_forgotten(tmp_path):
    first = KeptResults(tmp_path)
    for content in (b"a", b"b"):
        first.take(content, lambda: b"x")
    second = KeptResults(tmp_path)
    second.take(b"b", lambda: b"x")
    second.forget_unused()
    assert len(list(tmp_path.iterdir())) == 1
    second.take(b"b", lambda: pytest.fail("it was kept"))


def test_without_a_folder_nothing_is_kept():
    results = KeptResults()
    assert [results.take(b"a", lambda: b"1"), results.take(b"a", lambda: b"2")] == [b"1", b"2"]
    results.forget_unused()
