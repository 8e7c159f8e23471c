"""Many runs, their comparison, figures, reports, and the command line.

Nothing heavy is imported until it is asked for, so that `kith --help` answers at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.comparison import Comparison, compare
    from experiments.runner import Job, Outcome, run_all

_HOMES = {
    "Comparison": "experiments.comparison",
    "compare": "experiments.comparison",
    "Job": "experiments.runner",
    "Outcome": "experiments.runner",
    "run_all": "experiments.runner",
}

__all__ = ["Comparison", "Job", "Outcome", "compare", "run_all"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'experiments' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
