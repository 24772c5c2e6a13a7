import pypdf
import pytest

from warehouse.report import write_report


@pytest.fixture(scope="module")
def file(tmp_path_factory, tables, last_year):
    [made] = write_report(tables, tmp_path_factory.mktemp("pdf"), langs=("pl",), formats=("pdf",), previous=last_year)
    return made


@pytest.fixture(scope="module")
def pdf(file):
    return pypdf.PdfReader(file)


def test_is_tagged_titled_and_in_its_language(pdf):
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"].startswith("pl")
    assert pdf.metadata.title == "Inwentarz klastrów w Polsce"


def test_has_an_outline_of_its_chapters_and_page_numbers(pdf):
    assert len(pdf.outline) >= 14
    assert f"Strona 2 z {len(pdf.pages)}" in pdf.pages[1].extract_text()


def test_fonts_are_embedded_with_polish_letters(pdf):
    for page in pdf.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            described = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert "/FontFile2" in described or "/FontFile3" in described
    text = "".join(page.extract_text() for page in pdf.pages)
    assert "Zażółć gęślą jaźń" in text
    assert "najważniejsze" in text.casefold()


def test_names_are_never_read_as_markup(pdf):
    text = " ".join("".join(page.extract_text() for page in pdf.pages).split())
    assert "#let x = panic" in text
    assert "<script>alert(1)" in text


def test_is_small_and_the_same_again(file, tables, last_year, tmp_path):
    assert file.stat().st_size < 3_000_000
    [again] = write_report(tables, tmp_path, langs=("pl",), formats=("pdf",), previous=last_year)
    assert again.read_bytes() == file.read_bytes()
