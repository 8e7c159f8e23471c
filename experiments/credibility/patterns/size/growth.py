"""B2: growth per founder rises with size to a maximum, and chance matters most near the threshold.

`ugc` by itself for two years, from 20 founders to 3,000. Active members per founder rise as content comes to
be enough, then flatten or fall, as an audience no longer motivates and the feed tires. Seeds differ most next to
the threshold, which B3 finds at 80 founders: 100 is the nearest number here.
"""

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from kith.experiments.credibility.patterns.pattern import Arm, Columns, Over, Pattern, Quantity, Records, Size
from kith.experiments.credibility.patterns.size.alone import active, alone

FOUNDERS = (20, 50, 100, 300, 1_000, 3_000)
NEAREST = 100
"the number next to the threshold of `ugc`"


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


def across(columns: Columns) -> Columns:
    """How far the seeds lie apart: variance of log(1 + active) next to the threshold less the widest elsewhere."""
    spread = {n: _deviations(np.log1p(n * columns[f"active per founder, from {n}"])) for n in FOUNDERS}
    widest = max((n for n in FOUNDERS if n != NEAREST), key=lambda n: float(spread[n].mean()))
    return {"spread between seeds, from 100 less the widest elsewhere": spread[NEAREST] - spread[widest]}


def _deviations(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """What each seed adds to the variance, of which the mean is the variance, (seeds,)."""
    return np.asarray((values - values.mean()) ** 2 * len(values) / (len(values) - 1))


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
        Quantity(
            "spread between seeds, from 100 less the widest elsewhere", low=0.0, over=Over.MEAN, fine=True
        ),
        *(Quantity(f"active per founder, from {n}") for n in FOUNDERS),
    ),
    across=across,
)
