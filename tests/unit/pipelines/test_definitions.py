"""The graph as it is, so that a change of it shows in review."""

import dagster as dg

from pipelines.definitions import defs
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
