"""A Member is a view: it reads the community, writes through, and says when its membership is over."""

import copy
from collections.abc import Callable
from typing import Any

import mesa
import numpy as np
import pytest

from kith.sim.engine import TICK, run
from kith.sim.schema.parameter_set import ParameterError
from kith.sim.schema.plan import Plan
from kith.sim.state.categories import Cause
from kith.sim.state.columns import COLUMNS
from kith.sim.state.community import Community
from kith.sim.state.dormancy.dormant import place_of_row
from kith.sim.views.member import AsleepError, DepartedError, Member
from kith.sim.views.model import CommunityModel

type PlanOf = Callable[..., Plan]


@pytest.fixture
def model(plan_of: PlanOf) -> CommunityModel:
    """A busy web after forty days."""
    model = CommunityModel(plan_of("web", "busy"), rng=3, days=90, check=True)
    model.run_for(40)
    return model


def release(model: CommunityModel, *members: Member) -> None:
    """Let members leave as a shock would."""
    rows = np.sort([model.community.market.row[m.person] for m in members]).astype(np.int64)
    model.community.release(rows, np.full(len(rows), int(Cause.SHOCK)))


def test_a_member_is_an_agent_of_its_model(model: CommunityModel) -> None:
    member = model.agents[0]
    assert isinstance(member, mesa.Agent)
    assert (member.model, member.random, member.rng) == (model, model.random, model.rng)
    assert member.unique_id == member.person
    assert member.scenario is model.scenario
    assert {"belonging", "ties", "neighbours", "step"} <= set(dir(member))


def test_views_of_the_same_membership_are_equal(model: CommunityModel) -> None:
    one, again, other = model.agents[0], model.agents[0], model.agents[1]
    assert one == again != other
    assert len({one, again, other}) == 2
    assert copy.copy(one) == one
    assert one != one.person


def test_it_says_what_the_record_says(model: CommunityModel) -> None:
    frame = model.record().members
    frame = frame[frame["awake"]].set_index("person")
    missing = ("left_day", "exit_cause", "awake", "asleep_since", "asleep_cause")
    shared = [name for name in frame.columns if name not in missing]
    assert len(shared) > 20
    for name in shared:
        ours = np.array(model.agents.get(name))
        theirs = frame.loc[model.agents.get("person"), name].to_numpy()
        if ours.dtype.kind == "f":
            # State is kept in single precision: bringing it to today may round once more than the record.
            np.testing.assert_allclose(ours, theirs.astype(float), rtol=1e-6, atol=1e-7, err_msg=name)
        else:
            assert ours.tolist() == theirs.tolist(), name
        assert [getattr(m, name) for m in model.agents.select(at_most=9)] == pytest.approx(
            ours[:9].tolist(), nan_ok=True
        )


def test_reading_changes_nothing(plan_of: PlanOf, difference: Callable[..., list[str]]) -> None:
    plan = plan_of("web", "busy")
    model = CommunityModel(plan, rng=3, days=30)
    for _ in range(30):
        model.agents.get(list(COLUMNS))
        model.agents.map(lambda m: (m.belonging, m.norm, len(m.neighbours)))
        model.step()
    assert difference(model.record(), run(plan, seed=3, days=30)) == []


# Writing


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("habit", 0.25),
        ("belonging", 1.0),
        ("exits", 3.0),
        ("wtp", 12.5),
        ("interest", 0.5),
        ("satisfaction", 0),
    ],
)
def test_what_is_written_is_read(model: CommunityModel, name: str, value: float) -> None:
    member, others = model.agents[5], model.agents[6:]
    before = [getattr(m, name) for m in others]
    setattr(member, name, value)
    assert getattr(model.agents[5], name) == pytest.approx(value)
    assert [getattr(m, name) for m in others] == before
    model.run_for(10)


def test_what_follows_from_it_is_derived(model: CommunityModel) -> None:
    everybody = model.agents
    purpose = model.plan.parameters.organisation.direction
    for member in (everybody[0], everybody[1]):
        member.interest = purpose
        assert member.misfit == pytest.approx(0.0)
    member.interest = 1.0 - purpose if purpose != 0.5 else 0.0
    assert member.misfit > 0.0
    before = member.visit_rate
    member.visits_per_day = 2.0 * member.visits_per_day
    assert member.visit_rate == pytest.approx(2.0 * before, rel=1e-5)


