"""Statistics of the life of contributors: of a log with their errors, and of a run in the same scale.

Gaps and ratios are compared as logarithms. The error of a statistic is that of the bootstrap over members and 5 % of
its value, as independent parts.
"""

from dataclasses import dataclass

import numpy as np

from kith.experiments.evidence.estimates import REPLICATES, intervals
from kith.experiments.evidence.measure import measured
from kith.experiments.evidence.observation import Floats, Observed

SHARES = (
    *("again_d1_7", "survival_4w", "survival_26w", "survival_52w", "survival_104w"),
    *("return_30d", "return_90d", "return_180d"),
    *("return_hazard_90_180", "return_hazard_180_270", "return_hazard_270_365", "return_hazard_365_455"),
    *("once", "one_day", "active_d8_30", "active_d31_90", "active_d91_180", "active_d181_365"),
    *("active_d366_730", "monthly_contributors", "top1", "top10"),
)
GAPS = ("gap_median", "gap_90")
RATIOS = ("early_stay", "early_actions")
NAMES = (*SHARES, *GAPS, *RATIOS)
SHORTEST, LEAST_RATIO = 0.5, 0.1
"days and ratio; a shorter gap and a smaller ratio count as this"
RELATIVE = 0.05
"error of every statistic, relative to its value, beside that of the bootstrap"
WIDTH = 2.0 * 1.96
"width of a 95 % interval in standard errors"


@dataclass(frozen=True)
class Target:
    """The statistics of a log and their errors, both (statistics,)."""

    values: Floats
    errors: Floats

    def z(self, values: Floats) -> Floats:
        """By how many errors the statistics of a run differ; NaN where it cannot tell."""
        return (values - self.values) / self.errors


def statistics_of(observed: Observed) -> Floats:
    """The statistics of a log or a run, gaps as logarithms of days, (statistics,)."""
    estimates = measured(observed)
    return np.array([_scaled(name, estimates[name].value) for name in NAMES])


def target_of(log: Observed) -> Target:
    """The statistics of a log with their errors."""
    estimates = measured(log)
    between = intervals(estimates, log.members, REPLICATES)
    values = np.array([_scaled(name, estimates[name].value) for name in NAMES])
    errors = np.empty(len(NAMES))
    for k, name in enumerate(NAMES):
        low, high = (_scaled(name, end) for end in between.get(name, (np.nan, np.nan)))
        sampling = 0.0 if np.isnan(high - low) else (high - low) / WIDTH
        errors[k] = np.hypot(sampling, RELATIVE * (1.0 if name in (*GAPS, *RATIOS) else abs(values[k])))
    return Target(values, errors)


def _scaled(name: str, value: float) -> float:
    if name in GAPS:
        return float(np.log(max(value, SHORTEST)))
    return float(np.log(max(value, LEAST_RATIO))) if name in RATIOS else float(value)
