"""What value of a lever reaches a goal? Several values on the same seeds, and where the curve through them crosses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import solara

from kith.dashboard.comparing.compare_plans import ResolvedState
from kith.dashboard.comparing.controls import slider_levers
from kith.dashboard.live.live_batch import Batch, use_live_batch
from kith.dashboard.state import screen
from kith.dashboard.state.scenario_choice import ScenarioChoice, plan_of
from kith.dashboard.widgets.parts import Button, Chart, DownloadButton, Dropdown, ErrorMessage, Text
from kith.experiments.analyses.break_even import Crossing, crossing_among
from kith.experiments.charts.search import curve
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.comparison.repeat_command import and_write
from kith.experiments.reports.story import OUTCOMES, Story, Sweep, story_page
from kith.experiments.runs.runner import Job, RunResult
from kith.experiments.statistics.intervals import mean_interval, paired
from kith.experiments.studies.searches import BreakEven
from kith.experiments.words import wording
from kith.experiments.words.levers import lever_axis
from kith.sim.schema.plan import Plan

type Floats = npt.NDArray[np.float64]

VALUES, RUNS = 9, 8
"""Values of the lever that are tried, and runs of each."""

PRICE, HIGHEST_PRICE = "monetisation.price", 30.0
MODEL = "monetisation.model"
PAID = {"fee": "membership fee", "subscription": "subscription price"}
"""Ways to charge, and what the price is then."""

AS = "@"
"""Between a price and the way to charge it, where nobody pays yet."""


@dataclass(frozen=True)
class Goal:
    """What the value is to reach: a share of what there is now, a level, or the most."""

    title: str
    outcome: str
    keeps: float | None = None
    "the share of the outcome as it is now; None for a level"
    most: bool = False
    words: str = ""
    "what the value that is found does"


GOALS = {
    "nine": Goal("keeps nine in ten active members", "active", 0.9, words="keeps nine in ten active members"),
    "three": Goal(
        "keeps three in four active members", "active", 0.75, words="keeps three in four active members"
    ),
    "half": Goal("keeps half of the active members", "active", 0.5, words="keeps half of the active members"),
    "even": Goal("lets the company break even", "margin", words="lets the company break even"),
    "best": Goal("leaves the company most", "margin", most=True, words="leaves the company most"),
}


@dataclass(frozen=True)
class Found:
    """The answer, and the curve behind it."""

    goal: Goal
    crossing: Crossing
    level: float
    lever: str
    frame: pd.DataFrame
    judged: pd.DataFrame
    "value by value: the mean that is compared with the level, and its interval"


@solara.component
def GoalSeek(now: ResolvedState, comparison: Comparison, command: str) -> None:
    """The question, the button, the runs under way, and the answer."""
    place = now.state.edited
    label, plan = list(now.plans.items())[place]
    levers = levers_of(now, place)
    chosen, set_chosen = solara.use_state("")
    goal_name, set_goal = solara.use_state("nine")
    asked, set_asked = solara.use_state(())
    lever = chosen if chosen in levers else next(iter(levers), "")
    goal = GOALS[goal_name]
    inputs = (now.state.inputs(), place, lever)
    batch = Batch(partial(jobs, now, place, lever, levers.get(lever, (0.0, 1.0))), values_of)
    seek = use_live_batch(inputs, batch if asked == inputs and lever else None)
    Text("What value would it take?", "h2")
    Text(
        f"For {label}, the scenario that you edit: {VALUES} values of one lever are tried on the same {RUNS} seeds, and the "
        "curve through them shows where the goal is reached.",
        kind="kith-note",
    )
    if not levers:
        Text("No lever of this scenario has a range to try.", kind="kith-note")
        return
    with solara.Div(classes=["kith-row"]):
        Dropdown("Which", lever, {name: title_of(name, plan) for name in levers}, set_chosen, "lever")
        Dropdown("", goal_name, {name: kind.title + "?" for name, kind in GOALS.items()}, set_goal, "goal")
        if asked != inputs:
            Button("Find it", lambda: set_asked(inputs), "seek")
        elif seek.result is None and not seek.error:
            Button("Stop", lambda: set_asked(()), "stop-seek")
    if seek.error:
        ErrorMessage(seek.error)
    elif asked == inputs and seek.result is None:
        Text(
            f"{seek.done} of {wording.plural(seek.total or VALUES * RUNS + RUNS, 'run')} done.",
            kind="kith-note",
        )
    if seek.result is not None:
        found = found_in(seek.result, goal, lever)
        title = title_of(lever, plan)
        Text(answer(found, title, label, plan), kind="kith-lead")
        if goal.keeps is not None:
            before = wording.number(found.level / goal.keeps)
            Text(f"Measured against {label} as it is: {before} active members.", kind="kith-note")
        asks = BreakEven(lever=lever, outcome=goal.outcome, level=found.level)
        band = "band: as good as the best" if goal.most else ""
        svg = screen.drawn_here(lambda: curve(asks, found.crossing, across=title, band=band, name="goal"))
        note = (
            "Between the values that were tried, the curve is a straight line. For a finer search of two or more levers: "
            "kith study break-even, kith study optimise."
        )
        Chart(svg, "kith-goal", found.frame, note)
        sweep = swept(seek.result, label, title)
        with solara.Div(classes=["kith-row"]):
            DownloadButton(
                "Story with this lever (HTML)",
                "kith-story.html",
                lambda: story_page(
                    Story(comparison, command=with_lever(command, comparison, lever, sweep), sweep=sweep)
                ),
                "text/html",
            )


def levers_of(now: ResolvedState, place: int) -> dict[str, tuple[float, float]]:
    """The levers that have an effect here and a range to try: a price first, also where nobody pays yet."""
    plan, preset = list(now.plans.values())[place], now.presets[place]
    model = plan.parameters.monetisation.model
    ways = [PRICE] if model in PAID else [f"{PRICE}{AS}{way}" for way in PAID] if model == "none" else []
    price = dict.fromkeys(ways, (0.0, HIGHEST_PRICE))
    return price | {name: span for name, span in slider_levers(plan, preset).items() if name != PRICE}


def title_of(lever: str, plan: Plan) -> str:
    """A lever in words with its unit."""
    name, _, way = lever.partition(AS)
    if name == PRICE:
        return f"{PAID[way or plan.parameters.monetisation.model]}, EUR per month"
    return lever_axis(lever)


def jobs(now: ResolvedState, place: int, lever: str, span: tuple[float, float]) -> list[Job]:
    """The scenario as it is, and with each value of the lever, on the same seeds."""
    choice = now.state.choices[place]
    plans = [(float("nan"), _plan(now, choice))]
    for value in np.linspace(*span, VALUES):
        plans.append((float(value), _plan(now, with_value(now, place, choice, lever, float(value)))))
    return [
        Job(plan, seed, now.days, key=(number, value), series=False)
        for seed in range(RUNS)
        for number, (value, plan) in enumerate(plans)
    ]


def with_value(
    now: ResolvedState, place: int, choice: ScenarioChoice, lever: str, value: float
) -> ScenarioChoice:
    """The scenario with a value of the lever, and the way to charge that comes with a price."""
    plan = list(now.plans.values())[place]
    parameter, _, way = lever.partition(AS)
    section, _, name = parameter.partition(".")
    whole = isinstance(getattr(getattr(plan.parameters, section), name), int)
    choice = choice.with_setting(MODEL, way) if way else choice
    return choice.with_setting(parameter, round(value) if whole else value)


def _plan(now: ResolvedState, choice: ScenarioChoice) -> Plan:
    return replace(plan_of(choice, now.state.people, now.state.days or None, now.founding), days=now.days)


type Tried = list[tuple[float, pd.DataFrame]]
"""Values of the lever with a row for each seed; the scenario as it is comes first, with NaN."""


def values_of(results: Sequence[RunResult]) -> Tried:
    """The outcomes of the goals at every value, seeds in order."""
    by_value: dict[tuple[int, float], list[RunResult]] = {}
    for result in results:
        by_value.setdefault(result.key, []).append(result)
    return [
        (
            value,
            pd.DataFrame([{o: r.summary[o] for o in OUTCOMES} for r in sorted(found, key=lambda r: r.seed)]),
        )
        for (_, value), found in sorted(by_value.items(), key=lambda item: item[0][0])
    ]


def swept(tried: Tried, label: str, title: str) -> Sweep:
    """The values that were tried, for a story."""
    others = tried[1:]
    outcomes = {
        name: tuple(mean_interval(frame[name].to_numpy(float)) for _, frame in others) for name in OUTCOMES
    }
    return Sweep(label, title, tuple(value for value, _ in others), outcomes)


def with_lever(command: str, comparison: Comparison, lever: str, sweep: Sweep) -> str:
    """The command that writes the story; with the lever where that has the same seeds and needs no other setting."""
    tried: dict[str, str | Path] = {"story": "kith-story.html"}
    if AS not in lever and comparison.runs == RUNS:
        values = ",".join(f"{value:.10g}" for value in sweep.values)
        tried["sweep"] = f"{sweep.label} {lever}={values}"
    return and_write(command, **tried)


def found_in(tried: Tried, goal: Goal, lever: str) -> Found:
    """Where the curve reaches the goal."""
    (_, here), *others = tried
    as_it_is = here[goal.outcome].to_numpy(float)
    values = [value for value, _ in others]
    runs = [frame[goal.outcome].to_numpy(float) for _, frame in others]
    level, sought = 0.0, runs
    if goal.keeps is not None:  # the crossing is of paired differences, the curve that of the outcome itself
        level = goal.keeps * float(as_it_is.mean())
        sought = [outcome - goal.keeps * as_it_is + level for outcome in runs]
    crossing = crossing_among(lever, values, sought, level)
    judged = crossing.tried
    crossing = replace(crossing, tried=_with_own_intervals(crossing.tried, runs))
    if goal.most:
        crossing = _best(crossing, values, runs)
        level = max(float(outcome.mean()) for outcome in runs)
    frame = crossing.tried.rename(columns={"mean": goal.outcome})
    return Found(goal, crossing, level, lever, frame, judged)


def _best(crossing: Crossing, values: Sequence[float], runs: Sequence[Floats]) -> Crossing:
    """The value with the most, and the ends of those next to it that random draws may have put behind it."""
    best = max(range(len(values)), key=lambda k: float(runs[k].mean()))
    first = last = best
    while first > 0 and not paired(runs[first - 1], runs[best]).resolved:
        first -= 1
    while last < len(values) - 1 and not paired(runs[last + 1], runs[best]).resolved:
        last += 1
    return replace(crossing, value=values[best], low=values[first], high=values[last])


def _with_own_intervals(tried: pd.DataFrame, runs: Sequence[Floats]) -> pd.DataFrame:
    """The values tried, with the interval of the outcome's mean at each."""
    intervals = [mean_interval(outcome) for outcome in runs]
    return tried.assign(low=[one.low for one in intervals], high=[one.high for one in intervals])


