"""B6: a larger community loses less to the same competitor.

`ugc` by itself with 100 and with 1,000 founders; after half a year a competitor appears whose visits are worth
0.3 more than the outside option. The loss is that of active members half a year later, against the same run
without the competitor.
"""

from collections.abc import Mapping

from kith.experiments.credibility.patterns.pattern import Arm, Pattern, Quantity, Records, Size, arm
from kith.experiments.credibility.patterns.size.alone import CLOSED, PER_FOUNDER, active

DAYS, APPEARS, STRENGTH = 365, 180, 0.3
SIZES = (100, 1_000)


def arms(size: Size) -> Mapping[str, Arm]:
    """Both sizes, with the competitor and without."""
    shock = {"day": APPEARS, "kind": "competitor", "strength": STRENGTH}
    out = {}
    for n in SIZES:
        people = {"market__founders": n, "market__size": PER_FOUNDER * n}
        for name, shocks in (("alone", ()), ("rivalled", (shock,))):
            out[f"{name} {n}"] = arm("ugc", DAYS, size, shocks=shocks, **{**CLOSED, **people})
    return out


def measure(records: Records) -> Mapping[str, float]:
    """Share of active members lost to the competitor, by size."""
    a = active(records)
    small, large = (1.0 - a[f"rivalled {n}"] / max(1.0, a[f"alone {n}"]) for n in SIZES)
    return {
        "lost by the larger less than by the smaller": small - large,
        "share lost from 100": small,
        "share lost from 1,000": large,
    }


PATTERN = Pattern(
    "B6",
    "hard to unseat",
    "Size shields: a larger community loses a smaller share to the same competitor.",
    "practitioners' essays; no published band: the sign is judged",
    arms,
    measure,
    (
        Quantity("lost by the larger less than by the smaller", low=0.0),
        Quantity("share lost from 100"),
        Quantity("share lost from 1,000"),
    ),
)
