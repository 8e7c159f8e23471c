"""The runs that a page shows on one clock: what strikes one strikes all that it can strike."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from kith.dashboard.content.live_run import LiveRun
from kith.dashboard.state.interventions import INTERVENTIONS, MOST_DAYS, applicable
from kith.dashboard.state.scenario_choice import plan_of
from kith.dashboard.state.watch_state import WatchState
from kith.experiments.charts import theme
from kith.experiments.comparison.labels import labelled
from kith.scenarios.errors import ScenarioError


class WatchedRuns:
    """The runs of a page, and the state for which they were simulated."""

    def __init__(self) -> None:
        self.state: WatchState | None = None
        self.runs: dict[str, LiveRun] = {}
        self.name = ""
        self.reached = 0

    @property
    def day(self) -> int:
        """Days simulated so far."""
        return next((run.day for run in self.runs.values()), 0)

    @property
    def over(self) -> bool:
        """Whether the last day has come."""
        return self.day >= MOST_DAYS

    def enter(self, state: WatchState) -> bool:
        """Simulate the runs of a state, unless they are there already; whether they were simulated."""
        if self.runs and self.state is not None and state.same_moment(self.state):
            return False
        self.leave()
        plans = labelled([plan_of(choice, state.people) for choice in state.choices], equal=True)
        self.runs = {
            label: LiveRun(plan, state.seed, applicable(plan, state.interventions))
            for label, plan in plans.items()
        }
        self.state, self.name, self.reached = state, uuid4().hex, 0
        self.step(max(1, state.day))
        return True

    def now(self, state: WatchState) -> WatchState:
        """The state with the day and the interventions by now, if it is of the runs that are here."""
        if self.state is None or not self.runs or not state.same_run(self.state):
            return state
        return replace(state, interventions=self.state.interventions, day=self.day)

    def step(self, days: int) -> None:
        """Simulate more days of every run."""
        for run in self.runs.values():
            run.step(days)
        self.reached = max(self.reached, self.day)

    def can_apply(self, name: str) -> bool:
        """Whether an intervention can be made now in one of them."""
        return any(run.can_apply(name) for run in self.runs.values())

    def apply(self, name: str) -> None:
        """Make an intervention in every run that can have it, at the beginning of the next day."""
        assert self.state is not None
        if not self.can_apply(name):
            raise ScenarioError(f"{INTERVENTIONS[name].title}: nobody here has a hub")
        struck = (self.day, name)
        for run in self.runs.values():
            if run.can_apply(name):
                run.apply(name)
        self.state = replace(self.state, interventions=(*self.state.interventions, struck))

    def go_to(self, day: int) -> None:
        """Go to the end of a day; what is scheduled after an earlier one happens again."""
        if day > self.day:
            self.step(min(day, self.reached) - self.day)
        for run in self.runs.values():
            run.rewind(day)

    def undo(self) -> None:
        """Drop the last intervention, and go back to the day on which it was made."""
        assert self.state is not None
        if not self.state.interventions:
            return
        interventions = self.state.interventions
        last = max(range(len(interventions)), key=lambda place: (interventions[place][0], place))
        made = interventions[last]
        for run in self.runs.values():
            if made in run.timeline:
                run.drop(made)
            else:
                run.rewind(made[0])
        kept = interventions[:last] + interventions[last + 1 :]
        self.state = replace(self.state, interventions=kept, day=self.day)

    def frame(self) -> dict[str, Any]:
        """What the browser draws now."""
        colours = theme.colours(self.runs)
        interventions = self.state.interventions if self.state is not None else ()
        return {
            "run": self.name,
            "day": self.day,
            "reached": self.reached,
            "over": self.over,
            "interventions": [[day, INTERVENTIONS[name].title] for day, name in interventions],
            "runs": [
                run.frame() | {"label": label, "colour": colours[label]} for label, run in self.runs.items()
            ],
        }

    def story(self, place: int, person: int) -> list[str]:
        """The story of a member of one of the runs so far, in sentences."""
        runs = list(self.runs.values())
        return runs[place].story(person) if place < len(runs) else []

    def leave(self) -> None:
        """End the runs."""
        for run in self.runs.values():
            run.close()
        self.runs = {}
