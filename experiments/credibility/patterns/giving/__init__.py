"""Patterns of giving: what answers, contributions and staff are worth.

Expected to be met only with `proposed.PROPOSED` in force, and not in the list of patterns that the
defaults have to show.
"""

from kith.experiments.credibility.patterns.giving import manager, removal, starved
from kith.experiments.credibility.patterns.pattern import Pattern

PATTERNS_OF_GIVING: tuple[Pattern, ...] = tuple(home.PATTERN for home in (removal, starved, manager))

__all__ = ["PATTERNS_OF_GIVING"]
