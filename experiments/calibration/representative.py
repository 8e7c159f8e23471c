"""The one point that stands for a fit where a scenario has to have numbers: in its scenario file.

The mean of a posterior may lie where no draw does: between draws that hold up the community as the log was, across
an edge beyond which it runs away. So it is one of the draws: of the few whose run met the log best, the
one that meets it best with other luck as well.
"""

from collections.abc import Callable, Sequence

import numpy as np

from kith.experiments.calibration.fitting import seen, usable
from kith.experiments.calibration.priors import Floats
from kith.experiments.calibration.running import Values
from kith.experiments.calibration.statistics import Target
from kith.experiments.calibration.weighting import misfit_of

TRIED, AGAIN = 6, 3
"draws that are run again, and how often"
FURTHER = 20_000
"where the seeds of these runs begin, from that of the ensemble on"


def representative(
    draws: Floats,
    results: Sequence[Values],
    target: Target,
    view: str,
    run_at: Callable[[list[tuple[Floats, int]]], list[Values]],
) -> Floats:
    """The draw that stands for all, (parameters,); `run_at` runs points with offsets of the seed."""
    misfits = _misfits(results, target, view)
    tried = np.argsort(misfits, kind="stable")[:TRIED]
    again = run_at([(draws[k], FURTHER + AGAIN * int(k) + nth) for k in tried for nth in range(AGAIN)])
    more = _misfits(again, target, view).reshape(len(tried), AGAIN)
    typical = np.median(np.column_stack([misfits[tried], more]), axis=1)
    return np.asarray(draws[tried[int(np.argmin(typical))]])


def _misfits(results: Sequence[Values], target: Target, view: str) -> Floats:
    """The sum of squared errors of each run; infinite where it is not usable."""
    out = np.full(len(results), np.inf)
    good = [k for k, result in enumerate(results) if usable(result)]
    if good:
        out[good] = misfit_of(target, np.array([target.of(seen(results[k], view)) for k in good]))
    return out
