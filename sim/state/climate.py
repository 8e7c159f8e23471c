"""Climate: what every member meets alike on a day."""

from typing import NamedTuple

import numpy as np


class Climate(NamedTuple):
    """What everybody meets alike: value lost to unwanted content, disputes and selling; a competitor's
    pull and how far belonging shields from it; log hazard that voice takes off and that an ignored vote
    adds; by how much social proof lifts conversion and price tolerance; and the greatest factor by
    which all this can raise a hazard.
    """

    unwanted: float
    disputes: float
    selling: float
    competitor: float
    shield: float
    voice: float
    ignored: float
    proof: float
    bound: float


CLIMATE = np.dtype([(name, "f8") for name in Climate._fields])
