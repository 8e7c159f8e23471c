"""Order: whole numbers sorted inside kernels by one short function, where NumPy's would be compiled in five parts."""

import numpy as np

from kith.sim.kernels.compilation import kernel


@kernel
def order_of(keys):
    """The places of `keys` in ascending order; equal ones keep theirs (merge sort, bottom up)."""
    n = len(keys)
    order, merged = np.empty(n, np.int64), np.empty(n, np.int64)
    for k in range(n):
        order[k] = k
    width = 1
    while width < n:
        for first in range(0, n, 2 * width):
            middle, end = min(first + width, n), min(first + 2 * width, n)
            left, right = first, middle
            for k in range(first, end):
                if left < middle and (right >= end or keys[order[left]] <= keys[order[right]]):
                    merged[k] = order[left]
                    left += 1
                else:
                    merged[k] = order[right]
                    right += 1
        order, merged = merged, order
        width *= 2
    return order


@kernel
def ascending(keys):
    """A copy of whole numbers in ascending order."""
    order = order_of(keys)
    for k in range(len(order)):
        order[k] = keys[order[k]]
    return order
