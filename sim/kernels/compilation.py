"""Kernels: numba functions of arrays and scalars, compiled once per machine and kept in `kith.sim.kernels.cache`."""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

import numba
from numba import types
from numba.core.cpu import CPUContext

from kith.sim.kernels.cache import CACHE

numba.config.CACHE_DIR = str(CACHE)  # type: ignore[attr-defined]
_load_registries = CPUContext.load_additional_registries


def _without_linear_algebra(context: Any) -> None:
    """What numba loads before its first kernel, without SciPy's linear algebra, which takes a quarter of a second.

    numba asks for it then, in case a kernel multiplies matrices, and again wherever one does; ours never do.
    """
    if "numba.np.arraymath" not in sys.modules:
        from numba.np import linalg

        ensure = linalg.ensure_blas
        linalg.ensure_blas = lambda: None
        try:
            import_module("numba.np.arraymath")
        finally:
            linalg.ensure_blas = ensure
    _load_registries(context)


CPUContext.load_additional_registries = _without_linear_algebra  # type: ignore[method-assign]


def kernel[Function: Callable[..., object]](function: Function) -> Function:
    """`function` compiled: releases the GIL, cached on disk, IEEE arithmetic, no bounds checks."""
    # nobody calls a kernel through C, so none is given an entry for it: less to compile, and to load
    options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
    compiled: Any = numba.njit(**options)(function)
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