def answer(found: Found, title: str, label: str, plan: Plan) -> str:
    """The answer in a sentence, with its interval."""
    crossing, goal = found.crossing, found.goal
    values = crossing.tried[found.lever]
    low, high = float(values.iloc[0]), float(values.iloc[-1])
    name = title.partition(",")[0]
    unit = title.partition(", ")[2]
    unit = f" {unit}" if unit else ""
    if goal.most:
        reach = (
            f"values from {_short(crossing.low)} to {_short(crossing.high)} are as good as far as {RUNS} runs tell"
            if crossing.low < crossing.high
            else "every other value that was tried leaves less"
        )
        amount = wording.number(found.level, "EUR")
        return f"{label}: a {name} of {_short(crossing.value)}{unit} {goal.words}, {amount} EUR over the run; {reach}."
    if crossing.value != crossing.value:
        return f"{label}: {_on_one_side(found, name, unit)}"
    ends = [
        f"below {_short(low)}" if crossing.low != crossing.low else _short(crossing.low),
        f"above {_short(high)}" if crossing.high != crossing.high else _short(crossing.high),
    ]
    side = "at least" if crossing.rising else "at most"
    start = f"{label}: a {name} of {side} {_short(crossing.value)}{unit} {goal.words}"
    span = f"(95 % interval of the limit: {ends[0]} to {ends[1]})"
    doubt = "" if crossing.monotone else " The curve goes up and down: there may be other such values."
    return f"{start} {span}.{doubt}"


