"""Formats of event logs, one reader per file: whether a file is one of its kind, and its rows."""
