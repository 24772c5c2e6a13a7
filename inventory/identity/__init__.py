"""Which records speak of the same body: record linkage by match weights that can be read, and ids that last.

The way through: `names` (what a name says) -> `blocking` (which pairs to look at) -> `comparison` (how far they agree)
-> `scoring` (match weight) -> `resolution` (bodies) -> `linkage` (the entry point), and `ledger` (published ids).
Does not belong here: what a body is (a cluster or something else), and which of its values is published.
"""
