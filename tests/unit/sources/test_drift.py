"""Drift: what changed on real pages is told until a person has accepted it."""

from dataclasses import replace
from pathlib import Path

import pytest

from sources.archive import Archive, Page
from sources.cards import load_cards
from sources.drift import Layout, accept, drift, layout_of, layouts, observe
from sources.reading import read_source

CARD = load_cards()["lublin_city"]


def pages() -> list[Page]:
    return [page for page in Archive(CARD.folder / "archive").pages() if isinstance(page, Page)]


def layout(given: list[Page]) -> Layout:
    return layout_of(CARD, given, read_source(CARD, given))


def renamed(old: str, new: str) -> list[Page]:
    found = [replace(page, body=page.body.replace(old.encode(), new.encode())) for page in pages()]
    assert [page.body for page in found] != [page.body for page in pages()]
    return found


def test_the_same_pages_show_no_drift_in_any_order(tmp_path: Path) -> None:
    for source in ("esca", "kkk", "lublin_city", "tci"):
        card = load_cards()[source]
        found = list(Archive(card.folder / "archive").pages())
        now = layout_of(card, found, read_source(card, found))
        assert observe(tmp_path, source, now) == []
        again = layout_of(card, found[::-1], read_source(card, found[::-1]))
        assert observe(tmp_path, source, again) == []
        assert layouts(tmp_path, source) == (now, now)


def test_a_renamed_caption_is_told_as_gone_and_new_with_the_field_it_cost() -> None:
    said = drift(layout(pages()), layout(renamed("Rok powstania", "Początek prac:")))
    assert "table: caption gone: rok powstania" in said
    assert "table: caption new: początek prac" in said
    assert "founded: stated by 33% of the entries -> 0%" in said


def test_another_structure_is_told() -> None:
    said = drift(layout(pages()), layout(renamed("</table>", "</table><dl><dt></dt></dl>")))
    assert said == ["table: structure new: dl in page", "table: structure new: dt in dl"]


def test_a_page_that_is_no_longer_read_is_a_new_kind() -> None:
    broken = [replace(page, body=b"<html><h1>Aktualne informacje</h1></html>") for page in pages()]
    said = drift(layout(pages()), layout(broken))
    assert "table: no page of this kind any more" in said
    assert "unreadable: a new kind of page (3)" in said
    assert "entries: 30 -> 0" in said


def test_drift_stays_until_it_is_accepted(tmp_path: Path) -> None:
    changed = layout(renamed("Rok powstania", "Początek prac:"))
    observe(tmp_path, CARD.id, layout(pages()))
    said = observe(tmp_path, CARD.id, changed)
    assert said
    assert observe(tmp_path, CARD.id, changed) == said
    assert accept(tmp_path, CARD.id) == said
    assert observe(tmp_path, CARD.id, changed) == []
    assert observe(tmp_path, CARD.id, layout(pages())) != []


def test_faults_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cluster-inventory refresh"):
        accept(tmp_path, CARD.id)
    observe(tmp_path, CARD.id, layout(pages()))
    (tmp_path / "layouts" / "lublin_city.json").write_text('{"accepted": 1}', encoding="utf-8")
    with pytest.raises(ValueError, match=r"lublin_city\.json.*Remove the file"):
        layouts(tmp_path, CARD.id)


def test_a_list_that_lost_entries_is_told_although_its_older_version_names_them() -> None:
    lost = b"<li>ESTA Cluster</li>\n"
    now = [
        replace(page, body=page.body.replace(lost, b""), path=f"later/{page.path}", confirmed_at="2099-01-01T00:00:00Z")
        for page in pages()
        if lost in page.body
    ]
    assert len(now) == 2
    assert "entries: 30 -> 28" in drift(layout(pages()), layout([*pages(), *now]))
