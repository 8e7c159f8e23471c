"""The engine: ordered steps make a day, days make a run, a run makes a record."""

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np

from sim import motion
from sim.admission import admit, newcomers
from sim.community import Channel, Community
from sim.founding import found
from sim.kernel import mark_compiled
from sim.parameters import ParameterError, Parameters
from sim.plan import MAX_DAYS, Plan, Shock, canonical
from sim.processes.acquire import acquire
from sim.processes.bond import bond
from sim.processes.contribute import contribute
from sim.processes.depart import depart
from sim.processes.govern import govern
from sim.processes.monetise import monetise
from sim.processes.observe import observe
from sim.processes.refer import refer
from sim.processes.reward import reward
from sim.processes.shock import strike
from sim.processes.steer import steer
from sim.processes.visit import visit
from sim.record import Record, Recorder

MODEL_VERSION = "1"

type Step = tuple[str, Callable[[Community], None]]

TICK: tuple[Step, ...] = (
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
"""The order of a day. A researcher adds a step by passing a longer tuple to `run`."""


def run(
    plan: Plan,
    seed: int = 0,
    days: int | None = None,
    threads: int | None = None,
    *,
    events: bool = True,
    tick: tuple[Step, ...] = TICK,
    check: bool = False,
    guests: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Record:
    """Simulate a plan and return its record.

    Parameters
    ----------
    plan : what is simulated
    seed : names the luck; the same seed gives the same people in every plan
    days : length of the run; default `plan.days`
    threads : threads for large communities; the record is the same for any number
    events : keep the run as an event log (`Record.events`)
    tick : the steps of a day, in order
    check : assert every conservation law each evening
    guests : silent members without a time budget, seated outside the market's count
    progress : called as progress(day, days) now and then

    Raises
    ------
    ParameterError
        If days, seed or threads are not whole numbers or out of range.
    """
    days = plan.days if days is None else days
    seed, days, threads = _checked_request(seed, days, threads)
    with np.errstate(over="ignore"):
        community = Community(plan, seed, days, threads, guests)
        recorder = Recorder(community, events)
        try:
            found(community)
            _seat_guests(community, guests)
            for day in range(days):
                live(community, day, tick)
                recorder.note(community)
                if check:
                    community.check()
                if progress is not None and day % 10 == 9:
                    progress(day + 1, days)
        finally:
            community.crew.close()
        mark_compiled()
        return recorder.record(MODEL_VERSION, run_id(plan, seed, days, tick))


def live(c: Community, day: int, tick: tuple[Step, ...] = TICK) -> None:
    """One day: phases and shocks first, then the steps in order."""
    c.day = day
    c.count[:] = 0
    c.joins[:] = 0
    c.leaves[:] = 0
    c.referred = c.referred[:0]
    for start, parameters in c.plan.phases:
        if start == day and day > 0:
            begin_phase(c, parameters)
    for shock in c.plan.shocks:
        if shock.day == day:
            strike(c, shock)
    for _, step in tick:
        step(c)


def begin_phase(c: Community, parameters: Parameters) -> None:
    """Put new parameters in force: bring all state to today under the old ones first."""
    population, before = c.population, c.parameters
    motion.advance_all(population.members, population.address, c.day, c.decay, c.ad_load)
    if parameters.bonding.tie_half_life != before.bonding.tie_half_life:
        motion.refade(population.members, c.ties.pool, population.address, c.day, c.fade)
    direction = c.direction
    c.use(parameters)
    if c.direction != direction:
        c.touch.refit(c.fit_of_market())
    _start_or_end_bills(c, before.monetisation.model)
    rows = population.rows()
    if before.incentives.badges == 0.0:
        earned = np.searchsorted(c.badge_levels, population.members["points"][rows], side="right")
        population.members["badges"][rows] = earned
    motion.derive_rows(population.members, rows, c.p)
    motion.settle_rows(
        population.members,
        rows,
        0,
        len(rows),
        c.ties.pool,
        c.day,
        c.fade,
        c.decay,
        c.base,
        c.p,
        c.presence,
        population.visit_bound,
        population.exit_bound,
    )


def _start_or_end_bills(c: Community, before: str) -> None:
    """A fee bills everybody from the day on which it starts; without prices nobody is billed."""
    now = c.parameters.monetisation.model
    if now == before:
        return
    rows = c.population.rows()
    rows = rows[c.population.address[rows] < c.market.size]
    c.population.members["paying"][rows] = 0
    c.population.members["unwilling"][rows] = 0
    c.population.next_bill[rows] = c.day if now == "fee" else -1


def _seat_guests(c: Community, guests: int) -> None:
    """Silent members for tests of luck: they have no time and are not of the market."""
    if guests:
        rows = admit(c, newcomers(c.market.size + np.arange(guests), Channel.FOUNDER))
        c.population.members["visits_per_day"][rows] = 0.0
        c.population.visit_bound[rows] = 0.0
        c.population.next_bill[rows] = -1


def _checked_request(seed: int, days: int, threads: int | None) -> tuple[int, int, int | None]:
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


def run_id(plan: Plan, seed: int, days: int, tick: tuple[Step, ...] = TICK) -> str:
    """The run's name: a hash of everything that decides its record."""
    own = set(TICK)
    steps = [] if tick == TICK else [[name, (name, step) in own] for name, step in tick]
    content = [MODEL_VERSION, plan.content(), steps, seed, days]
    return hashlib.sha256(canonical(content).encode()).hexdigest()[:16]


__all__ = ["MODEL_VERSION", "TICK", "Shock", "begin_phase", "live", "run", "run_id"]