def test_the_discontented_leave_and_the_content_stay(plan_of: PlanOf) -> None:
    """The bound that the daily screen compares with follows what was written."""
    strict = {"churn": {"base_hazard": 0.02, "value_weight": 8.0}, "visiting": {"satisfaction_step": 0.0}}
    model = CommunityModel(plan_of("pool", **strict), rng=2, days=60, check=True)
    founders = model.agents.copy()
    content = founders.select("person % 2 == 0")
    founders.set("satisfaction", 0.0)
    content.set("satisfaction", 1.0)
    model.run_for(20)
    assert len(founders.select("person % 2 == 1")) == 0
    assert len(content) > 20


def test_who_has_joined_today_still_comes_today(plan_of: PlanOf) -> None:
    """Writing between joining and the first visit keeps that visit."""
    came: list[float] = []
    models: list[CommunityModel] = []

    def touch(c: Community) -> None:
        models[0].agents.set("habit", 0.0)

    def look(c: Community) -> None:
        new = models[0].agents.select(f"joined_day == {c.day}")
        came.extend((new.column("last_visit") == c.day).tolist())

    tick = (TICK[0], ("touch", touch), *TICK[1:-1], ("look", look), TICK[-1])
    models.append(CommunityModel(plan_of("web", "busy"), rng=3, days=40, tick=tick, check=True))
    models[0].run_for(40)
    assert len(came) > 30
    assert np.mean(came) > 0.95


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("belonging", 1.5, r"belonging = 1.5: must be between 0 and 1"),
        ("habit", -0.1, "between 0 and 1"),
        ("satisfaction", float("nan"), "satisfaction = nan: must be between 0 and 1"),
        ("wtp", 0.0, r"wtp = 0.0: must be between 0.01"),
        ("norm", "high", "norm = 'high': must be a number"),
    ],
)
def test_what_cannot_be_is_refused(model: CommunityModel, name: str, value: Any, message: str) -> None:
    before = getattr(model.agents[0], name)
    for write in (lambda: setattr(model.agents[0], name, value), lambda: model.agents.set(name, value)):
        with pytest.raises(ParameterError, match=message):
            write()
    assert getattr(model.agents[0], name) == before


@pytest.mark.parametrize(
    "name", ["person", "ties", "revenue", "contributions", "side", "layer", "attachment"]
)
def test_what_the_engine_keeps_cannot_be_written(model: CommunityModel, name: str) -> None:
    for write in (lambda: setattr(model.agents[0], name, 1), lambda: model.agents.set(name, 1)):
        with pytest.raises(AttributeError, match=f"{name} is maintained by the engine.* habit, satisfaction"):
            write()


def test_a_column_of_ones_own_holds_what_its_default_is(model: CommunityModel) -> None:
    """Nothing is cut to fit without a word."""
    for name, default in (("purse", 1), ("warm", False), ("weight", 0.5)):
        model.add_column(name, default)
    member = model.agents[0]
    member.purse, member.warm, member.weight = 3.0, 1, 2
    assert (member.purse, member.warm, member.weight) == (3, True, 2.0)
    member.weight = float("nan")
    assert np.isnan(member.weight)
    for name, value, message in (
        ("purse", 2.5, "purse = 2.5: the column holds whole numbers"),
        ("purse", float("nan"), "purse = nan: the column holds whole numbers"),
        ("warm", 2, "warm = 2: the column holds True or False"),
        ("weight", "much", "weight = 'much': must be a number"),
    ):
        with pytest.raises(ParameterError, match=message):
            setattr(member, name, value)


@pytest.mark.parametrize("name", ["belonging", "mood"])
def test_values_are_one_for_all_or_one_for_each(model: CommunityModel, name: str) -> None:
    model.add_column("mood", 0.0)
    with pytest.raises(
        ParameterError, match=rf"{name}: values of shape \(2,\) for {len(model.agents)} members"
    ):
        model.agents.set(name, [0.1, 0.2])


@pytest.mark.parametrize("name", ["model", "unique_id"])
def test_who_it_is_cannot_be_changed(model: CommunityModel, name: str) -> None:
    with pytest.raises(AttributeError, match=f"{name} of a member is read-only"):
        setattr(model.agents[0], name, 1)


