"""SF13: the harm of ads is larger in the long run than a month's test shows.

Visits per present member in the first and in the eighteenth month of ads, relative to the run
without ads, at three loads. The effect is the slope over loads; a quadratic term must not be
resolved, as harm was linear in load. The term in standard errors grows with the number of
seeds, so its share of the loss at the highest load is shown as well.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from kith.experiments.credibility.patterns.pattern import Arm, Over, Pattern, Quantity, Records, Size, arm
from kith.sim.results.record import Record

START, MONTH, MONTHS = 180, 30, 18
LOADS = (4.0, 8.0, 16.0)
"ads an hour"


def arms(size: Size) -> Mapping[str, Arm]:
    """No ads, and three loads from a day on; the load does not move by itself."""
    days = START + MONTH * MONTHS
    return {
        f"{load:g}": arm(
            "baseline",
            days,
            size,
            phases={START: {"monetisation.model": "ads", "monetisation.ad_load": load}},
            organisation__steering=0.0,
        )
        for load in (0.0, *LOADS)
    }


def measure(records: Records) -> Mapping[str, float]:
    """Slope of the loss over loads after 1 and 18 months, their ratio, and the quadratic term."""
    plain = visits(records["0"][-1])
    lost = np.array([1.0 - visits(records[f"{load:g}"][-1]) / plain for load in LOADS])
    first, last = slope(lost[:, 0]), slope(lost[:, -1])
    curvature = parabola(lost[:, -1])[0]
    return {
        "month 18 / month 1": last / first,
        "quadratic term at month 18, in standard errors": float(curvature),
        "loss per ad an hour, month 1": first,
        "loss per ad an hour, month 18": last,
        "loss at 16 ads an hour beyond proportion, share": beyond_proportion(lost[:, -1]),
    }


def visits(record: Record) -> Any:
    """Visits per present member and month of ads."""
    s = record.series.iloc[START:]
    both = s[["today", "awake"]].to_numpy(float).reshape(MONTHS, MONTH, 2).sum(axis=1)
    return both[:, 0] / both[:, 1]


def slope(lost: Any) -> float:
    """Least squares through the origin."""
    load = np.array(LOADS)
    return float(load @ lost / (load @ load))


def parabola(lost: Any) -> Any:
    """Quadratic and linear term of a least squares parabola through the origin."""
    return np.linalg.lstsq(np.vander(LOADS, 3)[:, :2], lost)[0]


def beyond_proportion(lost: Any) -> float:
    """Which share of the loss at the highest load the quadratic term is."""
    quadratic, linear = parabola(lost) * (LOADS[-1] ** 2, LOADS[-1])
    return float(quadratic / (quadratic + linear))


BARELY_CURVED = (
    "thirty seeds tell a curvature of -2.0 standard errors, sixteen did not (-1.4): at 16 ads an hour the loss is 3 % "
    "less than in proportion"
)
PATTERN = Pattern(
    "SF13",
    "ads harm more in the long run",
    "After eighteen months, ads cost several times as many visits as in the first month.",
    "Goli et al. 2025, doi:10.1007/s11129-025-09294-7",
    arms,
    measure,
    (
        Quantity("month 18 / month 1", 2.0, 5.0),
        Quantity(
            "quadratic term at month 18, in standard errors", -1.96, 1.96, Over.MEAN_T, unmet=BARELY_CURVED
        ),
        Quantity("loss per ad an hour, month 1"),
        Quantity("loss per ad an hour, month 18"),
        Quantity("loss at 16 ads an hour beyond proportion, share"),
    ),
)
