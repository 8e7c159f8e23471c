"""How ready a founder is to contribute, from what a log saw of it."""

import numpy as np
import numpy.typing as npt

from kith.sim.processes.founding.history import SETTLED_RECIPROCITY, audience
from kith.sim.schema.founding import Founding
from kith.sim.state.community import Community

AT_ONCE = 10_000
"founders whose propensities are estimated at a time"

type Rows = npt.NDArray[np.int64]
type Numbers = npt.NDArray[np.float64]


def expected_of_log(c: Community, rows: Rows, log: Founding, order: Rows, crowd: int) -> Numbers:
    """Contributions in the log's window that propensity 1 would lead to, shape (n,).

    Free of the design, so that every design starts with the same people: visits by time budget
    alone, though no fewer than the days on which the log saw the member; motivation at neutral
    belonging.
    """
    q, churn = c.parameters.contribution, c.parameters.churn
    by_budget = 1.0 - np.exp(-c.population.members["visits_per_day"][rows])
    observed = np.minimum(log.window, np.maximum(1, log.tenure[order]))
    active = log.active_days[order]
    visits = np.maximum(by_budget * observed, active)
    motivation = 1.0 + q.belonging_gain * churn.neutral_belonging + SETTLED_RECIPROCITY * q.reciprocity_gain
    # contributions come in bursts, the longer the more often: the mean of what is left since the last
    often = np.minimum(active, log.unaddressed()[order]) / observed
    burst = 1.0 + q.burst_gain * often / (often + np.log(2.0) / q.burst_half_life)
    return visits * q.rate * motivation * audience(crowd, q) * burst / (1.0 - q.follow_on)


def likely_propensity(count: Rows, expected: Numbers, days: Rows, sigma: float) -> Numbers:
    """The mean propensity after `count` contributions on `days` active days, shape (n,).

    The posterior mean for ln theta ~ Normal(0, sigma^2) and count ~ Poisson(theta expected). Contributions
    come in bursts, so that those of a day are no independent signs: a founder's count is evidence of as
    many contributions as it had active days, at most.
    """
    if sigma <= 0.0:
        return np.ones(len(count))
    weight = np.minimum(1.0, np.maximum(days, 1) / np.maximum(count, 1))
    x = np.linspace(-5.0, 5.0, 201) * sigma
    out = np.empty(len(count))
    for start in range(0, len(count), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        mean = expected[part, None] * np.exp(x)
        ll = weight[part, None] * (count[part, None] * x - mean) - 0.5 * (x / sigma) ** 2
        p = np.exp(ll - ll.max(axis=1, keepdims=True))
        out[part] = (p * np.exp(x)).sum(axis=1) / p.sum(axis=1)
    return out
