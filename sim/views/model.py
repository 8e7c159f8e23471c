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
from kith.sim.schema.parameter_set import ParameterError
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
"""Columns of `Record.series` that the model's default data collector collects each day."""


class CommunityModel(Model):  # type: ignore[misc]  # Mesa has no types
    """A community as a Mesa model; each `step` simulates one day.

    `record()` after n steps is identical to `run(plan, seed=rng, days=n)`. `agents` are the present
    members, `graph` is their network. Agents of other classes can be registered with the model; they
    are listed in `agents_by_type`.

    Parameters
    ----------
    plan : what to simulate; default: the baseline
    rng : random seed of the community, of `model.random` and of `model.rng`; drawn at random if it
        is None, or from a generator
    scenario : a Mesa scenario with its rng and parameters
    days : the last day that the model can reach, by default `plan.days`; then `running` is False
    threads, tick, shocks, indicators, events, check : as for `kith.run`
    parameters : `section__parameter=value`, from day 0 until a phase changes it

    Raises
    ------
    ParameterError
        If an argument is unknown or out of range.
    """

    member_type: type[Member] = Member
    "the class of members; a subclass of the model may set a subclass of Member"

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
            raise ParameterError(f"plan = {plan!r:.60}: must be a Plan, such as kith.load('web')")
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
        """Simulate one day. A subclass with its own data collector calls it itself, as in Mesa."""
        if self.day >= self.community.days:
            raise ParameterError(
                f"a step after day {self.day}: the model was created for {self.community.days} days; "
                "create it with more, such as days=730"
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
        """What is simulated, including the parameters passed to the model."""
        return self.community.plan

    @property
    def day(self) -> int:
        """Days simulated so far, which is the number of the next day."""
        return self.simulation.day

    @property
    def graph(self) -> "networkx.Graph":
        """The members' network as a live view; see `kith.sim.views.graph`."""
        from kith.sim.views.graph import graph_of

        return graph_of(self.community)

    def record(self) -> Record:
        """The record of the days simulated so far."""
        return self.simulation.record()

    def latest(self, name: str) -> float | int:
        """The value of a column of `Record.series` on the last simulated day."""
        series = self.simulation.recorder.daily()
        if name not in series:
            close = nearest(name, series)
            hint = f"did you mean {close}? " if close else ""
            raise ParameterError(f"there is no series {name}; {hint}model.record().series lists all of them")
        if self.day == 0:
            raise ParameterError(f"there is no {name} before the first day; call model.step() first")
        return series[name][-1].item()

    # -- members ---------------------------------------------------------------------------

    @property
    def agents(self) -> MemberSet:
        """All present members, in ascending address."""
        return MemberSet.everybody(self)

    @property
    def agent_types(self) -> list[type]:
        """The class of members, then the classes of registered agents."""
        return list(self.agents_by_type)

    @property
    def agents_by_type(self) -> dict[type, Any]:
        """Members and registered agents by class."""
        return {self.member_type: self.agents, **self._agents_by_type}

    def register_agent(self, agent: Any) -> None:
        """Register an agent of another class."""
        _demand_no_member(agent)
        super().register_agent(agent)

    def deregister_agent(self, agent: Any) -> None:
        """Remove a registered agent."""
        _demand_no_member(agent)
        super().deregister_agent(agent)

    def add_column(self, name: str, default: float = 0.0) -> npt.NDArray[Any]:
        """Add a column by person address; members then have it as an attribute."""
        return columns.declare(self.community, name, default)

    def write(self, name: str, rows: npt.NDArray[np.int64], values: npt.ArrayLike) -> None:
        """Set a column of the members in rows; a change between days is reflected in the run's id."""
        columns.write(self.community, name, rows, values)
        self.community.by_hand |= not self.simulation.amid_day


def _demand_no_member(agent: Any) -> None:
    if isinstance(agent, Member):
        raise TypeError(f"{agent!r} is managed by the engine; register only agents of other classes")


def _rng_of(scenario: "Scenario", rng: Any) -> Any:
    """The scenario's rng if it has one; raises if both are given and differ."""
    if scenario.rng is None:
        return rng
    if rng is not None and rng != scenario.rng:
        raise ParameterError(f"rng = {rng!r} and scenario.rng = {scenario.rng!r} differ; give one of them")
    return scenario.rng


def _seed_of(rng: Any) -> int:
    """The random seed of the run: rng if it is a whole number, otherwise a draw from it."""
    if isinstance(rng, int | np.integer) and 0 <= rng < 2**63:
        return int(rng)
    if isinstance(rng, int | np.integer | float | str | Random):
        raise ParameterError(
            f"rng = {rng!r:.60}: must be a whole number between 0 and 2^63 - 1, such as rng=7"
        )
    return int(np.random.default_rng(rng).integers(2**31))
