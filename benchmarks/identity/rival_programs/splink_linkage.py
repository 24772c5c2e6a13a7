"""Links a CSV file with Splink 5 on DuckDB: `splink_linkage.py in.csv out.csv fixed|em`."""

import sys

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

source, target, mode = sys.argv[1:]
connection = duckdb.connect()
connection.execute("set threads = 2")
connection.execute(
    "create table records as select record_id, name, string_split(tokens, ' ') as tokens, city, voivodeship,"
    " founded, domain, coordinator, country, split_part(name, ' ', 1) as head"
    f" from read_csv('{source}', all_varchar = true)"
)
name = cl.JaroWinklerAtThresholds("name", [0.95, 0.88, 0.75])
tokens = cl.ArrayIntersectAtSizes("tokens", [3, 2, 1])
single = {c: cl.ExactMatch(c) for c in ("city", "voivodeship", "founded", "domain", "country")}
coordinator = cl.JaroWinklerAtThresholds("coordinator", [0.95, 0.85])
if mode == "fixed":
    name = name.configure(m_probabilities=[0.45, 0.1, 0.15, 0.2, 0.1], u_probabilities=[0.001, 0.001, 0.008, 0.09, 0.9])
    tokens = tokens.configure(m_probabilities=[0.2, 0.2, 0.3, 0.3], u_probabilities=[0.0005, 0.0015, 0.018, 0.98])
    chances = {"city": 0.05, "voivodeship": 0.1, "founded": 0.08, "domain": 0.005, "country": 0.7}
    single = {
        c: s.configure(m_probabilities=[0.9, 0.1], u_probabilities=[chances[c], 1 - chances[c]])
        for c, s in single.items()
    }
    coordinator = coordinator.configure(
        m_probabilities=[0.5, 0.1, 0.15, 0.25], u_probabilities=[0.005, 0.005, 0.02, 0.97]
    )
settings = SettingsCreator(
    link_type="dedupe_only",
    unique_id_column_name="record_id",
    comparisons=[name, tokens, *single.values(), coordinator],
    blocking_rules_to_generate_predictions=[
        block_on("name"),
        block_on("domain"),
        block_on("tokens", arrays_to_explode=["tokens"]),
        block_on("city", "head"),
    ],
    probability_two_random_records_match=0.005,
)
api = DuckDBAPI(connection)
linker = Linker(api.register("records"), settings)
if mode == "em":
    linker.training.estimate_probability_two_random_records_match([block_on("name")], recall=0.5)
    linker.training.estimate_u_using_random_sampling(max_pairs=2_000_000)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("name"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("domain"))
found = linker.inference.predict(threshold_match_probability=0.05)
connection.execute(
    f"copy (select -1 as fold, record_id_l as a, record_id_r as b, match_probability as probability"
    f" from {found.physical_name}) to '{target}' (header)"
)
