"""One offline HTML file for a study: question, answer, maps or rankings, points, assumptions."""

import math
from typing import Any

import pandas as pd
from markupsafe import Markup

from kith.experiments.analyses.sensitivity import MEASURES, method_of, sensitivity
from kith.experiments.charts.study import along_lever, bars, lever_map, spread
from kith.experiments.errors import StudyError
from kith.experiments.reports.comparison import page_template, versions
from kith.experiments.statistics.dominance import orders
from kith.experiments.statistics.intervals import LEAST_RUNS
from kith.experiments.statistics.point_noise import Known, known_to
from kith.experiments.studies.designs import Grid, LatinHypercube, Listed, Random
from kith.experiments.studies.execute import StudyStatus, status
from kith.experiments.studies.results import points_frame, runs_frame
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study
from kith.experiments.studies.words import assumed
from kith.experiments.words import wording
from kith.sim.engine import MODEL_VERSION
from kith.sim.results.indicators import describe

MUCH_LUCK = 0.3
"Share of the variance between points from which on indices are mostly about luck."
MOST_RIVALS = 3
"Levers whose intervals overlap the first one's, and that are still named."
MOST_ROWS = 60
"Points that a page lists; the frames have all of them."


def study_page(study: Study, store: Store, command: str) -> str:
    """The report of what is stored of a study as one HTML page.

    Parameters
    ----------
    study, store : what was asked, and what was found.
    command : what to type to see it again.
    """
    found = status(study, store)
    points = points_frame(study, store)
    ranking = ranked(study, store)
    known = how_well_known(study, store)
    return page_template("study.html.j2").render(
        title=study.title or study.name,
        question=study.question,
        answer=study_answer(study, points, ranking, found),
        study=study,
        assumed=assumed(study),
        found=found,
        charts=_charts(study, points, ranking, known),
        known=[_known_row(study, scenario, own) for scenario, own in known.items()],
        outcomes=[
            {"name": name, "title": wording.title(name), "unit": describe(name)[0]} for name in study.outcomes
        ],
        drawn=isinstance(study.design, Random | LatinHypercube),
        orders=orders(points, study.outcomes).to_dict("records"),
        words=wording.title,
        points=points.head(MOST_ROWS).to_dict("records"),
        left_out=max(0, len(points) - MOST_ROWS),
        levers=[name for name in points if name not in {"scenario", "point", "runs", *study.outcomes}],
        command=command,
        versions=versions(MODEL_VERSION),
    )


def how_well_known(study: Study, store: Store) -> dict[str, dict[str, Known]]:
    """Scenario -> outcome -> how far luck moves the means of its points; nothing with too few runs per point."""
    if study.runs < LEAST_RUNS:
        return {}
    runs = runs_frame(study, store, study.outcomes)
    runs = runs[runs["error"].isna()]
    return {
        str(scenario): {name: known_to(own, name) for name in study.outcomes if name in own}
        for scenario, own in runs.groupby("scenario", sort=False)
    }


def ranked(study: Study, store: Store) -> pd.DataFrame:
    """Which levers matter; empty where the design cannot tell, or has not finished."""
    if isinstance(study.design, Grid | Listed):
        return pd.DataFrame()
    try:
        return sensitivity(study, store)
    except StudyError:
        return pd.DataFrame()


def study_answer(study: Study, points: pd.DataFrame, ranking: pd.DataFrame, found: StudyStatus) -> str:
    """What the main outcome says, in one sentence for each scenario."""
    outcome = study.outcomes[0]
    unit = describe(outcome)[0]
    said = []
    for scenario, own in points.groupby("scenario", sort=False):
        known = own[own[outcome].notna()] if outcome in own else own.iloc[:0]
        if known.empty:
            continue
        low, high = (wording.number(float(x), unit) for x in (known[outcome].min(), known[outcome].max()))
        why = _first_levers(ranking, str(scenario), outcome)
        said.append(f"{wording.title(outcome)} in {scenario}: {low} to {high}{_beside(unit)}{why}")
    if not said:
        return "Nothing is defined yet."
    compared = orders(points, study.outcomes[:1])
    said += [
        f"more in {row['first']} than in {row['other']} at {wording.per_cent(row['share'])} of them"
        for row in compared.to_dict("records")
    ]
    missing = f" {found.missing:,} runs are still missing." if found.missing else ""
    each = f"means over {study.runs} runs" if study.runs > 1 else "one run"
    based = f"{each} at each of {points['point'].nunique():,} points"
    return f"Over all points, {'; '.join(said)} ({based}).{missing}"


def _beside(unit: str) -> str:
    """The unit, where the name of the outcome does not say it."""
    return f" {wording.unit_of(unit)}" if unit not in ("members", "people") and wording.unit_of(unit) else ""


