"""SF2: few members write most.

Contributions of the last month over all present members. The propensity to contribute is drawn
log-normal, so the level of the Gini coefficient is partly an input; the difference between
designs is not, and is shown as well.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from kith.experiments.credibility.patterns.cohorts import done_between
from kith.experiments.credibility.patterns.pattern import Arm, Pattern, Quantity, Records, Size, arm
from kith.sim.results.snapshot import gini

DAYS = 365


def arms(size: Size) -> Mapping[str, Arm]:
    """The defaults and two other designs."""
    return {name: arm(name, DAYS, size, looks=(DAYS - 30,)) for name in ("baseline", "pool", "web")}


def measure(records: Records) -> Mapping[str, float]:
    """Gini coefficient and top share of a month's contributions; share of contributors ever."""
    month = {name: _month(r) for name, r in records.items()}
    ever = records["baseline"][-1].members["contributions"] > 0
    return {
        "Gini of a month's contributions": gini(month["baseline"]),
        "share of the top 1 %": _top_share(month["baseline"]),
        "contributors ever": float(ever.mean()),
        "Gini, web less pool": gini(month["web"]) - gini(month["pool"]),
    }


def _month(records: Any) -> Any:
    """Contributions of the last 30 days by member who is awake."""
    before, after = records
    return done_between(before, after)[after.members["awake"].to_numpy()]


def _top_share(values: Any) -> float:
    top = np.sort(values)[::-1][: math.ceil(0.01 * len(values))]
    return float(top.sum() / values.sum())


PATTERN = Pattern(
    "SF2",
    "participation inequality",
    "Most members write nothing, and one in a hundred writes a third or more.",
    "van Mierlo 2014, JMIR 16(2):e33, doi:10.2196/jmir.2966",
    arms,
    measure,
    (
        Quantity("Gini of a month's contributions", 0.80, 0.97),
        Quantity("share of the top 1 %", 0.30, 0.80),
        Quantity("contributors ever", 0.08, 0.35),
        Quantity("Gini, web less pool"),
    ),
)
