"""Interventions in a run that is watched, and how an address records them."""

from dataclasses import dataclass
from typing import Any

from kith.scenarios.errors import ScenarioError
from kith.sim.schema.plan import Plan

MOST_DAYS = 1_460
"""The most days of a run that is watched."""


@dataclass(frozen=True)
class Intervention:
    """A shock, or a change of parameters, that can be applied to a run that is watched."""

    name: str
    title: str
    help: str
    shock: tuple[tuple[str, Any], ...] = ()
    changes: tuple[tuple[str, Any], ...] = ()

    def applies_to(self, plan: Plan) -> bool:
        """Whether a run of that plan has what the intervention affects."""
        return self.name != "hub_departs" or plan.parameters.affiliation.hub > 0


INTERVENTIONS = {
    act.name: act
    for act in (
        Intervention(
            "hub_departs", "The hub leaves", "the central figure departs", (("kind", "hub_departs"),)
        ),
        Intervention(
            "core_leaves",
            "The core leaves",
            "the tenth of members with the greatest tie strength leaves at once",
            (("kind", "members_leave"), ("share", 0.1), ("who", "most_connected")),
        ),
        Intervention(
            "anyone_leaves",
            "A tenth leaves",
            "a tenth of members, drawn at random, leaves at once",
            (("kind", "members_leave"), ("share", 0.1), ("who", "random")),
        ),
        Intervention(
            "spam", "Spam wave", "2,000 unwanted items arrive", (("kind", "spam_wave"), ("items", 2_000.0))
        ),
        Intervention(
            "competitor",
            "A competitor",
            "a competitor opens, and a visit there is worth more",
            (("kind", "competitor"), ("strength", 0.3)),
        ),
        Intervention(
            "crowd", "A crowd joins", "200 newcomers join at once", (("kind", "mass_join"), ("count", 200))
        ),
        Intervention(
            "pay",
            "Pay cash",
            "each contribution earns 0.25 EUR from now on",
            changes=(("incentives.cash_per_contribution", 0.25),),
        ),
        Intervention(
            "stop_paying",
            "Stop paying",
            "contributions earn nothing from now on",
            changes=(("incentives.cash_per_contribution", 0.0),),
        ),
        Intervention(
            "thank",
            "Thank people",
            "contributors are thanked in public",
            changes=(("incentives.recognition", 0.8),),
        ),
    )
}

type Timeline = tuple[tuple[int, str], ...]
"""Days and the names of the interventions made on them."""


def timeline_from(text: str) -> Timeline:
    """The intervention of an address: `180:hub_departs`."""
    day, _, name = text.partition(":")
    if not day.isdecimal() or len(day) > 6 or name not in INTERVENTIONS:
        raise ScenarioError(f"act={text[:60]}: write a day and an intervention, such as 180:hub_departs")
    if int(day) >= MOST_DAYS:
        raise ScenarioError(f"act={text}: a live run lasts {MOST_DAYS:,} days")
    return ((int(day), name),)


def applicable(plan: Plan, timeline: Timeline) -> Timeline:
    """Of interventions for several runs at once, those that a run of that plan can have."""
    return tuple((day, name) for day, name in timeline if INTERVENTIONS[name].applies_to(plan))


def check_applicable(plan: Plan, timeline: Timeline) -> None:
    """Raise `ScenarioError` for an intervention that cannot be made in a run of that plan."""
    for day, name in timeline:
        if name not in INTERVENTIONS or not 0 <= day < MOST_DAYS:
            raise ScenarioError(f"{name[:40]} on day {day}: there is no such intervention")
        if not INTERVENTIONS[name].applies_to(plan):
            raise ScenarioError(f"{INTERVENTIONS[name].title}, day {day}: {plan.name} has no hub")
