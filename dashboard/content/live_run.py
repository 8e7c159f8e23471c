"""A world to watch: one run that goes on while somebody looks, is struck by what they do, and has a ghost.

The ghost is the same people with the same luck in a world where nobody interfered. Worlds live in the server's
process, a bounded number of them at a time.
"""

import base64
import os
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from kith.dashboard.state.interventions import ACTS, MOST_DAYS, Act, Done, check_fits
from kith.experiments.words import wording
from kith.scenarios.errors import ScenarioError
from kith.sim.engine import TICK, Simulation, begin_phase
from kith.sim.processes.shock import apply_shock
from kith.sim.results.snapshot import Snapshot
from kith.sim.schema.parameters import parameters_from
from kith.sim.schema.plan import Plan, Shock
from kith.sim.state.categories import Cause, Channel
from kith.sim.state.community import Community

MOST_TIES = 6_000
"""Ties that are drawn: the strongest ones."""

LAYERS = ("audience", "member", "internal")

_turn = threading.BoundedSemaphore(max(1, os.cpu_count() or 1))
"""So many worlds move at a time; the others wait their turn."""


class LiveRun:
    """One run that is watched."""

    def __init__(self, plan: Plan, seed: int = 0, done: Done = ()) -> None:
        check_fits(plan, done)
        self.plan, self.seed, self.done = plan, seed, done
        self.simulation = self._simulation((("hand", self._hand), *TICK))
        self.ghost: Simulation | None = None
        self.active: list[int] = []
        self.ghost_active: list[int] = []

    @property
    def day(self) -> int:
        """Days lived so far."""
        return self.simulation.day

    def step(self, days: int) -> None:
        """Live so many more days, as far as the world goes; the ghost keeps up."""
        with _turn:
            for _ in range(min(days, MOST_DAYS - self.day)):
                _live(self.simulation, self.active)
            if any(day < self.day for day, _ in self.done):
                self._haunt()

    def can(self, name: str) -> bool:
        """Whether there is something to strike now: a hub that has left cannot leave."""
        there = bool((self.simulation.community.presence > 0).any()) or self.day == 0
        return ACTS[name].fits(self.plan) and (there or name != "hub_departs")

    def act(self, name: str) -> None:
        """Do something tomorrow morning, before anybody acts."""
        if not ACTS[name].fits(self.plan):
            raise ScenarioError(f"{ACTS[name].title}: {self.plan.name} has no hub")
        self.done = (*self.done, (self.day, name))

    def frame(self) -> dict[str, Any]:
        """What is seen tonight: who is there, how they are, who is tied to whom."""
        c = self.simulation.community
        s = Snapshot(c, {})
        members = c.population.members[s.rows]
        hubs = c.presence[members["person"] % len(c.presence)]  # each member's own
        seen = members["points"] + members["contributions"]
        return {
            "day": self.day,
            "size": c.market.size,
            "present": len(s.rows),
            "active": int(c.active),
            "ties": int(c.ties.count[0]),
            "person": _packed(c.population.address[s.rows], np.int32),
            "layer": _packed(np.searchsorted(np.sort(LAYERS), s.layer), np.uint8),
            "belonging": _packed(255 * np.clip(s.belonging, 0, 1), np.uint8),
            "norm": _packed(255 * np.clip(s.norm, 0, 1), np.uint8),
            "hub": _packed(255 * np.clip(members["hub"] * hubs, 0, 1), np.uint8),
            "activity": _packed(255 * np.clip(members["activity"], 0, 1), np.uint8),
            "weight": _packed(np.minimum(255, 20 * np.log1p(seen)), np.uint8),
            "edges": _packed(_ties(c, s.rows), np.int32),
            "line": self.active,
            "ghost": self.ghost_active,
            "hub_is_there": bool((c.presence > 0).any() and self.plan.parameters.affiliation.hub > 0),
            "done": [[day, ACTS[name].title] for day, name in self.done],
        }

    def story(self, person: int) -> list[str]:
        """What became of a member so far, in sentences."""
        c = self.simulation.community
        if not 0 <= person < len(c.market.row):
            return []
        row = int(c.market.row[person])
        if row >= 0 and c.population.address[row] == person:
            return _story(c, c.population.members[row], int(c.population.last_visit[row]), "")
        held = np.flatnonzero(c.archive.members["person"][: c.archive.count] == person)
        if len(held) == 0:
            return []
        last = int(held[-1])
        cause = Cause(int(c.archive.cause[last])).name.lower()
        end = f"Left on day {c.archive.left[last]}: {wording.CAUSES.get(cause, cause)}."
        return _story(c, c.archive.members[last], int(c.archive.last_visit[last]), end)

    def close(self) -> None:
        """Let go of threads."""
        self.simulation.close()
        if self.ghost is not None:
            self.ghost.close()

    def _simulation(self, tick: Any = TICK) -> Simulation:
        plan = replace(self.plan, days=MOST_DAYS)
        return Simulation(plan, self.seed, MOST_DAYS, threads=1, events=False, tick=tick)

    def _haunt(self) -> None:
        if self.ghost is None:
            self.ghost = self._simulation()
        while self.ghost.day < self.day:
            _live(self.ghost, self.ghost_active)

    def _hand(self, c: Community) -> None:
        for day, name in self.done:
            if day == c.day:
                _do(c, ACTS[name])


