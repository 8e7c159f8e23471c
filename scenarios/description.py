"""Descriptions of scenarios, from the library or from a file of the user."""

import os

from kith.scenarios.catalogue import Entry, entry_of
from kith.scenarios.expected import Expected
from kith.scenarios.extends import layers_of, source_of


def about(name_or_path: str | os.PathLike[str]) -> Entry:
    """Title, question, text, answer, tags and sources; raises `ScenarioError` if it cannot be read."""
    source = source_of(name_or_path)
    layers_of(source)  # validates the file
    return entry_of(source.name, source.path, source.label)


def expected_of(name_or_path: str | os.PathLike[str]) -> tuple[Expected, ...]:
    """The expectations in the scenario's own file, without those of files that it extends."""
    return layers_of(source_of(name_or_path))[-1].expected
