"""Fields: what a node of the live graph shows of a member's record, how it is read, and how it moves."""

import struct

from kith.sim.state import decay
from kith.sim.state.population import MEMBER

MOVING: dict[str, tuple[int, float | str]] = {
    "habit": (decay.HABIT, 0.0),
    "activity": (decay.ACTIVITY, 0.0),
    "hub": (decay.HUB, 0.0),
    "reciprocity": (decay.MEMORY, 0.0),
    "recognition": (decay.MEMORY, 0.0),
    "norm": (decay.NORM, 1.0),
    "belonging": (decay.BELONGING, "attachment"),
    "exits": (decay.EXITS, 0.0),
    "tied": (decay.TIES, 0.0),
    "harassed": (decay.HARM, 0.0),
    "annoyance": (decay.ADS, "ads"),
}
"""Fields that are stored as of the day `settled` (see `kith.sim.state.decay.advance`): how they fade, and toward what."""
NAMES = MEMBER.names or ()
HIDDEN = ("person", "slots", "settled")
"what a node does not show of a member's record: its place in memory and when it was last looked at"
FIELDS = tuple(name for name in NAMES if name not in HIDDEN)
FADING = [
    (FIELDS.index(name), stock, rest) for name, (stock, rest) in MOVING.items() if not isinstance(rest, str)
]
"those that fade to a number: place among the fields, kind of stock, and the number"


def _layout() -> struct.Struct:
    """The fields of a record in its bytes; reads them in a third of the time that NumPy takes."""
    codes = {"f4": "f", "i8": "q", "i4": "i", "i2": "h", "i1": "b", "u2": "H", "u1": "B"}
    form, end, places = "=", 0, dict(MEMBER.fields or {})
    for name in NAMES:
        kind, start = places[name][:2]
        form += f"{start - end}x"
        form += f"{kind.itemsize}x" if name in HIDDEN else codes[kind.str[1:]]
        end = start + kind.itemsize
    return struct.Struct(form)


LAYOUT = _layout()

__all__ = ["FADING", "FIELDS", "HIDDEN", "LAYOUT", "MOVING", "NAMES"]
