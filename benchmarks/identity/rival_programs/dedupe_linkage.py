"""Links a CSV file with dedupe, trained for each fold on the labels of the others: `dedupe_linkage.py in.csv out.csv`."""

import csv
import itertools
import random
import sys

import dedupe
import dedupe.variables as v

FIELDS = ("name", "tokens", "city", "voivodeship", "founded", "domain", "coordinator", "country")


def model():
    return dedupe.Dedupe(
        [
            v.String("name"),
            v.Text("tokens", has_missing=True),
            *(v.Exact(f, has_missing=True) for f in ("city", "voivodeship", "founded", "domain", "country")),
            v.String("coordinator", has_missing=True),
        ],
        num_cores=2,
    )


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as rows:
        given = list(csv.DictReader(rows))
    data = {r["record_id"]: {f: r[f] or None for f in FIELDS} for r in given}
    with open(sys.argv[2], "w", encoding="utf-8", newline="") as out:
        write = csv.writer(out)
        write.writerow(("fold", "a", "b", "probability"))
        for fold in range(5):
            random.seed(2015)
            known = [r for r in given if r["body"] and int(r["fold"]) != fold]
            pairs = list(itertools.combinations(known, 2))
            same = [p for p in pairs if p[0]["body"] == p[1]["body"]]
            other = [p for p in pairs if p[0]["body"] != p[1]["body"]]
            close = [p for p in other if set(p[0]["name"].split()) & set(p[1]["name"].split())]
            examples = {
                "match": [
                    (data[a["record_id"]], data[b["record_id"]]) for a, b in random.sample(same, min(700, len(same)))
                ],
                "distinct": [
                    (data[a["record_id"]], data[b["record_id"]])
                    for a, b in random.sample(close, 900) + random.sample(other, 500)
                ],
            }
            tool = model()
            tool.prepare_training(data, sample_size=1000)
            tool.mark_pairs(examples)
            tool.train(recall=0.99)
            for (a, b), p in tool.score(tool.pairs(data)):
                write.writerow((fold, a, b, float(p)))
