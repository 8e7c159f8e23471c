"""What many tests ask of a run: a community after some days, a column of who is awake, the sum of a series."""

from typing import Any

import numpy as np

from kith.sim.engine import Simulation
from kith.sim.results.record import Record
from kith.sim.schema.plan import Plan
from kith.sim.state.community import Community


def lived(plan: Plan, days: int, seed: int = 1) -> Community:
    """A community after some days."""
    simulation = Simulation(plan, seed, days, events=False, check=True)
    simulation.advance(days)
    return simulation.community


def column(c: Community, name: str) -> np.ndarray[Any, Any]:
    """A column of the members who are awake, shape (awake,)."""
    return np.asarray(c.population.members[name][c.population.rows()])


def total(record: Record, name: str) -> float:
    """The sum of a daily series over the run."""
    return float(record.series[name].sum())
