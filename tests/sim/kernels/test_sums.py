import numpy as np
import pytest

from kith.sim.kernels.sums import add_up


@pytest.mark.parametrize("n", [*range(20), 127, 128, 129, 136, 255, 256, 257, 1000, 1001, 4099, 100_003])
def test_a_kernel_adds_up_in_numpys_order(n: int) -> None:
    rng = np.random.default_rng(n)
    values = rng.random(n) * 10.0 ** rng.uniform(-3.0, 3.0, n)
    assert add_up(values) == np.add.reduce(values)
