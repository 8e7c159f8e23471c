"""Charts of a scenario discovery: the rules, and the points that fail."""

import re

import numpy as np
import pandas as pd

from kith.experiments.analyses.discovery import Discovery
from kith.experiments.charts.axes import label_rows, value_axis
from kith.experiments.charts.theme import INK, QUIET, canvas, exported, themed
from kith.experiments.words import wording

FAILED, HELD = "#D55E00", "#9DB4C7"


def leaves(discovery: Discovery, name: str = "worlds") -> str:
    """A bar per rule as SVG text: the share of its points that fail, in the sample.

    Parameters
    ----------
    discovery : of `discover`.
    name : prefix of ids.
    """
    rules = discovery.rules
    title = f"Where {discovery.fails}"
    labels = [_on_lines(str(rule)) for rule in rules["rule"]]
    lines = sum(label.count("\n") + 1.5 for label in labels)
    with themed():
        figure, (axes,) = canvas(
            title,
            "share of points that fail; the line is the share of all points",
            height=1.2 + 0.17 * lines,
            left=2.8,
        )
        axes.barh(
            range(len(rules)), rules["share"], height=0.62, color="#0072B2" if discovery.holds else QUIET
        )
        axes.axvline(discovery.share, color=INK, linewidth=0.8)
        label_rows(axes, labels, 200)
        value_axis(axes, "share", axis="x")
        return exported(figure, name, title, discovery.words)


def worlds(discovery: Discovery, name: str = "map") -> str:
    """A mark per point over the two most informative levers, as SVG text; over one if the rules use only one.

    Parameters
    ----------
    discovery : of `discover`.
    name : prefix of ids.
    """
    across, up = (*discovery.tells, "", "")[:2]
    frame = discovery.worlds
    title = "Points that fail"
    with themed():
        figure, (axes,) = canvas(
            title,
            f"triangles fail ({discovery.fails}), dots do not" + (f"; y axis: {up}" if up else ""),
            height=3.6 if up else 1.9,
        )
        for fails, shape, colour, size in ((False, "o", HELD, 4.0), (True, "^", FAILED, 5.0)):
            points = frame[frame["fails"] == fails]
            spread = ((np.arange(len(points)) * 0.618034) % 1 - 0.5) * 0.8
            places = points[across] if across else pd.Series(range(len(points)))
            heights = points[up] if up else spread
            axes.plot(places, heights, shape, color=colour, markersize=size, alpha=0.75, markeredgewidth=0)
        axes.grid(True, axis="x")
        if up:
            value_axis(axes, "")
        else:
            axes.set_yticks([])
        value_axis(axes, "", axis="x")
        axes.set_xlabel(across, loc="right")
        failing = int(frame["fails"].sum())
        return exported(
            figure,
            name,
            title,
            f"{failing:,} of {wording.plural(len(frame), 'point')} fail. {discovery.words}",
        )


def _on_lines(rule: str) -> str:
    """A line per condition, without the sections of the levers."""
    return re.sub(r"\b[a-z_]+\.(?=[a-z])", "", rule).replace(" and ", "\nand ")
