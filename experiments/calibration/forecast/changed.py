"""An arm of a forecast: the fitted community with settings and shocks that begin where its log ends."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from kith.experiments.calibration.priors import check_settable
from kith.experiments.comparison.arms import Arm
from kith.experiments.errors import RequestError
from kith.experiments.runs.runner import Job
from kith.scenarios.settings import setting_text, shock_text
from kith.sim.schema.parameter_set import parameters_from
from kith.sim.schema.plan import Plan, shock_from

FITTED = "fitted"
"what an arm of a forecast calls the community that was fitted"


def check_arms(arms: Sequence[Arm]) -> None:
    """Refuse arms of another scenario, and arms that are alike."""
    for arm in arms:
        check_settable(arm.overrides)
        if arm.scenario != FITTED:
            raise RequestError(
                f"arm {arm.text!r:.60}: a forecast goes on with the fitted community; begin with {FITTED}, such as "
                f'"{FITTED} incentives.badges=1"'
            )
    labels = [label_of(arm) for arm in arms]
    twice = next((label for label in labels if labels.count(label) > 1), None)
    if twice is not None:
        raise RequestError(f"the arm {twice} is given twice; change one of them")


def label_of(arm: Arm) -> str:
    """The name that the arm was given, or what is changed in it."""
    changes = [f"{name.rpartition('.')[2]} {value}" for name, value in arm.overrides.items()]
    changes += [f"{shock['kind'].replace('_', ' ')} day {shock['day']}" for shock in arm.shocks]
    return arm.name or (f"{FITTED} ({', '.join(changes)})" if changes else FITTED)


def in_arm(job: Job, arm: Arm | None, day: int) -> Job:
    """The same run in an arm; an arm without changes is the run itself, under its own key."""
    if arm is None or not (arm.overrides or arm.shocks):
        return job
    words = [setting_text(name, value) for name, value in arm.overrides.items()]
    words += [shock_text(dict(shock)) for shock in arm.shocks]
    key = hashlib.sha256(f"{job.key}|{day}|{words}".encode()).hexdigest()[:32]
    return replace(job, plan=_changed(job.plan, arm, day), key=key)


def _changed(plan: Plan, arm: Arm, day: int) -> Plan:
    phases, shocks = plan.phases, list(plan.shocks)
    if arm.overrides:
        last = max(place for place, (start, _) in enumerate(phases) if start <= day)
        values = phases[last][1].model_dump()
        for name, value in arm.overrides.items():
            section, _, field = name.partition(".")
            values.setdefault(section, {})[field] = value
        phases = (*(p for p in phases if p[0] < day), (day, parameters_from(values)))
    shocks += [shock_from({**shock, "day": day + shock["day"]}) for shock in arm.shocks]
    return replace(plan, phases=phases, shocks=tuple(shocks))
