"""A MemberSet does what a plain Mesa AgentSet of the same members does, method by method."""

import inspect
import operator
from collections.abc import Callable
from random import Random
from typing import Any

import mesa
import numpy as np
import pytest
from mesa.agentset import AbstractAgentSet, AgentSet

from kith.sim.schema.parameter_set import ParameterError
from kith.sim.schema.plan import Plan
from kith.sim.state.columns import COLUMNS
from kith.sim.views.member import Member
from kith.sim.views.members import MemberSet
from kith.sim.views.model import CommunityModel

SEED = 5


class Greeter(Member):
    """A member with a method and a property of its own."""

    @property
    def weight(self) -> float:
        return float(self.contributions + self.ties)

    def greet(self, times: int, greeting: str = "hello") -> str:
        self.mood += times
        return f"{greeting} {self.person}"


class Greeters(CommunityModel):
    """A community of greeters with a column of its own."""

    member_type = Greeter


class Plain(mesa.Agent):
    """A plain Mesa agent with the values of a member."""

    weight = property(Greeter.weight.fget)
    greet = Greeter.greet


@pytest.fixture(scope="module")
def model(plan_of: Callable[..., Plan]) -> CommunityModel:
    """Greeters after forty days."""
    model = Greeters(plan_of("web", "busy"), rng=3, days=60, check=True)
    model.add_column("mood", 1)
    model.run_for(40)
    return model


@pytest.fixture
def members(model: CommunityModel) -> MemberSet:
    """Everybody, in a set of its own with known luck."""
    model.agents.set("mood", 1)
    everybody = model.agents.copy()
    everybody.random = Random(SEED)
    return everybody


@pytest.fixture
def twins(members: MemberSet) -> AgentSet:
    """A plain set of plain agents with the same values, in the same order, with the same luck."""
    plain, names = mesa.Model(rng=SEED), [*COLUMNS, "mood"]
    agents = []
    for member in members:
        agents.append(agent := Plain(plain))
        vars(agent).update({name: getattr(member, name) for name in names})
        agent.unique_id = agent.person
    twins = AgentSet(agents, random=Random(SEED))
    twins.kept = agents  # the set's own references are weak
    return twins


def told(result: Any) -> Any:
    """A result in plain values: members by address, sets and groups in order."""
    if isinstance(result, Member | Plain):
        return f"person {result.person}"
    if isinstance(result, AbstractAgentSet | list | tuple):
        return [told(one) for one in result]
    if isinstance(result, mesa.agentset.GroupBy):
        return [(value, told(group)) for value, group in result]
    if isinstance(result, dict):
        return [(value, told(one)) for value, one in result.items()]
    return repr(result)


def collected(agents: Any, call: Callable[[Any, Callable[..., Any]], Any]) -> Any:
    """What a function that is called for each sees, and what remains."""
    seen: list[Any] = []
    out = call(agents, lambda agent, *more, **named: seen.append((agent, *more, named)))
    return [seen, out]


def changed(agents: Any, change: Callable[[Any], Any]) -> Any:
    """A set after a change."""
    return [change(agents), agents]


def half(agents: Any) -> Any:
    return agents.select(lambda a: a.person % 2 == 0)