def _do(c: Community, act: Act) -> None:
    if act.shock:
        apply_shock(c, Shock(day=c.day, **dict(act.shock)))
    if act.changes:
        values = c.parameters.model_dump()
        for name, value in act.changes:
            section, _, field = name.partition(".")
            values[section][field] = value
        begin_phase(c, parameters_from(values))


def _live(simulation: Simulation, active: list[int]) -> None:
    simulation.advance(1)
    active.append(int(simulation.community.active))


def _ties(c: Community, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The strongest ties as pairs of places in `rows`, each once, flat."""
    place = np.full(c.population.capacity, -1, np.int64)
    place[rows] = np.arange(len(rows))
    degree = c.population.members["degree"][rows].astype(np.int64)
    first = c.population.members["slots"][rows].astype(np.int64)
    start = np.repeat(first - np.cumsum(degree) + degree, degree)
    slots = start + np.arange(len(start))
    one = np.repeat(np.arange(len(rows)), degree)
    ties = c.ties.pool[slots]
    other = place[ties["row"]]
    kept = one < other
    strength = ties["strength"] * c.fade[c.day - ties["day"]]
    one, other, strength = one[kept], other[kept], strength[kept]
    strongest = np.argsort(-strength, kind="stable")[:MOST_TIES]
    return np.column_stack([one, other])[strongest].ravel()


def _packed(values: npt.NDArray[Any], kind: Any) -> str:
    """Numbers as text that a browser turns into a typed array."""
    return base64.b64encode(np.ascontiguousarray(values).astype(kind).tobytes()).decode()


def _story(c: Community, member: Any, last_visit: int, end: str) -> list[str]:
    channel = Channel(int(member["channel"])).name.lower()
    joined = int(member["joined"])
    how = wording.CHANNELS.get(channel, channel)
    told = [
        f"A founder, here for {-joined} days when it began."
        if channel == "founder"
        else f"Joined on day {joined} ({how})"
        + (f", invited by member {int(member['referrer'])}." if int(member["referrer"]) >= 0 else ".")
    ]
    first = int(member["first_contribution"])
    n = int(member["contributions"])
    told.append(
        f"Contributed {n:,} times" + (f", first on day {first}." if first >= 0 else ".")
        if n
        else "Has never contributed."
    )
    told.append(
        f"{int(member['degree'])} ties; belonging {float(member['belonging']):.2f}, "
        f"satisfaction {float(member['satisfaction']):.2f}, last visit on day {last_visit}."
    )
    if int(member["invited_joins"]):
        told.append(f"Brought {int(member['invited_joins'])} members.")
    return [*told, end] if end else told
