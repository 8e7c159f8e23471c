"""What kernels load, and do not load, before they run."""

import subprocess
import sys
from pathlib import Path

import pytest

FIRST = (
    "import sys, numpy as np\n"
    "from kith import load, run\n"
    "assert 'pandas' not in sys.modules\n"
    "from kith.sim.kernels.luck import key_of, uniforms\n"
    "uniforms(key_of(1), [1, 2], 0, 3)\n"
    "assert not {'pandas', 'scipy.linalg', 'scipy.special'} & set(sys.modules)\n"
)
THEN = (
    "import numba\n"
    "square = numba.njit(lambda a: np.dot(a, a))\n"
    "assert (square(2.0 * np.eye(2)) == 4.0 * np.eye(2)).all()\n"
    "assert 'scipy.linalg' in sys.modules\n"
)


def test_kernels_leave_tables_and_linear_algebra_alone(root: Path) -> None:
    subprocess.run([sys.executable, "-c", FIRST], cwd=root, check=True)


def test_a_kernel_of_ones_own_may_still_multiply_matrices(root: Path) -> None:
    subprocess.run([sys.executable, "-c", FIRST + THEN], cwd=root, check=True)


def test_settings_of_the_compiler_are_the_same_where_each_of_them_is() -> None:
    flags = pytest.importorskip("numba.core.compiler").Flags
    unset, by_hand, other = flags(), flags(), flags()
    by_hand.nrt = type(unset).options["nrt"].default
    other.nrt = not by_hand.nrt
    assert unset == by_hand and hash(unset) == hash(by_hand)
    assert unset != other and by_hand != other and unset != "unset"
    for settings in (unset, by_hand, other):
        assert settings.values() == {name: getattr(settings, name) for name in settings.options}
