"""Data on disk: atomic writing, serialisation of state, validation, and record folders."""
