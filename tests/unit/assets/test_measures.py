import json

from assets.measures import MEASURES, by_run, measured

VISIT = {"requests": 9, "bytes": 4200, "statuses": {"200": 6, "304": 2}}
ROWS = [
    {
        "run_id": "aaaaaaaa-1",
        "job": "refresh_source",
        "step": "raw_esca__pages",
        "seconds": 2.5,
        "rows": 7,
        "reused": False,
        **VISIT,
    },
    {
        "run_id": "aaaaaaaa-1",
        "job": "refresh_source",
        "step": "core_esca__records",
        "seconds": 0.5,
        "rows": 86,
        "reused": True,
    },
    {"run_id": "bbbbbbbb-2", "job": "build", "step": "identity", "seconds": 1.0, "rows": 3, "reused": False},
]
MOMENT = "2026-01-01T05:00:00+00:00"


def test_measures_are_summed_by_run(tmp_path):
    lines = [json.dumps(row | {"source": "", "moment": MOMENT}) for row in ROWS]
    (tmp_path / MEASURES).write_text("\n".join([*lines, '{"run_id": "ccc']))
    assert len(measured(tmp_path)) == 3
    first, second = by_run(tmp_path)
    assert first == (
        MOMENT, "refresh_source", "aaaaaaaa", 3.0, 2, 1, 93, 9, 4, "200:6 304:2", "raw_esca__pages 2.5",
    )  # fmt: skip
    assert second[1:4] == ("build", "bbbbbbbb", 1.0)


def test_a_home_without_runs_has_none(tmp_path):
    assert by_run(tmp_path) == []
