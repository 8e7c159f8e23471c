"""Charts of the points of a study as SVG text: two quantities against each other, and all levers at once.

The mark of each point has an id that ends in `point-SCENARIO-NUMBER`, so that a page can identify the one
clicked; the selected one is drawn again on top, in black.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes

from kith.experiments.charts.axes import scenario_key, unit_words, value_axis
from kith.experiments.charts.study import thinned
from kith.experiments.charts.theme import INK, QUIET, REST, canvas, exported, themed
from kith.experiments.words import wording
from kith.experiments.words.levers import is_lever, lever_axis, lever_title

SHAPES = ("o", "s", "^", "D", "v", "P", "X")
"""A shape for each scenario, in addition to its colour."""

CROWDED = 5
"""Number of axes above which their names are rotated."""


def scatter(
    points: pd.DataFrame,
    across: tuple[str, str],
    up: tuple[str, str],
    colours: Mapping[str, str],
    marked: tuple[str, int] | None = None,
    name: str = "scatter",
) -> str:
    """A scatter plot of the points of a study: one quantity on each axis.

    Parameters
    ----------
    points : `kith.experiments.studies.results.points_frame`.
    across, up : a numeric column and its unit, each.
    colours : scenario -> colour.
    marked : scenario and number of the point to be ringed.
    name : prefix of ids.
    """
    (x, x_unit), (y, y_unit) = across, up
    title = f"{_title(y)} against {lever_title(x) if is_lever(x) else wording.title(x)}"
    known = points[points[x].notna() & points[y].notna()]
    drawn = thinned(known, marked)
    with themed():
        figure, (axes,) = canvas(
            title,
            f"a mark is the mean over the runs of a point{_of_more(drawn, known)}; y axis: {_axis(y, y_unit)}",
            height=3.7,
        )
        for place, (label, colour) in enumerate(colours.items()):
            shape = SHAPES[place % len(SHAPES)]
            for row in drawn[drawn["scenario"] == label].to_dict("records"):
                style: dict[str, Any] = {"marker": shape, "color": colour, "markersize": 5.5, "alpha": 0.75}
                axes.plot(row[x], row[y], markeredgewidth=0, gid=_id(row), **style)
                if marked == (label, row["point"]):
                    axes.plot(row[x], row[y], marker="o", color=INK, fillstyle="none", markersize=13)
        axes.grid(True, axis="x")
        value_axis(axes, y_unit)
        value_axis(axes, x_unit, axis="x")
        axes.set_xlabel(_axis(x, x_unit), loc="right")
        if len(colours) > 1:
            scenario_key(axes, colours)
        sentences = [wording.plural(len(known), "point")]
        for label in colours:
            shown = known[known["scenario"] == label]
            if len(shown) > 2 and shown[x].nunique() > 1 and shown[y].nunique() > 1:
                rank = shown[x].rank().corr(shown[y].rank())
                sentences.append(f"{label}: rank correlation {rank:.2f}")
        return exported(figure, name, title, "; ".join(sentences) + ".")


def parallel(
    points: pd.DataFrame,
    levers: Sequence[str],
    outcome: tuple[str, str],
    marked: tuple[str, int] | None = None,
    name: str = "parallel",
) -> str:
    """A line for each point through its value of every lever, dark where the outcome is high.

    Parameters
    ----------
    points : of one scenario.
    levers : columns, from left to right; words are in the order of their first appearance.
    outcome : a column and its unit, the last axis.
    marked : scenario and number of the point to be drawn on top.
    name : prefix of ids.
    """
    column, unit = outcome
    title = f"Values of the levers and {wording.title(column)}"
    every = points[points[column].notna()].sort_values(column)
    drawn = thinned(every, marked)
    names = [*levers, column]
    heights = (
        np.column_stack([_share(drawn[axis]) for axis in names]) if len(drawn) else np.zeros((0, len(names)))
    )
    scale = colormaps["cividis_r"]
    with themed():
        figure, (axes,) = canvas(
            title,
            f"a line is a point{_of_more(drawn, every)}; darker, thicker lines have a higher outcome (axis on the right)",
            height=3.9,
            left=0.5,
            right=0.75,
            bottom=0.95 if len(names) > CROWDED else 0.45,
        )
        for row, line in zip(drawn.to_dict("records"), heights, strict=True):
            high = line[-1]
            hue = scale(0.2 + 0.6 * high)  # neither end is lost on white or in the dark
            axes.plot(line, color=hue, linewidth=0.9 + 1.1 * high, alpha=0.75, gid=_id(row))
            if marked == (row["scenario"], row["point"]):
                axes.plot(line, color=INK, linewidth=3.0, marker="o", zorder=5)
        _upright(axes, drawn, names, unit)
        return exported(figure, name, title, _top_words(every, levers, column, unit))


def _of_more(drawn: pd.DataFrame, known: pd.DataFrame) -> str:
    return f" ({len(drawn):,} of {len(known):,})" if len(drawn) < len(known) else ""


def _upright(axes: Axes, drawn: pd.DataFrame, names: Sequence[str], unit: str) -> None:
    axes.set_xlim(-0.15, len(names) - 0.85)
    axes.set_ylim(-0.1, 1.08)
    axes.grid(False)
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
    crowded = len(names) > CROWDED
    for place, column in enumerate(names):
        axes.axvline(place, 0.085, 0.93, color=REST, linewidth=0.8, zorder=0)
        if len(drawn):
            low, high = _ends(drawn[column], unit if place == len(names) - 1 else "")
            for text, at, side in ((low, -0.03, "top"), (high, 1.02, "bottom")):
                axes.text(place, at, text, ha="center", va=side, fontsize=7.5, color=QUIET)
    words = [wording.title(column) if column == names[-1] else lever_title(column) for column in names]
    axes.set_xticks(range(len(names)), words, color=INK)
    axes.tick_params(axis="x", length=0, labelsize=7.5 if crowded else 9)
    if crowded:
        for label in axes.get_xticklabels():
            label.set(rotation=25, ha="right")


def _share(column: "pd.Series[Any]") -> npt.NDArray[np.float64]:
    """Scaled from 0, the lowest, to 1, the highest; one half where all are the same."""
    numbers = column.to_numpy(float) if _numeric(column) else pd.factorize(column)[0].astype(float)
    low, high = float(np.min(numbers)), float(np.max(numbers))
    return (numbers - low) / (high - low) if high > low else np.full(len(numbers), 0.5)


def _ends(column: "pd.Series[Any]", unit: str) -> tuple[str, str]:
    if _numeric(column):
        low, high = float(column.min()), float(column.max())
        return (
            (wording.number(low, unit), wording.number(high, unit)) if unit else (_brief(low), _brief(high))
        )
    seen = [str(value) for value in pd.unique(column)]
    return seen[0], seen[-1]


def _brief(value: float) -> str:
    return f"{value:,.4g}"


def _numeric(column: "pd.Series[Any]") -> bool:
    return pd.api.types.is_numeric_dtype(column)


def _top_words(points: pd.DataFrame, levers: Sequence[str], outcome: str, unit: str) -> str:
    if points.empty:
        return "Undefined everywhere."
    sentences = []
    for word, row in (("Lowest", points.iloc[0]), ("highest", points.iloc[-1])):
        where = ", ".join(f"{lever} {_shown(row[lever])}" for lever in levers)
        sentences.append(f"{word} {wording.number(float(row[outcome]), unit)} at {where}")
    return "; ".join(sentences) + "."


def _shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _title(name: str) -> str:
    words = wording.title(name)
    return words[0].upper() + words[1:]


def _axis(name: str, unit: str) -> str:
    if is_lever(name):
        return lever_axis(name)
    words = unit_words(unit)
    return f"{wording.title(name)} ({words})" if words else wording.title(name)


def _id(row: Mapping[Any, Any]) -> str:
    return f"point-{row['scenario']}-{row['point']}"
