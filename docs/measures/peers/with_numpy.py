"""The micro-model in NumPy: sums over the ties by `bincount`."""

import micro
import numpy as np

rng = np.random.default_rng(1)
reader, read = micro.both_ways(*micro.ties())
degree = np.maximum(np.bincount(reader, minlength=micro.AGENTS), 1)
satisfaction = rng.random(micro.AGENTS)
leaves = np.zeros(micro.AGENTS, bool)


def step() -> None:
    """Everybody decides."""
    mood = np.bincount(reader, satisfaction[read], micro.AGENTS) / degree
    leaves[:] = rng.random(micro.AGENTS) < 0.01 * (1.0 - 0.5 * mood)


micro.report(step, leaves.sum)
