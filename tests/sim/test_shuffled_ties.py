"""What ties do in waking is theirs: exchanged among people who have slept as long, it vanishes.

For contagion and referral the patterns SF6 and E2 carry such a placebo.
"""

import numpy as np
import numpy.typing as npt
import pytest

from kith.scenarios.load import load
from kith.sim.engine import Simulation
from kith.sim.processes.wake import _ties_calling
from kith.sim.state.community import Community

EDGES = (0, 3, 7, 14, 21, 30, 45, 60, 90, 135, 180, 270)
"lower ends of the classes of days asleep"
BURN_IN, WATCHED = 60, 300
EXCHANGES = 20

type Mornings = tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]
"class of days asleep, whether a tie has called, whether the member wakes; (dormant members times mornings,)"


def this_morning(c: Community, day: int) -> Mornings:
    """The class, and if a tie has called, of all who are dormant before `day`; with their persons."""
    n, dormant = c.dormant.count, c.dormant
    voices = [
        _ties_calling(m, c.ties.pool, c.market.row, c.population.members, day, c.fade)
        for m in dormant.members[:n]
    ]
    asleep = np.searchsorted(EDGES, day - dormant.since[:n], side="right")
    return asleep, np.array(voices) > 0.0, dormant.person[:n].copy()


@pytest.fixture(scope="module")
def mornings() -> Mornings:
    """A year of a web in which ties call loudly."""
    plan = load(
        "web",
        overrides={"market.size": 3000, "market.founders": 400, "dormancy.call_gain": 20.0},
        days=BURN_IN + WATCHED,
    )
    simulation = Simulation(plan, seed=1, events=False)
    simulation.advance(BURN_IN)
    parts = []
    for day in range(BURN_IN, BURN_IN + WATCHED):
        asleep, called, person = this_morning(simulation.community, day)
        before = {int(p) for p in person}
        simulation.advance(1)
        c = simulation.community
        rows = c.population.rows()
        woken = {int(p) for p in c.population.address[rows[c.population.members["woke_on"][rows] == day]]}
        parts.append((asleep, called, np.array([int(p) in woken & before for p in person], bool)))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))  # type: ignore[return-value]


def rate_ratio(
    asleep: npt.NDArray[np.int64], called: npt.NDArray[np.bool_], wakes: npt.NDArray[np.bool_]
) -> float:
    """How much more often the called wake than the others who have slept as long (Mantel & Haenszel 1959)."""
    above = below = 0.0
    for one in np.unique(asleep):
        here = asleep == one
        with_call, without = here & called, here & ~called
        above += wakes[with_call].sum() * without.sum() / here.sum()
        below += wakes[without].sum() * with_call.sum() / here.sum()
    return float(above / below)


@pytest.mark.slow
def test_those_wake_more_often_whose_ties_speak(mornings: Mornings) -> None:
    _, called, wakes = mornings
    assert wakes[called].sum() >= 30
    assert rate_ratio(*mornings) > 1.3


@pytest.mark.slow
def test_with_ties_exchanged_they_do_not(mornings: Mornings) -> None:
    asleep, called, wakes = mornings
    luck = np.random.default_rng(0)
    ratios = []
    for _ in range(EXCHANGES):
        exchanged = called.copy()
        for one in np.unique(asleep):
            here = np.flatnonzero(asleep == one)
            exchanged[here] = called[luck.permutation(here)]
        ratios.append(rate_ratio(asleep, exchanged, wakes))
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.05)
