"""kith's engine: numbers in, numbers out; no files, no studies, no screens.

Importing the package is cheap; the engine is loaded when one of its names is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.checkpoint import CheckpointError, resume, save
    from sim.engine import MODEL_VERSION, TICK, Simulation, run
    from sim.parameters import ParameterError, Parameters
    from sim.plan import Founding, Plan, Shock
    from sim.record import Record
    from sim.views.member import Member
    from sim.views.members import MemberSet
    from sim.views.model import CommunityModel

_HOMES = {
    "CheckpointError": "checkpoint",
    "resume": "checkpoint",
    "save": "checkpoint",
    "MODEL_VERSION": "engine",
    "TICK": "engine",
    "Simulation": "engine",
    "run": "engine",
    "ParameterError": "parameters",
    "Parameters": "parameters",
    "Founding": "plan",
    "Plan": "plan",
    "Shock": "plan",
    "Record": "record",
    "CommunityModel": "views.model",
    "Member": "views.member",
    "MemberSet": "views.members",
}

__all__ = [
    "MODEL_VERSION",
    "TICK",
    "CheckpointError",
    "CommunityModel",
    "Founding",
    "Member",
    "MemberSet",
    "ParameterError",
    "Parameters",
    "Plan",
    "Record",
    "Shock",
    "Simulation",
    "resume",
    "run",
    "save",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"sim.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")
