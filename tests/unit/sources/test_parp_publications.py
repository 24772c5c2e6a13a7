"""Lists inside PDF files, found by their headings; the files are set by typst, as a publisher would."""

import io
import re
from dataclasses import replace
from functools import lru_cache

import pypdf
import pytest
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources import documents
from sources.archive import Archive, Page
from sources.cards import load_cards
from sources.documents import lines_of
from sources.parp_publications.parse import parse
from sources.parsing import LayoutUnknown

CARD = load_cards()["parp_publications"]
SHEET = """#set document(date: none)
#set page(width: 12cm, height: 16cm, header: [PARP, poradnik], footer: context [Strona #counter(page).display()])
#set text(lang: "pl", hyphenate: false)
"""


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@lru_cache
def pdf(content: str) -> bytes:
    return typst.compile((SHEET + content).encode(), ignore_system_fonts=True)


def page(body: bytes) -> Page:
    return Page(
        url="https://www.parp.gov.pl/poradnik.pdf", body=body, retrieved_at="2024-01-01T00:00:00Z", path="pages/x.pdf"
    )


def said(parsed) -> list[tuple[str, dict]]:
    return [(record.name, dict(record.fields)) for record in parsed.records]


def test_the_guide_as_pdf_states_the_same() -> None:
    (guide,) = (item for item in Archive(CARD.folder / "archive").pages() if isinstance(item, Page))
    lines = lines_of(guide)
    heads = [
        at
        for at, line in enumerate(lines)
        if ":" in line and any(word in line.casefold() for word in CARD.codes["headings"])
    ]
    parts = []
    for at, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        entries = [line.replace("\uf0a7", "").strip() for line in lines[at + 1 : end] if line.strip()]
        entries = [
            line if line[0].isdigit() else f"• {line}" for line in entries
        ]  # no font of ours has the guide's bullet
        parts.append(
            f"= #{quoted(lines[at].strip())}\n" + "\n".join(f"#block[#{quoted(line.strip())}]" for line in entries)
        )
    read = parse(replace(guide, body=pdf("\n".join(parts))), CARD)
    assert said(read) == said(parse(guide, CARD))
    assert {record.as_of for record in read.records} == {"2017-02-24", guide.as_of}
    assert [rejection.reason for rejection in read.rejections] == ["entries_missing"]


def test_entries_go_on_over_lines_and_pages_and_text_follows() -> None:
    long = "Klaster na rzecz Rozwoju Bardzo Nowoczesnej Gospodarki, Nauki i Zatrudnienia „Ostoja”"
    names = [f"{long} {letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    numbered = "\n".join(f"#block[#{quoted(f'{at}. {name}')}]" for at, name in enumerate(names, start=1))
    bullets = "\n".join(f"- {name}" for name in ("Klaster Wrzos", "Klaster Łąk", "klaster małych liter"))
    prose = "To jest akapit po liście. Nie jest nazwą i ma kilka zdań, które zajmują więcej niż jedną linię tekstu w tej książce."
    holders = f"= Odznaka Bronze Label w Polsce: 3 klastry (stan na 24.02.2017 r.)\n{bullets}"
    participants = f"= Uczestnicy warsztatów:\n{numbered}\n\n{prose}"
    content = f"= Wstęp\nO odznace bronze label mowa niżej.\n{holders}\n{participants}"
    read = said(parse(page(pdf(content)), CARD))
    assert read[:3] == [
        ("Klaster Wrzos", {"label": "bronze"}),
        ("Klaster Łąk", {"label": "bronze"}),
        ("klaster małych liter", {"label": "bronze"}),
    ]
    assert read[3:] == [(name, {"list_number": at}) for at, name in enumerate(names, start=1)]


def test_glued_entries_and_coordinators_inside_names() -> None:
    content = (
        "= Uczestnicy warsztatów:\n1. Klaster Żubr, Stowarzyszenie Przyjaciół Puszczy\\\n"
        "2. Klaster Bursztyn 3. Klaster Gospodarki 4. Generacji\\\n"
    )
    assert said(parse(page(pdf(content)), CARD)) == [
        (
            "Klaster Żubr",
            {
                "list_number": 1,
                "coordinator": "Stowarzyszenie Przyjaciół Puszczy",
                "name_as_printed": "Klaster Żubr, Stowarzyszenie Przyjaciół Puszczy",
            },
        ),
        ("Klaster Bursztyn", {"list_number": 2}),
        ("Klaster Gospodarki", {"list_number": 3}),
        ("Generacji", {"list_number": 4}),
    ]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.from_regex(r"Klaster [A-ZŁŚŻ][a-ząćęłńóśźż]{2,12}( [A-Za-z][a-ząćęłńóśźż]{2,11}){0,7}", fullmatch=True),
        min_size=2,
        max_size=30,
    )
)
def test_any_numbered_list_comes_back(names: list[str]) -> None:
    listed = "\n".join(f"#block[#{quoted(f'{at}. {name}')}]" for at, name in enumerate(names, start=1))
    assert said(parse(page(pdf(f"= Uczestnicy warsztatów:\n{listed}")), CARD)) == [
        (name, {"list_number": at}) for at, name in enumerate(names, start=1)
    ]


