"""What is installed beside the core, and what to say where it is not.

The core is what `list`, `show`, `run`, `compare`, reports and the Mesa face need. Everything else is an extra of
the distribution, such as `kith-sim[studies]`.
"""

from collections.abc import Mapping
from importlib.util import find_spec

EXTRAS: Mapping[str, tuple[str, ...]] = {
    "dashboard": ("solara", "segno", "markdown_it", "altair"),
    "studies": ("SALib", "duckdb", "optuna", "sklearn"),
    "cluster": ("distributed", "dask"),
    "patterns": ("powerlaw", "statsmodels"),
    "evidence": ("scoringrules", "sklearn", "statsmodels", "threadpoolctl"),
    "slides": ("pptx",),
    "arrays": ("xarray", "arviz"),
    "discovery": ("ema_workbench",),
    "docs": ("sphinx", "myst_nb", "pydata_sphinx_theme", "numpydoc"),
}
"extra -> the modules that it brings"


class ExtraMissing(ModuleNotFoundError):
    """An extra that is needed is not installed."""


def missing(extra: str) -> list[str]:
    """The modules of an extra that are not installed."""
    return [module for module in EXTRAS[extra] if find_spec(module) is None]


def demand(extra: str) -> None:
    """Raise `ExtraMissing`, with the command that installs it, unless the extra is installed."""
    lacking = missing(extra)
    if lacking:
        raise ExtraMissing(_advice(lacking[0], extra), name=lacking[0])


def advice(error: ModuleNotFoundError) -> str | None:
    """What to do about a module that was not found; None if it is not one of an extra."""
    if isinstance(error, ExtraMissing):
        return str(error)
    module = (error.name or "").partition(".")[0]
    for extra, modules in EXTRAS.items():
        if module in modules:
            return _advice(module, extra)
    return None


def _advice(module: str, extra: str) -> str:
    return f"{module} is not installed; install it with: pip install 'kith-sim[{extra}]' (from a checkout: pip install '.[{extra}]')"
