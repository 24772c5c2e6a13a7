"""Links a CSV file with Splink 5 on Spark in local mode: `splink_spark_linkage.py in.csv out.csv levels.json`.

Columns of the file and what `levels.json` holds: see `benchmarks/identity/spark.py`, which writes both.
"""

import json
import sys
from pathlib import Path

import splink.comparison_level_library as cll
import splink.comparison_library as cl
from pyspark.sql import SparkSession
from pyspark.sql.functions import col, split
from splink import Linker, SettingsCreator, SparkAPI, block_on

source, target, given = sys.argv[1:]
spec = json.loads(Path(given).read_text(encoding="utf-8"))
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.sql.shuffle.partitions", "4")
    .config("spark.driver.memory", "3g")
    .config("spark.ui.enabled", "false")
    .getOrCreate()
)
spark.sparkContext.setCheckpointDir(target + ".checkpoints")
frame = spark.read.csv(source, header=True)
for column in spec["lists"]:
    frame = frame.withColumn(column, split(col(column), " "))
frame = frame.withColumn("total", col("total").cast("double"))


def level(sql: str, weight: float):
    """Returns a level whose Bayes factor is two to its weight."""
    u = min(0.5, 0.5 / 2**weight)
    made = cll.ElseLevel() if sql == "ELSE" else cll.CustomLevel(sql, base_dialect_str="spark")
    return made.configure(m_probability=u * 2**weight, u_probability=u)


settings = SettingsCreator(
    link_type="dedupe_only",
    unique_id_column_name="record_id",
    comparisons=[
        cl.CustomComparison([level(*one) for one in levels], output_column_name=name)
        for name, levels in spec["comparisons"].items()
    ],
    blocking_rules_to_generate_predictions=[block_on("keys", arrays_to_explode=["keys"]), block_on("domain")],
    probability_two_random_records_match=spec["prior"],
)
api = SparkAPI(spark_session=spark)
found = Linker(api.register(frame), settings).inference.predict().as_spark_dataframe()
weight = next(c for c in found.columns if c in {"match_weight", "mw"})
found.select("record_id_l", "record_id_r", weight).toPandas().to_csv(target, index=False, header=["a", "b", "weight"])
