"""Levers of a study that change nothing at any of its points, and why."""

from kith.experiments.studies.levers import flat
from kith.experiments.studies.planned_runs import labels_of, plan_of, points
from kith.experiments.studies.study import Study
from kith.experiments.words.no_effect import after, never_acts, too_late
from kith.sim.schema.parameter_set import SECTIONS

MOST = 40
"points looked at, spread over the study"


def without_effect(study: Study) -> dict[tuple[str, str], str]:
    """(scenario, parameter) -> the reason, for whatever the study sets or varies in vain."""
    grid = points(study)
    seen = grid.iloc[:: max(1, len(grid) // MOST)].to_dict("records")
    names = [name for name in (*flat(study.set), *map(str, grid)) if is_parameter(name)]
    reasons = {}
    for scenario, label in labels_of(study).items():
        plans = [plan_of(study, scenario, {str(k): v for k, v in point.items()}) for point in seen]
        for name in dict.fromkeys(names):
            reason = never_acts(plans, name)
            if reason is not None:
                reasons[label, name] = reason
    return reasons


def is_parameter(name: str) -> bool:
    """Whether this is the dotted name of a parameter; a study names levers of its own (`referral`) without a dot."""
    section, dot, _ = name.partition(".")
    return bool(dot) and section in SECTIONS


def lines(study: Study) -> list[str]:
    """The same as lines of text, and what comes after the last day."""
    # not a row of pandas, which would make real numbers of whole ones
    first = {str(k): v for k, v in points(study).head(1).to_dict("records")[0].items()}
    plans = {label: plan_of(study, scenario, first) for scenario, label in labels_of(study).items()}
    days = max(plan.days for plan in plans.values())
    own = () if study.own is None else study.own.found().shocks
    return [
        *(
            f"{name} has no effect in {scenario}: {reason}"
            for (scenario, name), reason in without_effect(study).items()
        ),
        *too_late(plans),
        *(
            f"the shock {name} on day {day} has no effect here: {after(days)}"
            for day, name, _ in own
            if day >= days
        ),
    ]
