"""A what-if with ignorance: two scenarios compared at draws of a posterior, luck and parameters apart.

Each draw is a world: both scenarios run in it, on the same random draws, with several seeds. The spread of a difference
over seeds within a world is luck, that of its means over worlds is what the parameters leave open
(`kith.experiments.statistics.luck_and_parameters`). Two intervals follow. That of the difference on average over luck is
the spread of the worlds' means, with what is left of luck in a mean of a few seeds, so it is rather too wide. That of one
pair of runs has all of luck in it. Where the difference follows a parameter that the log did not identify, it rests on the prior.
"""

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import spearmanr

from kith.experiments.calibration.calibrate import Calibration
from kith.experiments.calibration.priors import Floats, check_settable, values_at
from kith.experiments.comparison.arms import Arm, given_names, plan_in
from kith.experiments.comparison.labels import labelled
from kith.experiments.errors import RequestError, RunsFailed
from kith.experiments.runs.runner import Job, run_all
from kith.experiments.statistics.luck_and_parameters import Z90, least_share, parts
from kith.experiments.statistics.tables import check_outcomes
from kith.scenarios.extends import layers_of, source_of
from kith.sim.results.definitions import describe
from kith.sim.schema.plan import Plan

if TYPE_CHECKING:
    import pandas as pd

FEWEST_DRAWS, FEWEST_SEEDS = 8, 2
FOLLOWS = 0.5
"rank correlation with the difference above which a parameter is said to decide it"
CHANCE = 0.05
"about the probability of naming a parameter by chance, over all that the log does not tell"
SEED = 41_000
OUTCOMES = (
    "active",
    "present",
    "churn_month_mean",
    "retention_90d",
    "participation_rate",
    "belonging",
    "margin",
)


@dataclass(frozen=True)
class WhatIf:
    """The difference that a change makes, second less first."""

    first: str
    second: str
    draws: int
    seeds: int
    table: "pd.DataFrame"
    "a row per outcome, see `differences_of`"
    notes: tuple[str, ...] = ()
    "what is doubtful about the comparison"


