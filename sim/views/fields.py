"""Fields: what a node of the live graph shows of a member's record, and how it moves."""

from sim import motion
from sim.population import MEMBER

MOVING: dict[str, tuple[int, float | str]] = {
    "habit": (motion.HABIT, 0.0),
    "activity": (motion.ACTIVITY, 0.0),
    "hub": (motion.HUB, 0.0),
    "reciprocity": (motion.MEMORY, 0.0),
    "recognition": (motion.MEMORY, 0.0),
    "norm": (motion.NORM, 1.0),
    "belonging": (motion.BELONGING, "attachment"),
    "exits": (motion.EXITS, 0.0),
    "tied": (motion.TIES, 0.0),
    "harassed": (motion.HARM, 0.0),
    "annoyance": (motion.ADS, "ads"),
}
"""Fields that are stored as of the day `settled` (see `sim.motion.advance`): how they fade, and toward what."""
FADING = [(name, stock, rest) for name, (stock, rest) in MOVING.items() if not isinstance(rest, str)]
LED = {name: (stock, rest) for name, (stock, rest) in MOVING.items() if isinstance(rest, str)}
"those that fade to a number, and those that something else leads"
NAMES = MEMBER.names or ()
HIDDEN = ("person", "slots", "settled")
"what a node does not show of a member's record: its place in memory and when it was last looked at"
FIELDS = tuple(name for name in NAMES if name not in HIDDEN)

__all__ = ["FADING", "FIELDS", "HIDDEN", "LED", "MOVING", "NAMES"]
