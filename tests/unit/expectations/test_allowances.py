from datetime import date

import pytest

from expectations.allowances import AllowanceError, read_allowances, settle
from expectations.source_state import SourceReading, check_sources
from warehouse.findings import GateReport, Issue, results_frame

GOOD = """
- code: source_failed
  source: tci
  reason: the registry's host is down
  by: data engineer
  until: 2027-03-31
"""


def _issue(code="source_failed", source="tci", severity="critical"):
    return Issue(code, severity, "", "", source, "It failed.", "Visit it.")


def _read(tmp_path, text):
    path = tmp_path / "allowances.yml"
    path.write_text(text, encoding="utf-8")
    return read_allowances(path)


def _is_open(issues):
    return GateReport(tuple(issues), results_frame(())).is_open


def test_an_allowance_lets_its_issue_pass_until_its_last_day(tmp_path):
    allowances = _read(tmp_path, GOOD)
    assert _is_open(settle([_issue()], allowances, date(2027, 3, 31)))
    after = settle([_issue()], allowances, date(2027, 4, 1))
    assert not _is_open(after)
    assert [issue.code for issue in after] == ["source_failed", "allowance_expired"]


@pytest.mark.parametrize("other", [_issue(source="esca"), _issue(code="source_empty")])
def test_it_lets_nothing_else_pass(tmp_path, other):
    settled = settle([other], _read(tmp_path, GOOD), date(2027, 1, 1))
    assert not _is_open(settled)
    assert [issue.code for issue in settled] == [other.code, "allowance_unused"]


def test_no_file_and_an_empty_file_allow_nothing(tmp_path):
    assert read_allowances(tmp_path / "none.yml") == ()
    assert _read(tmp_path, "# nothing\n") == ()


@pytest.mark.parametrize("missing", ["code", "reason", "by", "until"])
def test_an_allowance_without_reason_author_or_end_is_refused(tmp_path, missing):
    text = "\n".join(line for line in GOOD.splitlines() if f"{missing}:" not in line).replace(
        "  source", "- source", missing == "code"
    )
    with pytest.raises(AllowanceError, match=f"entry 1: {missing} missing"):
        _read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (GOOD.replace("2027-03-31", "spring"), "until is no day"),
        (GOOD.replace("source:", "sourse:"), "only the keys"),
        ("code: source_failed", "write a list"),
        ("- source_failed", "only the keys"),
    ],
)
def test_a_wrong_file_says_where(tmp_path, text, named):
    with pytest.raises(AllowanceError, match=named):
        _read(tmp_path, text)


@pytest.mark.parametrize(
    "issue",
    [
        *check_sources(
            [SourceReading("tci", rows=0, failed="timeout"), SourceReading("esca", rows=4, previous_rows=90)]
        ),
        *check_sources([SourceReading("kkk", rows=30, age_days=400, max_age_days=90)]),
        *check_sources([SourceReading("eccp", rows=30, unreadable=("pages/1.html: unknown layout.",))]),
    ],
    ids=lambda issue: issue.code,
)
def test_the_line_that_a_remedy_prints_lets_the_issue_pass_once_a_person_filled_it_in(tmp_path, issue):
    assert issue.severity == "critical"
    line = issue.remedy[issue.remedy.index("- {") :]
    with pytest.raises(AllowanceError):
        _read(tmp_path, line)  # not as it stands: a reason, a name and a day are a person's to give
    filled = line.replace("YYYY-MM-DD", "2027-03-31").replace("...", "the owner announced a return")
    assert _is_open(settle([issue], _read(tmp_path, filled), date(2027, 3, 31)))
    assert not _is_open(settle([issue], _read(tmp_path, filled), date(2027, 4, 1)))
