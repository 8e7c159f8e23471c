"""E3: a small campaign buys no free people.

Paid acquisition at a hundredth, a tenth, once and ten times the reference spend, for as long as it leaves
most of the market untouched: what a touch costs. Touches are counted by those who join at once, so
followers do not convert, and nobody invites; what advocates and stories save is left out.
"""

from collections.abc import Mapping

from kith.experiments.credibility.patterns.pattern import Arm, Pattern, Quantity, Records, Size, arm

SPENDS = {"a hundredth": (1.0, 1080), "a tenth": (10.0, 360), "once": (100.0, 60), "ten times": (1000.0, 12)}
"EUR a day, and days; the reference is 100 EUR a day"


def arms(size: Size) -> Mapping[str, Arm]:
    """The baseline with each spend."""
    return {
        name: arm(
            "baseline",
            days,
            size,
            acquisition__paid_budget=spend,
            acquisition__follower_conversion=0.0,
            acquisition__stories_gain=0.0,
            organisation__advocacy_gain=0.0,
            referral__invites_per_month=0.0,
        )
        for name, (spend, days) in SPENDS.items()
    }


def measure(records: Records) -> Mapping[str, float]:
    """Cost per paid touch relative to `acquisition.cac`, by spend."""
    out = {}
    for name, (spend, days) in SPENDS.items():
        record = records[name][-1]
        a = record.plan.parameters.acquisition
        touches = float(record.series["joins_paid"].sum()) / a.join_on_touch
        out[f"cost of a touch, {name} the reference"] = (
            spend * days / touches / a.cac if touches else float("nan")
        )
    return out


PATTERN = Pattern(
    "E3",
    "reaching people costs something at any spend",
    "The cost of a paid touch does not vanish as the budget does, and rises with it.",
    "ACQ-CAC, ACQ-CAC' (docs/explanation/science.md)",
    arms,
    measure,
    (
        Quantity("cost of a touch, a hundredth the reference", 0.9, 1.2),
        Quantity("cost of a touch, a tenth the reference", 0.9, 1.2),
        Quantity("cost of a touch, once the reference", 0.9, 1.2),
        Quantity("cost of a touch, ten times the reference", 1.2, 4.0),
    ),
)
