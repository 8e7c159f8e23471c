"""numba without what takes its time: linear algebra, and finding out the same again for each kernel.

SciPy's linear algebra takes a quarter of a second to load, and no kernel uses it; numba asks for it before its first
kernel, in case one multiplies matrices, and again wherever one does. Settings of the compiler (`Flags`) are compared
at every call of a function in a kernel, which took a tenth of the time; most often they are the same. With every kernel
that is loaded, numba declares what it has declared before, and reads the fields of each record again.
A numba that is made otherwise is left as it is.
"""

import sys
from functools import cache
from importlib import import_module
from operator import attrgetter
from typing import Any
from weakref import WeakKeyDictionary

from numba.core.cpu import CPUContext
from numba.core.targetconfig import TargetConfig
from numba.np import numpy_support

WHERE_ASKED = "numba.np.arraymath"
REGISTRIES = (
    ("numba.cpython.cmathimpl", "registry"),
    ("numba.misc.cffiimpl", "registry"),
    ("numba.cpython.mathimpl", "registry"),
    ("numba.np.npyimpl", "registry"),
    ("numba.cpython.printimpl", "registry"),
    ("numba.cpython.randomimpl", "registry"),
    ("numba.experimental.jitclass.base", "ClassBuilder.class_impl_registry"),
)
"where numba looks for declarations"


def leave_out_linear_algebra() -> None:
    """Let numba load what it loads before its first kernel without asking for linear algebra."""
    load = getattr(CPUContext, "load_additional_registries", None)
    if load is None:
        return
    known: WeakKeyDictionary[Any, int | None] = WeakKeyDictionary()

    def without(context: Any) -> None:
        if WHERE_ASKED not in sys.modules:
            from numba.np import linalg

            ensure = getattr(linalg, "ensure_blas", None)
            if ensure is not None:
                linalg.ensure_blas = lambda: None
                try:
                    import_module(WHERE_ASKED)
                finally:
                    linalg.ensure_blas = ensure
        declared = _declarations()
        if declared is None or context not in known or known[context] != declared:
            load(context)
            known[context] = _declarations()

    CPUContext.load_additional_registries = without  # type: ignore[method-assign]


def _declarations() -> int | None:
    """How many declarations there are for numba to take over; None if that cannot be known."""
    try:
        registries = [attrgetter(name)(sys.modules[module]) for module, name in REGISTRIES]
        return sum(
            len(part)
            for registry in registries
            for part in (registry.functions, registry.getattrs, registry.casts)
        )
    except (KeyError, AttributeError, TypeError):
        return None


def read_records_once() -> None:
    """Let numba keep what it has read of the fields of a record."""
    read = getattr(numpy_support, "from_struct_dtype", None)
    if read is None:
        return
    known: dict[int, tuple[Any, Any]] = {}

    def once(dtype: Any) -> Any:
        # by identity: equal records need not be aligned alike; kept, so that no other takes its place
        if id(dtype) not in known:
            known[id(dtype)] = dtype, read(dtype)
        return known[id(dtype)][1]

    numpy_support.from_struct_dtype = once


def compare_settings_at_once() -> None:
    """Let numba see that settings are the same from what has been set, and ask for each one only where that differs."""
    differ, options = TargetConfig.__eq__, getattr(TargetConfig, "options", None)
    if options is None or "_values" not in getattr(TargetConfig, "__slots__", ()):
        return

    def same(one: Any, other: Any) -> Any:
        if type(one) is type(other) and one._values == other._values:
            return True
        return differ(one, other)

    def values(settings: Any) -> dict[str, Any]:
        known = settings._values
        return {name: known.get(name, option.default) for name, option in settings.options.items()}

    TargetConfig.__eq__, TargetConfig.values = same, values  # type: ignore[method-assign]
    TargetConfig.__hash__ = lambda settings: _hash(type(settings))  # type: ignore[method-assign]


@cache
def _hash(kind: Any) -> int:
    """numba hashes the names of the settings, which every object of a kind shares."""
    return hash(tuple(sorted(kind.options)))
