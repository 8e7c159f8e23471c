"""What can be concluded of two scenarios over many worlds, draws of the parameters: the sign of a difference.

In a world the sign is that of the mean difference of its pairs of runs. A conclusion should hold in 80 % of worlds
(docs/explanation/science.md, section 7), and the worlds are a sample: it is robust if Wilson's 95 % interval of that share
lies at 80 % or above, not robust if it lies below, and undecided otherwise. Even if all agree, that takes 16 worlds.

What is not robust fails for one of two reasons. Luck: with more pairs in each world it would be robust. Parameters:
worlds differ in truth, and no number of pairs changes that. With more pairs, the means of worlds would lie as much closer
to their median as their spread would be smaller (Louis 1984, doi:10.1080/01621459.1984.10478062), which the analysis of
variance says; the signs that they would then have are counted. One of the two is named if four in five resamples of the
worlds agree (bootstrap); otherwise more pairs would tell.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from kith.experiments.statistics.cross_fitting import regrets_elsewhere
from kith.experiments.statistics.intervals import POWER
from kith.experiments.statistics.luck_and_parameters import parts
from kith.experiments.statistics.shares import Share, trials_needed, wilson
from kith.experiments.words import wording
from kith.sim.results.definitions import describe

type Floats = npt.NDArray[np.float64]

LEVEL = 0.95
ENOUGH = 0.80
"share of draws in which a conclusion has to hold"
ROBUST, NOT_ROBUST, UNDECIDED, SAME = "robust", "not robust", "undecided", "same"
LUCK, PARAMETERS, EITHER = "luck", "parameters", "luck or parameters"
FEW_DRAWS, ONE_PAIR = "few draws", "one pair"
"why a conclusion is not robust; with one pair in each draw that cannot be told"
RESAMPLES, SEED = 399, 1
AGREE = 0.80
"share of resamples that have to agree before luck or the parameters are named"


@dataclass(frozen=True)
class Conclusion:
    """In how many draws an indicator is higher, or lower, in the second scenario than in the first."""

    outcome: str
    unit: str
    first: str
    second: str
    more: int
    less: int
    worlds: int
    "draws with a pair in which both values are defined"
    median: float
    "median of the draws' mean differences, second minus first"
    regret_first: float = math.nan
    "what is lost by always choosing the first, mean over draws, where more is better"
    regret_second: float = math.nan
    "the same of the second; where less is better the two change places"
    pairs: int = 0
    "pairs in which both values are defined, in all draws"
    luck: float = math.nan
    "half of the 90 % interval of the difference of one pair that luck alone gives; NaN with one pair per draw"
    parameters: float = math.nan
    "the same by the parameters alone"
    share_parameters: float = math.nan
    "share of the variance of the difference that the parameters explain"
    because: str = ""
    "why it is not robust: luck, the parameters, either, too few draws, or one pair, which cannot tell; empty if it is"
    pairs_needed: float = math.nan
    "about how many pairs in each draw would make it robust, if luck is why it is not; else NaN"

    @property
    def holds_in(self) -> int:
        """Number of draws with the more frequent sign."""
        return max(self.more, self.less)

    @property
    def share(self) -> Share:
        """Share of draws in which the conclusion holds, with a 95 % interval."""
        return wilson(self.holds_in, self.worlds, LEVEL)

    @property
    def verdict(self) -> str:
        """Robust, not robust, undecided, or without any difference."""
        if self.holds_in == 0:
            return SAME
        if self.share.low >= ENOUGH:
            return ROBUST
        return NOT_ROBUST if self.share.high < ENOUGH else UNDECIDED

    @property
    def worlds_needed(self) -> float:
        """Number of draws that would decide with a probability of 80 % if the true share equals the estimate; NaN if decided."""
        if self.verdict != UNDECIDED:
            return math.nan
        return max(trials_needed(self.share.value, ENOUGH, LEVEL, POWER), self.worlds + 1.0)

    @property
    def sentence(self) -> str:
        """The conclusion in words."""
        if self.holds_in == 0:
            return f"{wording.title(self.outcome)}: no difference"
        sign = "more" if self.more >= self.less else "less"
        return f"{wording.title(self.outcome)}: {sign} in {self.second} than in {self.first}"


def conclusion(values: pd.DataFrame, outcome: str, labels: tuple[str, str]) -> Conclusion | None:
    """The conclusion about one indicator; None if it is defined in no pair.

    Parameters
    ----------
    values : a row per world, pair and scenario: `world`, `scenario`, indicators, and `pair` if a world has several.
    outcome : the indicator.
    labels : the scenarios; differences are second minus first.
    """
    if outcome not in values:
        return None
    gap = _gaps(values, outcome, labels)
    if not len(gap):
        return None
    of_world = np.isfinite(gap).sum(axis=1)
    means = np.nanmean(gap, axis=1)
    found = parts(gap)
    luck, by_parameters = found.half_widths
    more, less = int((means > 0).sum()), int((means < 0).sum())
    regrets = regrets_elsewhere(np.stack([np.where(np.isfinite(gap), 0.0, np.nan), gap], axis=2))
    if gap.shape[1] == 1:
        regrets = np.array([means.clip(min=0).mean(), (-means).clip(min=0).mean()])
    because, needed = _why_not_robust(gap if more >= less else -gap)
    return Conclusion(
        outcome,
        describe(outcome)[0],
        *labels,
        more=more,
        less=less,
        worlds=len(means),
        median=float(np.median(means)),
        regret_first=float(regrets[0]),
        regret_second=float(regrets[1]),
        pairs=int(of_world.sum()),
        luck=luck,
        parameters=by_parameters,
        share_parameters=found.share,
        because=because,
        pairs_needed=needed,
    )


def _gaps(values: pd.DataFrame, outcome: str, labels: tuple[str, str]) -> Floats:
    """The difference of each pair, (worlds, pairs), NaN where it is missing; worlds without any are left out."""
    frame = values if "pair" in values else values.assign(pair=0)
    runs = frame.pivot(index=["world", "pair"], columns="scenario", values=outcome)
    runs = runs.reindex(columns=list(labels))
    gap = (runs[labels[1]] - runs[labels[0]]).unstack("pair").to_numpy(float)
    gap = np.where(np.isfinite(gap), gap, np.nan)
    return np.asarray(gap[np.isfinite(gap).any(axis=1)])


@lru_cache(maxsize=64)
def _fewest(worlds: int) -> int:
    """In how many of these worlds a conclusion has to hold to be robust; one more than there are if all are too few."""
    low, high = 0, worlds + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if wilson(middle, worlds, LEVEL).low >= ENOUGH else (middle, high)
    return high


def _why_not_robust(gap: Floats) -> tuple[str, float]:
    """Why a conclusion is not robust, and if because of luck, about how many pairs in each world would make it robust.

    Parameters
    ----------
    gap : differences, positive in most worlds, (worlds, pairs); NaN where a pair is missing.
    """
    worlds, above = len(gap), int((np.nanmean(gap, axis=1) > 0).sum())
    if above == 0 or above >= _fewest(worlds):
        return "", math.nan
    if _fewest(worlds) > worlds:
        return FEW_DRAWS, math.nan
    if not np.isfinite(gap[:, 1:]).any():
        return ONE_PAIR, math.nan
    drawn = np.random.default_rng(SEED).integers(0, worlds, (RESAMPLES, worlds))
    needed = np.array([_pairs_needed(gap[places]) for places in drawn])
    never = float(np.isinf(needed).mean())
    if never <= 1 - AGREE:
        return LUCK, float(np.quantile(needed, AGREE, method="lower"))
    return (PARAMETERS if never >= AGREE else EITHER), math.nan


def _pairs_needed(gap: Floats) -> float:
    """About how many pairs in each world would make a conclusion robust; infinite if no number would."""
    of_world, means, found = np.isfinite(gap).sum(axis=1), np.nanmean(gap, axis=1), parts(gap)
    middle, luck = float(np.median(means)), found.luck
    if middle <= 0 or not luck > 0:
        return math.inf
    closer = np.where(means > 0, np.inf, middle / (middle - np.minimum(means, 0.0)))
    # the scale of the means below which that many are positive
    enough = float(np.sort(closer)[::-1][_fewest(len(means)) - 1])
    if math.isinf(enough):
        return 1.0
    left = enough**2 * found.of_means(1.0 / float((1.0 / of_world).mean())) - found.parameters
    return float(math.floor(luck / left) + 1) if left > 0 else math.inf


def decision(verdict: str, needed: float | None, of: str = "draws") -> str:
    """The verdict, and if undecided about how many draws would decide it."""
    if verdict != UNDECIDED:
        return verdict
    number = wording.runs(math.inf if needed is None else needed)
    return f"{verdict}; {'' if number.startswith('>') else 'about '}{number} {of} would decide"