def _first_levers(ranking: pd.DataFrame, scenario: str, outcome: str) -> str:
    """Which lever matters most, those that cannot be told from it, or that chance alone does as much."""
    if ranking.empty:
        return ""
    own = ranking[(ranking["scenario"] == scenario) & (ranking["outcome"] == outcome)]
    measure = MEASURES[str(own["method"].iloc[0])]
    if not own[measure].notna().any():
        return ""
    first = own.iloc[0]
    if "floor" in own:
        above = first[measure] > first["floor"]
        return f", and {first['lever']} matters most" if above else ", and no lever moves it more than chance"
    reach = own[measure] + own[f"{measure}_conf"]
    rivals = [str(lever) for lever in own["lever"][reach >= first[measure] - first[f"{measure}_conf"]]]
    if len(rivals) > MOST_RIVALS:
        return f", and which of {len(rivals)} levers matters most is open"
    return f", and {wording.listed(rivals)} {'matters' if len(rivals) == 1 else 'matter'} most"


def _known_row(study: Study, scenario: str, known: dict[str, Known]) -> dict[str, Any]:
    """How well a scenario's points are known, ready to be shown: a cell per outcome."""
    cells = [known.get(name, Known(math.nan, math.nan)) for name in study.outcomes]
    units = [describe(name)[0] for name in study.outcomes]
    return {
        "scenario": scenario,
        "mean": [_give_or_take(one.mean, unit) for one, unit in zip(cells, units, strict=True)],
        "difference": [_give_or_take(one.difference, unit) for one, unit in zip(cells, units, strict=True)],
    }


def _give_or_take(half: float, unit: str) -> str:
    text = wording.number(half, unit, half)
    return text if math.isnan(half) else f"± {text.replace(' %', ' pp')}"


def _caption(known: dict[str, dict[str, Known]], scenario: str, outcome: str) -> str:
    """How far luck may have moved the cells of a map."""
    found = known.get(scenario, {}).get(outcome)
    if found is None or math.isnan(found.mean):
        return ""
    mean, difference = (_give_or_take(half, describe(outcome)[0]) for half in found)
    return (
        f"95 % intervals, on average over cells: a mean is known to {mean}, "
        f"and a difference between two cells, which share their luck, to {difference}."
    )


def _charts(
    study: Study, points: pd.DataFrame, ranking: pd.DataFrame, known: dict[str, dict[str, Known]]
) -> list[tuple[Markup, str]]:
    """Each chart with what is said below it."""
    charts: list[tuple[str, str]] = []
    for scenario, own in points.groupby("scenario", sort=False):
        names = [lever.name for lever in study.lever]
        for outcome in study.outcomes:
            label = f"c{len(charts)}"
            if not ranking.empty:
                rows = ranking[(ranking["scenario"] == scenario) & (ranking["outcome"] == outcome)]
                if MEASURES[method_of(study)] in rows and rows[MEASURES[method_of(study)]].notna().any():
                    title = f"{scenario}: what moves {wording.title(outcome)}"
                    unit = describe(outcome)[0]
                    charts.append((bars(rows, title, label, unit), _luck_words(rows)))
            elif isinstance(study.design, Grid) and len(names) == 2 and own[outcome].notna().any():
                chart = lever_map(
                    own,
                    names[1],
                    names[0],
                    outcome,
                    describe(outcome)[0],
                    label,
                    scenario=str(scenario) if len(study.scenarios) > 1 else "",
                )
                charts.append((chart, _caption(known, str(scenario), outcome)))
    dots = [(chart, "") for chart in _over_points(study, points)]
    ranks_first = not ranking.empty and method_of(study) != "pawn"
    return [
        (Markup(chart), words) for chart, words in ([*charts, *dots] if ranks_first else [*dots, *charts])
    ]


def _luck_words(rows: pd.DataFrame) -> str:
    share = float(rows["luck"].iloc[0])
    if math.isnan(share):
        return "One run at each point: what of this is luck cannot be told."
    much = wording.number(share, "share", 0.03) if share >= 0.01 else "Less than 1 %"
    return f"{much} of the variance between points is luck that they do not share" + (
        ": ask for more runs before believing it." if share > MUCH_LUCK else "."
    )


def _over_points(study: Study, points: pd.DataFrame) -> list[str]:
    """All scenarios in one chart per outcome, where no map shows them: along one lever, or point by point."""
    names = [lever.name for lever in study.lever]
    grid = isinstance(study.design, Grid)
    if grid and len(names) == 2:
        return []
    charts: list[str] = []
    for outcome in study.outcomes:
        known = points[points[outcome].notna()]
        if known.empty:
            continue
        unit, label = describe(outcome)[0], f"p{len(charts)}"
        if grid and len(names) == 1 and pd.api.types.is_numeric_dtype(known[names[0]]):
            charts.append(along_lever(known, names[0], outcome, unit, label))
        else:
            charts.append(spread(known, outcome, unit, label))
    return charts
