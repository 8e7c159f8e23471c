"""Runs: one or many, on processes or a cluster, each reduced to what comparisons need."""
