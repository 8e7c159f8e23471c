"""B3: doubling what a visit asks for about doubles the critical mass.

The threshold of a seed is the smallest number of founders of a ladder from which `ugc` by itself lives, and
from every higher rung as well; above the ladder it counts as its next rung. With both scales doubled, those
of the stock and of what is new, it takes about twice as many: one rung of the ladder, at least, to three. The median
lies at the lower edge, and in some seeds the threshold does not move; how many is shown.
"""

from collections.abc import Mapping

from kith.experiments.credibility.patterns.pattern import Arm, Columns, Over, Pattern, Quantity, Records, Size
from kith.experiments.credibility.patterns.size.alone import active, alone, lives
from kith.sim.schema.parameter_set import field_of

LADDER = (14, 20, 28, 40, 57, 80, 113, 160, 226)
BEYOND = 320
SCALES = ("value.stock_scale", "value.fresh_scale")


def arms(size: Size) -> Mapping[str, Arm]:
    """Each rung with the scales as they are, and doubled."""
    twice = {name.replace(".", "__"): 2.0 * field_of(name).default for name in SCALES}
    return {
        **{f"once {n}": alone("ugc", n, size) for n in LADDER},
        **{f"twice {n}": alone("ugc", n, size, **twice) for n in LADDER},
    }


def measure(records: Records) -> Mapping[str, float]:
    """The threshold with each scale, and their ratio."""
    active_from = active(records)
    once, twice = (threshold({n: active_from[f"{name} {n}"] for n in LADDER}) for name in ("once", "twice"))
    return {"threshold": once, "threshold, scales doubled": twice, "ratio": twice / once}


def threshold(active_from: Mapping[int, float]) -> float:
    """The smallest rung from which, and from all above, a community lives."""
    lowest = BEYOND
    for n in sorted(active_from, reverse=True):
        if not lives(active_from[n], n):
            break
        lowest = n
    return float(lowest)


def across(columns: Columns) -> Columns:
    """Whether the threshold stays on its rung although both scales are doubled."""
    return {"the threshold does not move": (columns["ratio"] == 1.0).astype(float)}


PATTERN = Pattern(
    "B3",
    "the scale of critical mass",
    "The threshold moves with the amount of content that a visit asks for.",
    "follows from absolute scales: a check that nothing else places the threshold; band assumed",
    arms,
    measure,
    (
        Quantity("ratio", 1.4, 2.83),
        Quantity("the threshold does not move", over=Over.SHARE),
        Quantity("threshold"),
        Quantity("threshold, scales doubled"),
    ),
    across=across,
)
