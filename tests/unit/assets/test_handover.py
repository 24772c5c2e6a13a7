from hypothesis import given
from hypothesis import strategies as st

from assets.handover import pack, pack_rejections, unpack
from sources.records import Record, Rejection

text = st.text(max_size=30)
values = st.one_of(
    text,
    st.integers(-(10**9), 10**9),
    st.lists(text, max_size=3),
    st.dictionaries(text, st.integers(0, 10**6), max_size=3),
)
records = st.builds(
    Record,
    record_id=text, source=text, url=text, name=text,
    as_of=st.none() | text, retrieved_at=st.none() | text,
    stated_by=st.lists(text, max_size=2).map(tuple),
    reconstructed=st.booleans(), page=st.none() | text, path=st.none() | text,
    fields=st.dictionaries(text, values, max_size=4),
)  # fmt: skip


@given(st.lists(records, max_size=5))
def test_unpacking_gives_back_what_was_packed(given_records):
    assert list(unpack(pack(given_records))) == given_records


def test_rejections_keep_every_member():
    rejection = Rejection("esca-1", "esca", "http://a.example/", "pages/1.html", "nameless_row", "row 5 has no name")
    assert pack_rejections([rejection]).row(0) == (
        "esca-1",
        "esca",
        "http://a.example/",
        "pages/1.html",
        "nameless_row",
        "row 5 has no name",
    )
