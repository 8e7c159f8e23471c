"""What a fit has learnt: each parameter's posterior beside its prior, and pairs that trade off."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kith.experiments.calibration.priors import WIDEST, Floats, Prior

if TYPE_CHECKING:
    import pandas as pd

NOT_IDENTIFIED = 0.9
"posterior standard deviation relative to the prior's above which a parameter is not identified"
TRADED = 0.5
"correlation of two parameters in the posterior above which they trade off"
EDGE = 2.2
"standard deviations of the prior beyond which a posterior mean lies at the prior's edge"


@dataclass(frozen=True)
class Pair:
    """Two parameters of which the log tells a combination better than either."""

    first: str
    second: str
    correlation: float


def prior_spread() -> float:
    """Standard deviation of a standard normal cut at `WIDEST`."""
    from scipy.stats import truncnorm

    return float(truncnorm(-WIDEST, WIDEST).std())


def identified(priors: Mapping[str, Prior], draws: Floats) -> "pd.DataFrame":
    """A row per parameter: prior and posterior median and 90 % interval, ratio of spreads, whether identified."""
    import pandas as pd

    rows = []
    for (name, prior), z in zip(priors.items(), draws.T, strict=True):
        low, middle, high = (prior.value(float(q)) for q in np.quantile(z, [0.05, 0.5, 0.95]))
        ratio = float(z.std()) / prior_spread()
        rows.append(
            {
                "parameter": name,
                "prior_median": prior.value(0.0),
                "prior_low": prior.low,
                "prior_high": prior.high,
                "median": middle,
                "low": low,
                "high": high,
                "sd_ratio": ratio,
                "identified": ratio <= NOT_IDENTIFIED,
                "at_edge": bool(abs(z.mean()) > EDGE),
            }
        )
    return pd.DataFrame(rows)


def traded(priors: Mapping[str, Prior], draws: Floats) -> list[Pair]:
    """Pairs whose correlation in the posterior is above `TRADED`, the strongest first."""
    names = list(priors)
    correlation = np.atleast_2d(np.asarray(np.corrcoef(draws.T), float))
    pairs = [
        Pair(names[a], names[b], float(correlation[a, b]))
        for a in range(len(names))
        for b in range(a + 1, len(names))
        if abs(correlation[a, b]) > TRADED
    ]
    return sorted(pairs, key=lambda pair: -abs(pair.correlation))
