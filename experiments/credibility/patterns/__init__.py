"""Patterns: stylised facts that must emerge, one small file each.

Each has a statistic over records, a band and its source. No input states a
result: only designs, shocks and switches of mechanisms are varied. Their files end alike, in a table
of quantities and bands: it is a declaration, which each writes out in full.
"""

from kith.experiments.credibility.patterns import (
    adoption,
    ads,
    cash,
    contagion,
    duration,
    graph,
    inequality,
    life,
    removal,
    replies,
    take_off,
    tenure,
    unravelling,
)
from kith.experiments.credibility.patterns.giving import PATTERNS_OF_GIVING
from kith.experiments.credibility.patterns.joining import JOINING
from kith.experiments.credibility.patterns.pattern import (
    FULL,
    SMALL,
    Arm,
    Over,
    Pattern,
    Quantity,
    Records,
    Size,
)
from kith.experiments.credibility.patterns.size import PATTERNS_OF_SIZE

PATTERNS: tuple[Pattern, ...] = (
    *(
        home.PATTERN
        for home in (
            adoption,
            inequality,
            tenure,
            replies,
            contagion,
            unravelling,
            graph,
            removal,
            cash,
            ads,
            duration,
            take_off,
            life,
        )
    ),
    *PATTERNS_OF_SIZE,
    *PATTERNS_OF_GIVING,
    *JOINING,
)
"""All patterns, in the order of science.md; then duration, take-off and lives, size, giving, joining and the hub."""

NAMED: dict[str, Pattern] = {pattern.code: pattern for pattern in PATTERNS}

__all__ = ["FULL", "NAMED", "PATTERNS", "SMALL", "Arm", "Over", "Pattern", "Quantity", "Records", "Size"]
