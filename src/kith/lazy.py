"""Lazy names: a package says where each of its names is defined, and imports that on first use."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from kith.extras import advice


def lazy_names(
    package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a package whose names are loaded when they are first used.

    Parameters
    ----------
    package : the package's `__name__`.
    homes : name -> the module that defines it.

    An `AttributeError` inside a home becomes an `ImportError` that shows it as its cause; otherwise
    Python would report no more than "cannot import name".
    """

    def load(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        try:
            module = import_module(homes[name])
        except ModuleNotFoundError as error:
            if (hint := advice(error)) is not None:
                error.add_note(hint)
            raise
        except AttributeError as error:
            raise ImportError(f"{package}.{name}: {homes[name]} cannot be loaded: {error}") from error
        return getattr(module, name)

    return load, lambda: sorted(homes)
