from hypothesis import given
from hypothesis import strategies as st

from inventory.schemas import STATEMENTS
from inventory.statements import state, statement_id
from sources.records import Record

CARD = Record(
    record_id="parp-1",
    source="parp_map",
    url="http://www.pi.gov.pl/Klastry/chapter_95927.asp",
    name="Klaster Gospodarki Odpadowej i Recyklingu",
    as_of="2016",
    stated_by=("http://ppp.pi.gov.pl/eng/chapter_86522.asp", "http://other"),
    reconstructed=True,
    fields={
        "founded": "2012", "members_total": 103, "members_qualifier": "over", "aliases": ["WMRC", "Waste Cluster"],
        "members_by_type": {"enterprises": 82, "science": 10}, "members_by_type_qualifier": {"science": "about"},
        "label": "Bronze Label", "coordinator": "",
    },
)  # fmt: skip


def values(frame):
    return {(row["property"], row["value"]): row for row in frame.iter_rows(named=True)}


def test_every_value_is_a_statement():
    frame = state([CARD])
    rows = values(frame)
    assert frame.schema == STATEMENTS
    assert {"name", "founded", "members_total", "members_by_type.enterprises", "aliases", "label"} <= set(
        frame["property"]
    )
    assert frame.filter(frame["property"] == "aliases").height == 2
    assert rows["members_total", "103"]["qualifier"] == "over"
    assert rows["members_by_type.science", "10"]["qualifier"] == "about"
    assert rows["label", "bronze"]["original_value"] == "Bronze Label"
    assert rows["founded", "2012"]["url"] == "http://ppp.pi.gov.pl/eng/chapter_86522.asp"
    assert "coordinator" not in set(frame["property"])


def test_the_id_is_that_of_the_original():
    row = values(state([CARD]))["label", "bronze"]
    assert row["statement_id"] == statement_id("parp-1", "label", "Bronze Label")


def test_pages_of_one_entry_state_a_value_once():
    copy = Record(record_id="parp-1", source="parp_map", url="http://copy", name=CARD.name, as_of="2017",
                  fields={"founded": "2012", "city": "Kielce"})  # fmt: skip
    one, other = state([CARD, copy]), state([copy, CARD])
    assert one.equals(other)
    assert one["statement_id"].is_unique().all()
    assert values(one)["founded", "2012"]["as_of"] == "2017"
    assert values(one)["city", "Kielce"]["url"] == "http://copy"


def test_what_cannot_be_cleaned_keeps_its_original():
    odd = Record(record_id="x", source="s", url="u", name="n", fields={"founded": "wiosną br."})
    row = next(row for row in state([odd]).iter_rows(named=True) if row["property"] == "founded")
    assert (row["value"], row["original_value"]) == (None, "wiosną br.")


SCALARS = st.one_of(st.text(max_size=20), st.integers(-5, 10**7), st.booleans(), st.none())
FIELDS = st.dictionaries(
    st.sampled_from(["founded", "members_total", "aliases", "members_by_type", "website", "label", "sector"]),
    st.one_of(SCALARS, st.lists(SCALARS, max_size=3), st.dictionaries(st.text(max_size=6), SCALARS, max_size=3)),
    max_size=5,
)


@given(FIELDS)
def test_hostile_fields_neither_raise_nor_get_lost(fields):
    frame = state([Record(record_id="x", source="s", url="u", name="Klaster", fields=fields)])
    stated = {prop for prop, value in fields.items() if value not in (None, "") and value not in ([], {})}
    flat = {prop for prop in stated if not isinstance(fields[prop], list | dict)}
    assert flat <= set(frame["property"])
