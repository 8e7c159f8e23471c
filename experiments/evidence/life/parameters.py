"""Parameters of the life of contributors: those of the world, which all logs share, and those of each community.

Each has a scale on which it is fitted and a value around which it is drawn in where the logs say little.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Free:
    """A parameter that is fitted: where it starts, and if it is a share or a positive number."""

    start: float
    is_share: bool = False

    def inward(self, value: float) -> float:
        """The value on the scale of the fit: a logarithm, or log odds."""
        return math.log(value / (1.0 - value)) if self.is_share else math.log(value)

    def outward(self, scaled: float) -> float:
        """The value of a point on the scale of the fit."""
        return 1.0 / (1.0 + math.exp(-scaled)) if self.is_share else math.exp(scaled)


WORLD: Mapping[str, Free] = {
    "market.eagerness": Free(0.6),
    "churn.base_hazard": Free(0.010),
    "churn.newcomer_factor": Free(8.0),
    "churn.newcomer_half_life": Free(6.0),
    "churn.value_weight": Free(2.0),
    "churn.belonging_weight": Free(1.5),
    "dormancy.waking_rate": Free(0.12),
    "dormancy.waking_scale": Free(80.0),
    "dormancy.waking_exponent": Free(1.5),
}
"of the world: the same in every community"

OWN: Mapping[str, Free] = {
    "organisation.quality": Free(0.7, is_share=True),
    "contribution.rate": Free(0.012),
    "contribution.propensity_sigma": Free(1.6),
    "contribution.burst_gain": Free(2.0),
    "contribution.burst_half_life": Free(5.0),
    "contribution.follow_on": Free(0.3, is_share=True),
}
"of a community: what it offers, how much and how unevenly its people contribute, and its bursts"
