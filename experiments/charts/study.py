"""Charts of studies as SVG text: importance of levers, and maps of two levers."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from kith.experiments.charts.axes import label_rows, scenario_key, unit_words, value_axis
from kith.experiments.charts.theme import INK, canvas, colours, exported, themed
from kith.experiments.words import wording
from kith.experiments.words.levers import lever_axis, lever_title

MEASURED = {
    "morris": "μ*, mean effect of moving a lever over its range, with 95 % interval",
    "sobol": "share of variance: dark, lever alone (S1); light, with interactions (ST); 95 % intervals",
    "fast": "share of variance: dark, lever alone (S1); light, with interactions (ST); 95 % intervals",
    "delta": "light, shift of the whole distribution (delta); dark, share of variance of the lever alone (S1); 95 % intervals",
    "pawn": "median change of the outcome's distribution (PAWN); bars left of their mark do not exceed chance",
}
ALONE, WHOLE = "#0072B2", "#A6CDE6"

CROWD = 2_000
"""Maximum number of points drawn for a scenario; above it, an evenly spaced sample."""


def bars(indices: pd.DataFrame, title: str, name: str = "bars", unit: str = "") -> str:
    """One bar per lever, the most important on top.

    Parameters
    ----------
    indices : the rows of one scenario and outcome of `kith.experiments.analyses.sensitivity.sensitivity`.
    title : of the chart.
    name : prefix of ids.
    unit : of the outcome, in which Morris measures.
    """
    method = str(indices["method"].iloc[0])
    unit = unit if method == "morris" else ""
    levers = [str(lever) for lever in indices["lever"]]
    with themed():
        figure, (axes,) = canvas(
            title, _measured(method, unit), height=1.15 + 0.3 * len(levers), left=2.6, right=0.4
        )
        for measure, colour, height in _layers(method):
            axes.barh(range(len(levers)), indices[measure], height=height, color=colour)
            if f"{measure}_conf" in indices:
                axes.errorbar(
                    indices[measure],
                    range(len(levers)),
                    xerr=indices[f"{measure}_conf"],
                    fmt="none",
                    ecolor=INK,
                    elinewidth=0.8,
                )
        if method == "pawn":
            axes.plot(
                indices["floor"], range(len(levers)), "|", color=INK, markersize=13, markeredgewidth=1.4
            )
        label_rows(axes, [lever_title(lever) for lever in levers], 34)
        value_axis(axes, unit, axis="x")
        main = _layers(method)[0][0]
        sentences = [
            f"{lever} {wording.number(float(value), unit)}"
            for lever, value in zip(levers, indices[main], strict=True)
        ]
        return exported(figure, name, title, "; ".join(sentences) + ".")


def lever_map(
    frame: pd.DataFrame,
    across: str,
    up: str,
    outcome: str,
    unit: str,
    name: str = "map",
    marked: int | None = None,
    scenario: str = "",
) -> str:
    """The mean of an outcome for every pair of values of two levers, written in its cell.

    Parameters
    ----------
    frame : points of one scenario: the two levers and the outcome.
    across, up : names of the levers.
    outcome, unit : what is drawn.
    name : prefix of ids.
    marked : number of the point whose cell is outlined.
    scenario : the scenario, if there are several.
    """
    cells = frame.pivot(index=up, columns=across, values=outcome)
    cells = cells.loc[frame[up].unique(), frame[across].unique()]
    values = cells.to_numpy(float)
    title = f"{scenario}: {wording.title(outcome)}" if scenario else _capital(wording.title(outcome))
    kind = _kind(unit)
    with themed():
        figure, (axes,) = canvas(
            title,
            f"{f'{kind}, ' if kind else ''}means over runs",
            height=1.45 + 0.34 * len(cells),
            left=1.4,
            bottom=0.6,
        )
        edges = [np.arange(n + 1) - 0.5 for n in (values.shape[1], values.shape[0])]
        axes.pcolormesh(*edges, values, cmap="cividis")  # shapes: our pages load no pictures
        axes.grid(False)
        axes.invert_yaxis()
        axes.set_xticks(range(values.shape[1]), [_shown(value) for value in cells.columns])
        axes.set_yticks(range(values.shape[0]), [_shown(value) for value in cells.index])
        axes.set_xlabel(lever_axis(across), loc="right")
        axes.set_ylabel(lever_axis(up), loc="top")
        middle = (np.nanmin(values) + np.nanmax(values)) / 2 if np.isfinite(values).any() else 0.0
        for row, line in enumerate(values):
            for column, value in enumerate(line):
                axes.text(
                    column,
                    row,
                    wording.number(float(value), unit),
                    ha="center",
                    va="center",
                    fontsize=8,
                    color="black" if value > middle else "white",
                    gid=f"inside-{row}-{column}",
                )
        _outline(axes, frame, cells, across, up, marked)
        return exported(figure, name, title, _extremes(frame, [across, up], outcome, unit))


def along_lever(points: pd.DataFrame, lever: str, outcome: str, unit: str, name: str = "along") -> str:
    """The mean of an outcome at each value of one lever, a line per scenario.

    Parameters
    ----------
    points : `points_frame`: scenario, the lever (numbers) and the outcome.
    lever, outcome, unit : what is drawn.
    name : prefix of ids.
    """
    title = _capital(wording.title(outcome))
    kind = _kind(unit)
    hues = colours(str(label) for label in points["scenario"].unique())
    sentences = []
    with themed():
        figure, (axes,) = canvas(
            title, f"{f'{kind}, ' if kind else ''}means over runs", height=2.8, bottom=0.6
        )
        axes.set_xlabel(lever_axis(lever), loc="right")
        for label, hue in hues.items():
            line = points[points["scenario"] == label].sort_values(lever)
            axes.plot(line[lever].astype(float), line[outcome], "o-", color=hue, markersize=4, linewidth=1.4)
            sentences.append(f"{label}: {_extremes(line, [lever], outcome, unit)}")
        value_axis(axes, unit)
        scenario_key(axes, hues)
        return exported(figure, name, title, " ".join(sentences))


def spread(points: pd.DataFrame, outcome: str, unit: str, name: str = "spread") -> str:
    """The mean of an outcome at every point as a dot, a row per scenario, the median as a bar.

    Above `CROWD` points of a scenario, an evenly spaced sample by size is drawn, including lowest and highest.

    Parameters
    ----------
    points : `points_frame`: scenario and the outcome.
    outcome, unit : what is drawn.
    name : prefix of ids.
    """
    crowded = int(points.groupby("scenario", observed=True)[outcome].count().max()) > CROWD
    title = f"{_capital(wording.title(outcome))}: {'all points' if crowded else 'every point'}"
    hues = colours(str(label) for label in points["scenario"].unique())
    kind = _kind(unit)
    sentences = []
    with themed():
        figure, (axes,) = canvas(
            title,
            (f"{kind}; " if kind else "")
            + (
                f"a sample of {CROWD:,} points of each scenario; the bar is the median of all points"
                if crowded
                else "a dot is the mean over the runs of a point; the bar is the median of the points"
            ),
            height=1.1 + 0.5 * len(hues),
            left=1.5,
            right=0.3,
        )
        for place, (label, hue) in enumerate(hues.items()):
            values = points.loc[points["scenario"] == label, outcome].dropna().to_numpy(float)
            drawn = values if len(values) <= CROWD else np.sort(values)[_evenly(len(values))]
            jitter = ((np.arange(len(drawn)) * 0.618034) % 1 - 0.5) * 0.4
            axes.scatter(drawn, place + jitter, s=13, color=hue, alpha=0.45, linewidths=0)
            if len(values):
                median = float(np.median(values))
                axes.plot([median, median], [place - 0.3, place + 0.3], color=hue, linewidth=2.2)
                low, high = (wording.number(float(x), unit) for x in (values.min(), values.max()))
                sentences.append(f"{label}: median {wording.number(median, unit)}, from {low} to {high}")
        label_rows(axes, list(hues), 22)
        value_axis(axes, unit, axis="x")
        return exported(figure, name, title, "; ".join(sentences) + ".")


def thinned(points: pd.DataFrame, marked: tuple[str, int] | None = None) -> pd.DataFrame:
    """At most `CROWD` of the points, evenly from first to last, and the one in `marked`."""
    if len(points) <= CROWD:
        return points
    chosen = np.zeros(len(points), bool)
    chosen[_evenly(len(points))] = True
    if marked is not None:
        chosen |= ((points["scenario"] == marked[0]) & (points["point"] == marked[1])).to_numpy(bool)
    return points[chosen]


def _evenly(n: int) -> npt.NDArray[np.int64]:
    """`CROWD` places from the first to the last of n."""
    return np.linspace(0, n - 1, CROWD).round().astype(np.int64)


def _kind(unit: str) -> str:
    """The unit in words, where the outcome's name does not imply it."""
    return unit_words(unit) if unit not in ("members", "people") else ""


