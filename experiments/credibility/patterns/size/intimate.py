"""B5: a small circle that is closely tied lives without content.

Twelve founders, each tied to all others at strength one half, who meet in groups; a market of 240, and nobody
from outside. It lives if half of them, at least six, are active after a year.
"""

from collections.abc import Mapping

import networkx as nx

from kith.experiments.credibility.patterns.pattern import Arm, Over, Pattern, Quantity, Records, Size
from kith.experiments.credibility.patterns.size.alone import PER_FOUNDER, active
from kith.scenarios.load import load

DAYS, FOUNDERS, STRENGTH = 365, 12, 0.5


def arms(size: Size) -> Mapping[str, Arm]:
    """The circle, and as many founders who are tied as founders usually are."""
    settings = {
        **size.settings,
        "affiliation.form": "groups",
        "acquisition.external_rate": 0.0,
        "market.founders": FOUNDERS,
        "market.size": PER_FOUNDER * FOUNDERS,
    }
    circle = nx.complete_graph(FOUNDERS)
    nx.set_edge_attributes(circle, STRENGTH, "weight")
    return {
        "circle": Arm(load("web", overrides=settings, days=DAYS, network=circle)),
        "usual": Arm(load("web", overrides=settings, days=DAYS)),
    }


def measure(records: Records) -> Mapping[str, float]:
    """Whether half of the founders' number is active, and how many are."""
    a = active(records)
    return {
        "the circle lives": float(a["circle"] >= FOUNDERS / 2),
        "active, circle": a["circle"],
        "active, usual ties": a["usual"],
    }


LIKE_OTHERS = (
    "a circle of friends fades within the year, like other small communities: belonging takes less off the hazard "
    "than in model 2, and the logs to which the hazards are fitted show no such circles"
)
PATTERN = Pattern(
    "B5",
    "small and intimate",
    "A dozen close friends keep a community alive that would be too small for strangers.",
    "TIE-dun: the layer of fifteen; band assumed",
    arms,
    measure,
    (
        Quantity("the circle lives", low=0.5, over=Over.SHARE, unmet=LIKE_OTHERS, far=True),
        Quantity("active, circle"),
        Quantity("active, usual ties"),
    ),
)
