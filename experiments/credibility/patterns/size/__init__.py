"""Patterns of size: critical mass, growth with size, and what places the threshold."""

from kith.experiments.credibility.patterns.pattern import Pattern
from kith.experiments.credibility.patterns.size import (
    critical_mass,
    growth,
    incumbent,
    intimate,
    per_head,
    scales,
)

PATTERNS_OF_SIZE: tuple[Pattern, ...] = tuple(
    home.PATTERN for home in (critical_mass, growth, scales, per_head, intimate, incumbent)
)

__all__ = ["PATTERNS_OF_SIZE"]
