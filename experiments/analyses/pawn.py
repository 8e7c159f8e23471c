"""PAWN: the change of an outcome's distribution when a lever is fixed.

Pianosi & Wagener 2018, doi:10.1016/j.envsoft.2018.07.019. Computed here rather than by SALib, whose
slices exclude the highest value of a lever: for a lever with few values, that omits all points with
that value. For ranges the two differ by one point only.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

type Floats = npt.NDArray[np.float64]
type Places = npt.NDArray[np.int64]

SEED = 1
SLICES = 10
"Parts into which a lever's range is divided."
FEWEST_PER_SLICE = 5
SHUFFLES = 19
"Shuffles of a lever whose greatest median is its floor: a lever without effect exceeds it once in twenty."


def pawn_indices(x: Floats, y: Floats) -> pd.DataFrame:
    """Median and maximum Kolmogorov-Smirnov distance between y and y given a lever, a row per lever.

    A lever of at most `SLICES` values is given value by value, others in slices of equal size. `floor`
    is the greatest median after shuffling the lever `SHUFFLES` times: what chance alone gives.

    Parameters
    ----------
    x : (points, levers), the values of the levers; words as whole numbers.
    y : the outcome at every point.
    """
    order = np.argsort(y, kind="stable")
    last = np.append(np.diff(y[order]) > 0, True)  # of points that have the same outcome
    random = np.random.default_rng(SEED)
    rows = []
    for column in x[order].T:
        slices = _sliced(column)
        distances = _distances(slices, last)
        chance = [np.median(_distances(random.permutation(slices), last)) for _ in range(SHUFFLES)]
        rows.append((np.median(distances), distances.max(), max(chance)))
    return pd.DataFrame(rows, columns=["median", "maximum", "floor"], dtype=float)


def _sliced(column: Floats) -> Places:
    """The slice that each value is in."""
    values, places = np.unique(column, return_inverse=True)
    if len(values) <= SLICES:
        return np.asarray(places, np.int64)
    count = min(SLICES, len(column) // FEWEST_PER_SLICE)
    edges = np.quantile(column, np.linspace(0, 1, count + 1)[1:-1])
    return np.unique(np.searchsorted(edges, column, side="right"), return_inverse=True)[1].astype(np.int64)


def _distances(slices: Places, last: npt.NDArray[np.bool_]) -> Floats:
    """Kolmogorov-Smirnov distance of each slice to all points, which are in the order of the outcome."""
    all_below = np.arange(1, len(slices) + 1) / len(slices)
    rows = []
    for k in range(int(slices.max()) + 1):
        below = np.cumsum(slices == k)
        rows.append(np.abs(below / below[-1] - all_below)[last].max())
    return np.array(rows)
