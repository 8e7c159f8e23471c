"""Take-off: where people are the product, a community with few founders may fail.

`community_core` in a narrow market of 2,000 people, from few founders and from more. It has taken off
if two years later at least 50 members are active, the critical size of Dover & Kelman 2018 (NE-crit,
10 to 300). There is no published band for this probability; it is shown with the spread
between seeds, not judged.
"""

from collections.abc import Mapping

from kith.experiments.credibility.patterns.pattern import Arm, Over, Pattern, Quantity, Records, Size, arm

DAYS = 730
MARKET = 2_000
FOUNDERS = (5, 20, 50, 100)
CRITICAL = 50


def arms(size: Size) -> Mapping[str, Arm]:
    """The same people, with more and more of them there on day 0."""
    return {
        str(n): arm("community_core", DAYS, size, market__size=MARKET, market__founders=n) for n in FOUNDERS
    }


def measure(records: Records) -> Mapping[str, float]:
    """Whether it has taken off, and how many are active."""
    active = {name: float(r[-1].series["active"].iloc[-1]) for name, r in records.items()}
    return {
        **{f"takes off from {name} founders": float(n >= CRITICAL) for name, n in active.items()},
        **{f"active after two years, from {name}": n for name, n in active.items()},
    }


PATTERN = Pattern(
    "A1",
    "take-off of a community that is the product",
    "The survival of a small community depends on its initial size, and on chance.",
    "no published band: shown, not judged",
    arms,
    measure,
    (
        *(Quantity(f"takes off from {n} founders", over=Over.SHARE) for n in FOUNDERS),
        *(Quantity(f"active after two years, from {n}") for n in FOUNDERS),
    ),
)