# Files that cannot be read


def written(change) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("= Uczestnicy warsztatów:\n1. Klaster Wrzos")))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_an_encrypted_file_is_named() -> None:
    locked = written(lambda writer: writer.encrypt("secret", algorithm="RC4-128"))
    with pytest.raises(LayoutUnknown, match=r"pages/x\.pdf.*without a password"):
        parse(page(locked), CARD)
    opened = written(lambda writer: writer.encrypt("", "secret", algorithm="RC4-128"))
    assert said(parse(page(opened), CARD)) == [("Klaster Wrzos", {"list_number": 1})]


def test_hostile_sizes_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "PDF_PAGES_MOST", 2)
    with pytest.raises(LayoutUnknown, match="at most 2 pages, not 3"):
        parse(page(pdf("a\n#pagebreak()\nb\n#pagebreak()\nc")), CARD)
    monkeypatch.setattr(documents, "PDF_PAGE_LARGEST", 10)
    with pytest.raises(LayoutUnknown, match="at most 10 bytes"):
        parse(page(pdf("a long line of text")), CARD)


def test_a_bomb_inside_a_page_is_named() -> None:
    bomb = pypdf.generic.DecodedStreamObject()
    bomb.set_data(b"q Q " * 2_000_000)

    def add(writer: pypdf.PdfWriter) -> None:
        writer.pages[0][pypdf.generic.NameObject("/Contents")] = writer._add_object(bomb.flate_encode())

    packed = written(add)
    assert len(packed) < 200_000
    with pytest.raises(LayoutUnknown, match="bytes"):
        parse(page(packed), CARD)


def test_pictures_without_text_and_broken_files_are_named() -> None:
    with pytest.raises(LayoutUnknown, match="OCR"):
        parse(page(typst.compile(b"#rect(width: 3cm)")), CARD)
    with pytest.raises(LayoutUnknown, match="a PDF that can be read"):
        parse(page(b"%PDF-1.7\n" + b"\x00" * 50), CARD)


def test_a_font_that_lost_its_letters_gives_no_names() -> None:
    whole = pdf("= Uczestnicy warsztatów:\n1. Klaster Wrzos\\\n2. Klaster Łąk")
    maps = [found.start() for found in re.finditer(rb"/ToUnicode", whole)]
    assert len(maps) > 1, "heading and list are of two fonts"
    for place in maps:
        torn = whole[:place] + b"/NoUnicode" + whole[place + len(b"/ToUnicode") :]
        with pytest.raises(LayoutUnknown, match=r"another file|none of the headings"):
            parse(page(torn), CARD)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_files_give_named_errors_or_less(data: st.DataObject) -> None:
    whole = bytearray(pdf("= Uczestnicy warsztatów:\n1. Klaster Wrzos\\\n2. Klaster Łąk"))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(8, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(20, len(whole)))
    try:
        read = parse(page(bytes(whole[:cut])), CARD)
    except LayoutUnknown:
        return
    assert len(read.records) <= 2
