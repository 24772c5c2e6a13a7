"""The bars of record linkage on labelled records, where these are at hand."""

import os

import pytest

pytestmark = pytest.mark.skipif(
    not os.environ.get("CLUSTER_INVENTORY_LABELS"),
    reason="CLUSTER_INVENTORY_LABELS does not name a folder with records.jsonl, labels.csv and pairs_hard.csv",
)


@pytest.mark.parametrize("listed", [True, False])
def test_cross_validated_quality_meets_the_bars(listed, monkeypatch):
    from benchmarks.identity.labelled import load
    from benchmarks.identity.quality import held_out
    from inventory.identity.homonyms import Homonyms

    if not listed:
        nothing = Homonyms(frozenset(), frozenset())
        monkeypatch.setattr("inventory.identity.homonyms.load_homonyms", lambda: nothing)
    out = held_out(load())
    gold, found, right, b_precision, b_recall, records = out.counts
    precision, recall = b_precision / records, b_recall / records
    assert right / found >= 0.99
    assert right / gold >= 0.95
    assert 2 * precision * recall / (precision + recall) >= 0.97
    assert out.hard[0] / out.hard[1] >= 0.93
