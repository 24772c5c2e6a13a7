import pytest

from expectations.source_state import SourceReading, check_sources


def _met(**values):
    return [(issue.code, issue.severity) for issue in check_sources([SourceReading("esca", **{"rows": 50, **values})])]


@pytest.mark.parametrize(
    ("values", "met"),
    [
        ({}, []),
        ({"age_days": 30, "max_age_days": 30}, []),
        ({"age_days": 9000}, []),  # a closed list does not age
        ({"age_days": 31, "max_age_days": 30}, [("source_stale", "critical")]),
        ({"age_days": None, "max_age_days": 30}, [("source_stale", "critical")]),
        ({"failed": "503", "age_days": 10, "max_age_days": 30}, [("source_failed", "warning")]),
        ({"failed": "503", "age_days": 31, "max_age_days": 30}, [("source_failed", "critical")]),
        ({"failed": "layout unknown", "rows": 0}, [("source_failed", "critical")]),
        ({"overtaken": 20}, [("page_was_unreadable", "info")]),
        ({"rows": 0}, [("source_empty", "critical")]),
        ({"rows": 0, "optional": True}, []),
        ({"rows": 0, "previous_rows": 40}, [("source_empty", "critical")]),
        ({"rows": 4, "previous_rows": 40}, [("source_shrank", "critical")]),
        ({"rows": 5, "previous_rows": 40}, []),
        ({"rows": 1, "previous_rows": 1}, []),
        ({"rows": 4, "previous_rows": 40, "failed": "timeout", "age_days": 1}, [("source_failed", "warning"), ("source_shrank", "critical")]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_source(values, met):
    assert _met(**values) == met


def test_order_of_readings_does_not_matter_and_remedies_name_the_source():
    readings = [SourceReading(name, rows=0) for name in ("tci", "eccp", "kkk")]
    issues = list(check_sources(readings))
    assert [issue.source for issue in issues] == ["eccp", "kkk", "tci"]
    assert issues == list(check_sources(readings[::-1]))
    assert all(issue.source in issue.remedy for issue in issues)
