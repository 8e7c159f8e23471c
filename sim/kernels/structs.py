"""Structs: many arrays as one argument of a kernel.

A tuple of arrays would be taken apart and put together again at every call, at run time and in the code that is
compiled; a struct is passed as one pointer, and only the member that is read is fetched.
"""

import sys
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from kith.sim.kernels.cache import HAS_COMPILER
from kith.sim.kernels.compilation import kernel

if HAS_COMPILER:
    from numba import types
    from numba.experimental import structref


def struct(parts: Any) -> Any:
    """Decorator of a named tuple: inside kernels it is a struct with the same fields; `<Name>Struct` makes one."""
    if not HAS_COMPILER:  # nothing asks for one: days are lived together only where that is compiled
        setattr(sys.modules[parts.__module__], f"{parts.__name__}Struct", parts)
        return parts
    fields, module, name = list(parts._fields), sys.modules[parts.__module__], parts.__name__

    def plain(_: Any, given: tuple[tuple[str, Any], ...]) -> tuple[tuple[str, Any], ...]:
        return tuple((field, types.unliteral(kind)) for field, kind in given)

    def mangled(self: Any) -> tuple[str, tuple[()]]:
        # numba would write every field's type into the name of every function
        return f"{name}_{sha256(self.name.encode()).hexdigest()[:16]}", ()

    members = {"preprocess_fields": plain, "mangling_args": property(mangled), "__module__": parts.__module__}
    kind = type(f"{name}Type", (types.StructRef,), members)
    proxy = type(f"{name}Struct", (structref.StructRefProxy,), {"__module__": parts.__module__})
    # numba's cache names types by their module, so they are found there
    setattr(module, kind.__name__, kind)
    setattr(module, proxy.__name__, proxy)
    structref.register(kind)
    structref.define_proxy(proxy, kind, fields)
    return parts


def maker(proxy: Any) -> Callable[..., Any]:
    """A kernel that makes a struct from its fields, in their order."""

    def make(*fields: Any) -> Any:
        return proxy(*fields)

    return kernel(make)
