"""The engine: ordered steps make a day, days make a run, a run makes a record.

Long, because a run is asked for, checked, advanced and named in one place.
"""

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np

from kith.sim.day.quiet import QuietDays
from kith.sim.kernels.cache import mark_compiled
from kith.sim.processes.acquire import acquire
from kith.sim.processes.bond import bond
from kith.sim.processes.contribute import contribute
from kith.sim.processes.depart import depart
from kith.sim.processes.founding import seat_founders
from kith.sim.processes.govern import govern
from kith.sim.processes.monetise import monetise
from kith.sim.processes.observe import observe
from kith.sim.processes.refer import refer
from kith.sim.processes.reward import reward
from kith.sim.processes.shock import apply_shock
from kith.sim.processes.steer import steer
from kith.sim.processes.visit import visit
from kith.sim.processes.wake import wake
from kith.sim.results.indicators import Indicator, check_own
from kith.sim.results.record import Record
from kith.sim.results.recorder import Recorder
from kith.sim.schema.code_hash import code_hash
from kith.sim.schema.parameter_set import ParameterError, Parameters
from kith.sim.schema.plan import MAX_DAYS, MEASURED, Experiment, Plan, Shock, canonical, check_arrivals
from kith.sim.state import decay
from kith.sim.state.admission import admit, newcomers
from kith.sim.state.categories import Channel
from kith.sim.state.community import Community
from kith.sim.state.conservation import check_laws

MODEL_VERSION = "3"

type Step = tuple[str, Callable[[Community], None]]
type OwnShock = tuple[int, str, Callable[[Community], None]]

TICK: tuple[Step, ...] = (
    ("wake", wake),
    ("acquire", acquire),
    ("visit", visit),
    ("contribute", contribute),
    ("bond", bond),
    ("reward", reward),
    ("refer", refer),
    ("govern", govern),
    ("steer", steer),
    ("monetise", monetise),
    ("depart", depart),
    ("observe", observe),
)
"""The steps of a day, in order. Pass a longer tuple to `run` to add a step, and custom shocks and
indicators as `shocks` and `indicators`."""


