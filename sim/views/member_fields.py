"""Fields of a member's record that a node of the live graph has, how they are read, and how they decay."""

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
    "missed": (decay.TIES, 0.0),
    "harassed": (decay.HARM, 0.0),
    "annoyance": (decay.ADS, "ads"),
}
"""Fields stored as of the day `settled` (see `kith.sim.state.decay.advance`): kind of decay, and limit."""
NAMES = MEMBER.names or ()
HIDDEN = ("person", "slots", "settled")
"fields that a node does not have: the place in memory and the day of the last update"
FIELDS = tuple(name for name in NAMES if name not in HIDDEN)
FADING = [
    (FIELDS.index(name), stock, rest) for name, (stock, rest) in MOVING.items() if not isinstance(rest, str)
]
"fields that decay to a constant: index among the fields, kind of decay, and the constant"


def _layout() -> struct.Struct:
    """The layout of a record's bytes; unpacking takes a third of the time that NumPy needs."""
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
