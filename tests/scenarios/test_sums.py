"""Why: in every scenario of the library, reasons for stopping, sources of value and money add up."""

import math
from functools import cache

import numpy as np
import pytest

from kith.scenarios.catalogue import names
from kith.scenarios.load import load
from kith.sim.engine import Simulation, run
from kith.sim.results.record import Record
from kith.sim.results.snapshot import Snapshot
from kith.sim.results.visit_value import PARTS, by_member
from kith.sim.state.decay import HUB


@cache
def lived(name: str) -> Record:
    """A small edition of the scenario, until all that is to happen has happened a month ago."""
    plan = load(name)
    small = {"market.size": 600, "market.founders": min(150, plan.parameters.market.founders)}
    happens = [day for day, _ in plan.phases] + [shock.day for shock in plan.shocks]
    days = min(plan.days, max(60, max(happens) + 30))
    return run(load(name, overrides=small), seed=3, days=days, events=False)


every = pytest.mark.parametrize("name", names())


@every
def test_causes_of_stopping_add_up_to_all_who_left_or_fell_silent(name: str) -> None:
    record = lived(name)
    s, m = record.series, record.members
    left, asleep = m["left_day"].notna(), m["asleep_since"].notna()
    assert sum(record.leaving.values()) == int(s["leaves"].sum() + s["sleeps"].sum())
    assert int(s["leaves"].sum()) == int(left.sum())
    for cause, n in record.leaving.items():
        leaves, sleeps = (int(s[f"{stem}_{cause}"].sum()) for stem in ("leaves", "sleeps"))
        assert n == leaves + sleeps
        assert leaves == (m.loc[left, "exit_cause"] == cause).sum()
        assert sleeps >= (m.loc[asleep, "asleep_cause"] == cause).sum()  # others have woken or left since
    ended = int(s["wakings"].sum() + s["leaves_dormant"].sum())
    assert int(s["sleeps"].sum()) - ended == int(asleep.sum())


@every
def test_sources_of_value_add_up_to_the_value_of_a_visit(name: str) -> None:
    summary = lived(name).summary
    parts = [summary[f"visit_value_{part}"] for part in PARTS]
    assert sum(parts) == pytest.approx(summary["visit_value"], abs=1e-9, nan_ok=True)
    if not math.isnan(summary["visit_value"]):
        assert 0.0 <= summary["visit_value"] <= 1.0


@every
def test_channels_accounts_and_layers_add_up(name: str) -> None:
    s = lived(name).series
    for whole, prefix in (("joins", "joins_"), ("revenue", "revenue_"), ("cost", "cost_")):
        parts = s[[c for c in s.columns if c.startswith(prefix)]].sum(axis=1)
        assert parts.to_numpy() == pytest.approx(s[whole].to_numpy(), abs=1e-6)
    assert (s[["audience", "member", "internal"]].sum(axis=1) == s["awake"]).all()
    assert (s[["awake", "dormant"]].sum(axis=1) == s["present"]).all()


def test_the_parts_are_those_that_members_feel() -> None:
    """Where only the last visit counts, satisfaction is what the parts of the evening before say."""
    small = {"market.size": 1_500, "market.founders": 300, "visiting.satisfaction_step": 1.0}
    for design in ("web", "hub", "marketplace"):
        simulation = Simulation(load(design, overrides=small), seed=1, days=41, events=False)
        simulation.advance(40)
        c = simulation.community
        evening = Snapshot(c, simulation.recorder.daily())
        persons = c.population.address[evening.rows[evening.active]]
        parts = dict(by_member(evening))
        parts["hub"] = parts["hub"] * c.decay[1, HUB]  # as far as the bond to the hub has faded by the visit
        expected = dict(zip(persons.tolist(), sum(parts.values()), strict=True))
        simulation.advance()
        rows = c.population.rows()
        rows = rows[(c.population.last_visit[rows] == 40) & np.isin(c.population.address[rows], persons)]
        assert len(rows) > 20
        felt = c.population.members["satisfaction"][rows]
        said = np.array([expected[p] for p in c.population.address[rows].tolist()])
        assert np.isclose(felt, said, atol=6e-3).mean() > 0.9  # ties fade overnight, and one may have come
        assert np.abs(felt - said).max() < 0.2
