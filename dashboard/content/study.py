"""The views of a study: map, what matters, points, levers, robust conclusions, two points compared."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from kith.dashboard.content.comparison import Part, verdict_words
from kith.dashboard.live.study_catalogue import StoredResults
from kith.dashboard.state.study_state import TITLES
from kith.dashboard.widgets.parts import dot, table
from kith.experiments.analyses.search_sentences import titled
from kith.experiments.analyses.sensitivity import MEASURES
from kith.experiments.charts import theme
from kith.experiments.charts.forest import distribution, forest
from kith.experiments.charts.points import parallel, scatter
from kith.experiments.charts.study import bars, lever_map
from kith.experiments.escaping import for_html as escape
from kith.experiments.statistics.conclusions import ENOUGH, conclusion, decision
from kith.experiments.statistics.intervals import LEAST_RUNS, described
from kith.experiments.statistics.tables import outcome_table
from kith.experiments.studies.designs import Grid
from kith.experiments.words import wording
from kith.experiments.words.levers import lever_axis, lever_title
from kith.sim.results.definitions import describe

MOST_ROWS = 60


@dataclass(frozen=True)
class Selection:
    """What is selected on the page of a study."""

    scenario: str
    outcome: str
    across: str
    at: tuple[str, int] | None = None
    "scenario and number of the point that is selected in all charts"
    beside: tuple[str, int] | None = None
    "the point that it is compared with"
    sort: str = field(default="")


def views_of(r: StoredResults) -> list[str]:
    """The views that this study has data for, in the order of their tabs."""
    numeric = [name for name in r.levers if pd.api.types.is_numeric_dtype(r.points[name])]
    fits = {
        "map": isinstance(r.study.design, Grid) and len(r.study.lever) == 2,
        "matters": not isinstance(r.study.design, Grid) and bool(r.levers),
        "points": bool(numeric) or len(r.outcomes) > 1,
        "levers": len(r.levers) > 1,
        "holds": len(r.study.scenarios) > 1,
    }
    return [view for view in TITLES if fits.get(view, True)]


def drawn(view: str, r: StoredResults, c: Selection) -> list[Part]:
    """One view: markup and charts."""
    draw: Callable[[StoredResults, Selection], list[Part]] = {
        "map": _map,
        "matters": _matters,
        "points": _points,
        "levers": _levers,
        "holds": _holds,
        "pair": _pair,
    }[view]
    return draw(r, c)


def label(r: StoredResults, point: tuple[str, int]) -> str:
    """A point's name: its number, and its levers where they are few."""
    scenario, number = point
    rows = r.points[(r.points["scenario"] == scenario) & (r.points["point"] == number)]
    name = f"point {number}" + (f" of {scenario}" if len(r.study.scenarios) > 1 else "")
    if rows.empty or not 0 < len(r.levers) <= 2:
        return name
    row = rows.iloc[0]
    levers = ", ".join(f"{lever_title(lever)} {_shown(row[lever])}" for lever in r.levers)
    return f"{name}: {levers}"


