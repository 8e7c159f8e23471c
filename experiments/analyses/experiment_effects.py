"""The measured and the true effect of an experiment inside a community.

The *measured* effect compares the treated with the others of the same run. The *true* effect
compares the treated with themselves in the counterfactual, in which nobody is treated and everything
else, random draws included, is the same. They differ by the chance imbalance between the groups, which the
standard error of the measured effect covers, and by spillover along ties to the others, which it
does not.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from kith.sim.engine import run
from kith.sim.results.record import Record
from kith.sim.schema.parameter_set import ParameterError
from kith.sim.schema.plan import MEASURED, Experiment, Plan

OUTCOMES = (*MEASURED, "stays")
"""Per member since the experiment began: counts, revenue (EUR), and whether it is still awake."""


def trial(plan: Plan, seed: int = 0, days: int | None = None, threads: int | None = None) -> pd.DataFrame:
    """Measured and true effects of every experiment of a plan.

    Returns one row per experiment and outcome: experiment, outcome, treated and others (members),
    mean_treated, mean_others, measured with its standard error `se`, and true.

    Raises
    ------
    ParameterError
        If the plan has no experiment, or one begins after the last day.
    """
    if not plan.experiments:
        raise ParameterError(f"{plan.name} has no experiment; add [[experiment]] to the scenario")
    length = plan.days if days is None else days
    for experiment in plan.experiments:
        if experiment.from_day >= length:
            raise ParameterError(
                f"experiment {experiment.name} starts on day {experiment.from_day}, "
                f"after the last of {length} days; start it earlier or run longer"
            )
    return effects(run(plan, seed, days, threads, events=False), threads)


def effects(record: Record, threads: int | None = None) -> pd.DataFrame:
    """The result of `trial` for a finished run: simulates its counterfactual, in which nobody is treated.

    For the experiments that started within the record; an empty frame if there is none.
    """
    plan, begun = record.plan, [e for e in record.plan.experiments if e.from_day < record.days]
    if not begun:
        return pd.DataFrame()
    idle = replace(plan, experiments=_idle(plan.experiments))
    counterfactual = run(idle, record.seed, record.days, threads, events=False)
    return pd.DataFrame(
        [_effect(record, counterfactual, experiment, outcome) for experiment in begun for outcome in OUTCOMES]
    )


def _idle(experiments: tuple[Experiment, ...]) -> tuple[Experiment, ...]:
    """The same groups on the same days, but nothing is changed for them."""
    return tuple(e.model_copy(update={"changes": {}}) for e in experiments)


def _effect(
    record: Record, counterfactual: Record, experiment: Experiment, outcome: str
) -> dict[str, object]:
    observed, idle = (_outcome(r, experiment, outcome) for r in (record, counterfactual))
    arm, arm_idle = (_members(r, experiment)["arm"] == experiment.name for r in (record, counterfactual))
    treated, others = observed[arm], observed[~arm]
    spread = treated.var(ddof=1) / max(1, len(treated)) + others.var(ddof=1) / max(1, len(others))
    return {
        "experiment": experiment.name,
        "outcome": outcome,
        "treated": len(treated),
        "others": len(others),
        "mean_treated": treated.mean(),
        "mean_others": others.mean(),
        "measured": treated.mean() - others.mean(),
        "se": float(np.sqrt(spread)),
        "true": treated.mean() - idle[arm_idle].mean(),
    }


def _members(record: Record, experiment: Experiment) -> pd.DataFrame:
    """Memberships that lasted into the experiment or began during it."""
    m = record.members
    return m[~(m["left_day"] < experiment.from_day)]


def _outcome(record: Record, experiment: Experiment, outcome: str) -> npt.NDArray[np.float64]:
    """An outcome of each membership since the experiment began, shape (n,)."""
    m = _members(record, experiment)
    if outcome == "stays":
        return m["awake"].to_numpy(float)
    held = record.at_start[experiment.name][MEASURED.index(outcome)]
    before = np.where(m["joined_day"] < experiment.from_day, held[m["person"].to_numpy()], 0).astype(float)
    if outcome == "revenue":
        before /= 1e6
    return m[outcome].to_numpy(float) - before
