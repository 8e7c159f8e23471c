"""The result of a search, in sentences and as plain values: the best levers, and break-even."""

import math
from typing import Any

from kith.experiments.analyses.break_even import Crossing
from kith.experiments.analyses.optimise import Optimum
from kith.experiments.statistics.intervals import LEAST_RUNS, no_interval
from kith.experiments.statistics.tables import nulled
from kith.experiments.studies.searches import BreakEven
from kith.experiments.studies.study import Study
from kith.experiments.words import wording
from kith.experiments.words.assumptions import shown
from kith.sim.results.definitions import describe


def optimum_object(optimum: Optimum) -> dict[str, object]:
    """An optimum as plain values for JSON."""
    return {
        "study": optimum.study.name,
        "notes": flat_or_limited(optimum),
        "proposals_refused": optimum.refused,
        "trials": [nulled(row) for row in optimum.trials.to_dict("records")],
        "finalists": [nulled(row) for row in optimum.finalists.to_dict("records")],
    }


def crossing_object(study: Study, crossing: Crossing) -> dict[str, object]:
    """A crossing as plain values for JSON; NaN becomes null."""
    return {
        "study": study.name,
        **goal_of(study).model_dump(),
        **nulled({name: getattr(crossing, name) for name in ("value", "low", "high", "rising", "monotone")}),
        "tried": [nulled(row) for row in crossing.tried.to_dict("records")],
    }


def optimum_answer(optimum: Optimum) -> str:
    """The best point, its outcome in the search and on new seeds; limits it breaks; the size of the front."""
    levers = [lever.name for lever in optimum.study.lever]
    first = optimum.winner.iloc[0]
    where = ", ".join(f"{name} {short(first[name])}" for name in levers)
    results = []
    for row in optimum.winner.to_dict("records"):
        unit = describe(row["outcome"])[0]
        half = (row["high"] - row["low"]) / 2
        fresh, promised = (wording.number(row[name], unit, half) for name in ("fresh", "promised"))
        money = "" if unit == "share" else wording.unit_of(unit) if unit not in ("members", "people") else ""
        results.append(
            f"{wording.title(row['outcome'])} {fresh} {money}".strip() + f" ({promised} in the search)"
        )
    broken = "" if first["within_fresh"] else " On new seeds it breaks a limit."
    goals = [wording.title(name) for name in dict.fromkeys(optimum.finalists["outcome"])]
    front = int(optimum.trials["front"].sum())
    others = (
        f" {front} of {wording.plural(len(optimum.trials), 'point')} {'is' if front == 1 else 'are'} on the Pareto front of {wording.listed(goals)}."
        if len(goals) > 1
        else ""
    )
    return (
        f"Best for {wording.title(first['outcome'])}: {where}; on new seeds {wording.listed(results)}."
        f"{broken}{others}"
    )


def unmeasured(optimum: Optimum) -> str:
    """How many points could not be evaluated, and which finalists lost runs; empty if none."""
    goal = optimum.study.optimise
    assert goal is not None, optimum.study.name
    lost = int(optimum.trials[list(goal.objectives)].isna().any(axis=1).sum())
    short_of = optimum.finalists.groupby("point")["runs"].min()
    fewer = [str(point) for point, runs in short_of.items() if runs < goal.fresh_runs]
    sentences = [
        f"{wording.plural(lost, 'point')} could not be evaluated: a run failed, or an objective is undefined there."
    ]
    sentences = sentences if lost else []
    if fewer:
        sentences.append(
            f"On new seeds some runs failed or are undefined at point{'' if len(fewer) == 1 else 's'} {wording.listed(fewer)}."
        )
    return " ".join(sentences)


