"""Sums: NumPy's order of adding up, for kernels, so that a total has the same last bit wherever it is taken."""

import numpy as np

from kith.sim.kernels.compilation import kernel

_BLOCK = 128
"numbers that NumPy adds up in one pass, in eight columns"


@kernel
def add_up(values):
    """The sum of floats as `np.add.reduce` takes it: halves of halves, each of at most 128 numbers in eight columns."""
    if len(values) <= _BLOCK:
        return _block(values, 0, len(values))
    # the halves that are still to be added, and the sums of those that are done, without a recursion
    starts, sizes, depths = np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64, np.int64)
    sums, at = np.empty(64), np.empty(64, np.int64)
    starts[0], sizes[0], depths[0] = 0, len(values), 0
    waiting, done = 1, 0
    while waiting > 0:
        waiting -= 1
        start, size, depth = starts[waiting], sizes[waiting], depths[waiting]
        if size > _BLOCK:
            half = size // 2
            half -= half % 8
            starts[waiting], sizes[waiting], depths[waiting] = start + half, size - half, depth + 1
            starts[waiting + 1], sizes[waiting + 1], depths[waiting + 1] = start, half, depth + 1
            waiting += 2
            continue
        total = _block(values, start, size)
        while done > 0 and at[done - 1] == depth:
            done -= 1
            total = sums[done] + total
            depth -= 1
        sums[done], at[done] = total, depth
        done += 1
    return sums[0]


@kernel
def _block(values, start, size):
    if size < 8:
        total = 0.0
        for k in range(start, start + size):
            total += values[k]
        return total
    column = np.empty(8)
    for c in range(8):
        column[c] = values[start + c]
    whole = size - size % 8
    for k in range(8, whole, 8):
        for c in range(8):
            column[c] += values[start + k + c]
    total = ((column[0] + column[1]) + (column[2] + column[3])) + (
        (column[4] + column[5]) + (column[6] + column[7])
    )
    for k in range(start + whole, start + size):
        total += values[k]
    return total
