"""Theory and measurement of ties: their number, their strength, and the graph after members leave.

As in `kith.experiments.credibility.theory`: theories take plans, measures take records, names agree.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from kith.experiments.credibility import closed_forms as exact
from kith.experiments.credibility.theory import Values, leaving
from kith.experiments.credibility.tie_graphs import Pairs
from kith.sim.results.record import Record
from kith.sim.schema.plan import Plan

type Counts = npt.NDArray[np.int64]
type Theory = Callable[[Plan], Values]


def _tie_rates(plan: Plan) -> tuple[float, float, float]:
    """Ties started a day, probabilities that a tie ends and that a member leaves."""
    p = plan.parameters
    return p.contribution.exchange_rate, exact.within_a_step(p.bonding.removal_rate), leaving(plan)


def ties(plan: Plan) -> Values:
    """Mean and variance of the number of ties."""
    rates = _tie_rates(plan)
    return {"mean ties": exact.degree(*rates), "variance": exact.degree_variance(*rates)}


def degrees_of(record: Record) -> Counts:
    """Ties of each present member on the last evening."""
    present = record.members.loc[record.members["awake"], "person"].to_numpy()
    ends = record.ties[["person_a", "person_b"]].to_numpy().ravel()
    return np.bincount(ends, minlength=record.plan.parameters.market.size)[present]


def tie_counts(record: Record) -> Values:
    """Mean and variance over present members on the last evening."""
    degrees = degrees_of(record)
    return {"mean ties": float(degrees.mean()), "variance": float(degrees.var(ddof=1))}


def full_slots(plan: Plan) -> Values:
    """Mean ties and the share of members whose slots are full, mean field."""
    exchanges, removal, _ = _tie_rates(plan)
    starts = exchanges * (1.0 - plan.parameters.bonding.existing_share)
    most = int(plan.parameters.bonding.capacity_min)
    shares = exact.degree_under_capacity(starts, removal, most)
    return {"mean ties": float(shares @ np.arange(most + 1)), "full": float(shares[-1])}


def slots_taken(record: Record) -> Values:
    """The same, observed on the last evening."""
    degrees, most = degrees_of(record), int(record.plan.parameters.bonding.capacity_min)
    return {"mean ties": float(degrees.mean()), "full": float((degrees >= most).mean())}


def strength(plan: Plan) -> Values:
    """Mean and variance of the strength of ties of which both ends seek exchanges."""
    p = plan.phases[-1][1]
    rate = 2.0 * p.contribution.exchange_rate * p.affiliation.peers
    left = 2.0 ** (-1.0 / p.bonding.tie_half_life)
    mean, variance = exact.saturating_strength(p.bonding.strength_step, rate, left)
    return {"mean strength": mean, "variance": variance}


def strengths(record: Record) -> Values:
    """Mean and variance over ties on the last evening."""
    degrees = record.ties["strength"].to_numpy()
    return {"mean strength": float(degrees.mean()), "variance": float(degrees.var(ddof=1))}


# Random graphs


def core(ties: float) -> Theory:
    """The share in the K-core of G(n, ties / n)."""

    def theory(plan: Plan) -> Values:
        return {"core": exact.core_share(ties, plan.parameters.churn.tie_threshold), "not of the core": 0.0}

    return theory


def remaining(record: Record) -> Values:
    """Who remains, and by how many the remaining are not the K-core of the founding ties.

    A set in which everybody has K ties lies in the K-core; if it is as large, it is the K-core.
    """
    founding, least = record.plan.founding, record.plan.parameters.churn.tie_threshold
    assert founding is not None
    degrees = degrees_of(record)
    pairs = np.stack([founding.exchange_a, founding.exchange_b], axis=1)
    strangers = abs(core_size(len(founding), pairs, least) - len(degrees)) + int((degrees < least).sum())
    return {"core": len(degrees) / len(founding), "not of the core": float(strangers)}


def core_size(people: int, pairs: Pairs, least: int) -> int:
    """How many are in the K-core of a graph, by peeling."""
    inside = np.ones(people, np.bool_)
    while True:
        pairs = pairs[inside[pairs].all(axis=1)]
        few = inside & (np.bincount(pairs.ravel(), minlength=people) < least)
        if not few.any():
            return int(inside.sum())
        inside &= ~few


def giant(ties: float) -> Theory:
    """The giant component of G(n, ties / n), after a share of members has left at random."""

    def theory(plan: Plan) -> Values:
        gone = plan.shocks[0].share or 0.0
        return {"giant component": exact.giant_share((1.0 - gone) * ties)}

    return theory


def alone(plan: Plan) -> Values:
    """A star without its centre: everybody is a component."""
    assert plan.founding is not None
    return {"giant component": 1.0 / (len(plan.founding) - 1)}


def largest_component(record: Record) -> Values:
    """Its share of those who remain."""
    return {"giant component": float(record.summary["giant_share"])}
