"""B1: few founders mostly fail, many mostly do not, and chance decides between.

`community_core` and `ugc` by themselves for two years. A community lives if a tenth as many members are
active as it had founders, and at least three. Nothing in the model knows a number of founders at which this changes: what a
visit is worth depends on how much there is, so the place of the threshold follows from the scales of content
and of what is new.
"""

from collections.abc import Mapping

from kith.experiments.credibility.patterns.pattern import Arm, Over, Pattern, Quantity, Records, Size
from kith.experiments.credibility.patterns.size.alone import active, alone, lives

SCENARIOS = ("community_core", "ugc")
FOUNDERS = (5, 10, 20, 49, 51, 100, 200, 500)


def arms(size: Size) -> Mapping[str, Arm]:
    """Both scenarios from each number of founders."""
    return {f"{name} from {n}": alone(name, n, size) for name in SCENARIOS for n in FOUNDERS}


def measure(records: Records) -> Mapping[str, float]:
    """Whether each lives."""
    alive = {name: float(lives(a, int(name.split()[-1]))) for name, a in active(records).items()}
    return {f"{name} lives": value for name, value in alive.items()}


LATER = (
    "with the hazards of the real chat room whose talk it has, and nobody from outside, the threshold is at about two hundred "
    "founders; from 500 all live, with two fifths of the founders' number active"
)
PATTERN = Pattern(
    "B1",
    "critical mass",
    "Without people from outside, a handful of founders mostly fails and a hundred mostly do not.",
    "NE-crit: Dover & Kelman 2018, critical size 10 to 300; bands assumed",
    arms,
    measure,
    tuple(
        Quantity(
            f"{name} from {n} lives",
            low=0.65 if n >= 100 else 0.0,
            high=0.35 if n <= 20 else 1.0,
            over=Over.SHARE,
            unmet=LATER if name == "community_core" and n in (100, 200) else "",
            far=name == "community_core" and n == 100,
        )
        for name in SCENARIOS
        for n in FOUNDERS
    ),
)
