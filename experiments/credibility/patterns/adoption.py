"""SF1: adoption is S-shaped where people hear from outside and from each other.

Cumulative joins of a closed market in which nobody leaves, compared with the curve of Bass (1969)
fitted by least squares, with exponential growth and the concave exponential of external
influence alone. Without imitation the same fit must not beat the concave exponential.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from kith.experiments.credibility.patterns.pattern import Arm, Pattern, Quantity, Records, Size, arm

DAYS = 5400
MONTH = 30
SMOOTHED = 13
"months over which joins are averaged before their peak is looked for"

type Curve = Callable[..., Any]


def bass(t: Any, m: float, p: float, q: float) -> Any:
    """Cumulative adoption of the Bass model."""
    fallen = np.exp(-(p + q) * t)
    return m * (1.0 - fallen) / (1.0 + q / p * fallen)


def growth(t: Any, m: float, r: float) -> Any:
    """Exponential growth from nothing."""
    return m * np.expm1(r * t)


def saturation(t: Any, m: float, p: float) -> Any:
    """External influence alone."""
    return m * -np.expm1(-p * t)


def arms(size: Size) -> Mapping[str, Arm]:
    """A closed market without departures, with imitation and without."""
    closed: dict[str, Any] = {
        "market__size": 2_500,
        "market__founders": 0,
        "churn__base_hazard": 0.0,
        "referral__invites_per_month": 0.0,
        "acquisition__search_rate": 0.0,
    }
    return {
        "imitation": arm("baseline", DAYS, size, **closed),
        "alone": arm("baseline", DAYS, size, acquisition__imitation_rate=0.0, **closed),
    }


def measure(records: Records) -> Mapping[str, float]:
    """Fit, rivals and place of the peak."""
    joins = {name: _monthly(r[-1].series["joins"].to_numpy(float)) for name, r in records.items()}
    cumulated = np.cumsum(joins["imitation"])
    return {
        "R² of Bass": 1.0 - _rest(bass, cumulated) / float(((cumulated - cumulated.mean()) ** 2).sum()),
        "AIC gained over exponentials": _gain(cumulated),
        "joins before the peak": _before_peak(joins["imitation"]),
        "AIC gained without imitation": _gain(np.cumsum(joins["alone"])),
    }


def _monthly(daily: Any) -> Any:
    months = len(daily) // MONTH
    return daily[: months * MONTH].reshape(months, MONTH).sum(axis=1)


def _gain(cumulated: Any) -> float:
    """AIC of the better exponential less that of Bass."""
    rivals = min(_aic(growth, cumulated, 2), _aic(saturation, cumulated, 2))
    return rivals - _aic(bass, cumulated, 3)


def _aic(curve: Curve, cumulated: Any, parameters: int) -> float:
    n = len(cumulated)
    return float(n * np.log(_rest(curve, cumulated) / n) + 2 * parameters)


def _rest(curve: Curve, cumulated: Any) -> float:
    """Residual sum of squares of the best fit; time in years."""
    from scipy.optimize import curve_fit

    years = np.arange(1, len(cumulated) + 1) * MONTH / 365.0
    top, span = float(cumulated[-1]), float(years[-1])
    start = {bass: (top, 0.03, 0.5), growth: (top / math.e, 1.0 / span), saturation: (top, 1.0 / span)}[curve]
    lowest = [1e-6] * len(start)
    highest = [1e3 * top] + [20.0] * (len(start) - 1)
    fitted, _ = curve_fit(curve, years, cumulated, start, bounds=(lowest, highest), max_nfev=20_000)
    return float(((curve(years, *fitted) - cumulated) ** 2).sum())


def _before_peak(monthly: Any) -> float:
    """Share of all joins up to the middle of the busiest stretch."""
    busy = np.convolve(monthly, np.ones(SMOOTHED), mode="valid")
    middle = int(busy.argmax()) + SMOOTHED // 2
    return float((monthly[:middle].sum() + monthly[middle] / 2) / monthly.sum())


PATTERN = Pattern(
    "SF1",
    "S-shaped adoption",
    "Joins of a closed market follow the curve of Bass and beat both exponentials.",
    "Bass 1969, Management Science 15(5)",
    arms,
    measure,
    (
        Quantity("R² of Bass", low=0.97),
        Quantity("joins before the peak", 0.35, 0.55),
        Quantity("AIC gained over exponentials", low=10.0),
        Quantity("AIC gained without imitation"),
    ),
)