def paired(
    r: StoredResults, first: tuple[str, int], second: tuple[str, int]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Runs of two points under short names, and their outcomes with paired differences, second minus first."""
    parts = []
    for scenario, number in (first, second):
        runs = r.runs[(r.runs["scenario"] == scenario) & (r.runs["point"] == number) & r.runs["error"].isna()]
        parts.append(runs.assign(scenario=_short(r, (scenario, number))))
    values = pd.concat(parts, ignore_index=True)
    labels = (_short(r, first), _short(r, second))
    seeds = tuple(sorted(set(parts[0]["seed"]) & set(parts[1]["seed"])))
    return values, outcome_table(values, labels, seeds, tuple(r.outcomes))


def rows_of(r: StoredResults, c: Selection) -> pd.DataFrame:
    """The points, sorted by the selected column, the greatest first."""
    if c.sort in r.points and pd.api.types.is_numeric_dtype(r.points[c.sort]):
        return r.points.sort_values(c.sort, ascending=False, kind="stable")
    return r.points


def cells(r: StoredResults, row: Any) -> list[str]:
    """A point's levers and outcomes as a table shows them."""
    levers = [_shown(row[name]) for name in r.levers]
    return [*levers, *(wording.number(float(row[name]), describe(name)[0]) for name in r.outcomes)]


def heads(r: StoredResults) -> list[str]:
    """The headings of those cells."""
    return [*(lever_axis(name) for name in r.levers), *(titled(name) for name in r.outcomes)]


def _map(r: StoredResults, c: Selection) -> list[Part]:
    up, across = (lever.name for lever in r.study.lever)
    points = r.points[r.points["scenario"] == c.scenario]
    if points.empty or not points[c.outcome].notna().any():
        return ['<p class="kith-note">There are no values to show yet.</p>']
    unit = describe(c.outcome)[0]
    mark = c.at[1] if c.at and c.at[0] == c.scenario else None
    svg = lever_map(points, across, up, c.outcome, unit, "map", mark)
    return [(svg, "map", points, _unit_note(c.outcome))]


def _matters(r: StoredResults, c: Selection) -> list[Part]:
    if r.ranking.empty:
        return [f'<p class="kith-note" role="status">{escape(r.unranked)}</p>']
    ranking = r.ranking[(r.ranking["scenario"] == c.scenario) & (r.ranking["outcome"] == c.outcome)]
    measure = MEASURES[str(r.ranking["method"].iloc[0])]
    if ranking.empty or measure not in ranking or not ranking[measure].notna().any():
        return [
            '<p class="kith-note">Nothing to rank: this outcome is undefined at some points, or the same at all of them.</p>'
        ]
    luck = float(ranking["luck"].iloc[0])
    note = (
        ""
        if luck != luck
        else f"{wording.per_cent(luck)} of the variance between points comes from random draws (luck)."
    )
    title = f"{c.scenario}: what drives {wording.title(c.outcome)}"
    return [(bars(ranking, title, unit=describe(c.outcome)[0]), "what-matters", ranking, note)]


def _points(r: StoredResults, c: Selection) -> list[Part]:
    unit = describe(c.across)[0] if c.across in r.outcomes else ""
    svg = scatter(
        r.points,
        (c.across, unit),
        (c.outcome, describe(c.outcome)[0]),
        theme.colours(r.points["scenario"].unique()),
        c.at,
    )
    return [(svg, "points", r.points, "Click a point to select it in every view.")]


def _levers(r: StoredResults, c: Selection) -> list[Part]:
    points = r.points[r.points["scenario"] == c.scenario]
    svg = parallel(points, r.levers, (c.outcome, describe(c.outcome)[0]), c.at)
    return [(svg, "levers", points, "Click a line to select its point in every view.")]


def _holds(r: StoredResults, c: Selection) -> list[Part]:
    """For each outcome, the share of points at which one scenario has more than another."""
    worlds = r.points.rename(columns={"point": "world"})
    scenarios = list(r.points["scenario"].unique())
    rows = []
    for place, first in enumerate(scenarios):
        for second in scenarios[place + 1 :]:
            for outcome in r.outcomes:
                result = conclusion(worlds, outcome, (first, second))
                if result is not None:
                    share = result.share
                    rows.append(
                        [
                            result.sentence,
                            wording.per_cent(share.value),
                            wording.span(share.low, share.high, "share", 0.03),
                            wording.signed(result.median, result.unit) + " " + wording.unit_of(result.unit),
                            decision(result.verdict, result.worlds_needed, "points"),
                        ]
                    )
    rows.sort(key=lambda row: -int(row[1].rstrip(" %")))
    head = ["conclusion", "share of points", "95 % interval", "median difference", "verdict"]
    note = (
        f'<p class="kith-note">A conclusion is robust if the 95 % interval (Wilson) for the share of points at which it is true lies '
        f"at {wording.per_cent(ENOUGH)} or above, not robust if it lies below, and undecided if it contains {wording.per_cent(ENOUGH)}. Where "
        "levers are drawn from their priors, each point is a plausible set of parameters. The interval is over points, not "
        "runs.</p>"
    )
    return [table(head, rows, (1, 2, 3)), note]


def _pair(r: StoredResults, c: Selection) -> list[Part]:
    if c.at is None or c.beside is None:
        return ['<p class="kith-note">Choose two points, here or in the table.</p>']
    if c.at == c.beside:
        return ['<p class="kith-note">These are the same point; choose two different ones.</p>']
    values, differences = paired(r, c.beside, c.at)
    first, second = _short(r, c.beside), _short(r, c.at)
    runs = int(differences["n"].min()) if len(differences) else 0
    if values["scenario"].nunique() < 2:
        return ['<p class="kith-note">One of the two has no runs yet.</p>']
    colours = dict(zip((first, second), two_colours(r, c.beside[0], c.at[0]), strict=True))
    rows = []
    for outcome in r.outcomes:
        of_outcome = differences[differences["outcome"] == outcome].set_index("scenario")
        base, other = of_outcome.loc[first], of_outcome.loc[second]
        unit = str(base["unit"])
        rows.append(
            [
                titled(outcome),
                wording.number(base["mean"], unit),
                wording.number(other["mean"], unit),
                wording.signed(other["difference"], unit),
                wording.span(other["difference_low"], other["difference_high"], unit, sign=True),
                verdict_words(other),
            ]
        )
    head = [
        "",
        dot(colours[first], first),
        dot(colours[second], second),
        "difference",
        "95 % interval",
        "resolved",
    ]
    parts: list[Part] = [
        table(head, rows, (1, 2, 3, 4)),
        f'<p class="kith-note">{wording.plural(runs, "run")} per point, on the same people and random draws. '
        f"{escape(described(runs))}</p>",
    ]
    if runs >= LEAST_RUNS:
        parts.append((forest(differences, colours), "pair", differences, ""))
    if runs > 1:
        parts.append((distribution(values, differences, c.outcome, colours), "pair-runs", values, ""))
    return parts


def two_colours(r: StoredResults, first: str, second: str) -> tuple[str, str]:
    """The colours of two points: those of their scenarios, and one that no scenario has where both are of the same."""
    colours = theme.colours(r.points["scenario"].unique())
    free = theme.SCENARIOS[len(colours) % len(theme.SCENARIOS)]
    return colours[first], colours[second] if first != second else free


def _short(r: StoredResults, point: tuple[str, int]) -> str:
    return f"{point[0]} {point[1]}" if len(r.study.scenarios) > 1 else f"point {point[1]}"


def _unit_note(outcome: str) -> str:
    unit, definition = describe(outcome)
    return f"{_words(outcome)}: {definition}" if definition else unit


def _words(name: str) -> str:
    words = wording.title(name)
    return words[0].upper() + words[1:]


def _shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
