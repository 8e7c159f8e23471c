"""Data on disk: folders written whole or not at all, state as plain values, records as folders."""
