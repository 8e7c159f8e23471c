"""What a researcher adds to a run: columns, shocks, indicators; the run's id names it."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kith.sim.checkpoints.checkpoint import CheckpointError, resume, save
from kith.sim.engine import TICK, OwnShock, Simulation, run
from kith.sim.results.indicators import INDICATORS, Indicator
from kith.sim.results.record import Record
from kith.sim.results.snapshot import Snapshot
from kith.sim.schema.parameter_set import ParameterError
from kith.sim.schema.plan import Plan, Shock
from kith.sim.state import columns
from kith.sim.state.columns import COLUMNS, TAKEN, declare, read, write
from kith.sim.state.community import Community
from kith.sim.state.conservation import check_laws

type PlanOf = Callable[..., Plan]
type Difference = Callable[[Record, Record], list[str]]


@pytest.fixture
def plan(plan_of: PlanOf) -> Plan:
    """A busy web."""
    return plan_of("web", "busy")


def exodus(c: Community) -> None:
    """The shock members_leave, as somebody might write it again."""
    rows = c.population.rows()
    c.release(rows[: len(rows) // 2], np.full(len(rows) // 2, 10))


def old_share(s: Snapshot) -> dict[str, float]:
    """Members by tenure."""
    tenure = s.day - s.member("joined")
    return {"": float((tenure > 20).mean()), "_most": float(tenure.max())}


OLD = Indicator("old", "share", "present members who joined more than 20 days ago", old_share)
LATE = Indicator("late", "-", "only at the end", lambda s: 1.0, monthly=False)
EXODUS: OwnShock = (12, "exodus", exodus)


# Shocks


def test_a_shock_happens_in_the_morning_of_its_day(plan: Plan) -> None:
    plain = run(plan, seed=3, days=30)
    struck = run(plan, seed=3, days=30, shocks=(EXODUS,), check=True)
    for name in ("present", "joins", "leaves", "revenue"):
        assert (plain.series[name][:12] == struck.series[name][:12]).all()
    half = plain.series["present"][11] // 2
    assert struck.series["leaves_shock"][12] == half
    assert struck.series["leaves_shock"].sum() == half
    assert (struck.members["left_day"] == 12).sum() >= half


def test_it_comes_after_the_plans_shocks_and_before_the_first_step(plan_of: PlanOf) -> None:
    heard: list[str] = []

    def first(c: Community) -> None:
        if c.day == 4:
            heard.append("step")

    def second(c: Community) -> None:
        heard.append(f"own shock of day {c.day}, {c.unwanted:.0f} unwanted items")

    plan = plan_of("web", shocks=[Shock(day=4, kind="spam_wave", items=1e6)])
    run(plan, seed=3, days=9, shocks=((4, "second", second),), tick=(("first", first), *TICK))
    assert heard[1] == "step"
    assert heard[0].startswith("own shock of day 4, 1000")


@pytest.mark.parametrize(
    ("step", "said"),
    [(exodus, "must be \\(name, function"), (("visit", exodus), "two steps of the day have the name visit")],
)
def test_a_step_that_is_none_is_refused(plan: Plan, step: Any, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        run(plan, days=1, tick=(*TICK, step))


@pytest.mark.parametrize(
    "shock",
    [
        ("12", "exodus", exodus),
        (12, exodus),
        (12, "exodus", None),
        (-1, "x", exodus),
        (20_001, "x", exodus),
        12,
    ],
)
def test_a_shock_that_is_none_is_refused(plan: Plan, shock: Any) -> None:
    with pytest.raises(ParameterError, match=r"must be \(day, name, function of the community\)"):
        run(plan, days=2, shocks=(shock,))


# Indicators


def test_an_indicator_stands_beside_those_of_the_engine(plan: Plan, difference: Difference) -> None:
    plain = run(plan, seed=3, days=60)
    record = run(plan, seed=3, days=60, indicators=(OLD, LATE))
    assert difference(plain, record) == []
    assert record.summary[plain.summary.index].equals(plain.summary)
    members = record.members[record.members["left_day"].isna()]
    assert record.summary["old"] == pytest.approx((59 - members["joined_day"] > 20).mean())
    assert record.summary["old_most"] == 59 - members["joined_day"].min()
    assert set(record.monthly.columns) - set(plain.monthly.columns) == {"old", "old_most"}
    assert record.summary["late"] == 1.0


def test_an_indicator_that_cannot_be_measured_is_named(plan: Plan) -> None:
    def measured(measure: Callable[[Snapshot], Any]) -> None:
        run(plan, days=2, indicators=(Indicator("mine", "-", "", measure),))

    for value in (None, "high", {"": 1.0, "_most": None}):
        with pytest.raises(ParameterError, match="indicator mine returned .*: must be a number, or a dict"):
            measured(lambda s, value=value: value)
    with pytest.raises(KeyError) as caught:
        measured(lambda s: s.daily["nothing"])
    assert caught.value.__notes__ == ["while measuring the indicator mine on day 1"]


@pytest.mark.parametrize(
    ("indicators", "message"),
    [
        ((Indicator("active", "-", "", lambda s: 0.0),), "indicator active: the name is taken"),
        ((OLD, OLD), "indicator old: the name is taken"),
        ((old_share,), "must be a kith.sim.results.indicators.Indicator"),
    ],
)
def test_an_indicator_needs_a_name_of_its_own(plan: Plan, indicators: Any, message: str) -> None:
    assert "active" in INDICATORS
    with pytest.raises(ParameterError, match=message):
        run(plan, days=2, indicators=indicators)


# The run's id


def test_the_runs_id_names_whatever_was_added(plan: Plan) -> None:
    ways: list[dict[str, Any]] = [
        {},
        {"shocks": (EXODUS,)},
        {"shocks": ((13, "exodus", exodus),)},
        {"shocks": ((12, "flight", exodus),)},
        {"indicators": (OLD,)},
        {"indicators": (OLD, LATE)},
        {"tick": (*TICK, ("exodus", lambda c: None))},
    ]
    ids = [Simulation(plan, seed=3, days=5, **way).run_id for way in ways]
    assert len(set(ids)) == len(ways)
    assert ids[0] == Simulation(plan, seed=3, days=5, shocks=(), indicators=()).run_id
    assert ids[1] == Simulation(plan, seed=3, days=5, **ways[1]).run_id


# What is saved goes on


def test_a_run_with_additions_is_continued_with_them(plan: Plan, tmp_path: Path) -> None:
    own: dict[str, Any] = {"shocks": (EXODUS, (40, "again", exodus)), "indicators": (OLD,)}
    whole = run(plan, seed=3, days=65, **own)
    simulation = Simulation(plan, seed=3, days=65, **own)
    simulation.advance(35)
    save(simulation, tmp_path / "run.kith")
    continued = resume(tmp_path / "run.kith", check=True, **own)
    continued.advance()
    record = continued.record()
    assert record.run_id == whole.run_id
    for frame in ("series", "members", "summary", "monthly"):
        assert getattr(record, frame).equals(getattr(whole, frame))


@pytest.mark.parametrize(
    ("here", "message"),
    [
        ({}, r"was saved with the shocks \[12, 'exodus'\]; pass the same as `shocks`"),
        ({"shocks": (EXODUS,)}, "was saved with the indicators old; pass the same as `indicators`"),
        ({"shocks": (EXODUS, EXODUS), "indicators": (OLD,)}, "pass the same as `shocks`"),
        ({"shocks": (EXODUS,), "indicators": (OLD, LATE)}, "pass the same as `indicators`"),
    ],
)
def test_other_additions_are_refused(plan: Plan, tmp_path: Path, here: dict[str, Any], message: str) -> None:
    simulation = Simulation(plan, seed=3, days=9, shocks=(EXODUS,), indicators=(OLD,))
    simulation.advance(2)
    save(simulation, tmp_path / "run.kith")
    with pytest.raises(CheckpointError, match=message):
        resume(tmp_path / "run.kith", **here)


# Columns


def count_evenings(c: Community) -> None:
    """A column of whole numbers, by person."""
    declare(c, "evenings", 0)[c.population.address[c.visitors]] += 1


def test_a_column_belongs_to_the_person(plan_of: PlanOf) -> None:
    restless = {"churn": {"base_hazard": 0.05}, "acquisition": {"return_rate": 20.0}}
    tick = (*TICK[:-2], ("count", count_evenings), *TICK[-2:])
    record = run(plan_of("pool", **restless), seed=1, days=120, tick=tick, check=True)
    m = record.members
    assert m["evenings"].dtype == np.int64
    assert m["evenings"].groupby(m["person"]).nunique().max() == 1
    assert m.groupby("person")["evenings"].first().sum() == record.series["today"].sum()
    assert (m["spell"] > 0).sum() > 3


def test_a_column_is_made_once(plan: Plan) -> None:
    c = Simulation(plan, seed=3, days=5).community
    mood = declare(c, "mood", 0.5)
    assert mood.shape == (400,)
    assert (mood == 0.5).all()
    mood[:] = 0.7
    assert declare(c, "mood", 0.1) is mood
    rows = c.population.rows()
    write(c, "mood", rows, np.arange(len(rows)) / 100)
    assert read(c, "mood", rows).tolist() == (np.arange(len(rows)) / 100).tolist()
    assert read(c, "mood", rows[::-1]).tolist() == (np.arange(len(rows)) / 100)[::-1].tolist()


@pytest.mark.parametrize(
    ("name", "default", "message"),
    [
        ("ties", 0, "column ties: the name is taken"),
        ("settled", 0, "column settled: the name is taken"),
        ("exit_cause", 0, "the name is taken"),
        ("model", 0, "the name is taken"),
        ("my mood", 0, "must be a Python identifier"),
        ("_mood", 0, "must be a Python identifier"),
        ("mood", "good", "its default 'good' must be a number"),
    ],
)
def test_a_column_needs_a_name_of_its_own_and_a_number(
    plan: Plan, name: str, default: Any, message: str
) -> None:
    with pytest.raises(ParameterError, match=message):
        declare(Simulation(plan, days=5).community, name, default)


def test_no_column_of_the_record_can_be_taken(plan: Plan) -> None:
    assert set(run(plan, days=2).members.columns) <= TAKEN


def test_what_moves_is_read_as_of_today(plan: Plan) -> None:
    """Two looks at the same evening agree, whether or not the engine has looked in between."""
    simulation = Simulation(plan, seed=3, days=50)
    simulation.advance(50)
    c, rows = simulation.community, simulation.community.population.rows()
    assert (c.population.members["settled"][rows] < c.day).any()
    moving = [name for name in COLUMNS if name in (c.population.members.dtype.names or ())]
    before = {name: read(c, name, rows) for name in moving}
    stored = {name: c.population.members[name][rows].copy() for name in moving}
    c.settle(rows)
    moved = [n for n in moving if not np.array_equal(stored[n], c.population.members[n][rows])]
    assert {"habit", "belonging", "activity", "norm"} <= set(moved)
    derived = {"attachment", "bonds", "visit_rate"}  # as they were when somebody last looked
    for name in set(moved) - derived:
        np.testing.assert_allclose(before[name], read(c, name, rows), rtol=1e-6, atol=1e-7, err_msg=name)


def test_a_row_whose_member_has_left_is_refused(plan: Plan) -> None:
    """It would be the row, or the value, of somebody else."""
    c = Simulation(plan, seed=3, days=5).community
    declare(c, "mood")
    rows = c.population.rows()
    c.release(rows[:1], np.array([10]))
    for name in ("habit", "mood", "layer"):
        with pytest.raises(ParameterError, match=f"row {rows[0]} is vacant: its member has left"):
            read(c, name, rows)
    for name in ("habit", "mood"):
        with pytest.raises(ParameterError, match="is vacant"):
            write(c, name, rows, 0.5)


def test_a_value_for_each_goes_to_each(plan: Plan) -> None:
    c = Simulation(plan, seed=3, days=5).community
    rows = c.population.rows()[::3]
    values = np.linspace(0.0, 1.0, len(rows))
    write(c, "habit", rows, values)
    np.testing.assert_allclose(read(c, "habit", rows), values, rtol=1e-6)
    check_laws(c)


@pytest.mark.parametrize("name", columns.WRITABLE)
def test_what_can_be_written_leaves_the_community_sound(plan: Plan, name: str) -> None:
    simulation = Simulation(plan, seed=3, days=40, check=True)
    simulation.advance(20)
    c, column = simulation.community, COLUMNS[name]
    rows = c.population.rows()
    for value in (column.low, min(column.high, column.low + 1.0)):
        write(c, name, rows, value)
        np.testing.assert_allclose(read(c, name, rows), value, rtol=1e-6)
        check_laws(c)
    simulation.advance()
    assert all(math.isfinite(v) for v in c.population.exit_bound)
