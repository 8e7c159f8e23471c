"""What members had of a run adds up to what the engine booked for them."""

import pytest

from kith.experiments.runs.member_value import WORTH_WORDS, worth
from kith.scenarios.load import load
from kith.sim.engine import run


@pytest.mark.parametrize("name", ["cash", "subscription"])
def test_what_members_had_is_what_was_booked_for_each(name: str) -> None:
    record = run(load(name, overrides={"market.size": 600, "market.founders": 60}), days=60, threads=1)
    parts = worth(record)
    assert list(parts) == list(WORTH_WORDS)
    assert sum(parts.values()) == pytest.approx(float(record.members["surplus"].sum()), abs=1e-6)
    assert parts["rewards"] == pytest.approx(float(record.members["rewards"].sum()), abs=1e-6)
    assert parts["time"] < 0 < parts["visits"]
    assert parts["price"] == -float(record.series["revenue_subscription"].sum())


def test_time_costs_what_it_costs_on_that_day() -> None:
    plain = load("web", overrides={"market.size": 300, "market.founders": 60}, days=20)
    record = run(plain, threads=1)
    p = plain.parameters
    hours = p.visiting.session_hours * record.series["today"].sum()
    assert worth(record)["time"] == pytest.approx(-p.organisation.attention_price * hours)
