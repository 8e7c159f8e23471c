"""One offline HTML file for a study: question, answer, maps or rankings, points, assumptions."""

import pandas as pd
from markupsafe import Markup

from experiments import wording
from experiments.conduct import Status, status
from experiments.designs import Grid, Listed
from experiments.errors import StudyError
from experiments.frames import points_frame
from experiments.orders import orders
from experiments.report import page_template, versions
from experiments.sensitivity import MEASURES, method_of, sensitivity
from experiments.store import Store
from experiments.study import Study
from experiments.study_figures import along_lever, bars, lever_map, spread
from sim.engine import MODEL_VERSION
from sim.indicators import describe

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
    return page_template("study.html.j2").render(
        title=study.title or study.name,
        question=study.question,
        answer=study_answer(study, points, ranking, found),
        study=study,
        found=found,
        charts=_charts(study, points, ranking),
        outcomes=[
            {"name": name, "title": wording.title(name), "unit": describe(name)[0]} for name in study.outcomes
        ],
        orders=orders(points, study.outcomes).to_dict("records"),
        words=wording.title,
        points=points.head(MOST_ROWS).to_dict("records"),
        left_out=max(0, len(points) - MOST_ROWS),
        levers=[name for name in points if name not in {"scenario", "point", "runs", *study.outcomes}],
        command=command,
        versions=versions(MODEL_VERSION),
    )


def ranked(study: Study, store: Store) -> pd.DataFrame:
    """Which levers matter; empty where the design cannot tell, or has not finished."""
    if isinstance(study.design, Grid | Listed):
        return pd.DataFrame()
    try:
        return sensitivity(study, store)
    except StudyError:
        return pd.DataFrame()


def study_answer(study: Study, points: pd.DataFrame, ranking: pd.DataFrame, found: Status) -> str:
    """What the main outcome says, in one sentence for each scenario."""
    outcome = study.outcomes[0]
    unit = describe(outcome)[0]
    said = []
    for scenario, own in points.groupby("scenario", sort=False):
        known = own[own[outcome].notna()] if outcome in own else own.iloc[:0]
        if known.empty:
            continue
        low, high = (wording.number(float(x), unit) for x in (known[outcome].min(), known[outcome].max()))
        matters = _first_lever(ranking, str(scenario), outcome)
        why = f", and {matters} matters most" if matters else ""
        said.append(f"{wording.title(outcome)} in {scenario}: {low} to {high}{_beside(unit)}{why}")
    if not said:
        return "Nothing is defined yet."
    compared = orders(points, study.outcomes[:1])
    said += [
        f"more in {row['first']} than in {row['other']} at {100 * row['share']:.0f} % of them"
        for row in compared.to_dict("records")
    ]
    missing = f" {found.missing:,} runs are still missing." if found.missing else ""
    based = f"means over {wording.plural(study.runs, 'run')} at each of {len(points):,} points"
    return f"Over all points, {'; '.join(said)} ({based}).{missing}"


def _beside(unit: str) -> str:
    """The unit, where the name of the outcome does not say it."""
    return f" {wording.unit_of(unit)}" if unit not in ("members", "people") and wording.unit_of(unit) else ""


def _first_lever(ranking: pd.DataFrame, scenario: str, outcome: str) -> str:
    if ranking.empty:
        return ""
    own = ranking[(ranking["scenario"] == scenario) & (ranking["outcome"] == outcome)]
    measure = MEASURES[str(own["method"].iloc[0])]
    return str(own["lever"].iloc[0]) if own[measure].notna().any() else ""


def _charts(study: Study, points: pd.DataFrame, ranking: pd.DataFrame) -> list[Markup]:
    charts: list[str] = []
    for scenario, own in points.groupby("scenario", sort=False):
        names = [lever.name for lever in study.lever]
        for outcome in study.outcomes:
            label = f"c{len(charts)}"
            if not ranking.empty:
                rows = ranking[(ranking["scenario"] == scenario) & (ranking["outcome"] == outcome)]
                if MEASURES[method_of(study)] in rows and rows[MEASURES[method_of(study)]].notna().any():
                    charts.append(bars(rows, f"{scenario}: what moves {wording.title(outcome)}", label))
            elif isinstance(study.design, Grid) and len(names) == 2 and own[outcome].notna().any():
                charts.append(lever_map(own, names[1], names[0], outcome, describe(outcome)[0], label))
    dots = _over_points(study, points)
    ranks_first = not ranking.empty and method_of(study) != "pawn"
    return [Markup(chart) for chart in ([*charts, *dots] if ranks_first else [*dots, *charts])]


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