def what_if(
    fit: Calibration,
    scenarios: Sequence[str | Path | Arm],
    draws: int = 24,
    seeds: int = 2,
    days: int | None = None,
    overrides: Mapping[str, Any] | None = None,
    outcomes: Sequence[str] = OUTCOMES,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> WhatIf:
    """Compare two scenarios at draws of a posterior, for instance a bundle's `fitted.toml` and one that extends it.

    Raises
    ------
    RequestError, ScenarioError, ParameterError
        The request was wrong.
    RunsFailed
        Every run failed.
    """
    if len(scenarios) != 2:
        raise RequestError(
            f"{len(scenarios)} scenarios: with a posterior two are compared; give a reference and a change"
        )
    if draws < FEWEST_DRAWS or seeds < FEWEST_SEEDS:
        raise RequestError(
            f"{draws} draws with {seeds} seeds each: {FEWEST_DRAWS} and {FEWEST_SEEDS} are needed to tell luck from parameters"
        )
    check_outcomes(outcomes)
    check_settable(overrides or {})
    plans = [plan_in(scenario, {"overrides": overrides, "days": days}) for scenario in scenarios]
    notes = tuple(filter(None, (stranger(fit, scenario) for scenario in scenarios)))
    _check_free(fit, plans, overrides or {})
    first, second = labelled(plans, names=given_names(scenarios))
    chosen = np.random.default_rng(SEED).choice(len(fit.draws), draws, replace=draws > len(fit.draws))
    worlds = fit.draws[chosen]
    jobs = [
        Job(
            in_world(plan, fit, z),
            seed,
            days or max(p.days for p in plans),
            (side, world, seed),
            series=False,
        )
        for world, z in enumerate(worlds)
        for side, plan in enumerate(plans)
        for seed in range(seeds)
    ]
    values = np.full((2, draws, seeds, len(outcomes)), np.nan)
    error = ""
    for outcome in run_all(jobs, workers, progress=progress):
        error = outcome.error or error
        values[outcome.key] = [outcome.summary.get(name, np.nan) for name in outcomes]
    if np.isnan(values).all():
        raise RunsFailed(error or "no run has a result")
    units = {name: describe(name)[0] for name in outcomes}
    return WhatIf(first, second, draws, seeds, differences_of(fit, worlds, values, units), notes)


def stranger(fit: Calibration, scenario: Any) -> str:
    """That a scenario is neither what was fitted nor an extension of it; empty if it is, or where that cannot be told."""
    given = scenario.scenario if isinstance(scenario, Arm) else scenario
    if not isinstance(given, str | os.PathLike) or fit.scenario == "the scenario":
        return ""
    of_fit = Path(fit.scenario)
    known = {Path(layer.source) for layer in layers_of(source_of(given))}
    if of_fit in known or (of_fit.suffix == ".toml" and of_fit.name in {path.name for path in known}):
        return ""
    return (
        f"{given} is neither {fit.scenario}, which was fitted to {fit.label}, nor an extension of it: only the parameters "
        "of the posterior are those of this community, everything else is the scenario's own"
    )


def in_world(plan: Plan, fit: Calibration, z: Floats) -> Plan:
    """The plan with the parameters of a draw in every phase, which keeps what else its phases change."""
    values = values_at(fit.priors, z)
    phases = []
    for day, parameters in plan.phases:
        sections: dict[str, dict[str, float]] = {}
        for name, value in values.items():
            section, _, field = name.partition(".")
            sections.setdefault(section, {})[field] = value
        update = {
            section: getattr(parameters, section).model_copy(update=fields)
            for section, fields in sections.items()
        }
        phases.append((day, parameters.model_copy(update=update)))
    return replace(plan, phases=tuple(phases))


def _check_free(fit: Calibration, plans: Sequence[Plan], overrides: Mapping[str, Any]) -> None:
    """Refuse a change of what the posterior draws, which would be overwritten in every world."""
    drawn = set(values_at(fit.priors, fit.draws[0])) & set(overrides)
    names = sorted(values_at(fit.priors, fit.draws[0]))

    def of(plan: Plan, name: str) -> Any:
        section, _, field = name.partition(".")
        return getattr(getattr(plan.parameters, section), field)

    drawn |= {name for name in names if of(plans[0], name) != of(plans[1], name)}
    if drawn:
        raise RequestError(
            f"{sorted(drawn)[0]} is drawn from the posterior, so a change of it has no effect; change another parameter, or "
            "compare without --posterior"
        )


def differences_of(
    fit: Calibration, worlds: Floats, values: Floats, units: Mapping[str, str]
) -> "pd.DataFrame":
    """A row per outcome that enough worlds have.

    `low` to `high` is the 90 % interval of the difference on average over luck, `low_run` to `high_run` that of one pair of
    runs; `luck` and `parameters` are halves of the intervals that either alone would give one pair, `share_parameters` the
    share of the variance of one pair that is the parameters', `least_share` the smallest that so few worlds can show,
    `rests_on` the parameters that the log does not tell and the difference follows.

    Parameters
    ----------
    worlds : draws of the posterior, (worlds, parameters).
    values : (sides, worlds, seeds, outcomes).
    units : outcome -> its unit.
    """
    import pandas as pd

    rows = []
    names, identified = (
        list(fit.priors),
        dict(zip(fit.parameters["parameter"], fit.parameters["identified"], strict=True)),
    )
    for k, outcome in enumerate(units):
        first, second = values[0, :, :, k], values[1, :, :, k]
        difference = second - first
        known = np.isfinite(difference).all(axis=1)
        if known.sum() < FEWEST_DRAWS:
            continue
        d = difference[known]
        found = parts(d)
        luck, parameters = found.half_widths
        mean = float(d.mean())
        spread = Z90 * math.sqrt(found.of_means(d.shape[1]))
        of_run = math.hypot(luck, parameters)
        rows.append(
            {
                "outcome": outcome,
                "unit": units[outcome],
                "first": float(first[known].mean()),
                "second": float(second[known].mean()),
                "difference": mean,
                "low": mean - spread,
                "high": mean + spread,
                "low_run": mean - of_run,
                "high_run": mean + of_run,
                "luck": luck,
                "parameters": parameters,
                "share_parameters": found.share,
                "least_share": least_share(*d.shape),
                "rests_on": _rests_on(names, identified, worlds[known], d.mean(axis=1)),
            }
        )
    return pd.DataFrame(rows)


def _rests_on(names: Sequence[str], identified: Mapping[str, bool], worlds: Floats, means: Floats) -> str:
    """The parameters not identified that the difference follows, more than one of them would by chance."""
    if np.ptp(means) == 0.0:
        return ""
    unknown = {name: z for name, z in zip(names, worlds.T, strict=True) if not identified[name]}
    follows = {name: spearmanr(z, means) for name, z in unknown.items()}
    return ", ".join(
        name
        for name, rank in follows.items()
        if abs(float(rank.statistic)) > FOLLOWS and float(rank.pvalue) * len(unknown) < CHANCE
    )
