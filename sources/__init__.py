"""Where facts come from: one folder per source, and the kit they share.

Belongs here: cards, the archive of raw pages, fetching, reading captions and structure, one parser per layout.
Does not belong here: frames, databases, orchestration, and any opinion on what is true; that is `inventory`.
"""
