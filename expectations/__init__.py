"""What must hold before anything is published: expectations over records and tables, bounds, continuity, the gate.

Belongs here: checks and the words in which they fail. Great Expectations is imported here alone, and late.
Does not belong here: mending data.
"""
