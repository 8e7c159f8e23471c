"""A run that was saved and continued is the run that never stopped."""

import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith.sim.checkpoints.checkpoint import CheckpointError, resume, save
from kith.sim.engine import TICK, Simulation, run
from kith.sim.results.record import Record
from kith.sim.schema.arrivals import MODES, Arrivals
from kith.sim.schema.parameter_set import ParameterError
from kith.sim.schema.plan import Experiment, Plan, Shock
from kith.sim.state.community import Community

type PlanOf = Callable[..., Plan]


def unlike(one: Record, other: Record) -> list[str]:
    """The parts in which two records are not identical."""
    frames = ("series", "monthly", "members", "ties", "summary", "events")
    values = ("seed", "days", "model_version", "run_id", "leaving")
    out = [name for name in frames if not getattr(one, name).equals(getattr(other, name))]
    out += [name for name in values if getattr(one, name) != getattr(other, name)]
    out += ["health"] if str(one.health) != str(other.health) else []
    began = [{name: held.tolist() for name, held in record.at_start.items()} for record in (one, other)]
    out += ["at_start"] if began[0] != began[1] else []
    told = [(r.plan.content(), r.plan.name, r.plan.title, r.plan.days, r.plan.origin) for r in (one, other)]
    return out + (["plan"] if told[0] != told[1] else [])


def interrupted(simulation: Simulation, cuts: Sequence[int], folder: Path, **how: Any) -> Simulation:
    """The simulation, saved and resumed on the mornings of the days `cuts`."""
    for day in sorted(cuts):
        simulation.advance(day - simulation.day)
        save(simulation, folder / "run.kith")
        simulation = resume(folder / "run.kith", **how)
    return simulation


GOVERNED: dict[str, dict[str, Any]] = {
    "governance": {"voice": 0.4, "council_size": 5, "events_per_month": 4.0, "succession": 1.0},
    "organisation": {"investment_response": 0.3, "community_budget": 300.0, "staff": 0.1, "lead_value": 20.0},
}
"voice, events, an heir for the hub, a budget that follows the returns"


TRIALS = (
    Experiment(name="thanks", from_day=22, share=0.4, changes={"incentives.recognition": 1.0}),
    Experiment(name="gifts", share=0.3, changes={"referral.reward_kind": "in_kind", "monetisation.price": 2}),
)


@pytest.fixture
def plan(plan_of: PlanOf) -> Plan:
    """A busy web with state of every kind: the dormant, a hub that leaves, a fee that begins, a council, trials."""
    plan = plan_of(
        "web",
        "busy",
        "sleepy",
        market={"eagerness": 0.7},
        affiliation={"hub": 0.5},
        phases={20: {"monetisation": {"model": "fee"}}, 35: {"bonding": {"tie_half_life": float("inf")}}},
        shocks=[
            Shock(day=5, kind="competitor", strength=0.1),
            Shock(day=25, kind="hub_departs"),
            Shock(day=40, kind="members_leave", share=0.2),
        ],
        **GOVERNED,
    )
    return replace(plan, experiments=TRIALS)


@pytest.fixture
def saved(plan: Plan, tmp_path: Path) -> Path:
    """A checkpoint of the plan with seed 3, 30 of 60 days old."""
    simulation = Simulation(plan, seed=3, days=60)
    simulation.advance(30)
    save(simulation, tmp_path / "run.kith")
    return tmp_path / "run.kith"


# The identical record


@pytest.mark.parametrize("cuts", [[0], [1], [20], [25, 26], [30, 30, 59], [60], range(0, 61, 7)])
def test_an_interrupted_run_leaves_the_record_of_an_uninterrupted_one(
    plan: Plan, tmp_path: Path, cuts: Sequence[int]
) -> None:
    simulation = interrupted(Simulation(plan, seed=3, days=60), cuts, tmp_path, check=True)
    simulation.advance()
    assert unlike(simulation.record(), run(plan, seed=3, days=60)) == []


