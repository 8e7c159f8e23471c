"""Robustness: which conclusions about two scenarios hold despite uncertain parameters.

For each of many draws of the parameters ("worlds", see `kith.experiments.analyses.prior_draws`) both scenarios run in
a few pairs, each on a random seed of its own; a conclusion is the sign of the mean difference of an indicator, see
`kith.experiments.statistics.conclusions`. Pairs of the same draw differ by luck, and draws by their parameters as well.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from kith.experiments.analyses.prior_draws import World, drawn, open_parameters
from kith.experiments.comparison.arms import Arm, given_names, plan_in, written
from kith.experiments.comparison.labels import labelled
from kith.experiments.comparison.repeat_command import robust_command
from kith.experiments.errors import RequestError, RunsFailed
from kith.experiments.run_limits import MOST_RUNS, check_runs
from kith.experiments.runs.own import Own
from kith.experiments.runs.runner import Job, RunResult, run_all
from kith.experiments.statistics.conclusions import Conclusion, conclusion
from kith.experiments.statistics.tables import OUTCOMES, nulled
from kith.experiments.statistics.units import with_units
from kith.scenarios.logs.founding import ReadLog
from kith.sim.schema.parameter_set import ParameterError
from kith.sim.schema.plan import MAX_DAYS, Plan

FEWEST = 2
OF_PAIR = MOST_RUNS
"between the seeds of a world's pairs, so that more pairs add runs and change none"


@dataclass(frozen=True)
class Robustness:
    """The conclusions about two scenarios across many draws of the parameters."""

    first: str
    second: str
    worlds: int
    days: int
    drawn: tuple[str, ...]
    "parameters that were drawn"
    conclusions: tuple[Conclusion, ...]
    values: pd.DataFrame
    "one row per draw, pair and scenario: the seed, the drawn parameters and the indicators"
    failures: tuple[RunResult, ...] = field(default=())
    people: tuple[int, int] = (0, 0)
    "people in the market, founders"
    command: str = ""
    "the command line that repeats it"
    plans: Mapping[str, Plan] = field(default_factory=dict)
    "label -> plan, as it is where nothing is drawn"
    pairs: int = 1
    "pairs of runs for each draw"


def robustness(
    scenarios: Sequence[str | Path | Arm],
    worlds: int = 100,
    days: int | None = None,
    overrides: Mapping[str, Any] | None = None,
    shocks: Sequence[Any] | None = None,
    log: str | Path | ReadLog | None = None,
    at: str | None = None,
    outcomes: Sequence[str] = OUTCOMES,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
    own: Own | None = None,
    pairs: int = 2,
) -> Robustness:
    """Run two scenarios, paired, for many draws of the parameters from the priors of the schema.

    Parameters
    ----------
    scenarios : two names of the library, paths, or arms with settings and shocks of their own; differences are second minus first.
    worlds : number of draws; a hundred distinguish 90 % from 80 %.
    days : length of every run; by default the longer of the scenarios' own.
    overrides, shocks, log, at : given to `scenarios.load` for both; parameters that are set are not drawn.
    outcomes : indicators to conclude about.
    own : steps, shocks and indicators of one's own, in every run.
    pairs : pairs of runs for each draw; with one, luck cannot be told from the parameters.
    workers, executor, progress : see `kith.experiments.runs.runner.run_all`.

    Raises
    ------
    RequestError, ParameterError, ScenarioError, LogError
        The request was wrong.
    RunsFailed
        Every run failed. A pair of which a run failed is left out, and a draw without any other with it.
    """
    first, second = _two(scenarios, worlds, days, pairs)
    if own is not None:
        own.check()
        outcomes = (*outcomes, *(i.name for i in own.indicators if i.name not in outcomes))
    given: dict[str, Any] = {"shocks": shocks, "log": log, "at": at}
    chosen = dict(overrides or {})
    base = [plan_in(name, {"overrides": chosen, **given}) for name in (first, second)]
    length = days or max(plan.days for plan in base)
    names = tuple(open_parameters(base))
    labels = _two_labels(base, (first, second))
    draws = drawn(names, worlds)
    jobs = [
        Job(
            plan_in(scenario, {"overrides": {**world, **chosen}, **given}),
            seed_of(place, pair),
            length,
            key=(place, pair, label),
            own=own,
        )
        for place, world in enumerate(draws)
        for pair in range(pairs)
        for label, scenario in zip(labels, (first, second), strict=True)
    ]
    done = list(run_all(jobs, workers, executor, progress))
    result = _concluded(labels, length, names, draws, pairs, tuple(outcomes), done)
    market = base[0].parameters.market
    request = {"overrides": chosen, **given}
    return replace(
        result,
        people=(market.size, market.founders),
        plans=dict(zip(labels, base, strict=True)),
        command=robust_command(
            (written(first), written(second)),
            worlds,
            length,
            request,
            arms=any(isinstance(s, Arm) for s in scenarios),
            pairs=pairs,
        ),
    )


def seed_of(world: int, pair: int) -> int:
    """The random seed that both runs of a pair share."""
    return world + OF_PAIR * pair


def _two_labels(base: Sequence[Plan], scenarios: Sequence[Any]) -> tuple[str, str]:
    first, second = labelled(base, names=given_names(scenarios))
    return first, second


def _two(
    scenarios: Sequence[str | Path | Arm], worlds: int, days: int | None, pairs: int
) -> tuple[str | Path | Arm, str | Path | Arm]:
    if isinstance(scenarios, str | Path) or len(scenarios) != 2:
        raise RequestError("robust needs two scenarios, such as pool and web")
    if written(scenarios[0]) == written(scenarios[1]):
        raise RequestError(f"{written(scenarios[0])} is named twice; name two different scenarios")
    if worlds < FEWEST:
        raise RequestError(f"worlds = {worlds}: must be at least {FEWEST}; 100 is a good start")
    if pairs < 1:
        raise RequestError(f"pairs = {pairs}: must be at least 1; 2 tell luck from the parameters")
    check_runs(
        f"worlds = {worlds:,} and pairs = {pairs:,} of both scenarios", 2 * worlds * pairs, "ask for fewer"
    )
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise RequestError(f"days = {days}: must be 1 to {MAX_DAYS:,}")
    return scenarios[0], scenarios[1]


def _concluded(
    labels: tuple[str, str],
    days: int,
    names: tuple[str, ...],
    draws: Sequence[World],
    pairs: int,
    outcomes: tuple[str, ...],
    done: Sequence[RunResult],
) -> Robustness:
    failures = tuple(o for o in done if o.failed)
    well = {o.key: o for o in done if not o.failed}
    if not well:
        refused = next((o.refused for o in failures if o.refused), "")
        raise ParameterError(refused) if refused else RunsFailed(failures[0].error)
    rows = [
        {"world": world, "pair": pair, "scenario": label, "seed": run.seed, **draws[world], **run.summary}
        for world in range(len(draws))
        for pair in range(pairs)
        for label in labels
        if (run := well.get((world, pair, label))) is not None
    ]
    values = with_units(pd.DataFrame(rows))
    return Robustness(
        *labels,
        worlds=len(draws),
        days=days,
        drawn=names,
        conclusions=tuple(c for name in outcomes if (c := conclusion(values, name, labels)) is not None),
        values=values,
        failures=failures,
        pairs=pairs,
    )


def as_object(result: Robustness) -> dict[str, Any]:
    """Plain values for JSON."""
    from kith.sim.engine import MODEL_VERSION

    return {
        "scenarios": [result.first, result.second],
        "worlds": result.worlds,
        "pairs": result.pairs,
        "days": result.days,
        "people": result.people[0],
        "founders": result.people[1],
        "model_version": MODEL_VERSION,
        "command": result.command,
        "drawn": list(result.drawn),
        "conclusions": [
            nulled(
                {
                    "indicator": c.outcome,
                    "unit": c.unit,
                    "sentence": c.sentence,
                    "more": c.more,
                    "less": c.less,
                    "worlds": c.worlds,
                    "pairs": c.pairs,
                    "share": c.share.value,
                    "low": c.share.low,
                    "high": c.share.high,
                    "median_difference": c.median,
                    "luck": c.luck,
                    "parameters": c.parameters,
                    "share_parameters": c.share_parameters,
                    "regret_first": c.regret_first,
                    "regret_second": c.regret_second,
                    "verdict": c.verdict,
                    "worlds_needed": c.worlds_needed,
                    "because": c.because,
                    "pairs_needed": c.pairs_needed,
                }
            )
            for c in result.conclusions
        ],
        "failures": [
            {"world": f.key[0], "pair": f.key[1], "scenario": f.key[2], "error": f.error}
            for f in result.failures
        ],
    }
