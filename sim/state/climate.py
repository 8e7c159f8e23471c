"""Climate: conditions that are the same for all members on a day."""

from typing import NamedTuple

import numpy as np


class Climate(NamedTuple):
    """Conditions common to all members: value lost to unwanted content, disputes and selling; a competitor's
    pull and how far belonging shields from it; reduction of the log hazard by voice and its increase by
    an ignored vote, and what voice that was taken away would reduce it by; factor of social proof on conversion and price tolerance; and the maximum factor
    of all this on a hazard.
    """

    unwanted: float
    disputes: float
    selling: float
    competitor: float
    shield: float
    voice: float
    ignored: float
    silenced: float
    proof: float
    bound: float


CLIMATE = np.dtype([(name, "f8") for name in Climate._fields])