def flat_or_limited(optimum: Optimum) -> str:
    """Objectives that are the same at all points tried, and how many candidates break a limit; empty if none."""
    goal = optimum.study.optimise
    assert goal is not None, optimum.study.name
    trials = optimum.trials
    sentences = [
        f"{wording.title(name)} is the same at all {wording.plural(len(trials), 'point')} tried: the search had nothing to choose by."
        for name in goal.objectives
        if trials[name].nunique() <= 1
    ]
    measured = trials[list(goal.objectives)].notna().all(axis=1)
    over = int((measured & ~trials["within"]).sum())
    if over:
        limits = wording.listed(list(goal.limits))
        sentences.append(
            f"{over} of {wording.plural(len(trials), 'point')} tried {'breaks' if over == 1 else 'break'} {limits}."
        )
    if optimum.refused:
        sentences.append(
            f"{wording.plural(optimum.refused, 'proposal')} {'was' if optimum.refused == 1 else 'were'} not run, because a constraint on the levers refuses {'it' if optimum.refused == 1 else 'them'}."
        )
    return " ".join(sentences)


def crossing_answer(study: Study, crossing: Crossing) -> str:
    """One sentence: where the outcome crosses the level, with an interval, or that it does not."""
    goal = goal_of(study)
    title, unit = wording.title(goal.outcome), describe(goal.outcome)[0]
    level = wording.number(goal.level, unit)
    first, last = crossing.tried[goal.lever].iloc[[0, -1]]
    if math.isnan(crossing.value):
        side = "above" if float(crossing.tried["mean"].iloc[0]) > goal.level else "below"
        answer = f"{title}: {side} {level} for all {goal.lever} from {first:.3g} to {last:.3g}; no crossing."
        return answer + _not_excluded(study, crossing, level)
    way = "above" if crossing.rising else "below"
    low, high = (
        f"{end:.3g}" if not math.isnan(end) else f"beyond {edge:.3g}"
        for end, edge in ((crossing.low, first), (crossing.high, last))
    )
    odd = (
        ""
        if crossing.monotone
        else " The outcome is not monotonic over the range, so there may be other crossings."
    )
    based = f"95 % interval: {low} to {high}" if study.runs >= LEAST_RUNS else no_interval("runs")
    return f"{title}: {way} {level} for {goal.lever} above {crossing.value:.3g} ({based}).{odd}"


def _not_excluded(study: Study, crossing: Crossing, level: str) -> str:
    """A sentence on values at which the interval of the mean includes the level; empty where there is none."""
    goal, tried = goal_of(study), crossing.tried
    if study.runs < LEAST_RUNS:
        return f" Fewer than {LEAST_RUNS} runs: no interval, so that a crossing is not excluded."
    open_at = tried[goal.lever][(tried["low"] <= goal.level) & (tried["high"] >= goal.level)]
    if open_at.empty:
        return ""
    return (
        f" At {wording.listed([f'{value:.3g}' for value in open_at], 'and')} the 95 % interval includes {level}, so that a "
        "crossing there is not excluded; more runs would tell."
    )


def optimum_cells(row: dict[Any, Any], changes: bool = False) -> list[str]:
    """The cells of a finalist after its levers; with `changes` also the interval of the change."""
    unit = describe(row["outcome"])[0]
    half = (row["high"] - row["low"]) / 2
    between = [wording.span(row["change_low"], row["change_high"], unit, sign=True)] if changes else []
    return [
        titled(row["outcome"]),
        wording.number(row["promised"], unit, half),
        wording.number(row["fresh"], unit, half),
        wording.span(row["low"], row["high"], unit),
        wording.signed(row["change"], unit, half),
        *between,
        wording.per_cent(row["front_share"]),
    ]


def goal_of(study: Study) -> BreakEven:
    """The `[break_even]` of the study."""
    assert study.break_even is not None, study.name
    return study.break_even


def short(value: Any) -> str:
    """A lever's value in three digits."""
    return f"{value:.3g}" if isinstance(value, float) else shown(value)


def titled(outcome: str) -> str:
    """The outcome with its unit, where its name does not say it."""
    unit = wording.unit_of(describe(outcome)[0])
    return wording.title(outcome) + (f", {unit}" if unit and unit not in ("members", "people") else "")
