"""Foundations: compilation, counter-based random numbers, prefetching and threads."""