def _on_one_side(found: Found, name: str, unit: str) -> str:
    """What is said where both ends of the curve lie on one side of the level: all, none, or some values between."""
    judged, level, words = found.judged, found.level, found.goal.words
    values, means = (judged[column].to_numpy(float) for column in (found.lever, "mean"))
    reached = means >= level
    span = f"from {_short(values[0])} to {_short(values[-1])}{unit}"
    if reached.all():
        doubtful = _named(values[(judged["low"] < level).to_numpy()])
        return f"every {name} {span} {words}." + (f" It is not sure at {doubtful}." if doubtful else "")
    if not reached.any():
        open_to = _named(values[(judged["high"] >= level).to_numpy()])
        doubt = f", as far as means tell; at {open_to} it could be, within chance" if open_to else ""
        return f"no {name} {span} {words}{doubt}."
    ends = [
        values[k] + (level - means[k]) / (means[k + 1] - means[k]) * (values[k + 1] - values[k])
        for k in range(len(values) - 1)
        if reached[k] != reached[k + 1]
    ]
    places = [f"{_short(low)} to {_short(high)}" for low, high in zip(ends[::2], ends[1::2], strict=False)]
    sure = _named(values[(judged["low"] >= level).to_numpy()])
    within = f" Of the values that were tried, it is sure at {sure or 'none'}."
    if reached[0]:  # between two falls and rises it is missed
        return f"a {name} {span} {words}, but not one from {wording.listed(places)}.{within}"
    return f"a {name} from {wording.listed(places)}{unit} {words}.{within}"


def _named(values: Floats) -> str:
    return wording.listed(_short(float(value)) for value in values)


def _short(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
