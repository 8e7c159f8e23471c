"""Regret without luck: the best choice is made by some runs, and judged by others.

The best of several noisy means is too good, so a regret that chooses and judges by the same runs counts luck as a loss. Here the
choice that is best in a world by all seeds but one is judged by the one that was left out, each seed in turn. That errs
to the other side: with few seeds or much luck, the best is not always found.
"""

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]


def regrets_elsewhere(values: Floats) -> Floats:
    """The mean regret of always making each choice, over worlds, where more is better, (choices,); NaN if no world can tell.

    Parameters
    ----------
    values : (worlds, seeds, choices); NaN where there is none. A seed judges if every choice has a value there and at another
        seed; worlds without such a seed are left out. Of choices that are equally good, each is made as often.
    """
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    of_others = known.sum(axis=1, keepdims=True) - known
    others = (filled.sum(axis=1, keepdims=True) - filled) / np.maximum(of_others, 1)
    judges = (known & (of_others > 0)).all(axis=2)
    best = others == others.max(axis=2, keepdims=True)
    reached = (best * filled).sum(axis=2) / best.sum(axis=2)
    lost = np.where(judges[..., None], reached[..., None] - filled, 0.0).sum(axis=1)
    count = judges.sum(axis=1)
    able = count > 0
    if not able.any():
        return np.full(values.shape[2], np.nan)
    return np.asarray((lost[able] / count[able, None]).mean(axis=0))
