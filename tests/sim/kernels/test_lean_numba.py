"""What numba is told once: records and declarations."""

import numpy as np
from numba import njit, types
from numba.extending import overload
from numba.np import numpy_support

from kith.sim.kernels.compilation import kernel
from kith.sim.state.population import MEMBER


def test_a_record_is_read_as_numba_reads_it() -> None:
    """Twice the same object gives the same type; an equal record that is aligned otherwise has its own."""
    first, again = numpy_support.from_dtype(MEMBER), numpy_support.from_dtype(MEMBER)
    fields = [("a", "i1"), ("b", "f8")]
    loose, aligned = np.dtype(fields), np.dtype(fields, align=True)
    assert first is again and isinstance(first, types.Record)
    assert [name for name, _ in first.members] == list(MEMBER.names or ())
    assert not numpy_support.from_dtype(loose).aligned
    assert numpy_support.from_dtype(aligned).aligned


def test_what_is_declared_after_the_first_kernel_is_found() -> None:
    """Declarations are not read again with every kernel, but new ones are."""

    @kernel
    def one(x):
        return x + 1

    assert one(1) == 2

    def doubled(x: int) -> int:
        raise NotImplementedError

    @overload(doubled)
    def _doubled(x):  # type: ignore[no-untyped-def]
        return lambda x: 2 * x

    @njit
    def two(x):  # type: ignore[no-untyped-def]
        return doubled(x)

    assert two(4) == 8
