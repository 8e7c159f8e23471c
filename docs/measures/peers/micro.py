"""The micro-model on which libraries are compared, and the clock that all of them are held against.

10,000 agents on a random graph of mean degree 8. In a step each reads the satisfaction of its neighbours, whose mean
is its mood, and draws whether to leave: u < 0.01 (1 - mood / 2). Nobody is removed, so every step costs the same.
It is the least that a model of a community must do, and far less than a day of kith's members.

Each file beside this one writes it as the library's own tutorials would, and prints one line of JSON.
"""

import json
import sys
import time
from collections.abc import Callable

import numpy as np

SECONDS = 3.0
"CPU seconds for which steps are counted"
AGENTS, DEGREE = 10_000, 8


def ties(agents: int = AGENTS, degree: int = DEGREE) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the ties, each tie once, shapes (agents * degree / 2,): distinct pairs of distinct agents."""
    rng = np.random.default_rng(1)
    wanted = agents * degree // 2
    pairs = np.empty((0, 2), np.int64)
    while len(pairs) < wanted:
        more = np.sort(rng.integers(0, agents, (wanted, 2)), axis=1)
        more = more[more[:, 0] != more[:, 1]]
        pairs = np.unique(np.concatenate([pairs, more]), axis=0)
    pairs = rng.permutation(pairs)[:wanted]
    return pairs[:, 0].copy(), pairs[:, 1].copy()


def both_ways(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every tie from both of its ends, sorted by the end that reads: readers and whom they read."""
    reader, read = np.concatenate([first, second]), np.concatenate([second, first])
    order = np.argsort(reader, kind="stable")
    return reader[order], read[order]


def report(step: Callable[[], object], leavers: Callable[[], float], agents: int = AGENTS) -> None:
    """Time the step after one that warms up; print agent-steps per CPU second, and the share of leavers in the last.

    Raises
    ------
    SystemExit
        If the share of leavers cannot be that of the micro-model, 0.5 to 1 per cent.
    """
    step()
    start, steps = time.process_time(), 0
    while time.process_time() - start < SECONDS:
        step()
        steps += 1
    spent, share = time.process_time() - start, leavers() / agents
    if not 0.004 < share < 0.012:
        sys.exit(f"{100 * share:.2f} % leave in a step: this is not the micro-model")
    line = {"agent_steps_per_s": steps * agents / spent, "steps": steps, "share": share}
    sys.stdout.write(json.dumps(line) + "\n")