names = (
    "pool",
    "hub",
    "web",
    "nothing",
    "ugc",
    "marketplace",
    "ads",
    "subscription",
    "fee",
    "busy",
    "sleepy",
)
half_lives = st.one_of(st.floats(0.1, 1e9), st.just(float("inf")))
changes = st.fixed_dictionaries(
    {},
    optional={
        "bonding": st.fixed_dictionaries({"tie_half_life": half_lives, "belonging_half_life": half_lives}),
        "visiting": st.fixed_dictionaries({"habit_half_life": half_lives}),
        "monetisation": st.fixed_dictionaries(
            {"model": st.sampled_from(["none", "ads", "fee", "subscription"]), "price": st.floats(0, 50)}
        ),
        "organisation": st.fixed_dictionaries({"direction": st.floats(0, 1)}),
        "incentives": st.fixed_dictionaries({"badges": st.sampled_from([0.0, 1.0])}),
        "governance": st.fixed_dictionaries({"voice": st.floats(0, 1), "events_per_month": st.floats(0, 30)}),
    },
)
shocks = st.builds(
    lambda day, kind: Shock(day=day, **kind),
    st.integers(0, 40),
    st.sampled_from(
        [
            {"kind": "hub_departs"},
            {"kind": "members_leave", "share": 0.3},
            {"kind": "members_leave", "share": 1.0, "who": "most_connected"},
            {"kind": "topic_shift", "to": 0.8},
            {"kind": "spam_wave", "items": 50.0},
            {"kind": "competitor", "strength": 0.2, "invests_in_community": True},
            {"kind": "mass_join", "count": 60},
        ]
    ),
)

GIVEN = (None, *(Arrivals(np.array([2, 0, 1] * 30), mode) for mode in MODES))
"joins per day of any mode, or none"


@settings(max_examples=12)
@given(data=st.data())
def test_it_does_for_any_plan_interrupted_anywhere(
    plan_of: PlanOf, log_of: Callable[..., Any], data: st.DataObject
) -> None:
    draw = data.draw
    plan = plan_of(
        *draw(st.lists(st.sampled_from(names), max_size=3, unique=True)),
        phases=draw(st.dictionaries(st.integers(1, 40), changes, max_size=3)),
        shocks=draw(st.lists(shocks, max_size=2)),
        founding=log_of(30) if draw(st.booleans()) else None,
        affiliation={"hub": draw(st.floats(0.01, 1))},
        **draw(st.sampled_from([{}, GOVERNED])),
    )
    plan = replace(
        plan, experiments=draw(st.sampled_from([(), TRIALS])), arrivals=draw(st.sampled_from(GIVEN))
    )
    seed, days = draw(st.integers(0, 2**63 - 1)), draw(st.integers(1, 110))
    cuts = draw(st.lists(st.integers(0, days), min_size=1, max_size=4))
    how = {"guests": draw(st.integers(0, 2)), "events": True}
    with tempfile.TemporaryDirectory() as folder:
        threads = draw(st.sampled_from([None, 1, 2, 3]))
        simulation = interrupted(Simulation(plan, seed, days, **how), cuts, Path(folder), threads=threads)
        simulation.advance()
        simulation.close()
    assert unlike(simulation.record(), run(plan, seed, days, **how)) == []


ELSEWHERE = """
import sys
from kith import resume
simulation = resume(sys.argv[1], threads=2)
simulation.advance()
record = simulation.record()
for name in ("series", "monthly", "members", "ties", "summary", "events"):
    getattr(record, name).to_pickle(f"{sys.argv[2]}/{name}")
simulation.close()
"""