CASES: dict[str, tuple[Callable[[Any], Any], ...]] = {
    "__len__": (len, bool),
    "__iter__": (list, lambda a: [x.unique_id for x in a]),
    "__contains__": (
        lambda a: [x in half(a) for x in a],
        lambda a: ["nobody" in a, None in a],
    ),
    "to_list": (lambda a: a.to_list(), lambda a: a.to_list()[-3:], lambda a: a.to_list()[2]),
    "get": (
        *((lambda a, name=name: a.get(name)) for name in COLUMNS),
        lambda a: a.get("unique_id"),
        lambda a: a.get("weight"),
        lambda a: a.get(["person", "weight", "layer"]),
        lambda a: a.get([]),
        lambda a: a.get("charm", handle_missing="default", default_value=7),
        lambda a: a.get("charm", handle_missing="default"),
        lambda a: a.get(["person", "charm"], handle_missing="default", default_value=None),
        lambda a: half(a).get("belonging"),
        lambda a: a.select(at_most=0).get("belonging"),
    ),
    "set": (
        lambda a: [a.set("mood", 4), a.get("mood")],
        lambda a: [half(a).set("mood", 9), a.get("mood")],
        lambda a: [a.select(at_most=0).set("mood", 9), a.get("mood")],
    ),
    "select": (
        lambda a: a.select(),
        lambda a: a.select(lambda x: x.belonging > 0.5),
        lambda a: a.select(lambda x: False),
        *((lambda a, n=n: a.select(at_most=n)) for n in (0, 3, 10**6, 0.0, 0.3, 1.0, 2.5, -1)),
        *((lambda a, n=n: a.select(lambda x: x.ties > 1, at_most=n)) for n in (4, 0.2, 0.0, 10**6)),
        lambda a: a.select(agent_type=mesa.Agent),
        lambda a: a.select(agent_type=mesa.Model),
        lambda a: a.select(lambda x: x.ties > 1, agent_type=mesa.Agent, at_most=5),
        lambda a: changed(a, lambda a: a.select(lambda x: x.ties > 1, inplace=True)),
        lambda a: changed(a, lambda a: a.select(inplace=True)),
        lambda a: changed(a, lambda a: a.select(lambda x: x.ties > 1)),
        lambda a: a.select(lambda x: x.ties > 0).select(lambda x: x.channel == "founder"),
    ),
    "shuffle": (
        lambda a: a.shuffle(),
        lambda a: [a.shuffle(), a.shuffle()],
        lambda a: changed(a, lambda a: a.shuffle(inplace=True)),
        lambda a: half(a).shuffle(),
    ),
    "sort": (
        lambda a: a.sort("belonging"),
        lambda a: a.sort("belonging", ascending=True),
        lambda a: a.sort("ties"),
        lambda a: a.sort("channel", ascending=True),
        lambda a: a.sort("weight"),
        lambda a: a.shuffle().sort("layer"),
        lambda a: a.sort(lambda x: (x.layer, -x.ties)),
        lambda a: changed(a, lambda a: a.sort("ties", inplace=True)),
    ),
    "agg": (
        lambda a: a.agg("belonging", np.mean),
        lambda a: a.agg("contributions", sum),
        lambda a: a.agg("ties", [min, max, np.median, len]),
        lambda a: a.agg("layer", lambda v: sorted(set(v))),
        lambda a: a.agg("weight", (min, max)),
        lambda a: half(a).agg("revenue", np.sum),
    ),
    "groupby": (
        lambda a: a.groupby("layer"),
        lambda a: a.groupby("channel", result_type="list"),
        lambda a: a.groupby(lambda x: x.ties > 1),
        lambda a: a.groupby(lambda x: x.ties % 3, result_type="list"),
        lambda a: a.shuffle().groupby("paying"),
        lambda a: a.groupby("weight").count(),
        lambda a: a.groupby("layer").agg("belonging", np.mean),
        lambda a: a.groupby("layer", result_type="list").agg("belonging", max),
        lambda a: a.groupby("layer").map(len),
        lambda a: a.groupby("layer").map("agg", "ties", sum),
        lambda a: [a.groupby("layer").do("set", "mood", 6), a.get("mood")],
        lambda a: a.groupby("layer").do(lambda group: group.select(at_most=2, inplace=True)),
        lambda a: len(a.groupby("layer")),
    ),
    "do": (
        lambda a: collected(a, lambda a, see: a.do(see)),
        lambda a: collected(a, lambda a, see: a.do(see, 1, loud=True)),
        lambda a: [a.do("greet", 2), a.get("mood")],
        lambda a: [half(a).do("greet", times=3), a.get("mood")],
    ),
    "shuffle_do": (
        lambda a: collected(a, lambda a, see: a.shuffle_do(see)),
        lambda a: collected(a, lambda a, see: half(a).shuffle_do(see, 1, loud=True)),
        lambda a: [a.shuffle_do("greet", 2), a.get("mood")],
        lambda a: [a.shuffle_do("greet", 1), a.shuffle()],
    ),
    "map": (
        lambda a: a.map("greet", 1),
        lambda a: a.map("greet", 1, greeting="good day"),
        lambda a: a.map(lambda x: x.ties),
        lambda a: a.map(lambda x, by: x.ties * by, 3),
    ),
    "add": (
        lambda a: changed(half(a), lambda h: [h.add(x) for x in a.to_list()[:5]]),
        lambda a: changed(a, lambda a: a.add(a.to_list()[2])),
    ),
    "discard": (
        lambda a: changed(a, lambda a: [a.discard(x) for x in a.to_list()[3:6]]),
        lambda a: changed(half(a), lambda h: [h.discard(x) for x in a]),
    ),
    "remove": (lambda a: changed(a, lambda a: [a.remove(x) for x in a.to_list()[3:6]]),),
    "__getitem__": (
        lambda a: a.to_list()[0],
        lambda a: [a.to_list()[i] for i in (0, -1, 3)],
    ),
    "__and__": (lambda a: half(a) & a.select(at_most=9), lambda a: half(a) & a.select(at_most=0)),
    "__or__": (lambda a: half(a) | a.select(at_most=9), lambda a: a.select(at_most=0) | half(a)),
    "__sub__": (lambda a: a - half(a), lambda a: a - a),
    "__xor__": (lambda a: half(a) ^ a.select(at_most=9),),
    "__eq__": (lambda a: [half(a) == half(a).shuffle(), half(a) == a],),
    "isdisjoint": (lambda a: [half(a).isdisjoint(a), half(a).isdisjoint(a - half(a))],),
    "pop": (lambda a: changed(a, lambda a: a.pop()),),
    "clear": (lambda a: changed(a, lambda a: a.clear()),),
}
"each method of the interface with the calls that are compared"


