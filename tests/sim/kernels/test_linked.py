"""Parts: kernels that are compiled within their callers alone."""

from pathlib import Path

import numpy as np
import pytest

from kith.sim.day import moves
from kith.sim.kernels import compilation
from kith.sim.kernels.compilation import kernel, kernel_part

numba = pytest.importorskip("numba")
linked = pytest.importorskip("kith.sim.kernels.linked")


@kernel_part
def _doubled(x):
    return 2.0 * x


@kernel_part
def _plus_doubled(values, x):
    values[0] += 1.0
    return values[0] + _doubled(x)


def total(values, n):
    out = 0.0
    for k in range(n):
        out += _plus_doubled(values, k)
    return out


def test_a_kernel_of_parts_gives_what_python_would() -> None:
    values = np.zeros(1)
    assert kernel(total)(values, 5) == sum(range(1, 6)) + 2.0 * sum(range(5))
    assert values[0] == 5.0


def test_a_part_has_no_machine_code_of_its_own_and_is_compiled_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))  # or an earlier test has compiled it
    compiled = kernel(total)
    compiled(np.zeros(1), 3)
    compiled(np.zeros(1), np.int32(3))
    (result,) = _plus_doubled.overloads.values()
    assert isinstance(result.library, linked.LinkedCode)
    assert not result.library.codegen._engine.is_symbol_defined(result.fndesc.llvm_func_name)


def test_with_another_numba_a_part_is_a_kernel_like_any(monkeypatch: pytest.MonkeyPatch) -> None:
    assert numba.version_info.short in compilation.PARTS_ARE_KNOWN_IN
    monkeypatch.setattr(compilation, "PARTS_ARE_KNOWN_IN", ())
    assert kernel_part(total)(np.ones(1), 0) == 0.0


def test_python_cannot_call_a_part_and_is_told_so() -> None:
    kernel(total)(np.zeros(1), 3)
    for made, arguments in ((_doubled, (2.0,)), (_doubled, ("two",)), (moves.push, (1, 2, 3))):
        with pytest.raises(TypeError, match=f"{made.__name__} is a part of kernels"):
            made(*arguments)