def test_a_misspelt_name_is_told_the_nearest(model: CommunityModel) -> None:
    member = model.agents[0]
    with pytest.raises(AttributeError, match="did you mean belonging"):
        _ = member.belongin
    with pytest.raises(AttributeError, match=r"did you mean belonging\? model.add_column"):
        member.belongin = 1.0
    with pytest.raises(AttributeError, match="no column 'pos'"):
        _ = member.pos


def test_members_are_not_made_or_removed_from_outside(model: CommunityModel) -> None:
    before = len(model.agents)
    for attempt in (lambda: Member(model), lambda: Member.create_agents(model, 2), model.agents[0].remove):
        with pytest.raises(TypeError, match="engine admits|cannot be removed directly"):
            attempt()
    for attempt in (
        lambda: model.register_agent(model.agents[0]),
        lambda: model.deregister_agent(model.agents[0]),
    ):
        with pytest.raises(TypeError, match="is managed by the engine"):
            attempt()
    model.remove_all_agents()  # those that were registered
    assert len(model.agents) == before


# Whoever has left


def test_who_has_left_says_so(model: CommunityModel) -> None:
    gone, stays = model.agents[3], model.agents[4]
    release(model, gone)
    assert not gone.is_present
    assert stays.is_present
    assert gone not in model.agents
    for use in (
        lambda: gone.belonging,
        lambda: setattr(gone, "habit", 0.5),
        lambda: gone.neighbours,
    ):
        with pytest.raises(
            DepartedError,
            match=rf"person {gone.unique_id} left on day 39 \(shock\); take members who are awake from model.agents",
        ):
            use()


def test_who_falls_silent_says_so_and_is_the_same_member_on_waking(model: CommunityModel) -> None:
    c = model.community
    member = max(model.agents, key=lambda m: len(m.neighbours))
    friends = member.neighbours
    known = [m.unique_id for m in friends]
    row = np.array([c.market.row[member.person]], np.int64)
    among = model.agents.copy()
    c.fall_asleep(row, np.array([int(Cause.BACKGROUND)]))
    assert member.is_present
    assert member.is_dormant
    assert not member.is_awake
    assert member not in model.agents
    assert member not in among
    assert member.unique_id not in model.graph
    assert all(member not in friend.neighbours for friend in friends)
    for use in (lambda: member.belonging, lambda: setattr(member, "habit", 0.5), lambda: member.neighbours):
        with pytest.raises(
            AsleepError,
            match=rf"person {member.unique_id} fell silent on day 39 and may wake; take members who are",
        ):
            use()
    c.wake(place_of_row(c.market.row[[member.unique_id]].astype(np.int64)))
    assert member.is_awake
    assert member in model.agents
    assert member in among
    assert [m.unique_id for m in member.neighbours] == known
    assert member.lapsed_day == 39


def test_a_row_that_another_person_has_taken_is_not_its_own(model: CommunityModel) -> None:
    c = model.community
    members = {int(c.market.row[m.person]): m for m in model.agents}
    model.run_for(50)
    taken = {
        row: m
        for row, m in members.items()
        if c.population.address[row] >= 0 and c.population.address[row] != m.unique_id
    }
    assert len(taken) > 3
    for member in taken.values():
        with pytest.raises(DepartedError, match=f"person {member.unique_id} left on day"):
            _ = member.habit


def test_who_comes_back_is_another_membership(plan_of: PlanOf) -> None:
    restless = {"churn": {"base_hazard": 0.05}, "acquisition": {"return_rate": 20.0}}
    model = CommunityModel(plan_of("pool", **restless), rng=1, days=120)
    first = {m.person: m for m in model.agents}
    model.run_for(120)
    returned = [m for m in model.agents.select("spell > 0") if m.person in first]
    assert len(returned) > 3
    for member in returned:
        assert member != first[member.person]
        assert not first[member.person].is_present
        with pytest.raises(DepartedError):
            _ = first[member.person].habit


# Neighbours


def test_neighbours_are_those_of_the_ties(model: CommunityModel) -> None:
    ties = model.record().ties
    assert len(ties) > 50
    known: dict[int, list[int]] = {}
    for a, b in ties[["person_a", "person_b"]].to_numpy().tolist():
        known.setdefault(a, []).append(b)
        known.setdefault(b, []).append(a)
    assert model.agents.map(lambda m: m.neighbours.get("person")) == [
        sorted(known.get(person, [])) for person in model.agents.get("person")
    ]
    assert [len(m.neighbours) for m in model.agents] == model.agents.get("ties")
