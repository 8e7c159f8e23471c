"""The model shows known patterns: a small size contradicts none, the full size establishes them.

A pattern that is known not to be met is expected to fail, with its reason; if it comes to be met the
test fails too, so that the record is corrected.
"""

from functools import cache

import pytest

from kith.experiments.credibility.patterns import FULL, PATTERNS, Pattern, Quantity
from kith.experiments.credibility.patterns.judge import MET, PatternFinding, look

JUDGED = [(p, q) for p in PATTERNS for q in p.quantities if q.judged]


def cases(small: bool) -> list[object]:
    """Every judged quantity that the size can tell of; known failures are strict ones at full size."""
    return [
        pytest.param(
            p,
            q,
            id=f"{p.code}-{q.name.replace(' ', '_')}",
            marks=[pytest.mark.xfail(strict=True, reason=q.unmet)]
            if q.unmet and (q.far or not small)
            else [],
        )
        for p, q in JUDGED
        if not (small and q.fine)
    ]


@cache
def found(code: str, full: bool) -> dict[str, PatternFinding]:
    """The findings of a pattern by quantity; runs once for all its quantities."""
    own = [p for p in PATTERNS if p.code == code]
    return {f.quantity.name: f for f in look(FULL if full else None, own, workers=None if full else 1)}


@pytest.mark.slow
@pytest.mark.parametrize(("pattern", "quantity"), cases(small=True))
def test_a_few_small_runs_do_not_contradict_the_pattern(pattern: Pattern, quantity: Quantity) -> None:
    finding = found(pattern.code, full=False)[quantity.name]
    assert finding.verdict == MET, f"{finding.estimate}, band {quantity.band}"


@pytest.mark.full
@pytest.mark.parametrize(("pattern", "quantity"), cases(small=False))
def test_the_model_shows_the_pattern(pattern: Pattern, quantity: Quantity) -> None:
    finding = found(pattern.code, full=True)[quantity.name]
    assert finding.verdict == MET, f"{finding.estimate}, band {quantity.band}"
