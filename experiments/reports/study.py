"""The report of a study as one self-contained HTML file: question, answer, maps or rankings, points, assumptions."""

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
from kith.experiments.studies.no_effect import lines, without_effect
from kith.experiments.studies.results import points_frame, runs_frame
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study
from kith.experiments.studies.words import assumed
from kith.experiments.words import wording
from kith.sim.engine import MODEL_VERSION
from kith.sim.results.definitions import describe

MUCH_NOISE = 0.3
"Share of noise in the variance between points above which sensitivity indices are unreliable."
MOST_RIVALS = 3
"Maximum number of levers named as most important, where their intervals overlap."
MOST_ROWS = 60
"Points listed on the page; the tables have all of them."


def study_page(study: Study, store: Store, command: str) -> str:
    """The report of the stored runs of a study as one HTML page.

    Parameters
    ----------
    study, store : the study and its results.
    command : the command line that repeats it.
    """
    progress = status(study, store)
    points = points_frame(study, store)
    ranking = ranked(study, store)
    known = how_well_known(study, store)
    return page_template("study.html.j2").render(
        title=study.title or study.name,
        question=study.question,
        answer=study_answer(study, points, ranking, progress),
        study=study,
        assumed=assumed(study),
        progress=progress,
        charts=_charts(study, points, ranking, known),
        known=[_known_row(study, scenario, scenario_points) for scenario, scenario_points in known.items()],
        outcomes=[
            {"name": name, "title": wording.title(name), "unit": describe(name)[0]} for name in study.outcomes
        ],
        idle=lines(study),
        blank=_blank(ranking),
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
    """Scenario -> outcome -> precision of the means of its points; empty with too few runs per point."""
    if study.runs < LEAST_RUNS:
        return {}
    runs = runs_frame(study, store, study.outcomes)
    runs = runs[runs["error"].isna()]
    return {
        str(scenario): {
            name: known_to(scenario_runs, name) for name in study.outcomes if name in scenario_runs
        }
        for scenario, scenario_runs in runs.groupby("scenario", sort=False)
    }


def ranked(study: Study, store: Store) -> pd.DataFrame:
    """The levers ranked by importance; empty where the design does not allow it or runs are missing."""
    if isinstance(study.design, Grid | Listed):
        return pd.DataFrame()
    try:
        ranking = sensitivity(study, store)
    except StudyError:
        return pd.DataFrame()
    reasons = without_effect(study)
    if reasons:
        places = zip(ranking["scenario"], ranking["lever"], strict=True)
        ranking["no_effect"] = [reasons.get(place, "") for place in places]
    return ranking


def study_answer(study: Study, points: pd.DataFrame, ranking: pd.DataFrame, progress: StudyStatus) -> str:
    """The range of the main outcome, in one sentence for all scenarios."""
    outcome = study.outcomes[0]
    unit = describe(outcome)[0]
    clauses = []
    for scenario, scenario_points in points.groupby("scenario", sort=False):
        known = (
            scenario_points[scenario_points[outcome].notna()]
            if outcome in scenario_points
            else scenario_points.iloc[:0]
        )
        if known.empty:
            continue
        low, high = (wording.number(float(x), unit) for x in (known[outcome].min(), known[outcome].max()))
        why = _first_levers(ranking, str(scenario), outcome)
        clauses.append(f"{wording.title(outcome)} in {scenario}: {low} to {high}{_beside(unit)}{why}")
    if not clauses:
        return "No outcome is defined yet."
    compared = orders(points, study.outcomes[:1])
    clauses += [
        f"higher in {row['first']} than in {row['other']} at {wording.per_cent(row['share'])} of points"
        for row in compared.to_dict("records")
    ]
    missing = f" {wording.subject(progress.missing, 'run')} still missing." if progress.missing else ""
    each = f"means over {wording.plural(study.runs, 'run')}" if study.runs > 1 else "one run"
    based = f"{each} at each of {wording.plural(points['point'].nunique(), 'point')}"
    return f"Over all points, {'; '.join(clauses)} ({based}).{missing}"


def _beside(unit: str) -> str:
    """The unit, where the name of the outcome does not imply it."""
    return f" {wording.unit_of(unit)}" if unit not in ("members", "people") and wording.unit_of(unit) else ""


def _first_levers(ranking: pd.DataFrame, scenario: str, outcome: str) -> str:
    """The most important lever, those not distinguishable from it, or that none exceeds chance."""
    if ranking.empty:
        return ""
    ranks = ranking[(ranking["scenario"] == scenario) & (ranking["outcome"] == outcome)]
    measure = MEASURES[str(ranks["method"].iloc[0])]
    if not ranks[measure].notna().any():
        return ""
    first = ranks.iloc[0]
    if "floor" in ranks:
        above = first[measure] > first["floor"]
        return (
            f", and {first['lever']} matters most"
            if above
            else ", and no lever has an effect larger than chance"
        )
    half = ranks.get(f"{measure}_conf", 0.0 * ranks[measure])
    reach = ranks[measure] + half
    rivals = [str(lever) for lever in ranks["lever"][reach >= first[measure] - half.iloc[0]]]
    if len(rivals) > MOST_RIVALS:
        return f", and the most important of {len(rivals)} levers cannot be told apart"
    return f", and {wording.listed(rivals)} {'matters' if len(rivals) == 1 else 'matter'} most"


def _blank(ranking: pd.DataFrame) -> list[str]:
    """Outcomes of which no lever has an index, with the reason."""
    if "blank" not in ranking:
        return []
    without = ranking[ranking["blank"] != ""].drop_duplicates(["scenario", "outcome"])
    return [
        f"no index of a lever for {wording.title(row.outcome)} in {row.scenario}: it is {row.blank}"
        for row in without.itertuples(index=False)
    ]


def _known_row(study: Study, scenario: str, known: dict[str, Known]) -> dict[str, Any]:
    """The precision of a scenario's points: a cell per outcome."""
    cells = [known.get(name, Known(math.nan, math.nan)) for name in study.outcomes]
    units = [describe(name)[0] for name in study.outcomes]
    return {
        "scenario": scenario,
        "mean": [_give_or_take(cell.mean, unit) for cell, unit in zip(cells, units, strict=True)],
        "difference": [_give_or_take(cell.difference, unit) for cell, unit in zip(cells, units, strict=True)],
    }


def _give_or_take(half: float, unit: str) -> str:
    text = wording.number(half, unit, half)
    return text if math.isnan(half) else f"± {text.replace(' %', ' pp')}"


def _caption(known: dict[str, dict[str, Known]], scenario: str, outcome: str) -> str:
    """The precision of the cells of a map."""
    precision = known.get(scenario, {}).get(outcome)
    if precision is None or math.isnan(precision.mean):
        return ""
    mean, difference = (_give_or_take(half, describe(outcome)[0]) for half in precision)
    return (
        f"Precision (half-width of a 95 % interval, averaged over cells): {mean} for a mean, {difference} for a difference "
        "between two cells, which share their random draws."
    )


def _charts(
    study: Study, points: pd.DataFrame, ranking: pd.DataFrame, known: dict[str, dict[str, Known]]
) -> list[tuple[Markup, str]]:
    """Each chart with its caption."""
    charts: list[tuple[str, str]] = []
    for scenario, scenario_points in points.groupby("scenario", sort=False):
        names = [lever.name for lever in study.lever]
        for outcome in study.outcomes:
            label = f"c{len(charts)}"
            if not ranking.empty:
                rows = ranking[(ranking["scenario"] == scenario) & (ranking["outcome"] == outcome)]
                if MEASURES[method_of(study)] in rows and rows[MEASURES[method_of(study)]].notna().any():
                    title = f"{scenario}: importance of the levers for {wording.title(outcome)}"
                    unit = describe(outcome)[0]
                    charts.append((bars(rows, title, label, unit), _noise_caption(rows)))
            elif (
                isinstance(study.design, Grid) and len(names) == 2 and scenario_points[outcome].notna().any()
            ):
                chart = lever_map(
                    scenario_points,
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


def _noise_caption(rows: pd.DataFrame) -> str:
    share = float(rows["luck"].iloc[0])
    if math.isnan(share):
        return "With one run at each point, the share of noise cannot be estimated."
    much = wording.number(share, "share", 0.03) if share >= 0.01 else "Less than 1 %"
    return f"{much} of the variance between points is noise that they do not share" + (
        "; increase --runs before interpreting this ranking." if share > MUCH_NOISE else "."
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
