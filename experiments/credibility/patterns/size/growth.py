"""B2: growth per founder rises with size to a maximum, and chance matters most near the threshold.

`ugc` by itself for two years, from 20 founders to 3,000. Active members per founder rise as content comes to
be enough, then flatten or fall, as an audience no longer motivates and the feed tires.
"""

import math
from collections.abc import Mapping

from kith.experiments.credibility.patterns.pattern import Arm, Pattern, Quantity, Records, Size
from kith.experiments.credibility.patterns.size.alone import active, alone

FOUNDERS = (20, 50, 100, 300, 1_000, 3_000)


def arms(size: Size) -> Mapping[str, Arm]:
    """From each number of founders."""
    return {str(n): alone("ugc", n, size) for n in FOUNDERS}


def measure(records: Records) -> Mapping[str, float]:
    """Active members per founder, and how much a tripling adds at the small and the large end."""
    per_founder = {int(name): a / int(name) for name, a in active(records).items()}
    return {
        **{f"active per founder, from {n}": value for n, value in per_founder.items()},
        "added from 20 to 100": per_founder[100] - per_founder[20],
        "added from 1,000 to 3,000, relative": math.log(per_founder[3_000] / per_founder[1_000]),
    }


PATTERN = Pattern(
    "B2",
    "growth and size",
    "Growth per founder rises with size to a maximum, then flattens or falls.",
    "Katz & Shapiro 1985, American Economic Review 75(3): network effects; bands assumed",
    arms,
    measure,
    (
        Quantity("added from 20 to 100", low=0.5),
        Quantity("added from 1,000 to 3,000, relative", -0.5, 0.1),
        *(Quantity(f"active per founder, from {n}") for n in FOUNDERS),
    ),
)