@pytest.mark.filterwarnings("ignore:No Agents specified:UserWarning")  # Mesa's, of its own set
@pytest.mark.parametrize(("method", "k"), [(m, k) for m, calls in CASES.items() for k in range(len(calls))])
def test_it_does_what_a_plain_set_does(members: MemberSet, twins: AgentSet, method: str, k: int) -> None:
    ours, theirs = CASES[method][k](members), CASES[method][k](twins)
    assert told(ours) == told(theirs)


def test_no_method_of_mesas_is_left_out() -> None:
    theirs = {
        name
        for name, _ in inspect.getmembers(AbstractAgentSet, inspect.isroutine)
        if not name.startswith("_")
    }
    assert theirs <= CASES.keys()
    assert {name for name in vars(AgentSet) if not name.startswith("_")} <= CASES.keys()


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda a: a.get("charm"), AttributeError),
        (lambda a: a.get(["ties", "charm"]), AttributeError),
        (lambda a: a.get("ties", handle_missing="maybe"), ValueError),
        (lambda a: a.sort("charm"), AttributeError),
        (lambda a: a.groupby("charm"), AttributeError),
        (lambda a: a.agg("charm", max), AttributeError),
        (lambda a: a.do("dance"), AttributeError),
        (lambda a: half(a).remove((a - half(a)).to_list()[0]), KeyError),
    ],
)
def test_it_refuses_what_a_plain_set_refuses(
    members: MemberSet, twins: AgentSet, call: Callable[[Any], Any], error: type[Exception]
) -> None:
    for agents in (members, twins):
        with pytest.raises(error):
            call(agents)


def test_a_misspelt_method_is_told_the_nearest(members: MemberSet) -> None:
    for call in (members.do, members.shuffle_do, members.map):
        with pytest.raises(AttributeError, match="has no method 'stepp'; did you mean step"):
            call("stepp")


# What a plain set cannot do


@pytest.mark.parametrize(
    ("expression", "function"),
    [
        ("belonging > 0.5", lambda m: m.belonging > 0.5),
        (" ties > 1 and not paying ", lambda m: m.ties > 1 and not m.paying),
        (
            "channel == 'referral' or layer == 'internal'",
            lambda m: m.channel == "referral" or m.layer == "internal",
        ),
        ("0.2 < belonging <= satisfaction", lambda m: 0.2 < m.belonging <= m.satisfaction),
        ("contributions / (ties + 1) > 2", lambda m: m.contributions / (m.ties + 1) > 2),
        ("mood == 1", lambda m: m.mood == 1),
    ],
)
def test_an_expression_chooses_what_the_same_function_chooses(
    members: MemberSet, expression: str, function: Callable[[Any], bool]
) -> None:
    chosen = members.select(expression)
    assert told(chosen) == told(members.select(function))
    assert len(chosen) > 0
    assert told(members.shuffle().select(expression, at_most=4)) != told(chosen.select(at_most=4))


