"""Interventions: what can be done to a running simulation, and what an address says was done."""

from dataclasses import dataclass
from typing import Any

from kith.scenarios.errors import ScenarioError
from kith.sim.schema.plan import Plan

MOST_DAYS = 1_460
"""How long a world can be watched."""


@dataclass(frozen=True)
class Act:
    """Something that whoever watches can do to the running world."""

    name: str
    title: str
    help: str
    shock: tuple[tuple[str, Any], ...] = ()
    changes: tuple[tuple[str, Any], ...] = ()

    def fits(self, plan: Plan) -> bool:
        """Whether there is something to strike."""
        return self.name != "hub_departs" or plan.parameters.affiliation.hub > 0


ACTS = {
    act.name: act
    for act in (
        Act("hub_departs", "The hub leaves", "the central figure departs", (("kind", "hub_departs"),)),
        Act(
            "core_leaves",
            "The core leaves",
            "the tenth with most tie strength leaves at once",
            (("kind", "members_leave"), ("share", 0.1), ("who", "most_connected")),
        ),
        Act(
            "anyone_leaves",
            "A tenth leaves",
            "a tenth of members, drawn at random, leaves at once",
            (("kind", "members_leave"), ("share", 0.1), ("who", "random")),
        ),
        Act("spam", "Spam wave", "2,000 unwanted items arrive", (("kind", "spam_wave"), ("items", 2_000.0))),
        Act(
            "competitor",
            "A competitor",
            "a competitor opens whose visits are worth more",
            (("kind", "competitor"), ("strength", 0.3)),
        ),
        Act("crowd", "A crowd joins", "200 newcomers join at once", (("kind", "mass_join"), ("count", 200))),
        Act(
            "pay",
            "Pay cash",
            "each contribution earns 0.25 EUR from now on",
            changes=(("incentives.cash_per_contribution", 0.25),),
        ),
        Act(
            "stop_paying",
            "Stop paying",
            "contributions earn nothing from now on",
            changes=(("incentives.cash_per_contribution", 0.0),),
        ),
        Act(
            "thank",
            "Thank people",
            "contributors are thanked in public",
            changes=(("incentives.recognition", 0.8),),
        ),
    )
}

type Done = tuple[tuple[int, str], ...]
"""Days and the names of what was done on them."""


def done_from(text: str) -> Done:
    """What an address says was done: `180:hub_departs`."""
    day, _, name = text.partition(":")
    if not day.isdecimal() or len(day) > 6 or name not in ACTS:
        raise ScenarioError(f"act={text[:60]}: write a day and an intervention, such as 180:hub_departs")
    if int(day) >= MOST_DAYS:
        raise ScenarioError(f"act={text}: a live run lasts {MOST_DAYS:,} days")
    return ((int(day), name),)


def check_fits(plan: Plan, done: Done) -> None:
    """Raise `ScenarioError` for what cannot be done to a world of that plan."""
    for day, name in done:
        if name not in ACTS or not 0 <= day < MOST_DAYS:
            raise ScenarioError(f"{name[:40]} on day {day}: there is no such intervention")
        if not ACTS[name].fits(plan):
            raise ScenarioError(f"{ACTS[name].title}, day {day}: {plan.name} has no hub")
