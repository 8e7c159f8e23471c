"""Kernels: numba functions of arrays and scalars, compiled once per machine and kept in `kith.sim.kernels.cache`.

Where there is no numba, as in a browser, kernels are the Python functions that they are written as: the same numbers, a
hundred times as slow. Only files of this room load numba.
"""

from collections.abc import Callable
from typing import Any, cast

from kith.sim.kernels.cache import CACHE, HAS_COMPILER

if HAS_COMPILER:
    import numba
    from numba import types

    from kith.sim.kernels.lean_numba import (
        compare_settings_at_once,
        leave_out_linear_algebra,
        read_records_once,
    )

    numba.config.CACHE_DIR = str(CACHE)  # type: ignore[attr-defined]
    leave_out_linear_algebra()
    compare_settings_at_once()
    read_records_once()

PARTS_ARE_KNOWN_IN = ((0, 68),)
"versions of numba whose inner parts are as `kith.sim.kernels.linked` uses them"


def kernel[Function: Callable[..., object]](function: Function) -> Function:
    """`function` compiled: releases the GIL, cached on disk, IEEE arithmetic, no bounds checks."""
    return _compiled(function, cache=True) if HAS_COMPILER else function


def kernel_part[Function: Callable[..., object]](function: Function) -> Function:
    """A kernel that only kernels call, and that is compiled within them; Python cannot call it.

    With other versions of numba it is compiled as any kernel is, which takes longer.
    """
    if not HAS_COMPILER or numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        return function
    if numba.version_info.short not in PARTS_ARE_KNOWN_IN:
        return kernel(function)
    from kith.sim.kernels.linked import PartCompiler, close_door

    compiled: Any = _compiled(function, no_cpython_wrapper=True, pipeline_class=PartCompiler)
    close_door(compiled)
    return cast(Function, compiled)


def _compiled[Function: Callable[..., object]](function: Function, **more: Any) -> Function:
    # nobody calls a kernel through C, so none is given an entry for it: less to compile, and to load
    given: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True, **more}
    compiled: Any = numba.njit(**given)(function)
    if not numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        template = compiled.get_call_template
        # kernels that call it share one version, whatever constants and narrow integers they give
        compiled.get_call_template = lambda args, kws: template(
            tuple(_plain(kind) for kind in args), {name: _plain(kind) for name, kind in kws.items()}
        )
    return cast(Function, compiled)


def _plain(typed: Any) -> Any:
    """A type without its constant value, signed integers in 64 bits."""
    kind: Any = types.unliteral(typed)
    return types.int64 if kind in types.signed_domain else kind
