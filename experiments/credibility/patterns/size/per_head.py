"""B4: where content is the product, half the founders with twice the contributions do about as well.

`ugc` by itself without ties among members. What counts would be how much there is, not how many have made it: then
the active members per market are about the same, and as many live, to within a tenth of the runs.
"""

import math
from collections.abc import Mapping

from kith.experiments.credibility.patterns.pattern import Arm, Columns, Over, Pattern, Quantity, Records, Size
from kith.experiments.credibility.patterns.size.alone import active, alone, lives

MANY, FEW = 100, 50


def arms(size: Size) -> Mapping[str, Arm]:
    """Many with the usual rate, few with twice the rate."""
    many = alone("ugc", MANY, size, affiliation__peers=0.0)
    rate = many.plan.parameters.contribution.rate
    return {
        "many": many,
        "few": alone("ugc", FEW, size, affiliation__peers=0.0, contribution__rate=2.0 * rate),
    }


def measure(records: Records) -> Mapping[str, float]:
    """Whether each lives, and the difference of active members per founder in logarithms."""
    a = active(records)
    many, few = a["many"] / MANY, a["few"] / FEW
    return {
        "active per founder, few to many (log)": math.log((few + 0.02) / (many + 0.02)),
        "many live": float(lives(a["many"], MANY)),
        "few live": float(lives(a["few"], FEW)),
    }


def across(columns: Columns) -> Columns:
    """By how much more often the few live than the many, with the same seeds."""
    return {"survival, few less many": columns["few live"] - columns["many live"]}


FEWER_LIVE = (
    "three of thirty live of the few and seven of the many; of either so few live that their active members, next to "
    "nobody, are alike"
)
PATTERN = Pattern(
    "B4",
    "content by the head and in all",
    "Twice the contributions make up for half the founders.",
    "follows from absolute scales; band assumed",
    arms,
    measure,
    (
        Quantity("active per founder, few to many (log)", -0.5, 0.5, far=True),
        Quantity("survival, few less many", -0.1, 0.1, over=Over.MEAN, unmet=FEWER_LIVE),
        Quantity("many live", over=Over.SHARE),
        Quantity("few live", over=Over.SHARE),
    ),
    across=across,
)
