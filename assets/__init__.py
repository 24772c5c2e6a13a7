"""The asset graph: thin Dagster assets that read, call one function, write, and report metadata."""
