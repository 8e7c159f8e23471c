"""A run to watch: it advances day by day, takes interventions, and is compared with its counterfactual.

The counterfactual has the same people and the same random draws without the interventions. Runs are simulated in the
server's process, a bounded number of them at a time.
"""

import base64
import copy
import os
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from kith.dashboard.state.interventions import (
    INTERVENTIONS,
    MOST_DAYS,
    Intervention,
    Timeline,
    check_applicable,
)
from kith.experiments.words import wording
from kith.scenarios.errors import ScenarioError
from kith.sim.engine import TICK, Simulation, begin_phase
from kith.sim.processes.shock import apply_shock
from kith.sim.results.snapshot import Snapshot
from kith.sim.schema.parameter_set import parameters_from
from kith.sim.schema.plan import Plan, Shock
from kith.sim.state.categories import Cause, Channel
from kith.sim.state.community import Community
from kith.sim.state.population import NEVER

MOST_TIES = 6_000
"""Ties that are drawn: the strongest ones."""

MOST_ASLEEP = 4_000
"""Dormant members who are drawn: those who fell silent last, so that nobody who does is drawn as leaving."""

REMEMBERED = 90
"""Days from one remembered state to the next: going back costs at most as many days of simulation."""

MOST_REMEMBERED = 8
"""States that a run remembers: about 5 MB each with 20,000 people."""

LAYERS = ("audience", "member", "internal")

_turn = threading.BoundedSemaphore(max(1, os.cpu_count() or 1))
"""Runs that advance at the same time; others wait for their turn."""