def run(
    plan: Plan,
    seed: int = 0,
    days: int | None = None,
    threads: int | None = None,
    *,
    events: bool = True,
    tick: tuple[Step, ...] = TICK,
    shocks: tuple[OwnShock, ...] = (),
    indicators: tuple[Indicator, ...] = (),
    check: bool = False,
    guests: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Record:
    """Simulate a plan and return its record.

    Parameters
    ----------
    plan : what to simulate
    seed : random seed; the same seed gives the same people and the same draws in every plan
    days : length of the run; default `plan.days`
    threads : threads for large communities; the record does not depend on their number
    events : keep an event log (`Record.events`)
    tick : the steps of a day, in order
    shocks : custom shocks, each (day, name, function of the community), applied in the morning
    indicators : custom indicators, measured each month and at the end in addition to those of
        `kith.sim.results.indicators`
    check : assert every conservation law each evening
    guests : inactive members without a time budget, not counted in the market (for tests)
    progress : called as progress(day, days) every ten days

    Raises
    ------
    ParameterError
        If days, seed or threads are no whole numbers or out of range, if a step, shock or
        indicator is invalid, or if the market has too few people for the plan's arrivals.
    """
    simulation = Simulation(
        plan,
        seed,
        days,
        threads,
        events=events,
        tick=tick,
        shocks=shocks,
        indicators=indicators,
        check=check,
        guests=guests,
    )
    try:
        simulation.advance(progress=progress)
    finally:
        simulation.close()
    return simulation.record()


class Simulation:
    """A run in parts: advance it, look at its record, save it (`kith.sim.checkpoints.checkpoint`).

    Takes the arguments of `run`; `days` is the last day it can reach.
    """

    def __init__(
        self,
        plan: Plan,
        seed: int = 0,
        days: int | None = None,
        threads: int | None = None,
        *,
        events: bool = True,
        tick: tuple[Step, ...] = TICK,
        shocks: tuple[OwnShock, ...] = (),
        indicators: tuple[Indicator, ...] = (),
        check: bool = False,
        guests: int = 0,
    ) -> None:
        seed, days, threads = checked_request(seed, plan.days if days is None else days, threads)
        check_tick(tick)
        check_shocks(shocks)
        check_own(indicators)
        check_arrivals(plan, days)
        self.tick, self.shocks, self.check = tick, shocks, check
        self._torn, self._quiet = False, QuietDays()
        with np.errstate(over="ignore"):
            self.community = Community(plan, seed, days, threads, guests)
            self.recorder = Recorder(self.community, events, indicators)
            seat_founders(self.community)
            _seat_guests(self.community, guests)

    @classmethod
    def continued(
        cls,
        community: Community,
        recorder: Recorder,
        tick: tuple[Step, ...],
        check: bool,
        shocks: tuple[OwnShock, ...] = (),
    ) -> "Simulation":
        """A simulation that continues from a state between two days."""
        simulation = cls.__new__(cls)
        simulation.community, simulation.recorder = community, recorder
        simulation.tick, simulation.shocks, simulation.check = tick, shocks, check
        simulation._torn, simulation._quiet = False, QuietDays()
        return simulation

    @property
    def day(self) -> int:
        """Days simulated so far, which is the number of the next day."""
        return self.recorder.noted

    @property
    def amid_day(self) -> bool:
        """Whether a day has begun and not ended."""
        return self._torn

    @property
    def run_id(self) -> str:
        """The id of the run over the days simulated so far."""
        c = self.community
        additions = additions_of(self.shocks, self.recorder.indicators, c.by_hand, code=True)
        return run_id(c.plan, c.seed, self.day, self.tick, additions)

    def advance(self, days: int | None = None, progress: Callable[[int, int], None] | None = None) -> None:
        """Simulate `days` more days, by default all that are left.

        Raises
        ------
        ParameterError
            If fewer days are left.
        """
        self.demand_whole_days()
        c = self.community
        left = c.days - self.day
        if days is not None and not 0 <= days <= left:
            raise ParameterError(f"advance by {days} days: {left} of {c.days} are left; give 0 to {left}")
        with np.errstate(over="ignore"):
            end = c.days if days is None else self.day + days
            while self.day < end:
                self._torn = True
                self._live(end if progress is None else min(end, self.day - self.day % 10 + 10))
                self._torn = False
                if progress is not None and self.day % 10 == 0:
                    progress(self.day, c.days)

    def _live(self, end: int) -> None:
        """Simulate the quiet days from today on up to `end`, or else one day, step by step."""
        c = self.community
        if self.tick == TICK and not self.check:
            shocks = (day for day, _, _ in self.shocks)
            quiet = self._quiet.until(c, self.day, end, shocks)
            if quiet > self.day:
                self._quiet.live(c, self.recorder, quiet)
                return
        simulate_day(c, self.day, self.tick, self.shocks)
        self.recorder.note(c)
        if self.check:
            check_laws(c)

    def record(self) -> Record:
        """The record of the days simulated so far, identical to that of `run` over as many days."""
        self.demand_whole_days()
        if self.day == 0:
            raise ParameterError("there is no record of 0 days; advance the simulation first")
        mark_compiled()
        with np.errstate(over="ignore"):
            return self.recorder.record(MODEL_VERSION, self.run_id)

    def demand_whole_days(self) -> None:
        """Raise RuntimeError if the last day was interrupted, which leaves an inconsistent state."""
        if self._torn:
            raise RuntimeError(
                f"day {self.community.day} was interrupted; start again or resume a checkpoint"
            )

    def close(self) -> None:
        """End the threads; `record` still works."""
        self.community.crew.close()


def simulate_day(
    c: Community, day: int, tick: tuple[Step, ...] = TICK, shocks: tuple[OwnShock, ...] = ()
) -> None:
    """Simulate one day: phases, experiments and shocks first, then the steps in order."""
    c.day = day
    for counts in (c.count, c.joins, c.leaves, c.sleeps):
        counts.fill(0)
    c.referred = c.referred[:0]
    c.dormant_revenue = 0
    for start, parameters in c.plan.phases:
        if start == day and day > 0:
            begin_phase(c, parameters)
    for experiment in c.plan.experiments:
        if experiment.from_day == day:
            begin_experiment(c, experiment)
    for shock in c.plan.shocks:
        if shock.day == day:
            apply_shock(c, shock)
    for when, _, happen in shocks:
        if when == day:
            happen(c)
    for _, step in tick:
        step(c)


def begin_phase(c: Community, parameters: Parameters) -> None:
    """Start a phase: advance all state to today under the old parameters, then apply the new ones."""
    population, before = c.population, c.parameters
    c.update_state()
    if parameters.bonding.tie_half_life != before.bonding.tie_half_life:
        c.update_ties()
    direction = c.direction
    c.use(parameters)
    if c.direction != direction:
        c.refit()
    _start_or_end_bills(c, before.monetisation.model)
    rows = population.rows()
    if before.incentives.badges == 0.0:
        earned = np.searchsorted(c.badge_levels, population.members["points"][rows], side="right")
        population.members["badges"][rows] = earned
        asleep = c.dormant.members[: c.dormant.count]
        asleep["badges"] = np.searchsorted(c.badge_levels, asleep["points"], side="right")
    decay.derive_rows(population.members, rows, c.p)
    c.settle(rows)


def begin_experiment(c: Community, experiment: Experiment) -> None:
    """Start an experiment: apply the parameters of the treated, and store everyone's counts so far."""
    population = c.population
    c.update_state()
    c.use(c.parameters)
    rows = population.rows()
    counts = np.zeros((len(MEASURED), len(c.market.row)), np.int64)
    for line, name in enumerate(MEASURED):
        counts[line, population.address[rows]] = population.members[name][rows]
        asleep = c.dormant.count
        counts[line, c.dormant.person[:asleep]] = c.dormant.members[name][:asleep]
    c.at_start[experiment.name] = counts
    c.settle(rows)


def _start_or_end_bills(c: Community, before: str) -> None:
    """Bill every member from the first day of a fee, the dormant when they wake; end billing in models without prices."""
    now = c.parameters.monetisation.model
    if now == before:
        return
    rows = c.population.rows()
    rows = rows[c.population.address[rows] < c.market.size]
    c.population.members["paying"][rows] = 0
    c.population.members["unwilling"][rows] = 0
    c.population.next_bill[rows] = c.day if now == "fee" else -1
    c.dormant.members["paying"][: c.dormant.count] = 0
    c.dormant.next_bill[: c.dormant.count] = -1


def _seat_guests(c: Community, guests: int) -> None:
    """Add inactive members without a time budget outside the market, for tests of random draws."""
    if guests:
        rows = admit(c, newcomers(c.market.size + np.arange(guests), Channel.FOUNDER))
        c.population.members["visits_per_day"][rows] = 0.0
        c.population.visit_bound[rows] = 0.0
        c.population.next_bill[rows] = -1


def checked_request(seed: int, days: int, threads: int | None) -> tuple[int, int, int | None]:
    """Seed, days and threads as plain whole numbers, validated."""
    given: dict[str, Any] = {"seed": seed, "days": days, "threads": threads}
    for name, value in given.items():
        if not isinstance(value, int | np.integer) and (value is not None or name != "threads"):
            raise ParameterError(f"{name} = {value!r}: must be a whole number")
    if not 0 <= seed < 2**63:
        raise ParameterError(f"seed = {seed}: must be between 0 and 2^63 - 1")
    if not 1 <= days <= MAX_DAYS:
        raise ParameterError(f"days = {days}: must be between 1 and {MAX_DAYS}")
    if threads is not None and not 1 <= threads <= 256:
        raise ParameterError(f"threads = {threads}: must be between 1 and 256")
    return int(seed), int(days), None if threads is None else int(threads)


def check_tick(tick: tuple[Step, ...]) -> None:
    """Raise `ParameterError` unless each step is a name and a function, and names are unique."""
    names = set()
    for step in tick:
        match step:
            case (str(name), happen) if callable(happen):
                if name in names:
                    raise ParameterError(
                        f"two steps of the day have the name {name}; give each a different name"
                    )
                names.add(name)
            case _:
                raise ParameterError(f"step {step!r}: must be (name, function of the community)")


def check_shocks(shocks: tuple[OwnShock, ...]) -> None:
    """Raise `ParameterError` unless each is a day, a name and a function."""
    for shock in shocks:
        match shock:
            case (int(day), str(), happen) if 0 <= day <= MAX_DAYS and callable(happen):
                continue
        raise ParameterError(
            f"shock {shock!r}: must be (day, name, function of the community), with a day from 0 to {MAX_DAYS}"
        )


def run_id(
    plan: Plan,
    seed: int,
    days: int,
    tick: tuple[Step, ...] = TICK,
    additions: dict[str, Any] | None = None,
) -> str:
    """The id of a run: a hash of everything that determines its record, the code of steps of one's own included.

    `additions` comes from `additions_of`, with `code`.
    """
    before, after = (
        canonical([MODEL_VERSION]),
        canonical([steps_of(tick, code=True), seed, days, *([additions] if additions else [])]),
    )
    content = f"{before[:-1]},{plan.canonical_content},{after[1:]}"  # together one JSON list
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def steps_of(tick: tuple[Step, ...], code: bool = False) -> list[list[Any]]:
    """What identifies the steps of a day: empty for `TICK`, else each name and whether it belongs to `TICK`.

    With `code`, instead of a no the hash of the code of a step that does not.
    """
    standard = set(TICK)
    if tick == TICK:
        return []
    return [[name, (name, step) in standard or (code_hash(step) if code else False)] for name, step in tick]


def additions_of(
    shocks: tuple[OwnShock, ...],
    indicators: tuple[Indicator, ...],
    by_hand: bool = False,
    code: bool = False,
) -> dict[str, Any]:
    """What identifies additions to the plan: shocks, indicators, changes by hand; empty without any.

    With `code`, shocks and indicators also by the hash of their code.
    """
    named = {
        "shocks": [[day, name, *([code_hash(happen)] if code else [])] for day, name, happen in shocks],
        "indicators": [[i.name, code_hash(i.measure)] if code else i.name for i in indicators],
        "by hand": by_hand,
    }
    return {kind: names for kind, names in named.items() if names}


__all__ = [
    "MODEL_VERSION",
    "TICK",
    "OwnShock",
    "Shock",
    "Simulation",
    "Step",
    "additions_of",
    "begin_phase",
    "checked_request",
    "run",
    "run_id",
    "simulate_day",
    "steps_of",
]
