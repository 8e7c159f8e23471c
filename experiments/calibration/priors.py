"""What is fitted, and what is believed about it before a log is seen: the table of priors of `kith calibrate`.

Each parameter is fitted on a scale on which its prior is the standard normal: the logarithm of a positive
number, or the log odds of a share. `low` to `high` is the prior's 90 % interval, wider than
those of the schema, which are about communities in general: here a log speaks.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kith.experiments.errors import RequestError
from kith.experiments.statistics.luck_and_parameters import Z90

type Floats = npt.NDArray[np.float64]

LOG, SHARE = "log", "share"
WIDEST = 2.5
"standard deviations of the prior beyond which nothing is tried"
EAGERNESS = "market.eagerness"
MEAN_RATE = "contribution.mean_rate"
"contributions per visit, mean over members: `contribution.rate` times exp(propensity_sigma² / 2), because the two trade off"
RATE, SIGMA = "contribution.rate", "contribution.propensity_sigma"


@dataclass(frozen=True)
class Prior:
    """The prior of one parameter."""

    name: str
    low: float
    high: float
    scale: str
    why: str

    @property
    def _ends(self) -> tuple[float, float]:
        return self._inward(self.low), self._inward(self.high)

    def _inward(self, value: float) -> float:
        return math.log(value / (1.0 - value)) if self.scale == SHARE else math.log(value)

    def value(self, z: float) -> float:
        """The parameter at a number of the prior's standard deviations."""
        low, high = self._ends
        x = (low + high) / 2.0 + z * (high - low) / (2.0 * Z90)
        return 1.0 / (1.0 + math.exp(-x)) if self.scale == SHARE else math.exp(x)

    def z(self, value: float) -> float:
        """The number of the prior's standard deviations at which the parameter has a value."""
        low, high = self._ends
        return (self._inward(value) - (low + high) / 2.0) / ((high - low) / (2.0 * Z90))


PRIORS: Mapping[str, Prior] = {
    prior.name: prior
    for prior in (
        Prior(MEAN_RATE, 0.003, 0.2, LOG, "presets have .01 to .05; a factor of four and more each way"),
        Prior("contribution.propensity_sigma", 0.4, 2.4, LOG, "logs fit between .2 and 2.2 (LIFE-who)"),
        Prior("contribution.burst_gain", 0.5, 20.0, LOG, "presets have 1.2 to 7.5 (LIFE-burst)"),
        Prior("contribution.burst_half_life", 1.0, 16.0, LOG, "presets have 2 to 7 days (LIFE-burst)"),
        Prior("contribution.follow_on", 0.05, 0.75, SHARE, "low where questions are asked, high in a chat"),
        Prior("contribution.reply_ceiling", 0.3, 0.93, SHARE, "ACT-rp: .61 of newcomers are answered"),
        Prior("visiting.budget_hours", 0.5, 16.0, LOG, "TIE-act: assumed, 2 hours a month; wide"),
        Prior(
            "churn.base_hazard", 0.002, 0.03, LOG, "LIFE-stop: .008 over two logs, checked on a third; wide"
        ),
        Prior(
            "churn.newcomer_factor", 1.5, 25.0, LOG, "LIFE-stop: 6.4 over two logs, checked on a third; wide"
        ),
        Prior(
            "churn.newcomer_half_life",
            4.0,
            60.0,
            LOG,
            "LIFE-stop: 18 days over two logs, checked on a third; wide",
        ),
        Prior(
            "dormancy.waking_rate",
            0.03,
            0.8,
            LOG,
            "LIFE-wake: .2 a month over two logs, checked on a third; wide",
        ),
        Prior(EAGERNESS, 0.2, 2.0, LOG, "LIFE-early: .9 over two logs; wide"),
    )
}
"""The parameters that a fit to a log leaves free."""

TARGETED: Mapping[str, Prior] = {name: prior for name, prior in PRIORS.items() if name != EAGERNESS}
"""Those that a fit to a handful of numbers leaves free."""


def check_settable(names: Iterable[str]) -> None:
    """Refuse to set what only a fit knows: the mean that it has in place of the rate.

    Raises
    ------
    RequestError
        One of the names is `MEAN_RATE`.
    """
    if MEAN_RATE in names:
        raise RequestError(
            f"{MEAN_RATE} is what a fit calls {RATE} times exp({SIGMA}² / 2), and no parameter of a scenario; set {RATE}, "
            f"and {SIGMA} with it"
        )


def values_at(priors: Mapping[str, Prior], z: Floats) -> dict[str, float]:
    """The parameters of the schema at a point, (parameters,)."""
    values = {name: prior.value(float(x)) for (name, prior), x in zip(priors.items(), z, strict=True)}
    mean = values.pop(MEAN_RATE, None)
    return values if mean is None else {RATE: mean * math.exp(-0.5 * values[SIGMA] ** 2)} | values


def log_prior(z: Floats) -> Floats:
    """The log density of points, (n, parameters), up to a constant; minus infinity outside."""
    inside = (np.abs(z) <= WIDEST).all(axis=1)
    return np.where(inside, -0.5 * (z**2).sum(axis=1), -np.inf)
