"""Links a CSV file with recordlinkage, a logistic regression for each fold on the labels of the others."""

import sys

import pandas as pd
import recordlinkage

given = pd.read_csv(sys.argv[1], dtype=str).set_index("record_id")
index = recordlinkage.Index()
index.block("domain")
index.block("city")
index.sortedneighbourhood("name", window=9)
pairs = index.index(given)
exploded = given["tokens"].fillna("").str.split().explode().dropna().reset_index()
met = exploded.merge(exploded, on="tokens")
met = met[met["record_id_x"] > met["record_id_y"]]
pairs = pairs.union(pd.MultiIndex.from_frame(met[["record_id_x", "record_id_y"]], names=pairs.names)).unique()
compare = recordlinkage.Compare()
compare.string("name", "name", method="jarowinkler", label="name")
compare.string("name", "name", method="qgram", label="grams")
compare.string("name", "name", method="cosine", label="cosine")
compare.string("coordinator", "coordinator", method="jarowinkler", label="coordinator")
for column in ("city", "voivodeship", "founded", "domain", "country"):
    compare.exact(column, column, label=column, missing_value=0.5)
features = compare.compute(pairs, given).fillna(0.5)
first, second = (given.loc[features.index.get_level_values(k)] for k in (0, 1))
same = first["body"].to_numpy() == second["body"].to_numpy()
known = first["body"].notna().to_numpy() & second["body"].notna().to_numpy()
parts = []
for fold in range(5):
    seen = known & (first["fold"] != str(fold)).to_numpy() & (second["fold"] != str(fold)).to_numpy()
    model = recordlinkage.LogisticRegressionClassifier()
    model.fit(features[seen], features.index[seen & same])
    chance = model.prob(features)
    parts.append(
        pd.DataFrame(
            {
                "fold": fold,
                "a": features.index.get_level_values(0),
                "b": features.index.get_level_values(1),
                "probability": chance.to_numpy(),
            }
        )
    )
pd.concat(parts).to_csv(sys.argv[2], index=False)
