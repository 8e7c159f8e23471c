"""A simulation is lived in parts, and knows at any time what it has been so far."""

from collections.abc import Callable

import pytest

from kith.sim.engine import TICK, Simulation, run
from kith.sim.results.record import Record
from kith.sim.schema.parameter_set import ParameterError
from kith.sim.schema.plan import Plan
from kith.sim.state.community import Community

type Difference = Callable[[Record, Record], list[str]]


@pytest.fixture
def plan(plan_of: Callable[..., Plan]) -> Plan:
    """A busy web."""
    return plan_of("web", "busy")


def test_the_record_of_some_days_is_that_of_a_run_of_so_many_days(plan: Plan, difference: Difference) -> None:
    simulation = Simulation(plan, seed=3, days=70)
    records = []
    for _ in range(4):
        simulation.advance(16)
        records.append(simulation.record())
    simulation.advance()
    for k, record in enumerate(records):
        whole = run(plan, seed=3, days=16 * (k + 1))
        assert difference(record, whole) == []
        assert record.summary.equals(whole.summary) and record.events.equals(whole.events)
        assert (record.run_id, record.days) == (whole.run_id, whole.days)


@pytest.mark.parametrize("days", [-1, 11])
def test_days_that_are_not_left_are_refused(plan: Plan, days: int) -> None:
    simulation = Simulation(plan, days=10)
    with pytest.raises(ParameterError, match=f"advance by {days} days: 10 of 10 are left"):
        simulation.advance(days)


def test_before_its_first_day_a_run_has_no_record(plan: Plan) -> None:
    with pytest.raises(ParameterError, match="advance the simulation first"):
        Simulation(plan, days=10).record()


def stumble(c: Community) -> None:
    """A step that breaks on day 3."""
    if c.day == 3:
        raise ZeroDivisionError


def test_a_day_that_was_broken_off_leads_nowhere(plan: Plan) -> None:
    simulation = Simulation(plan, days=9, tick=(("stumble", stumble), *TICK))
    with pytest.raises(ZeroDivisionError):
        simulation.advance()
    for attempt in (simulation.advance, simulation.record):
        with pytest.raises(RuntimeError, match="day 3 was interrupted"):
            attempt()
