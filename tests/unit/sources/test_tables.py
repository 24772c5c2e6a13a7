import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.tables import block_tables, grid, is_header, tables
from sources.text import markup, squash

FIELDS = {"klaster": "name", "województwo": "voivodeship", "branża": "sector", "lp": ""}
WORDS = st.text(st.characters(categories=("Lu", "Ll")), min_size=4, max_size=12).filter(
    lambda word: word.casefold() not in FIELDS
)


def read(html, reader=tables):
    return [
        [{field: row.text(field) for field in row.cells} for row in table.rows]
        for table in reader(markup(html), FIELDS.get)
    ]


def test_header_is_found_by_its_words_below_a_title_row_and_in_plain_cells():
    html = """<table><tr><td colspan=3>Wykaz klastrów
    <tr><td>BRANŻA<td><b>Klaster:</b><td>Telefon
    <tr><td>meble<td>Klaster Dębowy<td>555
    <tr><td>BRANŻA<td>Klaster:<td>Telefon
    <tr><td><td>Klaster Jesionowy</table>"""
    [table] = tables(markup(html), FIELDS.get)
    assert table.fields == ("sector", "name")
    assert table.unknown == ("Telefon",)
    assert [(row.text("name"), row.text("sector")) for row in table.rows] == [
        ("Klaster Dębowy", "meble"),
        ("Klaster Jesionowy", ""),
    ]


def test_merged_cells_stand_in_every_row_and_column_they_cover():
    html = """<table><tr><th>Województwo<th>Klaster<th>Branża
    <tr><td rowspan=2>śląskie<td>A<td>meble
    <tr><td colspan=2>B i meble
    <tr><td>opolskie<td>C<td></table>"""
    assert read(html) == [
        [
            {"voivodeship": "śląskie", "name": "A", "sector": "meble"},
            {"voivodeship": "śląskie", "name": "B i meble"},
            {"voivodeship": "opolskie", "name": "C", "sector": ""},
        ]
    ]


def test_a_table_inside_a_cell_keeps_its_rows_to_itself():
    html = """<table><tr><td>menu<td><table><tr><th>Klaster<th>Branża
    <tr><td>A<td><table><tr><td>meble<td>okna</table><tr><td>B<td>lny</table></table>"""
    assert read(html) == [[{"name": "A", "sector": "meble okna"}, {"name": "B", "sector": "lny"}]]


@pytest.mark.parametrize("span", ["0", "-3", "x", "999999999"])
def test_a_hostile_span_costs_neither_memory_nor_the_row(span):
    html = f"<table><tr><td colspan='{span}' rowspan='{span}'>Klaster<td>Branża<tr><td>A</table>"
    for _, cells in grid(markup(html).table):
        assert len(cells) <= 1002


def test_a_card_of_pairs_is_no_table_with_a_header():
    assert not is_header(["Województwo", "śląskie", "Branża", "meble"], FIELDS.get)
    assert read("<table><tr><td>Województwo<td>śląskie<tr><td>Branża<td>meble</table>") == []


@given(
    st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=6),
    st.permutations(["Klaster", "Województwo", "Branża"]),
    st.sampled_from(["table tr td", "table tr th", "div div span", "section ul li"]),
)
def test_any_order_of_columns_and_any_elements_give_the_same_rows(rows, order, elements):
    outer, line, cell = elements.split()
    captions = ["Klaster", "Województwo", "Branża"]
    lines = [order, *([row[captions.index(caption)] for caption in order] for row in rows)]
    body = "".join(
        f"<{line}>" + "".join(f"<{cell}>{text}</{cell}>" for text in texts) + f"</{line}>" for texts in lines
    )
    html = f"<h1>Lista</h1><{outer}>{body}</{outer}>"
    found = read(html, tables if outer == "table" else block_tables)
    assert found == [[{"name": squash(a), "voivodeship": squash(b), "sector": squash(c)} for a, b, c in rows]]


def test_a_header_of_two_rows_takes_the_lower_caption_where_it_is_known():
    html = """<table><tr><th rowspan=2>Lp<th rowspan=2>Klaster<th colspan=2>Branża
    <tr><th>główna<th>Województwo
    <tr><td>1<td>A<td>meble<td>opolskie</table>"""
    assert read(html) == [[{"name": "A", "sector": "meble", "voivodeship": "opolskie"}]]


def test_a_row_of_one_text_names_the_group_below_it_and_a_total_is_no_entry():
    html = """<table><tr><th>Klaster<th>Branża
    <tr><td colspan=2>opolskie<tr><td>A<td>meble<tr><td>B<td>szkło
    <tr><td colspan=2>śląskie<tr><td>C<td>stal
    <tr><td>Razem: 3<td>3<tr><td colspan=2>Stan na 2015 r.</table>"""
    [table] = tables(markup(html), FIELDS.get)
    assert [(row.text("name"), row.group) for row in table.rows] == [
        ("A", "opolskie"),
        ("B", "opolskie"),
        ("C", "śląskie"),
    ]


def test_captions_repeated_in_the_cells_for_small_screens_are_no_part_of_the_values():
    html = """<table><tr><th>Klaster<th>Branża
    <tr><td><span>Klaster</span> A<td>Branża: meble
    <tr><td><span>Klaster</span> Klaster B<td>Branża: szkło</table>"""
    assert read(html) == [[{"name": "A", "sector": "meble"}, {"name": "Klaster B", "sector": "szkło"}]]


def test_a_value_that_says_nothing_is_none():
    html = "<table><tr><th>Klaster<th>Branża<tr><td>A<td>–<tr><td>B<td>brak danych</table>"
    assert [row.text("sector") for row in tables(markup(html), FIELDS.get)[0].rows] == ["", ""]
