"""kith: an agent-based simulator of community growth.

    from kith import compare, load, run

    record = run(load("web"), seed=1)
    print(record.summary)

The names for everyday use are here and are loaded at their first use, so that `import kith` is fast.
The four packages behind them each import only from those that follow in this list:
`kith.dashboard`, `kith.experiments`, `kith.scenarios` and `kith.sim`.
"""

from typing import TYPE_CHECKING

from kith.lazy import lazy_names

if TYPE_CHECKING:
    from kith.experiments.calibration.calibrate import Calibration, calibrate
    from kith.experiments.calibration.forecast.ahead import forecast
    from kith.experiments.comparison.comparison import Comparison, compare
    from kith.experiments.comparison.stress import stress
    from kith.experiments.evidence.measure import Measurement, measure
    from kith.scenarios.catalogue import library, names
    from kith.scenarios.errors import LogError, ScenarioError
    from kith.scenarios.load import load
    from kith.scenarios.logs.founding import read_log
    from kith.sim.checkpoints.checkpoint import CheckpointError, resume, save
    from kith.sim.engine import MODEL_VERSION, TICK, Simulation, run
    from kith.sim.results.record import Record
    from kith.sim.schema.founding import Founding
    from kith.sim.schema.parameter_set import ParameterError, Parameters
    from kith.sim.schema.plan import Plan, Shock
    from kith.sim.views.member import Member
    from kith.sim.views.members import MemberSet
    from kith.sim.views.model import CommunityModel

_HOMES = {
    "Calibration": "kith.experiments.calibration.calibrate",
    "calibrate": "kith.experiments.calibration.calibrate",
    "forecast": "kith.experiments.calibration.forecast.ahead",
    "Comparison": "kith.experiments.comparison.comparison",
    "compare": "kith.experiments.comparison.comparison",
    "stress": "kith.experiments.comparison.stress",
    "Measurement": "kith.experiments.evidence.measure",
    "measure": "kith.experiments.evidence.measure",
    "library": "kith.scenarios.catalogue",
    "names": "kith.scenarios.catalogue",
    "LogError": "kith.scenarios.errors",
    "ScenarioError": "kith.scenarios.errors",
    "read_log": "kith.scenarios.logs.founding",
    "load": "kith.scenarios.load",
    "CheckpointError": "kith.sim.checkpoints.checkpoint",
    "resume": "kith.sim.checkpoints.checkpoint",
    "save": "kith.sim.checkpoints.checkpoint",
    "MODEL_VERSION": "kith.sim.engine",
    "TICK": "kith.sim.engine",
    "Simulation": "kith.sim.engine",
    "run": "kith.sim.engine",
    "Record": "kith.sim.results.record",
    "ParameterError": "kith.sim.schema.parameter_set",
    "Parameters": "kith.sim.schema.parameter_set",
    "Founding": "kith.sim.schema.founding",
    "Plan": "kith.sim.schema.plan",
    "Shock": "kith.sim.schema.plan",
    "Member": "kith.sim.views.member",
    "MemberSet": "kith.sim.views.members",
    "CommunityModel": "kith.sim.views.model",
}

__all__ = [
    "MODEL_VERSION",
    "TICK",
    "Calibration",
    "CheckpointError",
    "CommunityModel",
    "Comparison",
    "Founding",
    "LogError",
    "Measurement",
    "Member",
    "MemberSet",
    "ParameterError",
    "Parameters",
    "Plan",
    "Record",
    "ScenarioError",
    "Shock",
    "Simulation",
    "calibrate",
    "compare",
    "forecast",
    "library",
    "load",
    "measure",
    "names",
    "read_log",
    "resume",
    "run",
    "save",
    "stress",
]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
