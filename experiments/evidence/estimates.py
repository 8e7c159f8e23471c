"""Estimates: the value of a statistic, or why the log cannot tell, and intervals by resampling members.

The bootstrap draws as many members as there are, with replacement, each with all that they did. It is
about which members a community happened to have, and says nothing about its time or its network. Statistics of
ties are taken of random halves of the tied members instead: members drawn twice would have no ties of their own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kith.experiments.evidence.observation import Flags, Floats, Numbers
from kith.experiments.words.wording import plural

LEAST = 10
"members, silences or pairs below which a share is not given"
LEVEL = 0.95
REPLICATES = 200
SEED = 0
CHUNK = 2_000_000
"weights held at once while members are drawn again"


@dataclass(frozen=True)
class Estimate:
    """A statistic of one log. What can be resampled knows how: as a ratio of sums over members, or as a function."""

    value: float
    reason: str = ""
    "why the log cannot tell; the value is then NaN"
    ratio: tuple[Floats, Floats] | None = None
    "numerator and denominator of each member"
    weighted: Callable[[Floats], float] | None = None
    "the value when each member counts a given number of times"
    halved: Callable[[Flags], float] | None = None
    "the value as a half of the tied members shows it, whose flags are given, (members tied,)"


def unknown(reason: str) -> Estimate:
    """What the log cannot tell, and why."""
    return Estimate(float("nan"), reason)


def exact(value: Any) -> Estimate:
    """A count, which has no interval."""
    return Estimate(float(value))


def quotient(above: Numbers, below: Numbers, reason: str, least: float = LEAST) -> Estimate:
    """The sum of `above` over the sum of `below`, both by member; unknown where the latter is below `least`."""
    over, under = np.asarray(above, float), np.asarray(below, float)
    total = under.sum()
    if total <= 0 or total < least:
        return unknown(reason)
    return Estimate(float(over.sum() / total), ratio=(over, under))


def share(which: Flags, among: Flags, reason: str) -> Estimate:
    """The share of `which` among some members; unknown where these are fewer than `LEAST`."""
    return quotient(
        which & among, among, f"{reason}: {plural(int(among.sum()), 'member')}, {LEAST} are needed"
    )


def intervals(
    estimates: Mapping[str, Estimate], members: int, replicates: int = REPLICATES, seed: int = SEED
) -> dict[str, tuple[float, float]]:
    """Percentile intervals of those estimates that can be resampled, by name."""
    ratios = {name: estimate.ratio for name, estimate in estimates.items() if estimate.ratio is not None}
    functions = {
        name: estimate.weighted for name, estimate in estimates.items() if estimate.weighted is not None
    }
    if replicates < 1 or members < LEAST or not (ratios or functions):
        return {}
    generator = np.random.default_rng(seed)
    above = np.column_stack([pair[0] for pair in ratios.values()]) if ratios else np.zeros((members, 0))
    below = np.column_stack([pair[1] for pair in ratios.values()]) if ratios else np.zeros((members, 0))
    drawn = np.full((replicates, len(ratios) + len(functions)), np.nan)
    together = max(1, min(replicates, CHUNK // members))
    for start in range(0, replicates, together):
        chunk = drawn[start : start + together]
        times = np.array(
            [np.bincount(generator.integers(members, size=members), minlength=members) for _ in chunk], float
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            chunk[:, : len(ratios)] = (times @ above) / (times @ below)
        chunk[:, len(ratios) :] = [[function(row) for function in functions.values()] for row in times]
    return {name: _between(column) for name, column in zip([*ratios, *functions], drawn.T, strict=True)}


def halves(
    estimates: Mapping[str, Estimate], tied: int, replicates: int = REPLICATES, seed: int = SEED
) -> dict[str, tuple[float, float]]:
    """Intervals of statistics of ties by random halves of the tied members, by name.

    The spread of halves drawn without replacement around the whole is that of the whole around the truth
    (b / n / (1 - b / n) = 1 for b = n / 2), so the interval is the value less the quantiles of these differences.
    """
    functions = {name: estimate.halved for name, estimate in estimates.items() if estimate.halved is not None}
    if replicates < 1 or not functions or tied < 2 * LEAST:
        return {}
    generator = np.random.default_rng(seed)
    drawn = np.full((replicates, len(functions)), np.nan)
    for row in drawn:
        half = np.zeros(tied, bool)
        half[generator.permutation(tied)[: tied // 2]] = True
        row[:] = [function(half) for function in functions.values()]
    out = {}
    for name, column in zip(functions, drawn.T, strict=True):
        value = estimates[name].value
        low, high = _between(column - value)
        out[name] = max(0.0, value - high), max(0.0, value - low)
    return out


def _between(drawn: Floats) -> tuple[float, float]:
    known = drawn[np.isfinite(drawn)]
    if len(known) < 0.9 * len(drawn):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