def _measured(method: str, unit: str) -> str:
    kind = "percentage points" if unit == "share" else unit_words(unit) if method == "morris" else ""
    return MEASURED[method] + (f", {kind}" if kind else "")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _layers(method: str) -> Sequence[tuple[str, str, float]]:
    """Measure, colour and height of each layer of bars, the one behind first."""
    if method in ("sobol", "fast"):
        return (("ST", WHOLE, 0.62), ("S1", ALONE, 0.34))
    if method == "delta":
        return (("delta", WHOLE, 0.62), ("S1", ALONE, 0.34))
    return (("mu_star" if method == "morris" else "median", ALONE, 0.62),)


def _outline(
    axes: Axes, frame: pd.DataFrame, cells: pd.DataFrame, across: str, up: str, marked: int | None
) -> None:
    """A rectangle over each cell with a point, and an outline around the marked one."""
    if not {"scenario", "point"} <= set(frame.columns):
        return
    rows, columns = list(cells.index), list(cells.columns)
    for point in frame.to_dict("records"):
        corner = columns.index(point[across]) - 0.5, rows.index(point[up]) - 0.5
        is_marked = point["point"] == marked
        axes.add_patch(
            Rectangle(
                corner,
                1,
                1,
                fill=False,
                edgecolor="#D55E00" if is_marked else "none",
                linewidth=3.0,
                zorder=5 if is_marked else 4,
                gid=f"point-{point['scenario']}-{point['point']}",
            )
        )


def _extremes(frame: pd.DataFrame, levers: Sequence[str], outcome: str, unit: str) -> str:
    known = frame[frame[outcome].notna()]
    if known.empty:
        return "Undefined everywhere."
    sentences = []
    for word, place in (("Lowest", known[outcome].idxmin()), ("highest", known[outcome].idxmax())):
        row = known.loc[place]
        where = ", ".join(f"{lever} {_shown(row[lever])}" for lever in levers)
        sentences.append(f"{word} {wording.number(float(row[outcome]), unit)} at {where}")
    return "; ".join(sentences) + "."


def _shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
