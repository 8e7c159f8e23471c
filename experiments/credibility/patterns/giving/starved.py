"""G2: where nobody can contribute, a web starves.

`web` for a year with doors open as usual and with no way to contribute. Content dries up, nobody is
answered, and little is left to talk about, so ties fade.
"""

from collections.abc import Mapping

from kith.experiments.credibility.patterns.pattern import Arm, Pattern, Quantity, Records, Size, arm

DAYS = 365


def arms(size: Size) -> Mapping[str, Arm]:
    """Doors open and closed."""
    return {
        "open": arm("web", DAYS, size),
        "closed": arm("web", DAYS, size, contribution__doors_open=0.0),
    }


def measure(records: Records) -> Mapping[str, float]:
    """Share of active members, of ties and of belonging that is missing behind closed doors."""
    opened, closed = (records[name][-1] for name in ("open", "closed"))
    return {
        f"share of {name} lost": 1.0 - float(closed.summary[name]) / float(opened.summary[name])
        for name in ("active", "ties_per_member", "belonging")
    }


PATTERN = Pattern(
    "G2",
    "closed doors",
    "A web in which nobody can contribute loses at least a third of its active members within a year.",
    "ACT-reply, CON-dec: what contributions give; band assumed",
    arms,
    measure,
    (
        Quantity("share of active lost", 0.33, 0.9),
        Quantity("share of ties_per_member lost", low=0.1),
        Quantity("share of belonging lost", low=0.0),
    ),
)
