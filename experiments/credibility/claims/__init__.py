"""What practitioners claim about communities, each held against a pair of runs."""
