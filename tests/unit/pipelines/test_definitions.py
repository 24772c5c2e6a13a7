"""The graph as it is, so that a change of it shows in review."""

import dagster as dg

from pipelines.definitions import defs
from pipelines.jobs import JOBS
from sources.cards import load_cards

graph = defs.resolve_asset_graph()


def _dependencies():
    return {
        key.to_user_string(): sorted(up.to_user_string() for up in graph.get(key).parent_keys)
        for key in graph.get_all_asset_keys()
    }


def test_assets_and_their_dependencies(snapshot):
    assert dict(sorted(_dependencies().items())) == snapshot


def test_every_source_has_its_pages_and_records():
    keys = set(_dependencies())
    for source in load_cards():
        assert {f"raw_{source}__pages", f"core_{source}__records"} <= keys


def test_data_flows_one_way():
    order = ["raw", "core", "out", "release"]
    for key, parents in _dependencies().items():
        for parent in parents:
            assert order.index(parent.partition("_")[0]) <= order.index(key.partition("_")[0]), (parent, key)


def test_every_asset_says_what_it_is():
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        assert node.group_name != "default", key


def test_the_gate_blocks_the_release():
    spec = next(spec for check in defs.asset_checks for spec in check.check_specs if spec.name == "gate")
    assert spec.blocking


def test_definitions_load_as_a_whole():
    dg.Definitions.validate_loadable(defs)


def test_jobs_schedules_sensors_and_checks(snapshot):
    told = {
        "jobs": {
            job.name: (job.description, sorted(step.name for step in defs.resolve_job_def(job.name).nodes))
            for job in JOBS
        },
        "schedules": {one.name: (one.job_name, one.cron_schedule, one.execution_timezone) for one in defs.schedules},
        "sensors": {one.name: one.minimum_interval_seconds for one in defs.sensors},
        "checks": sorted(str(key) for key in graph.asset_check_keys),
    }
    assert told == snapshot


def test_policies_follow_the_cards():
    for card in load_cards().values():
        node = graph.get(dg.AssetKey(f"raw_{card.id}__pages"))
        assert (node.pools != set()) == bool(card.start), card.id
        policy = node.freshness_policy
        if card.start and not card.closed:
            assert policy.fail_window.to_timedelta().days == 2 * card.cadence_days
        else:
            assert policy is None


def test_sources_of_one_host_share_a_pool():
    by_host = {}
    for card in load_cards().values():
        if card.start:
            by_host.setdefault(card.hosts[0].removeprefix("www."), set()).update(
                graph.get(dg.AssetKey(f"raw_{card.id}__pages")).pools
            )
    assert all(len(pools) == 1 for pools in by_host.values())
    assert len({next(iter(pools)) for pools in by_host.values()}) == len(by_host)


def test_every_asset_has_owner_kinds_layer_and_code_version():
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.owners, key
        assert node.kinds, key
        assert node.tags.get("layer"), key
        assert node.code_version, key