def test_an_array_chooses_by_place(members: MemberSet) -> None:
    tied = members.sort("belonging").select(members.sort("belonging").column("ties") > 2)
    assert told(tied) == told(members.sort("belonging").select(lambda m: m.ties > 2))


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("charm > 1", "no column 'charm'"),
        ("belongin > 1", "did you mean belonging"),
        ("belonging", "True or False for each"),
        ("1 > 0", "True or False for each"),
        ("belonging >", "write a Python expression"),
        ("import os", "write a Python expression"),
        (np.ones(2, bool), "an array of shape"),
        (np.ones(3), "True or False for each"),
    ],
)
def test_a_condition_that_is_none_is_refused(members: MemberSet, condition: Any, message: str) -> None:
    with pytest.raises((ParameterError, AttributeError), match=message):
        members.select(condition)


def test_a_set_gives_each_member_its_own_value(members: MemberSet) -> None:
    members.set("mood", members.column("ties") + 1)
    assert members.get("mood") == [ties + 1 for ties in members.get("ties")]


def test_everybody_is_whoever_is_present(model: CommunityModel) -> None:
    persons = model.agents.get("person")
    assert persons == sorted(persons)
    assert len(persons) == model.community.population.present


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.add(a[0]),
        lambda a: a.discard(a[0]),
        lambda a: a.select("ties > 1", inplace=True),
        lambda a: a.shuffle(inplace=True),
        lambda a: a.sort("ties", inplace=True),
        operator.methodcaller("clear"),
    ],
)
def test_everybody_cannot_be_changed(model: CommunityModel, change: Callable[[Any], Any]) -> None:
    before = len(model.agents)
    with pytest.raises(TypeError, match=r"copy\(\) it first"):
        change(model.agents)
    assert len(model.agents) == before


def test_who_leaves_drops_out_of_every_set(plan_of: Callable[..., Plan]) -> None:
    model = CommunityModel(plan_of("pool", churn={"base_hazard": 0.1}), rng=1, days=60)
    founders = model.agents.copy()
    before = founders.get("person")
    model.run_for(30)
    stayed = founders.select("spell == 0").get("person")
    record = model.record().members
    assert founders.get("person") == stayed
    there = record[record["left_day"].isna() & (record["channel"] == "founder")]["person"].tolist()
    assert stayed == there
    assert 0 < len(stayed) < len(before)


def test_nobody_is_called_after_having_left(plan_of: Callable[..., Plan]) -> None:
    """As in Mesa's own set of a model: what one does may remove another."""
    model = CommunityModel(plan_of("pool"), rng=1, days=60)
    called: list[int] = []

    def outlive_the_next(member: Member) -> None:
        called.append(member.person)
        c = model.community
        row = c.market.row[c.market.row >= 0].astype(np.int64)
        after = row[c.population.address[row] > member.person][:1]
        c.release(after, np.full(len(after), 10))

    everybody = model.agents.get("person")
    model.agents.do(outlive_the_next)
    assert called == everybody[::2]


def test_a_set_is_of_members_of_one_model(model: CommunityModel, plan_of: Callable[..., Plan]) -> None:
    stranger = CommunityModel(plan_of("web"), rng=1, days=5).agents[0]
    for mixed in (
        lambda: MemberSet([model.agents[0], stranger]),
        lambda: model.agents.copy().add(stranger),
        lambda: model.agents.copy() | MemberSet([stranger]),
    ):
        with pytest.raises(TypeError, match="belong to different models"):
            mixed()
    assert stranger not in model.agents
    with pytest.raises(TypeError, match=r"is no Member; .*AgentSet"):
        MemberSet([Plain(mesa.Model())])  # type: ignore[list-item]
