"""Patterns of giving: what answers, contributions and staff are worth."""

from kith.experiments.credibility.patterns.giving import manager, removal, starved
from kith.experiments.credibility.patterns.pattern import Pattern

PATTERNS_OF_GIVING: tuple[Pattern, ...] = tuple(home.PATTERN for home in (removal, starved, manager))

__all__ = ["PATTERNS_OF_GIVING"]
