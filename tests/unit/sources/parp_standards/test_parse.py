from dataclasses import replace

import pytest

from sources.archive import Archive
from sources.cards import load_cards
from sources.parp_standards.parse import parse
from sources.parsing import LayoutUnknown
from sources.text import decode
from tests.unit.sources.remarkup import ALL, remarked

CARD = load_cards()["parp_standards"]
[PAGE] = Archive(CARD.folder / "archive").pages()


def facts(parsed):
    return [(record.record_id, record.name, record.fields, record.as_of) for record in parsed.records]


def test_the_rows_with_their_status():
    parsed = parse(PAGE, CARD)
    assert (parsed.kind, parsed.unknown, [record.fields["list_number"] for record in parsed.records]) == (
        "standards", (), list(range(1, 9)))  # fmt: skip
    last = parsed.records[7]
    assert last.name == "Klaster Innowacyjnych Nawierzchni Sportowych i Rekreacyjnych VERDE"
    assert last.fields == {
        "coordinator": "Fundacja Innowacyjnych Nawierzchni Sportowych VERDE",
        "voivodeship": "łódzkie",
        "list_number": 8,
        "other_label": "PARP cluster management standards",
    }
    assert last.as_of == "2015"


def test_a_page_without_a_logged_day_speaks_of_the_quarter_it_prints():
    assert {record.as_of for record in parse(replace(PAGE, as_of=None), CARD).records} == {"2015"}


@pytest.mark.parametrize("change", ALL)
def test_other_markup_states_the_same(change):
    assert facts(parse(remarked(PAGE, change), CARD)) == facts(parse(PAGE, CARD))


def test_a_nameless_row_is_rejected_and_the_others_stay():
    text = decode(PAGE).replace("<td>Bioenergia dla Regionu</td>", "<td>&nbsp;</td>")
    parsed = parse(replace(PAGE, body=text.encode()), CARD)
    assert len(parsed.records) == 7
    assert [rejection.reason for rejection in parsed.rejections] == ["nameless_row"]


def test_a_table_without_rows_or_without_coordinators_is_an_error():
    head, _, tail = decode(PAGE).partition("<tbody>")
    for body in (head + tail[tail.index("</tbody>") :], decode(PAGE).replace("Nazwa koordynatora", "Uwagi")):
        with pytest.raises(LayoutUnknown, match=r"pages/1\.html"):
            parse(replace(PAGE, body=body.encode()), CARD)
