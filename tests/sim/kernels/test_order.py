"""Sorting inside kernels."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kith.sim.kernels.order import ascending, order_of

keys = st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(0, 5), max_size=70).map(
    lambda numbers: np.array(numbers, np.int64)
)


@given(keys)
def test_order_is_that_of_a_stable_sort(numbers: np.ndarray) -> None:
    before = numbers.copy()
    assert order_of(numbers).tolist() == np.argsort(numbers, kind="stable").tolist()
    assert ascending(numbers).tolist() == np.sort(numbers).tolist()
    assert numbers.tolist() == before.tolist()
