"""CommunityModel: a run as a Mesa model, one step a day."""

from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from mesa import DataCollector, Model

from kith.sim.engine import TICK, OwnShock, Simulation, Step
from kith.sim.results.indicators import Indicator
from kith.sim.results.record import Record
from kith.sim.schema.fields import nearest
from kith.sim.schema.parameters import ParameterError
from kith.sim.schema.plan import Plan
from kith.sim.state import columns
from kith.sim.state.community import Community
from kith.sim.views.member import Member
from kith.sim.views.members import MemberSet
from kith.sim.views.overrides import overridden

if TYPE_CHECKING:
    import networkx
    from mesa.experimental.scenarios import Scenario

DAILY = ("present", "active", "joins", "leaves", "revenue", "cost")
"""What the model's own data collector collects each day; columns of `Record.series`."""


class CommunityModel(Model):  # type: ignore[misc]  # Mesa has no types
    """A community that lives one day with each `step`.

    `record()` after n steps is what `run(plan, seed=rng, days=n)` returns. `agents` are the members
    who are present, `graph` is their network. Other agents may be registered with the model, as
    with any; they are found in `agents_by_type`.

    Parameters
    ----------
    plan : what is simulated; the baseline by default
    rng : names the luck, the community's as well as that of `model.random` and `model.rng`; drawn
        if it is None, or from a generator
    scenario : a Mesa scenario: its rng, and parameters as keyword arguments
    days : how far the model can go, by default `plan.days`; then `running` is False
    threads, tick, shocks, indicators, events, check : as for `sim.run`
    parameters : `section__parameter=value`, from day 0 and on until a phase changes it

    Raises
    ------
    ParameterError
        If an argument is unknown or out of range.
    """

    member_type: type[Member] = Member
    "of what class members are; a subclass of the model may name a subclass of Member"

    def __init__(
        self,
        plan: Plan | None = None,
        *,
        rng: Any = None,
        scenario: "Scenario | None" = None,
        days: int | None = None,
        threads: int | None = None,
        tick: tuple[Step, ...] = TICK,
        shocks: tuple[OwnShock, ...] = (),
        indicators: tuple[Indicator, ...] = (),
        events: bool = True,
        check: bool = False,
        **parameters: Any,
    ) -> None:
        if plan is not None and not isinstance(plan, Plan):
            raise ParameterError(f"plan = {plan!r:.60}: must be a Plan, such as scenarios.load('web')")
        if scenario is not None:
            rng = _rng_of(scenario, rng)
            parameters = {name: value for name, value in scenario if name != "rng"} | parameters
        seed = _seed_of(rng)
        super().__init__(rng=seed)
        if scenario is not None:
            self.scenario = scenario
        self.simulation = Simulation(
            overridden(plan if plan is not None else Plan(), parameters),
            seed,
            days,
            threads,
            tick=tick,
            shocks=shocks,
            indicators=indicators,
            events=events,
            check=check,
        )
        self._daily = self.datacollector = DataCollector(
            model_reporters={name: partial(CommunityModel.latest, name=name) for name in DAILY}
        )

    def step(self) -> None:
        """Live one day. A data collector of a subclass's own is left to the subclass, as in Mesa."""
        if self.day >= self.community.days:
            raise ParameterError(
                f"a step after day {self.day}: the model was made for {self.community.days} days; "
                "make it with more, such as days=730"
            )
        self.simulation.advance(1)
        self.running = self.day < self.community.days
        if self.datacollector is self._daily:
            self._daily.collect(self)

    # -- the community ---------------------------------------------------------------------

    @property
    def community(self) -> Community:
        """The state of the run."""
        return self.simulation.community

    @property
    def plan(self) -> Plan:
        """What is simulated, with the arguments of the call in it."""
        return self.community.plan

    @property
    def day(self) -> int:
        """Days lived so far; the number of the next one."""
        return self.simulation.day

    @property
    def graph(self) -> "networkx.Graph":
        """The members' network as it is at any time; see `kith.sim.views.graph`."""
        from kith.sim.views.graph import graph_of

        return graph_of(self.community)

    def record(self) -> Record:
        """The record of the days lived so far."""
        return self.simulation.record()

    def latest(self, name: str) -> float | int:
        """The value of a column of `Record.series` on the last day lived."""
        known = self.simulation.recorder.daily()
        if name not in known:
            close = nearest(name, known)
            hint = f"did you mean {close}? " if close else ""
            raise ParameterError(f"there is no series {name}; {hint}model.record().series has all that are")
        if self.day == 0:
            raise ParameterError(f"{name} of 0 days: let the model make a step first")
        return known[name][-1].item()

    # -- members ---------------------------------------------------------------------------

    @property
    def agents(self) -> MemberSet:
        """Whoever is present, in ascending address."""
        return MemberSet.everybody(self)

    @property
    def agent_types(self) -> list[type]:
        """Members first, then the types of agents that were registered."""
        return list(self.agents_by_type)

    @property
    def agents_by_type(self) -> dict[type, Any]:
        """Members, and the sets of agents that were registered."""
        return {self.member_type: self.agents, **self._agents_by_type}

    def register_agent(self, agent: Any) -> None:
        """Let an agent of another class live beside the members."""
        _demand_no_member(agent)
        super().register_agent(agent)

    def deregister_agent(self, agent: Any) -> None:
        """Part with an agent that was registered."""
        _demand_no_member(agent)
        super().deregister_agent(agent)

    def add_column(self, name: str, default: float = 0.0) -> npt.NDArray[Any]:
        """Give every person a column more, by address; members then have it as an attribute."""
        return columns.declare(self.community, name, default)

    def write(self, name: str, rows: npt.NDArray[np.int64], values: npt.ArrayLike) -> None:
        """Set a column of the members in rows; between days the run's id remembers that somebody did."""
        columns.write(self.community, name, rows, values)
        self.community.by_hand |= not self.simulation.amid_day


def _demand_no_member(agent: Any) -> None:
    if isinstance(agent, Member):
        raise TypeError(
            f"{agent!r} joins and leaves by the engine; only agents of other classes are registered"
        )


def _rng_of(scenario: "Scenario", rng: Any) -> Any:
    """The scenario's rng, if it has one; both may only be given if they are the same."""
    if scenario.rng is None:
        return rng
    if rng is not None and rng != scenario.rng:
        raise ParameterError(f"rng = {rng!r} and scenario.rng = {scenario.rng!r} differ; give one of them")
    return scenario.rng


def _seed_of(rng: Any) -> int:
    """The seed that names a run's luck: rng if it is a whole number, otherwise a draw from it."""
    if isinstance(rng, int | np.integer) and 0 <= rng < 2**63:
        return int(rng)
    if isinstance(rng, int | np.integer | float | str | Random):
        raise ParameterError(
            f"rng = {rng!r:.60}: must be a whole number between 0 and 2^63 - 1, such as rng=7"
        )
    return int(np.random.default_rng(rng).integers(2**31))
