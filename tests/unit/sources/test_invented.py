"""Pages of clusters that nobody founded, in any markup: what they state is read, and nothing else.

The seeds here are few; `benchmarks/sources/markup.py` runs thousands.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.cards import load_cards
from sources.parsing import LayoutUnknown, SourceChanged
from sources.reading import parser_of
from tests.unit.sources.invented import Score, score
from tests.unit.sources.registries import KINDS, invented

CARDS = load_cards()
PRECISION, RECALL = 0.99, 0.98
SEEDS = range(12)


def read(page) -> Score:
    card = CARDS[page.source]
    try:
        return score(page, parser_of(card)(page.page, card).records)
    except (LayoutUnknown, SourceChanged):
        return score(page, ())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_what_pages_state_is_read_in_any_markup(kind) -> None:
    told = Score()
    for seed in SEEDS:
        told.add(read(invented(kind, seed)))
    assert told.private == []
    assert told.precision >= PRECISION, told.wrong
    assert told.recall >= RECALL, told.missing


@settings(max_examples=60, deadline=None)
@given(kind=st.sampled_from(KINDS), seed=st.integers(1000, 2**32))
def test_no_person_is_read_from_any_page(kind, seed) -> None:
    assert read(invented(kind, seed)).private == []


def test_the_score_sees_a_wrong_a_missing_and_a_private_value() -> None:
    page = next(page for seed in range(50) if (page := invented(KINDS[8], seed)).private)
    card = CARDS[page.source]
    [record] = parser_of(card)(page.page, card).records
    del record.fields["mark"]
    record.fields["city"] = page.private[0]
    told = score(page, [record])
    assert [text.rpartition(": ")[2] for text in told.missing][-1].startswith("('mark'")
    assert any("city" in text for text in told.wrong)
    assert told.private == [page.private[0]]
