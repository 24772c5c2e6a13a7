import random
from datetime import date

import pytest

from inventory import records
from inventory.schemas import EXCLUDED, RECORDS
from sources.records import Record, RecordError


def entry(record_id="a", **given):
    return Record(**{"record_id": record_id, "source": "eccp", "url": "http://x.pl/1", "name": "Klaster", **given})


def test_the_richest_page_stands_for_the_entry_whatever_the_order():
    pages = [
        entry(url="http://x.pl/list", fields={"city": "Kielce"}),
        entry(url="http://x.pl/own", fields={"city": "Kielce", "sector": "metal"}, stated_by=("http://a", "http://b")),
        entry(url="http://copy.x.pl/own", fields={"city": "Kielce", "sector": "metal"}, path="z"),
        entry("b"),
    ]
    frames = []
    for seed in range(4):
        random.Random(seed).shuffle(pages)  # noqa: S311 - an order, no secret
        frames.append(records.frame(pages))
    assert all(frame.equals(frames[0]) for frame in frames)
    assert frames[0].schema == RECORDS
    assert frames[0]["url"].to_list() == ["http://x.pl/own", "http://x.pl/1"]
    assert frames[0]["stated_by"].to_list() == ["http://a http://b", "http://x.pl/1"]


def test_a_broken_time_names_source_record_and_remedy():
    with pytest.raises(RecordError, match=r"eccp, record a: .*yesterday.* ISO 8601"):
        records.frame([entry(retrieved_at="yesterday")])


def test_the_newest_date_is_that_of_the_archive():
    given = [entry(as_of="2016"), entry(as_of="2030", retrieved_at="2021-05-02T00:00:00Z"), entry()]
    assert records.newest_date(given) == date(2021, 5, 2)


def test_what_was_not_yet_published_falls_out_with_its_reason():
    given = [
        entry("old", as_of="2015-06"),
        entry("late", as_of="2016-01"),
        entry("visited", retrieved_at="2021-05-02T00:00:00Z", fields={"members_total": 9}),
        entry(
            "dated",
            retrieved_at="2021-05-02T00:00:00Z",
            fields={"founded": "2006", "city": "Kielce", "members_total": 9, "kkk_awarded": "2016", "kkk_round": "II"},
        ),
    ]
    kept, gone = records.known_by(given, date(2015, 12, 31))
    assert [record.record_id for record in kept] == ["old", "dated"]
    assert dict(kept[1].fields) == {"founded": "2006", "city": "Kielce"}
    assert gone.schema == EXCLUDED
    assert gone["record_id"].to_list() == ["late", "visited"]
    assert set(gone["reason"]) == {"after_as_of"}


def test_nothing_falls_out_at_the_newest_date():
    given = [entry("a"), entry("b", as_of="2024"), entry("c", retrieved_at="2025-02-01T10:00:00+01:00")]
    newest = records.newest_date(given)
    assert newest == date(2025, 2, 1)
    kept, gone = records.known_by(given, newest)
    assert kept == given
    assert gone.is_empty()


def test_a_later_page_of_an_entry_does_not_hide_an_earlier_one():
    given = [
        entry("a", as_of="2014", fields={"members_total": 20}),
        entry("a", as_of="2019", fields={"members_total": 90}),
    ]
    kept, gone = records.known_by(given, date(2015, 12, 31))
    assert [record.fields["members_total"] for record in kept] == [20]
    assert gone.is_empty()
