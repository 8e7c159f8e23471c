"""The micro-model in numba: one loop over people and their ties."""

import micro
import numba
import numpy as np

rng = np.random.default_rng(1)
reader, read = micro.both_ways(*micro.ties())
first = np.searchsorted(reader, np.arange(micro.AGENTS + 1))
satisfaction = rng.random(micro.AGENTS)
leaves = np.zeros(micro.AGENTS, np.bool_)


@numba.njit
def decide(first, read, satisfaction, leaves, rng):
    """Everybody reads and draws."""
    for person in range(len(leaves)):
        mood = 0.0
        for tie in range(first[person], first[person + 1]):
            mood += satisfaction[read[tie]]
        mood /= max(1, first[person + 1] - first[person])
        leaves[person] = rng.random() < 0.01 * (1.0 - 0.5 * mood)


micro.report(lambda: decide(first, read, satisfaction, leaves, rng), leaves.sum)
