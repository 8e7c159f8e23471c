"""numba without SciPy's linear algebra, which takes a quarter of a second to load and which no kernel uses.

numba asks for it before its first kernel, in case one multiplies matrices, and again wherever one does.
A numba that is made otherwise is left as it is.
"""

import sys
from importlib import import_module
from typing import Any

from numba.core.cpu import CPUContext

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
