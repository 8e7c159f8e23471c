"""What makes differences vary between worlds: luck, and the parameters that were drawn.

In each world, a draw of the parameters, pairs of runs differ by luck alone; between worlds the parameters differ as
well. A one-way analysis of variance with random effects tells them apart, also where worlds have different numbers of
pairs (Searle, Casella & McCulloch 1992, *Variance components*, chapter 3).
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]

Z90 = 1.6448536269514722
"standard deviations from the middle to an end of the 90 % interval of a normal distribution"


class Parts(NamedTuple):
    """Variances of a difference; NaN where they cannot be told apart."""

    luck: float
    "of one pair of runs, within a world"
    parameters: float
    "between worlds, without luck"

    @property
    def half_widths(self) -> tuple[float, float]:
        """Half of the 90 % intervals that luck alone and the parameters alone give one pair."""
        return Z90 * math.sqrt(self.luck), Z90 * math.sqrt(self.parameters)

    @property
    def share(self) -> float:
        """The share of the variance that the parameters explain; NaN where nothing varies."""
        total = self.luck + self.parameters
        return self.parameters / total if total > 0 else math.nan

    def of_means(self, pairs: float) -> float:
        """The variance between worlds of means of this many pairs."""
        return self.parameters + self.luck / pairs


def parts(differences: Floats) -> Parts:
    """The variances of luck and of the parameters.

    Parameters
    ----------
    differences : (worlds, pairs); NaN where a pair is missing. At least one world needs two pairs, else both are NaN.
    """
    known = np.isfinite(differences)
    of_world = known.sum(axis=1)
    differences, known, of_world = (x[of_world > 0] for x in (differences, known, of_world))
    worlds, total = len(of_world), int(of_world.sum())
    if worlds < 2 or total == worlds:
        return Parts(math.nan, math.nan)
    d = np.where(known, differences, 0.0)
    means = d.sum(axis=1) / of_world
    off = np.where(known, d - means[:, None], 0.0)
    luck = float((off**2).sum()) / (total - worlds)
    between = float((of_world * (means - d.sum() / total) ** 2).sum()) / (worlds - 1)
    usual = (total - float((of_world**2).sum()) / total) / (worlds - 1)
    return Parts(luck, max(0.0, (between - luck) / usual))


def least_share(worlds: int, pairs: int) -> float:
    """The smallest share of the variance that this many worlds with as many pairs each nearly always tell from luck.

    The estimate of `parts` is zero as soon as worlds differ no more than luck makes them. With a smaller share of the
    parameters than this, that happens in more than one of twenty samples of worlds.
    """
    from scipy.stats import f

    by_chance = float(f.ppf(0.05, worlds - 1, worlds * (pairs - 1)))
    ratio = (1.0 / by_chance - 1.0) / pairs
    return ratio / (1.0 + ratio)
