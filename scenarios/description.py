"""What a scenario says about itself, whether it stands in the library or in a file of one's own."""

import os

from kith.scenarios.catalogue import Entry, entry_of
from kith.scenarios.chain import layers_of, source_of
from kith.scenarios.expected import Expected


def about(name_or_path: str | os.PathLike[str]) -> Entry:
    """Title, question, text, answer, tags and sources; raises `ScenarioError` if it cannot be read."""
    source = source_of(name_or_path)
    layers_of(source)  # refuses what is misspelt, in one sentence
    return entry_of(source.name, source.path, source.label)


def expected_of(name_or_path: str | os.PathLike[str]) -> tuple[Expected, ...]:
    """What the scenario's own file expects; what it extends has expectations of its own."""
    return layers_of(source_of(name_or_path))[-1].expected
