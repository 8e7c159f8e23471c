"""Patterns of joining and inviting, and of what a hub gives."""

from kith.experiments.credibility.patterns.joining import inviting, referred, spending, without_hub
from kith.experiments.credibility.patterns.pattern import Pattern

JOINING: tuple[Pattern, ...] = tuple(home.PATTERN for home in (inviting, referred, spending, without_hub))

__all__ = ["JOINING"]
