"""A run measured by its event log has the indicators of the run, whatever the scenario."""

import math

import pytest

from kith.experiments.errors import NothingToMeasure
from kith.experiments.evidence.measure import measured
from kith.experiments.evidence.membership import INDICATORS, KEPT
from kith.experiments.evidence.observation import of_frame, of_record
from kith.scenarios.catalogue import names
from kith.scenarios.load import load
from kith.sim.engine import run
from kith.sim.results.record import Record

SAMPLE = ("hub", "content", "tie_strength", "third_leaves", "still", "no_community", "branching")
"a design, nobody who joins, a shock, no events, and joins without actions"
LARGEST = 2_000


def small_run(name: str, days: int) -> Record:
    """A run of a scenario with a market of at most 2,000 people."""
    plan = load(name)
    market = plan.parameters.market
    if market.size > LARGEST and plan.network is None:
        founders = max(1, round(market.founders * LARGEST / market.size))
        plan = load(name, overrides={"market.size": LARGEST, "market.founders": founders})
    return run(plan, seed=1, days=min(plan.days, days))


def own_values(record: Record) -> dict[str, float]:
    """What the record says: its indicators, and from its memberships how many of them are kept."""
    out = {name: float(record.summary[name]) for name in INDICATORS}
    m = record.members[record.members["joined_day"] >= 0]
    stay = m["left_day"].fillna(record.days) - m["joined_day"]
    for name, days in KEPT.items():
        out[name] = float((stay >= days)[m["joined_day"] <= record.days - days].mean())
    return out


def differing(name: str, days: int) -> dict[str, tuple[float, float]]:
    """Indicators that the log and the run tell differently; none where nobody acts, which is refused."""
    record = small_run(name, days)
    events = record.event_arrays()
    if {events.actions[n] for n in set(events.action.tolist())} <= {"join", "leave", "visit", "invite"}:
        with pytest.raises(NothingToMeasure):
            of_record(record)
        return {}
    seen = of_frame(record.events)
    by_log, by_frame = measured(of_record(record)), measured(seen)
    same_days = seen.days == record.days  # a log by itself ends with its last event
    out = {}
    for indicator, expected in own_values(record).items():
        value = by_log[indicator].value
        if not (math.isclose(value, expected, rel_tol=1e-9) or (math.isnan(value) and math.isnan(expected))):
            out[indicator] = value, expected
        shown = by_frame[indicator].value
        if same_days and not math.isnan(shown) and not math.isclose(shown, expected, rel_tol=1e-9):
            out[f"{indicator} by the frame"] = shown, expected
    return out


@pytest.mark.parametrize("name", SAMPLE)
def test_the_log_of_a_run_tells_what_the_record_tells(name: str) -> None:
    assert differing(name, 90) == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_the_log_of_every_scenario_tells_what_its_record_tells(name: str) -> None:
    assert differing(name, 400) == {}


def test_a_run_in_which_nobody_joins_has_no_joins_but_its_log_alone_does_not_know() -> None:
    record = small_run("content", 60)
    assert measured(of_record(record))["joined"].value == 0
    assert "no join rows" in measured(of_frame(record.events))["joined"].reason
