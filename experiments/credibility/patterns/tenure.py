"""SF3: the hazard of leaving declines with tenure.

Kaplan-Meier survival and a Weibull fit with right censoring, over memberships begun in the run.
The default base hazard falls over the first weeks by assumption; the pattern has to hold with a flat
base hazard as well, where only selection and attachment act. With identical people only
attachment remains.
"""

import math
from collections.abc import Mapping
from typing import Any

from kith.experiments.credibility.patterns.cohorts import newcomers, spells
from kith.experiments.credibility.patterns.pattern import Arm, Pattern, Quantity, Records, Size, arm

DAYS = 730
FLAT: dict[str, Any] = {"churn__newcomer_factor": 1.0, "churn__ageing": 0.0}
ALIKE: dict[str, Any] = {
    "contribution__propensity_sigma": 0.0,
    "visiting__budget_sigma": 0.0,
    "market__fit_width": 100.0,
    "bonding__capacity_shape": 50.0,
    "referral__dispersion": math.inf,
}


def arms(size: Size) -> Mapping[str, Arm]:
    """The defaults; a flat base; a flat base and people who are all alike."""
    return {
        "default": arm("baseline", DAYS, size),
        "flat base": arm("baseline", DAYS, size, **FLAT),
        "alike": arm("baseline", DAYS, size, **FLAT, **ALIKE),
    }


def measure(records: Records) -> Mapping[str, float]:
    """Hazard of the twelfth month relative to the first, and Weibull's k, by arm."""
    values: dict[str, float] = {}
    for name, (record,) in records.items():
        length, ended = spells(newcomers(record), record.days)
        values[f"h(12) / h(1), {name}"] = hazard_ratio(length, ended)
        values[f"Weibull k, {name}"] = weibull_shape(length, ended)
    return values


def hazard_ratio(length: Any, ended: Any) -> float:
    """Hazard in days 330 to 359 over that in days 0 to 29, from the Kaplan-Meier curve."""
    from scipy.stats import CensoredData, ecdf

    sample = CensoredData(uncensored=length[ended], right=length[~ended])
    start, first, late, last = ecdf(sample).sf.evaluate([0.0, 30.0, 330.0, 360.0])
    return math.log(late / last) / math.log(start / first) if last > 0.0 else math.nan


def weibull_shape(length: Any, ended: Any) -> float:
    """Maximum likelihood of the shape, right censored."""
    from scipy.stats import CensoredData, weibull_min

    sample = CensoredData(uncensored=length[ended], right=length[~ended])
    return float(weibull_min.fit(sample, floc=0.0)[0])


PATTERN = Pattern(
    "SF3",
    "hazard falls with tenure",
    "After a year, members leave at less than half the rate of newcomers, even with a flat base hazard.",
    "Fader & Hardie 2007, doi:10.1002/dir.20074",
    arms,
    measure,
    (
        Quantity("h(12) / h(1), default", 0.05, 0.5),
        Quantity("Weibull k, default", 0.5, 0.95),
        Quantity("h(12) / h(1), flat base", 0.05, 0.5),
        Quantity("Weibull k, flat base", 0.5, 0.95),
        Quantity("h(12) / h(1), alike"),
        Quantity("Weibull k, alike"),
    ),
)