def test_it_does_in_another_process(plan: Plan, saved: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", ELSEWHERE, saved, tmp_path], check=True, timeout=600)
    record = run(plan, seed=3, days=60)
    for name in ("series", "monthly", "members", "ties", "summary", "events"):
        there = pickle.loads((tmp_path / name).read_bytes())
        assert getattr(record, name).equals(there), name


def test_without_an_event_log_none_is_kept(plan: Plan, tmp_path: Path) -> None:
    simulation = interrupted(Simulation(plan, days=9, events=False), [4], tmp_path)
    simulation.advance()
    with pytest.raises(ValueError, match="has no event log"):
        _ = simulation.record().events


def test_a_checkpoint_can_be_continued_more_than_once(saved: Path) -> None:
    records = []
    for _ in range(2):
        simulation = resume(saved)
        simulation.advance()
        records.append(simulation.record())
    assert unlike(*records) == []


def test_saving_changes_nothing(plan: Plan, tmp_path: Path) -> None:
    simulation = Simulation(plan, seed=3, days=30)
    for _ in range(30):
        save(simulation, tmp_path / "run.kith")
        simulation.advance(1)
    assert unlike(simulation.record(), run(plan, seed=3, days=30)) == []


def test_the_same_state_makes_the_same_file(saved: Path, tmp_path: Path) -> None:
    save(resume(saved), tmp_path / "again.kith")
    assert (tmp_path / "again.kith").read_bytes() == saved.read_bytes()


# Other lengths


@pytest.mark.parametrize("days", [30, 31, 60, 61, 125])
def test_a_resumed_run_may_become_longer_or_shorter(plan: Plan, saved: Path, days: int) -> None:
    simulation = resume(saved, days=days, check=True)
    simulation.advance()
    assert unlike(simulation.record(), run(plan, seed=3, days=days)) == []


def test_after_its_last_day_a_run_can_be_made_longer(plan: Plan, tmp_path: Path) -> None:
    simulation = interrupted(Simulation(plan, seed=3, days=40), [40], tmp_path, days=100)
    simulation.advance()
    assert unlike(simulation.record(), run(plan, seed=3, days=100)) == []


def test_a_run_is_not_made_longer_than_its_market_has_people_who_arrive(plan: Plan, tmp_path: Path) -> None:
    plan = replace(plan, arrivals=Arrivals(np.full(200, 3), "instead"), days=60)
    simulation = Simulation(plan, seed=3, days=60)
    simulation.advance(10)
    save(simulation, tmp_path / "run.kith")
    with pytest.raises(ParameterError, match="the 600 arrivals of 200 days"):
        resume(tmp_path / "run.kith", days=200)
    longer = resume(tmp_path / "run.kith", days=100)
    longer.advance()
    assert longer.record().series["joins_given"].sum() == 300


def test_fewer_days_than_were_lived_are_refused(saved: Path) -> None:
    with pytest.raises(CheckpointError, match="days = 29: .*run.kith is at day 30"):
        resume(saved, days=29)


@pytest.mark.parametrize(("name", "value"), [("days", 0), ("days", 2.5), ("threads", 0), ("threads", 1e9)])
def test_impossible_requests_are_refused(saved: Path, name: str, value: Any) -> None:
    with pytest.raises(ParameterError, match=f"^{name} = "):
        resume(saved, **{name: value})


# Steps of a researcher


def count_evenings(c: Community) -> None:
    """A step with a column of its own."""
    c.columns.setdefault("evenings", np.zeros(c.market.size, np.int64))
    c.columns["evenings"][c.population.address[c.visitors]] += 1


def test_a_researchers_columns_go_along(plan: Plan, tmp_path: Path) -> None:
    tick = (*TICK, ("count evenings", count_evenings))
    whole = Simulation(plan, seed=3, days=40, tick=tick)
    whole.advance()
    parted = interrupted(Simulation(plan, seed=3, days=40, tick=tick), [11, 30], tmp_path, tick=tick)
    parted.advance()
    evenings = [s.community.columns["evenings"] for s in (whole, parted)]
    assert evenings[0].sum() > 0 and np.array_equal(*evenings)
    assert whole.run_id == parted.run_id


def test_other_steps_than_those_of_the_checkpoint_are_refused(saved: Path, tmp_path: Path) -> None:
    tick = (*TICK, ("count evenings", count_evenings))
    with pytest.raises(CheckpointError, match="was saved with the steps wake, acquire, .*; pass the same"):
        resume(saved, tick=tick)


def stumble(c: Community) -> None:
    """A step that breaks on day 3."""
    if c.day == 3:
        raise ZeroDivisionError


def test_a_day_that_was_broken_off_cannot_be_saved_or_continued(plan: Plan, tmp_path: Path) -> None:
    simulation = Simulation(plan, days=9, tick=(("stumble", stumble), *TICK))
    with pytest.raises(ZeroDivisionError):
        simulation.advance()
    for attempt in (lambda: save(simulation, tmp_path / "x"), simulation.advance, simulation.record):
        with pytest.raises(RuntimeError, match="day 3 was interrupted"):
            attempt()
    assert list(tmp_path.iterdir()) == []
