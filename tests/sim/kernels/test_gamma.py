import numpy as np
import pytest
from scipy.special import gammaincinv

from kith.sim.kernels.gamma import gamma_quantiles


@pytest.mark.parametrize("shape", [0.02, 0.05, 0.2, 0.5, 1.0, 1.5, 5.0, 100.0, 1000.0])
def test_a_quantile_is_that_of_the_library_of_special_functions(shape: float) -> None:
    rng = np.random.default_rng(1)
    u = np.concatenate(
        [rng.random(5_000), 10.0 ** -rng.uniform(1.0, 12.0, 200), 1.0 - 10.0 ** -rng.uniform(1.0, 12.0, 200)]
    )
    exact = gammaincinv(shape, u)
    traced = exact > 1e-290
    ours = gamma_quantiles(shape, u)
    assert ours[traced] == pytest.approx(exact[traced], rel=1e-11)
    assert np.array_equal(ours.astype(np.float32), exact.astype(np.float32))
