"""One offline HTML file for a search: the best mix of levers, or break-even."""

from typing import Any

from markupsafe import Markup

from kith.experiments.analyses.break_even import Crossing
from kith.experiments.analyses.optimise import Optimum
from kith.experiments.analyses.search_sentences import (
    crossing_answer,
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
from kith.sim.results.indicators import describe


def optimum_page(found: Optimum, command: str) -> str:
    """The report of a search for the best mix as one HTML page.

    Parameters
    ----------
    found : of `optimise`.
    command : what to type to see it again.
    """
    study, goal = found.study, found.study.optimise
    assert goal is not None, study.name
    single = len(goal.objectives) == 1
    levers = [lever.name for lever in study.lever]
    heads = ["promised", "fresh", "95 % interval", "change", "95 % interval", "sure"]
    charts = [tried(found), *(promises(found, name, f"kept-{name}") for name in goal.objectives)]
    return _page(
        study,
        answer=optimum_answer(found),
        facts=[
            (len(found.trials), "points tried"),
            (study.runs, f"runs at each, seeds {_seeds(study)}"),
            (goal.fresh_runs, "fresh runs of each finalist"),
            (wording.listed(map(wording.title, goal.objectives)), "to be made best"),
        ],
        warnings=[unmeasured(found)] if unmeasured(found) else [],
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
            for row in found.finalists.to_dict("records")
        ],
        note=_optimum_note(found, single),
        command=command,
    )


def crossing_page(study: Study, found: Crossing, command: str) -> str:
    """The report of a search for break-even as one HTML page.

    Parameters
    ----------
    study, found : what was asked, and what was found.
    command : what to type to see it again.
    """
    goal = goal_of(study)
    unit = describe(goal.outcome)[0]
    lever = next(one for one in study.lever if one.name == goal.lever)
    others = [f"`{name}` = {short(value)}" for name, value in goal.at.items()]
    where = f" Meanwhile {wording.listed(others)}." if others else ""
    return _page(
        study,
        answer=capital(crossing_answer(study, found)),
        facts=[
            (len(found.tried), f"values of {goal.lever} tried"),
            (study.runs, f"runs at each, seeds {_seeds(study)}"),
        ],
        warnings=[],
        charts=[Markup(curve(goal, found, log=lever.scale == "log"))],
        heading="Values tried",
        columns=[(goal.lever, "n"), (titled(goal.outcome), "n"), ("95 % interval", "n")],
        rows=[
            [
                short(row[goal.lever]),
                wording.number(row["mean"], unit),
                wording.span(row["low"], row["high"], unit),
            ]
            for row in found.tried.to_dict("records")
        ],
        note=(
            "All values meet the same seeds: the same people, the same luck. The interval of the crossing holds the "
            "values at which the interval of the mean holds the level. The search supposes that the mean rises or "
            f"falls throughout.{where} {_few(study.runs)}Intervals speak of luck only, not of what is unknown about the parameters."
        ),
        command=command,
    )


def _page(study: Study, **parts: Any) -> str:
    return page_template("search.html.j2").render(
        title=study.title or study.name,
        question=study.question,
        study=study,
        assumed=assumed(study),
        versions=versions(MODEL_VERSION),
        **parts,
    )


def _optimum_note(found: Optimum, single: bool) -> str:
    goal = found.study.optimise
    assert goal is not None, found.study.name
    limits = (
        f" All finalists keep {wording.listed(f'`{limit}`' for limit in goal.limits)} in the search."
        if goal.limits
        else ""
    )
    place = (
        "is the best" if single else "is on the front (no other equals it in every goal and beats it in one)"
    )
    return (
        "The best of many noisy means is partly a lucky draw: believe `fresh`, which comes from seeds that the search "
        "never used; the order is that of the search. Change is fresh minus promised, its interval is Welch's: all points "
        "share the search's seeds, so a change that is alike everywhere is the luck of those seeds. "
        f"Sure: share of bootstrap draws over the search's seeds in which a point {place}, among those tried.{limits} "
        f"{_few(goal.fresh_runs)}Intervals speak of luck only, not of what is unknown about the parameters. `trials.csv` beside this page has "
        "every point."
    )


def _few(runs: int) -> str:
    """Why there are no intervals, if there are none."""
    return f"{no_interval('runs').capitalize()}. " if runs < LEAST_RUNS else ""


def _seeds(study: Study) -> str:
    return f"{study.seeds[0]} to {study.seeds[-1]}" if study.runs > 1 else str(study.seeds[0])
