"""A study in sentences: what was asked, and what came out."""

import pandas as pd

from kith.experiments.reports.study import study_answer
from kith.experiments.studies.execute import StudyStatus
from kith.experiments.studies.levers import Lever
from kith.experiments.studies.study import Study
from kith.experiments.words import wording
from kith.experiments.words.levers import lever_title, lever_unit
from kith.experiments.words.no_effect import changes
from kith.scenarios.catalogue import names as library
from kith.scenarios.load import load
from kith.sim.results.definitions import describe

FEW = 3
"""Levers that a sentence can name."""


def asked(study: Study, points: int) -> str:
    """What was asked, as one sentence."""
    levers = [_range_of(lever) for lever in study.lever]
    if len(levers) > FEW:
        levers = [f"{len(levers)} levers at once, over the ranges that the literature leaves open"]
    if not all(lever.prior for lever in study.lever) and len(study.lever) > FEW:
        levers = [f"{len(study.lever)} levers at once"]
    more = ["more"] if len(study.outcomes) > 4 else []
    outcomes = wording.listed([*(wording.title(name) for name in study.outcomes[:4]), *more])
    scenarios = wording.listed(map(wording.called, study.scenarios))
    days = f" after {wording.plural(study.days, 'day')}" if study.days else ""
    each = wording.plural(study.runs, "run") + (
        " of each, on the same people and random draws" if points > 1 else ""
    )
    return (
        f"Asked: what happens to {outcomes}{days} in {scenarios} with {wording.listed(levers)}? "
        f"{wording.plural(points, 'combination')}, {each}."
    )


def cut_short(study: Study) -> str:
    """That the runs end before something happens in a scenario of the library, such as a change of price; else empty."""
    end = study.days
    if not end:
        return ""
    late: dict[int, list[str]] = {}
    for name in set(study.scenarios) & set(library()):
        after = [day for day, _ in changes(load(name)) if day >= end]
        if after:
            late.setdefault(min(after), []).append(wording.called(name))
    if not late:
        return ""
    when = wording.listed([f"on day {day:,} of {wording.listed(sorted(late[day]))}" for day in sorted(late)])
    return f"It ends before what happens {when}, and cannot show what that changes: choose more days, or the full study."


def finding(study: Study, points: pd.DataFrame, ranking: pd.DataFrame, status: StudyStatus) -> str:
    """What came out, in a sentence: where the main outcome is highest and lowest if few levers say where, else its range."""
    outcome = study.outcomes[0]
    names = [lever.name for lever in study.lever]
    known = points[points[outcome].notna()] if outcome in points else points.iloc[:0]
    if known.empty or not 0 < len(names) <= FEW or not ranking.empty or known[outcome].nunique() < 2:
        return study_answer(study, points, ranking, status)
    best, worst = (known.loc[known[outcome].idxmax()], known.loc[known[outcome].idxmin()])
    unit = describe(outcome)[0]
    amounts = [
        " ".join(filter(None, (wording.number(float(row[outcome]), unit), _beside(unit))))
        for row in (best, worst)
    ]
    title = wording.title(outcome)
    missing = f" {wording.subject(status.missing, 'run')} still missing." if status.missing else ""
    based = f"means over {wording.plural(study.runs, 'run')}" if study.runs > 1 else "one run each"
    return (
        f"{title[:1].upper()}{title[1:]}: most, {amounts[0]}, with {_where(best, names, study)}; least, {amounts[1]}, with "
        f"{_where(worst, names, study)} ({based}; neighbours may differ by chance).{missing}"
    )


def _where(row: "pd.Series", names: list[str], study: Study) -> str:
    levers = [_setting(name, row[name]) for name in names]
    scenario = f" in {row['scenario']}" if len(study.scenarios) > 1 else ""
    return wording.listed(levers) + scenario


def _setting(name: str, value: object) -> str:
    """A lever at a value: `a price of 4 EUR/month`."""
    title = lever_title(name)
    title = title[:1].lower() + title[1:]
    unit = lever_unit(name)
    return f"{title} {_shown(value)}{f' {unit}' if unit else ''}"


def _range_of(lever: Lever) -> str:
    title = lever_title(lever.name)
    title = title[:1].lower() + title[1:]
    unit = lever_unit(lever.name)
    unit = f" {unit}" if unit else ""
    if lever.prior:
        return f"{title} over its plausible range"
    if lever.choices is not None:
        numbers = all(isinstance(c, int | float) and not isinstance(c, bool) for c in lever.choices)
        if numbers and len(lever.choices) > FEW:
            low, high = lever.choices[0], lever.choices[-1]
            return f"{title} at {len(lever.choices)} values from {_shown(low)} to {_shown(high)}{unit}"
        return f"{title} {wording.listed([_shown(c) for c in lever.choices], 'or')}{unit}"
    return f"{title} from {_shown(lever.low)} to {_shown(lever.high)}{unit}"


def _beside(unit: str) -> str:
    return "" if unit in ("members", "people") else wording.unit_of(unit)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.4g}" if isinstance(value, int | float) else str(value)
