"""Analyses over many runs: sensitivity, search, break-even, discovery, robustness, experiments within."""
