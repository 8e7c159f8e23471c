"""Judge claims: run each pair of arms on the same seeds, and say what the difference amounts to.

An arm that several claims need is run once. Seeds are 0 … runs - 1, never selected.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kith.experiments.credibility.claims.claim import Claim, Idea, plan_of
from kith.experiments.credibility.expectations import read_on_days
from kith.experiments.errors import RequestError
from kith.experiments.run_limits import check_runs
from kith.experiments.runs.runner import Job, run_all
from kith.experiments.statistics.intervals import LEAST_RUNS, Floats, Paired, no_interval, paired

EMERGES, INPUT, WEAK = "emerges", "input", "too weak to see"
CONTRADICTED, NOT_MODELLED = "contradicted", "not modelled"
VERDICTS = (EMERGES, INPUT, WEAK, CONTRADICTED, NOT_MODELLED)
LEFT = 0.2
"The share of a difference that has to be left, with its parameter neutral, for the difference to emerge."

type Values = Mapping[str, Mapping[str, Floats]]
"by arm, then by day and outcome, one value per seed"


@dataclass(frozen=True)
class Judged:
    """A claim with its difference, and with the one that is left where its parameter is neutral."""

    idea: str
    claim: Claim
    gap: Paired | None = None
    neutral: Paired | None = None

    @property
    def verdict(self) -> str:
        """One of `VERDICTS`."""
        if self.gap is None:
            return NOT_MODELLED
        side = _side(self.gap, self.claim.sign)
        if side <= 0:
            return CONTRADICTED if side < 0 else WEAK
        return INPUT if self.claim.by_rule or self._vanishes() else EMERGES

    @property
    def wrong(self) -> str:
        """What does not fit between the verdict and the reason on record; empty where all does."""
        if self.verdict == CONTRADICTED and not self.claim.because:
            return "is contradicted, and no reason is on record"
        if self.verdict not in (CONTRADICTED, NOT_MODELLED) and self.claim.because:
            return f"has a reason for being contradicted, but its verdict is: {self.verdict}"
        return ""

    def _vanishes(self) -> bool:
        """Whether hardly anything is left of the difference with the parameter neutral."""
        if self.neutral is None or self.gap is None:
            return False
        left = self.neutral.difference / self.gap.difference
        return not (_side(self.neutral, self.claim.sign) > 0 and left >= LEFT)


def judge(
    ideas: Sequence[Idea],
    runs: int,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Judged]:
    """Run every arm of the claims of some ideas, and judge each claim.

    Parameters
    ----------
    runs : paired runs of each arm, at least 4.
    workers, progress : see `kith.experiments.runs.runner.run_all`.

    Raises
    ------
    RequestError
        The request was wrong.
    RuntimeError
        A run failed, so that pairs would be missing.
    """
    check_seeds(runs)
    days: dict[str, set[int]] = {}
    for claim in (claim for idea in ideas for claim in idea.claims if claim.modelled):
        for arm in (arm for pair in claim.pairs for arm in pair):
            days.setdefault(arm, set()).add(claim.day)
    check_runs(f"--runs {runs:,} of {len(days)} arms", runs * len(days), "ask for fewer")
    values = _simulated(days, runs, workers, progress)
    return [_judged(idea.name, claim, values) for idea in ideas for claim in idea.claims]


def check_seeds(runs: int) -> None:
    """Refuse fewer runs than an interval needs."""
    if runs < LEAST_RUNS:
        raise RequestError(f"--runs {runs}: must be at least {LEAST_RUNS}; {no_interval()}")


def counted(judged: Sequence[Judged]) -> dict[str, int]:
    """How many claims have which verdict."""
    return {verdict: sum(one.verdict == verdict for one in judged) for verdict in VERDICTS}


def _simulated(
    days: Mapping[str, set[int]],
    runs: int,
    workers: int | None,
    progress: Callable[[int, int], None] | None,
) -> Values:
    plans = {arm: plan_of(arm, max(on)) for arm, on in days.items()}
    jobs = [
        Job(plans[arm], seed, key=(arm, tuple(sorted(on))), measure=read_on_days)
        for arm, on in days.items()
        for seed in range(runs)
    ]
    done = sorted(run_all(jobs, workers, progress=progress), key=lambda outcome: outcome.seed)
    read: dict[str, dict[str, list[float]]] = {}
    for outcome in done:
        arm = outcome.key[0]
        if outcome.failed:
            raise RuntimeError(f"{arm} with seed {outcome.seed}: {outcome.error.strip().splitlines()[-1]}")
        for name, value in outcome.summary.items():
            read.setdefault(arm, {}).setdefault(name, []).append(value)
    return {arm: {name: np.array(v) for name, v in outcomes.items()} for arm, outcomes in read.items()}


def _judged(idea: str, claim: Claim, values: Values) -> Judged:
    gaps = [
        paired(
            _values(values[without], claim, claim.than or claim.outcome),
            _values(values[with_], claim, claim.outcome),
        )
        for without, with_ in (claim.pairs if claim.modelled else ())
    ]
    return Judged(idea, claim, *gaps)


def _values(read: Mapping[str, Floats], claim: Claim, outcome: str) -> Floats:
    found = read[f"{claim.day} {outcome}"]
    if not claim.spread:
        return found
    mean = float(np.nanmean(found))
    return np.abs(found - mean) / mean if mean else np.full_like(found, math.nan)


def _side(gap: Paired, sign: str) -> int:
    """1 if the whole interval is on the side of the sign, -1 if it is on the other, else 0."""
    low, high = gap.low, gap.high
    if math.isnan(low) and gap.n >= LEAST_RUNS:
        low = high = gap.difference  # the same in every pair: decided, not drawn
    if sign == "-":
        low, high = -high, -low
    return 1 if low > 0 else -1 if high < 0 else 0
