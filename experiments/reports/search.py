"""The report of a search, the best levers or break-even, as one self-contained HTML file."""

from typing import Any

from markupsafe import Markup

from kith.experiments.analyses.break_even import Crossing
from kith.experiments.analyses.optimise import Optimum
from kith.experiments.analyses.search_sentences import (
    crossing_answer,
    flat_or_limited,
    goal_of,
    optimum_answer,
    optimum_cells,
    short,
    titled,
    unmeasured,
)
from kith.experiments.charts.search import capital, curve, promises, tried
from kith.experiments.reports.comparison import page_template, versions
from kith.experiments.statistics.intervals import LEAST_RUNS, no_interval
from kith.experiments.studies.study import Study
from kith.experiments.studies.words import assumed
from kith.experiments.words import wording
from kith.sim.engine import MODEL_VERSION
from kith.sim.results.definitions import describe


def optimum_page(optimum: Optimum, command: str) -> str:
    """The report of a search for the best levers as one HTML page.

    Parameters
    ----------
    optimum : of `optimise`.
    command : the command line that repeats it.
    """
    study, goal = optimum.study, optimum.study.optimise
    assert goal is not None, study.name
    single = len(goal.objectives) == 1
    levers = [lever.name for lever in study.lever]
    heads = ["in search", "new seeds", "95 % interval", "change", "95 % interval", "support"]
    charts = [tried(optimum), *(promises(optimum, name, f"kept-{name}") for name in goal.objectives)]
    return search_page(
        study,
        answer=optimum_answer(optimum),
        facts=[
            (len(optimum.trials), "points tried"),
            (study.runs, f"runs at each, seeds {_seeds(study)}"),
            (goal.fresh_runs, "runs of each finalist on new seeds"),
            (wording.listed(map(wording.title, goal.objectives)), "optimised"),
        ],
        warnings=[text for text in (unmeasured(optimum), flat_or_limited(optimum)) if text],
        charts=[Markup(chart) for chart in charts],
        heading="Finalists",
        columns=[
            ("point", "n"),
            *((name, "n") for name in levers),
            ("outcome", ""),
            *((h, "n") for h in heads),
        ],
        rows=[
            [row["point"], *(short(row[name]) for name in levers), *optimum_cells(row, changes=True)]
            for row in optimum.finalists.to_dict("records")
        ],
        note=_optimum_note(optimum, single),
        command=command,
    )


def crossing_page(study: Study, crossing: Crossing, command: str) -> str:
    """The report of a search for break-even as one HTML page.

    Parameters
    ----------
    study, crossing : the study, and the result.
    command : the command line that repeats it.
    """
    goal = goal_of(study)
    unit = describe(goal.outcome)[0]
    lever = next(candidate for candidate in study.lever if candidate.name == goal.lever)
    others = [f"`{name}` = {short(value)}" for name, value in goal.at.items()]
    where = f" The other levers are fixed: {wording.listed(others)}." if others else ""
    return search_page(
        study,
        answer=capital(crossing_answer(study, crossing)),
        facts=[
            (len(crossing.tried), f"values of {goal.lever} tried"),
            (study.runs, f"runs at each, seeds {_seeds(study)}"),
        ],
        warnings=[],
        charts=[Markup(curve(goal, crossing, log=lever.scale == "log"))],
        heading="Values tried",
        columns=[(goal.lever, "n"), (titled(goal.outcome), "n"), ("95 % interval", "n")],
        rows=[
            [
                short(row[goal.lever]),
                wording.number(row["mean"], unit),
                wording.span(row["low"], row["high"], unit),
            ]
            for row in crossing.tried.to_dict("records")
        ],
        note=(
            "All values are run on the same seeds, hence with the same people and the same random draws. The interval of "
            "the crossing contains the values at which the interval of the mean includes the level. The search assumes "
            f"that the mean is monotonic in the lever.{where} {_few(study.runs)}Intervals cover sampling noise only, not "
            "uncertainty about the parameters."
        ),
        command=command,
    )


def search_page(study: Study, **parts: Any) -> str:
    """The page of a search, from its parts."""
    return page_template("search.html.j2").render(
        title=study.title or study.name,
        question=study.question,
        study=study,
        assumed=assumed(study),
        versions=versions(MODEL_VERSION),
        **parts,
    )


def _optimum_note(optimum: Optimum, single: bool) -> str:
    goal = optimum.study.optimise
    assert goal is not None, optimum.study.name
    limits = (
        f" All finalists satisfy {wording.listed(f'`{limit}`' for limit in goal.limits)} in the search."
        if goal.limits
        else ""
    )
    place = (
        "is best"
        if single
        else "is on the Pareto front (no other point is at least as good in every objective and better in one)"
    )
    return (
        "The best of many noisy means is partly due to chance, so use the column “new seeds”, which was estimated on seeds "
        "not used in the search; the order is that of the search. Change: new seeds minus in search, with Welch's interval. "
        "All points share the seeds of the search, so a change common to all points comes from those seeds. "
        f"Support: share of bootstrap draws over the search's seeds in which a point {place}, among those tried.{limits} "
        f"{_few(goal.fresh_runs)}Intervals cover sampling noise only, not uncertainty about the parameters. `trials.csv`, in the "
        "same folder, lists every point."
    )


def _few(runs: int) -> str:
    """The reason for missing intervals; empty if there are intervals."""
    return f"{no_interval('runs').capitalize()}. " if runs < LEAST_RUNS else ""


def _seeds(study: Study) -> str:
    return f"{study.seeds[0]} to {study.seeds[-1]}" if study.runs > 1 else str(study.seeds[0])
