"""The layer of a member is the same wherever it is read or counted."""

from collections.abc import Callable

import numpy as np
import pytest

from kith.sim.engine import Simulation, run
from kith.sim.schema.plan import Plan
from kith.sim.state.columns import read
from kith.sim.state.layers import AUDIENCE, INTERNAL, LAYER_WINDOW, LAYERS, MEMBER, layer_names, layer_of


@pytest.mark.parametrize(
    ("internal", "last_contribution", "layer"),
    [
        (0, -(10**6), AUDIENCE),
        (0, 100 - LAYER_WINDOW, AUDIENCE),
        (0, 101 - LAYER_WINDOW, MEMBER),
        (0, 100, MEMBER),
        (1, 100, INTERNAL),
    ],
)
def test_a_contribution_counts_for_ninety_days(internal: int, last_contribution: int, layer: int) -> None:
    assert layer_of(internal, last_contribution, 100) == layer
    columns = np.array([internal], np.uint8), np.array([last_contribution], np.int32)
    assert layer_names(*columns, 100).tolist() == [LAYERS[layer]]
    assert layer_names(*columns, np.array([100])).tolist() == [LAYERS[layer]]


def test_the_column_the_record_and_the_counts_agree(plan_of: Callable[..., Plan]) -> None:
    simulation = Simulation(plan_of("web", "busy"), days=120)
    simulation.advance()
    rows = simulation.community.population.rows()
    record = simulation.record()
    column = read(simulation.community, "layer", rows)
    present = record.members[record.members["left_day"].isna()]
    for layer in LAYERS:
        expected = record.series[layer].iloc[-1]
        assert (column == layer).sum() == (present["layer"] == layer).sum() == expected > 0


def test_the_layers_of_leavers_in_the_record_are_those_that_were_counted(
    plan_of: Callable[..., Plan],
) -> None:
    record = run(plan_of("web", "busy"), seed=3, days=120)
    ended = record.members[record.members["left_day"].notna()]
    for layer in ("member", "internal"):
        assert (ended["layer"] == layer).sum() == record.series[f"leaves_{layer}"].sum()
