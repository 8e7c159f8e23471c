"""numba without two things that take its time: linear algebra, and comparing settings one by one.

SciPy's linear algebra takes a quarter of a second to load, and no kernel uses it; numba asks for it before its first
kernel, in case one multiplies matrices, and again wherever one does. Settings of the compiler (`Flags`) are compared
at every call of a function in a kernel, which took a tenth of the time; most often they are the same.
A numba that is made otherwise is left as it is.
"""

import sys
from functools import cache
from importlib import import_module
from typing import Any

from numba.core.cpu import CPUContext
from numba.core.targetconfig import TargetConfig

WHERE_ASKED = "numba.np.arraymath"


def leave_out_linear_algebra() -> None:
    """Let numba load what it loads before its first kernel without asking for linear algebra."""
    load = getattr(CPUContext, "load_additional_registries", None)
    if load is None:
        return

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
        load(context)

    CPUContext.load_additional_registries = without  # type: ignore[method-assign]


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
