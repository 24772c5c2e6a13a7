"""What every source must have: the test walks the folders, so a new one is held to it without being named here."""

from pathlib import Path

import pytest

from sources.archive import Archive, Fault
from sources.cards import ROOT, load_cards
from sources.reading import Reading, pages_under, read_source
from sources.records import FIELDS
from sources.text import fold

CARDS = load_cards()
DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture(scope="module", params=sorted(CARDS))
def source(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def reading(source: str) -> Reading:
    card = CARDS[source]
    return read_source(card, pages_under(card.folder / "archive", card))


def test_every_folder_with_a_parser_or_an_archive_is_a_source() -> None:
    folders = {path.parent.name for name in ("parse.py", "archive", "README.md") for path in ROOT.glob(f"*/{name}")}
    assert folders == set(CARDS)


def test_the_folder_is_complete(source: str) -> None:
    folder = CARDS[source].folder
    assert [
        name for name in ("card.yml", "parse.py", "README.md", "archive/manifest.jsonl") if not (folder / name).exists()
    ] == []
    assert (folder / "README.md").read_text(encoding="utf-8").startswith(f"# {source}: ")


def test_the_docs_repeat_the_card(source: str) -> None:
    card = CARDS[source]
    row = next(
        line for line in (DOCS / "sources.md").read_text(encoding="utf-8").splitlines() if f"[`{source}`]" in line
    )
    for value in (
        card.title,
        card.publisher,
        ", ".join(card.proves) or "nothing",
        card.trust,
        card.coverage,
        card.cadence_days,
        card.licence,
    ):
        assert f"| {value} |" in row


def test_the_card_speaks_of_known_fields_only(source: str) -> None:
    card = CARDS[source]
    assert set(card.bounds.filled) <= set(FIELDS)
    assert card.bounds.rows_min <= card.bounds.rows_max
    assert set(card.trust_by_property) <= set(FIELDS) | {"name"}
    assert not {fold(caption) for caption in card.captions} & {fold(caption) for caption in card.ignored}
    assert all(reason.strip() for reason in card.ignored.values())


def test_the_archive_is_whole(source: str) -> None:
    archive = Archive(CARDS[source].folder / "archive")
    assert archive.verify() == []
    named = {page.path for page in archive.pages() if not isinstance(page, Fault)}
    there = {
        path.relative_to(archive.root).as_posix() for path in (archive.root / "pages").rglob("*") if path.is_file()
    }
    assert there == named


def test_every_page_is_read_and_every_caption_known(reading: Reading) -> None:
    assert reading.problems == ()
    assert dict(reading.unknown) == {}


def test_the_reading_stays_within_the_bounds_of_the_card(source: str, reading: Reading) -> None:
    bounds = CARDS[source].bounds
    assert bounds.rows_min <= reading.rows <= bounds.rows_max
    filled = reading.filled()
    assert {field: filled.get(field, 0) for field, least in bounds.filled.items() if filled.get(field, 0) < least} == {}


def test_records_are_complete(source: str, reading: Reading) -> None:
    for record in reading.records:
        assert record.source == source
        assert record.record_id.startswith(f"{source}-")
        assert record.name == record.name.strip() != ""
        assert set(record.fields) <= set(FIELDS)
        assert all(value not in (None, "", [], {}) for value in record.fields.values())
        assert record.url.startswith(("http://", "https://"))
        assert record.retrieved_at
    assert all(rejection.reason and rejection.note for rejection in reading.rejections)


def test_one_page_states_an_entry_once(source: str, reading: Reading) -> None:
    if source == "desk_research":
        pytest.skip("its page is a file of readings, and the same page may have been read twice")
    seen = [(record.record_id, record.path, record.retrieved_at) for record in reading.records]
    assert len(seen) == len(set(seen))


def test_permuted_pages_give_the_same_reading(source: str, reading: Reading) -> None:
    card = CARDS[source]
    pages = list(pages_under(card.folder / "archive", card))
    assert read_source(card, reversed(pages)) == reading
