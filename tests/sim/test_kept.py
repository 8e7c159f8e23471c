"""What a run keeps for kernels from one call to the next."""

from kith.scenarios.load import load
from kith.sim.day.kept import Kept
from kith.sim.engine import Simulation


def test_only_what_was_replaced_is_made_anew() -> None:
    """Nothing between two calls without a day; the awake alone after these have been given more room."""
    simulation = Simulation(load("pool"), 0, 60, events=False)
    simulation.advance(10)
    c, recorder, kept = simulation.community, simulation.recorder, Kept()
    state, struct = kept.opened(c, recorder)
    same, same_struct = kept.opened(c, recorder)
    assert same is state and same_struct is struct
    c.content += 1.0
    refilled, refilled_struct = kept.opened(c, recorder)
    assert refilled_struct is struct and refilled.now["content"][0] == c.content
    c.population.reserve(3 * c.population.capacity)
    grown, grown_struct = kept.opened(c, recorder)
    assert grown_struct is not struct
    assert grown.awake.address is c.population.address and grown.asleep is state.asleep
