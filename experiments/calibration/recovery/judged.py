"""What came of a recovery: coverage of the true parameters by the posterior's intervals, and their ranks.

If inference is right, the rank of the truth among draws of the posterior is uniform for every parameter, and 90 %
intervals hold it nine times in ten (Talts et al. 2018).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kith.experiments.calibration.priors import Floats
from kith.experiments.errors import RequestError
from kith.experiments.statistics.shares import Share, wilson

if TYPE_CHECKING:
    import pandas as pd

FEWEST_LOGS, MOST_LOGS = 6, 1000
BINS = 4
LEVEL = 0.9
EXACT = 0.01
"errors of the statistics of a simulated log, on the scale of comparison: luck is in the emulator"


@dataclass(frozen=True)
class Recovery:
    """Coverage and ranks of known parameters."""

    logs: int
    table: "pd.DataFrame"
    "a row per parameter: coverage of the 90 % interval, mean rank of the truth, p of flat ranks, corrected for the number of parameters"
    pooled: Share
    "coverage over all parameters and logs, with a 95 % interval as if all were independent"
    ratio: float
    "mean error of the posterior means, relative to that of the prior mean"
    quarters: tuple[int, ...]
    "ranks of the truth in each quarter, over all parameters and logs"

    @property
    def flat(self) -> bool:
        """Whether no parameter's ranks differ from flat ones by more than chance."""
        return bool((self.table["p"] > 0.05).all())

    @property
    def pooled_p(self) -> float:
        """The p of flat ranks over all parameters and logs, as if all were independent."""
        from scipy.stats import chisquare

        return float(chisquare(self.quarters).pvalue)


def check_logs(logs: int) -> None:
    """Refuse a number of simulated logs that tells nothing."""
    if not FEWEST_LOGS <= logs <= MOST_LOGS:
        raise RequestError(
            f"--recover {logs}: must be from {FEWEST_LOGS} to {MOST_LOGS:,}; 36 or more tell something"
        )


def ranks_of(truths: Floats, draws: Sequence[Floats]) -> Floats:
    """The share of each log's draws, (draws, parameters), below the true parameters, both (logs, parameters)."""
    return np.array([(sample < truth).mean(axis=0) for truth, sample in zip(truths, draws, strict=True)])


def held(ranks: Floats) -> "np.ndarray":
    """Which truths lie in the central 90 % of the draws, by their ranks."""
    return (ranks >= (1 - LEVEL) / 2) & (ranks <= (1 + LEVEL) / 2)


def judged(names: Sequence[str], truths: Floats, draws: Sequence[Floats]) -> Recovery:
    """Coverage and ranks of true parameters, (logs, parameters), among draws of each log's posterior."""
    import pandas as pd
    from scipy.stats import chisquare

    ranks = ranks_of(truths, draws)
    inside = held(ranks)
    quarter = np.minimum((ranks * BINS).astype(int), BINS - 1)
    means = np.array([sample.mean(axis=0) for sample in draws])
    rows = []
    for k, name in enumerate(names):
        counts = np.bincount(quarter[:, k], minlength=BINS)
        p = min(1.0, float(chisquare(counts).pvalue) * len(names))
        rows.append(
            {
                "parameter": name,
                "coverage": float(inside[:, k].mean()),
                "mean_rank": float(ranks[:, k].mean()),
                "p": p,
                "error": float(np.abs(means[:, k] - truths[:, k]).mean() / np.abs(truths[:, k]).mean()),
            }
        )
    error = float(np.abs(means - truths).mean() / np.abs(truths).mean())
    return Recovery(
        len(truths),
        pd.DataFrame(rows),
        wilson(int(inside.sum()), inside.size, 0.95),
        error,
        tuple(np.bincount(quarter.ravel(), minlength=BINS).tolist()),
    )
