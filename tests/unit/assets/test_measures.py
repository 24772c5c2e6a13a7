from assets.measures import MEASURES, by_run, measured

LINES = """\
{"run_id": "aaaaaaaa-1", "job": "refresh_source", "step": "raw_esca__pages", "source": "esca", "moment": "2026-01-01T05:00:00+00:00", "seconds": 2.5, "rows": 7, "reused": false, "requests": 9, "bytes": 4200, "statuses": {"200": 6, "304": 2}}
{"run_id": "aaaaaaaa-1", "job": "refresh_source", "step": "core_esca__records", "source": "esca", "moment": "2026-01-01T05:00:01+00:00", "seconds": 0.5, "rows": 86, "reused": true}
{"run_id": "bbbbbbbb-2", "job": "build", "step": "identity", "source": "", "moment": "2026-01-02T05:00:00+00:00", "seconds": 1.0, "rows": 3, "reused": false}
{"run_id": "ccc
"""


def test_measures_are_summed_by_run(tmp_path):
    (tmp_path / MEASURES).write_text(LINES)
    assert len(measured(tmp_path)) == 3
    first, second = by_run(tmp_path)
    assert first == (
        "2026-01-01T05:00:01+00:00", "refresh_source", "aaaaaaaa", 3.0, 2, 1, 93, 9, 4, "200:6 304:2", "raw_esca__pages 2.5",
    )  # fmt: skip
    assert second[1:4] == ("build", "bbbbbbbb", 1.0)


def test_a_home_without_runs_has_none(tmp_path):
    assert by_run(tmp_path) == []
