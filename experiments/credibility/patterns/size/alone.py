"""Communities by themselves: nobody from outside but those whom members, content and size bring.

The market grows with the founders, M = 20 n, so that only size differs and not the share of people reached.
"""

from collections.abc import Mapping
from typing import Any

from kith.experiments.credibility.patterns.pattern import Arm, Records, Size, arm

DAYS = 730
PER_FOUNDER = 20
ALIVE, FEWEST = 0.1, 3
"active members of a community that lives: relative to its founders' number, and at least"
CLOSED: Mapping[str, Any] = {"acquisition__external_rate": 0.0, "acquisition__paid_budget": 0.0}
"no external influence and no paid reach"


def alone(scenario: str, n: int, size: Size, days: int = DAYS, **settings: Any) -> Arm:
    """A scenario from n founders in a market of 20 n, without external and paid joins."""
    people = {"market__founders": n, "market__size": PER_FOUNDER * n}
    return arm(scenario, days, size, **{**CLOSED, **people, **settings})


def active(records: Records) -> Mapping[str, float]:
    """Active members at the end, by arm."""
    return {name: float(r[-1].series["active"].iloc[-1]) for name, r in records.items()}


def lives(active_members: float, n: int) -> bool:
    """Whether a tenth as many are active as there were founders, and no fewer than three, who are the smallest group.

    Two years on, communities by themselves have either well above a tenth or next to nobody, so that little depends on where
    the line between them is drawn; how much of it is left is another question, which B2 answers.
    """
    return active_members >= max(FEWEST, ALIVE * n)
