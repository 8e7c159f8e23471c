"""Event logs: read row by row, and turned into the founders of a community."""