class LiveRun:
    """One run that is watched, and its counterfactual once there was an intervention."""

    def __init__(self, plan: Plan, seed: int = 0, timeline: Timeline = ()) -> None:
        check_applicable(plan, timeline)
        self.plan, self.seed, self.timeline = plan, seed, timeline
        self.simulation = self._simulation((("interventions", self._intervene), *TICK))
        self.counterfactual: Simulation | None = None
        self.active: list[int] = []
        self.counterfactual_active: list[int] = []
        self._remembered: dict[int, Any] = {}

    @property
    def day(self) -> int:
        """Days simulated so far."""
        return self.simulation.day

    @property
    def _has_hub(self) -> bool:
        return self.plan.parameters.affiliation.hub > 0

    def step(self, days: int) -> None:
        """Simulate more days, up to the last one; the counterfactual follows."""
        with _turn:
            for _ in range(min(days, MOST_DAYS - self.day)):
                if self.day and self.day % REMEMBERED == 0:
                    self._remember()
                _advance(self.simulation, self.active)
            if self._struck():
                self._advance_counterfactual()

    def rewind(self, day: int) -> None:
        """Go back to the end of an earlier day; what is scheduled after it happens again."""
        day = max(1, min(day, self.day))
        if day == self.day:
            return
        self._restore(day)

    def drop(self, made: tuple[int, str]) -> None:
        """Take back an intervention, and go back to its day if that has passed."""
        last = len(self.timeline) - 1 - self.timeline[::-1].index(made)
        self.timeline = self.timeline[:last] + self.timeline[last + 1 :]
        self._forget(made[0])
        if made[0] < self.day:
            self._restore(max(1, made[0]))

    def can_apply(self, name: str) -> bool:
        """Whether an intervention can be made now: a hub that has left cannot leave."""
        has_hub = bool((self.simulation.community.presence > 0).any()) or self.day == 0
        return INTERVENTIONS[name].applies_to(self.plan) and (has_hub or name != "hub_departs")

    def apply(self, name: str) -> None:
        """Make an intervention at the beginning of the next day, before members act."""
        if not INTERVENTIONS[name].applies_to(self.plan):
            raise ScenarioError(f"{INTERVENTIONS[name].title}: {self.plan.name} has no hub")
        self.timeline = (*self.timeline, (self.day, name))
        self._forget(self.day)

    def frame(self) -> dict[str, Any]:
        """The end of the day as the browser draws it: members, their states and their ties."""
        c = self.simulation.community
        s = Snapshot(c, {})
        members = c.population.members[s.rows]
        hubs = c.presence[members["person"] % len(c.presence)]  # each member's own
        seen = members["points"] + members["contributions"]
        return {
            "day": self.day,
            "size": c.market.size,
            "present": len(s.rows) + c.dormant.count,
            "awake": len(s.rows),
            "dormant": c.dormant.count,
            "asleep": _packed(_asleep(c), np.int32),
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
            "active_by_day": self.active,
            "counterfactual": self.counterfactual_active[: self.day] if self._struck() else [],
            "hub_is_there": (there := bool((c.presence > 0).any())) and self._has_hub,
            "hub_left": self._has_hub and not there,
            "interventions": [[day, INTERVENTIONS[name].title] for day, name in self.timeline],
        }

    def story(self, person: int) -> list[str]:
        """The story of a member so far, in sentences."""
        c = self.simulation.community
        if not 0 <= person < len(c.market.row):
            return []
        row = int(c.market.row[person])
        if row >= 0 and c.population.address[row] == person:
            return _story(c, c.population.members[row], int(c.population.last_visit[row]), "")
        place = c.dormant.place_of(person)
        if place >= 0:
            m = c.dormant.members[place]
            end = f"Fell silent on day {m['asleep_on']}: {_why(int(m['asleep_cause']))}."
            return _story(c, m, int(c.dormant.last_visit[place]), end)
        rows = np.flatnonzero(c.archive.members["person"][: c.archive.count] == person)
        if len(rows) == 0:
            return []
        last = int(rows[-1])
        end = f"Left on day {c.archive.left[last]}: {_why(int(c.archive.cause[last]))}."
        return _story(c, c.archive.members[last], int(c.archive.last_visit[last]), end)

    def close(self) -> None:
        """End the threads."""
        self.simulation.close()
        if self.counterfactual is not None:
            self.counterfactual.close()

    def _restore(self, day: int) -> None:
        """Simulate up to a day from the last state that is remembered before it."""
        known = max((kept for kept in self._remembered if kept <= day), default=0)
        if known:
            community, recorder = copy.deepcopy(self._remembered[known])
            self.simulation = Simulation.continued(community, recorder, self.simulation.tick, check=False)
        else:
            self.simulation.close()
            self.simulation = self._simulation(self.simulation.tick)
        del self.active[known:]
        self.step(day - known)

    def _struck(self) -> bool:
        """Whether an intervention has been made by now; others lie ahead."""
        return any(day < self.day for day, _ in self.timeline)

    def _remember(self) -> None:
        """Keep the state of now, and no more than `MOST_REMEMBERED` of them: the ones in between go first."""
        state = self.simulation.community, self.simulation.recorder
        self._remembered[self.day] = copy.deepcopy(state)
        if len(self._remembered) > MOST_REMEMBERED:
            del self._remembered[sorted(self._remembered)[len(self._remembered) // 2]]

    def _forget(self, day: int) -> None:
        """Drop the states after a day: what led to them has changed."""
        self._remembered = {kept: state for kept, state in self._remembered.items() if kept <= day}

    def _simulation(self, tick: Any = TICK) -> Simulation:
        plan = replace(self.plan, days=MOST_DAYS)
        return Simulation(plan, self.seed, MOST_DAYS, threads=1, events=False, tick=tick)

    def _advance_counterfactual(self) -> None:
        if self.counterfactual is None:
            self.counterfactual = self._simulation()
        while self.counterfactual.day < self.day:
            _advance(self.counterfactual, self.counterfactual_active)

    def _intervene(self, c: Community) -> None:
        for day, name in self.timeline:
            if day == c.day:
                _apply(c, INTERVENTIONS[name])


def _apply(c: Community, intervention: Intervention) -> None:
    if intervention.shock:
        apply_shock(c, Shock(day=c.day, **dict(intervention.shock)))
    if intervention.changes:
        values = c.parameters.model_dump()
        for name, value in intervention.changes:
            section, _, field = name.partition(".")
            values[section][field] = value
        begin_phase(c, parameters_from(values))


def _advance(simulation: Simulation, active: list[int]) -> None:
    simulation.advance(1)
    active.append(int(simulation.community.active))


def _asleep(c: Community) -> npt.NDArray[np.int64]:
    """The members who fell silent last."""
    people, count = c.dormant.person[: c.dormant.count], c.dormant.count
    if count <= MOST_ASLEEP:
        return people
    return people[np.argsort(-c.dormant.members["asleep_on"][:count], kind="stable")[:MOST_ASLEEP]]


def _ties(c: Community, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The strongest ties as pairs of places in `rows`, each once, flat."""
    place = np.full(c.population.capacity, -1, np.int64)
    place[rows] = np.arange(len(rows))
    degree = c.population.members["degree"][rows].astype(np.int64)
    first = c.population.members["slots"][rows].astype(np.int64)
    start = np.repeat(first - np.cumsum(degree) + degree, degree)
    slots = start + np.arange(len(start))
    member = np.repeat(np.arange(len(rows)), degree)
    ties = c.ties.pool[slots]
    other = place[ties["row"]]
    counted_once = member < other
    strength = ties["strength"] * c.fade[c.day - ties["day"]]
    member, other, strength = member[counted_once], other[counted_once], strength[counted_once]
    strongest = np.argsort(-strength, kind="stable")[:MOST_TIES]
    return np.column_stack([member, other])[strongest].ravel()


def _packed(values: npt.NDArray[Any], kind: Any) -> str:
    """Numbers as text that a browser turns into a typed array."""
    return base64.b64encode(np.ascontiguousarray(values).astype(kind).tobytes()).decode()


def _why(cause: int) -> str:
    """A cause of leaving or falling silent in words."""
    name = Cause(cause).name.lower()
    return wording.CAUSES.get(name, name)


def _story(c: Community, member: Any, last_visit: int, end: str) -> list[str]:
    channel = Channel(int(member["channel"])).name.lower()
    joined = int(member["joined"])
    how = wording.CHANNELS.get(channel, channel)
    sentences = [
        f"A founder, a member for {wording.plural(-joined, 'day')} when the simulation began."
        if channel == "founder"
        else f"Joined on day {joined} ({how})"
        + (f", invited by member {int(member['referrer'])}." if int(member["referrer"]) >= 0 else ".")
    ]
    first = int(member["first_contribution"])
    n = int(member["contributions"])
    sentences.append(
        f"Contributed {'once' if n == 1 else f'{n:,} times'}"
        + (f", {'on' if n == 1 else 'first on'} day {first}." if first >= 0 else ".")
        if n
        else "Has never contributed."
    )
    sentences.append(
        f"{wording.plural(int(member['degree']), 'tie')}; belonging {float(member['belonging']):.2f}, "
        f"satisfaction {float(member['satisfaction']):.2f}, last visit on day {last_visit}."
    )
    slept, woke = int(member["asleep_on"]), int(member["woke_on"])
    if woke >= slept > NEVER:
        sentences.append(f"Fell silent on day {slept} and woke on day {woke}.")
    if int(member["invited_joins"]):
        sentences.append(f"Brought in {wording.plural(int(member['invited_joins']), 'member')}.")
    return [*sentences, end] if end else sentences
