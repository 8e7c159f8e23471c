"""Run the arms of a pattern with one seed and measure it."""

from kith.experiments.credibility.patterns.pattern import Arm, Pattern, Size
from kith.sim.results.record import Record

type Observed = dict[str, float]


def observe(pattern: Pattern, seed: int, size: Size) -> Observed:
    """Measure the pattern in the runs of one seed."""
    return dict(pattern.measure({name: records_of(arm, seed) for name, arm in pattern.arms(size).items()}))


def records_of(arm: Arm, seed: int) -> list[Record]:
    """The records of an arm, at each look and at the end."""
    from kith.sim.engine import Simulation

    simulation = Simulation(arm.plan, seed, threads=1, events=arm.events)
    records = []
    try:
        for day in (*arm.looks, arm.plan.days):
            simulation.advance(day - simulation.day)
            records.append(simulation.record())
    finally:
        simulation.close()
    return records
