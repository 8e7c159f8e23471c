"""Charts for decisions as SVG text: regret of policies, where further runs went, the boundary of a level."""

import numpy as np
import pandas as pd

from kith.experiments.analyses.regret import Regret
from kith.experiments.analyses.replicate import Replicated
from kith.experiments.analyses.tipping import Tipping
from kith.experiments.charts.axes import label_rows, unit_words, value_axis
from kith.experiments.charts.theme import INK, REST, canvas, exported, themed
from kith.experiments.words import wording
from kith.sim.results.definitions import describe

BELOW, ABOVE, CHOSEN = "#D55E00", "#9DB4C7", "#0072B2"
MOST_ROWS = 40
"points of which further runs are drawn"


def regrets(found: Regret, name: str = "regret") -> str:
    """A row per policy: mean regret with its interval, and a tick at the largest."""
    unit = describe(found.outcome)[0]
    title = f"Regret in {wording.title(found.outcome)}"
    rows = found.table.to_dict("records")
    with themed():
        figure, (axes,) = canvas(
            title,
            ", ".join(
                p
                for p in (
                    unit_words(unit),
                    "mean over worlds with 95 % interval; tick: the largest of any world",
                )
                if p
            ),
            height=1.15 + 0.3 * len(rows),
            left=2.0,
            right=0.4,
        )
        for place, row in enumerate(rows):
            axes.plot([row["low"], row["high"]], [place, place], color=CHOSEN, linewidth=2.0)
            axes.plot([row["regret"]], [place], "o", color=CHOSEN, markersize=5.5)
            axes.plot([row["largest"]], [place], "|", color=INK, markersize=9)
        label_rows(axes, [str(row["policy"]) for row in rows])
        value_axis(axes, unit, axis="x")
        return exported(figure, name, title, found.words)


def further(found: Replicated, name: str = "further") -> str:
    """A bar per point: its further runs, the most first."""
    title = "Where further runs went"
    table = found.table.sort_values("further", ascending=False, kind="stable").head(MOST_ROWS)
    several = found.table["scenario"].nunique() > 1
    labels = [
        f"{row['scenario']}, point {row['point']}" if several else f"point {row['point']}"
        for row in table.to_dict("records")
    ]
    with themed():
        figure, (axes,) = canvas(
            title,
            f"runs beyond the {found.study.runs} of every point"
            + (f"; the {MOST_ROWS} points with most" if len(found.table) > MOST_ROWS else ""),
            height=1.1 + 0.22 * len(table),
            left=1.8,
        )
        axes.barh(range(len(table)), table["further"], height=0.62, color=CHOSEN)
        label_rows(axes, labels)
        value_axis(axes, "", axis="x")
        return exported(figure, name, title, found.words)


def boundary(found: Tipping, name: str = "boundary") -> str:
    """A mark per point over the first two levers; over one lever the means with the level."""
    unit = describe(found.outcome)[0]
    across = found.levers[0]
    up = found.levers[1] if len(found.levers) > 1 else None
    title = "Where the level is reached"
    level = wording.number(found.level, unit)
    with themed():
        figure, (axes,) = canvas(
            title,
            f"dots: {wording.title(found.outcome)} of {level} or more; triangles: less; filled: chosen near the boundary"
            + (f"; y axis: {up}" if up else ""),
            height=3.8,
            right=0.4,
        )
        for reached, shape, colour in ((True, "o", CHOSEN), (False, "^", BELOW)):
            for later in (False, True):
                order = np.arange(len(found.tried)) >= found.apart
                points: pd.DataFrame = found.tried[(found.tried["reached"] == reached) & (order == later)]
                axes.plot(
                    points[across],
                    points[up or "mean"],
                    shape,
                    color=colour,
                    markersize=6,
                    markerfacecolor=colour if later else "none",
                )
        if up is None:
            axes.axhline(found.level, color=INK, linewidth=0.8)
        for row in found.along.to_dict("records"):
            if row["value"] == row["value"] and row["lever"] == across and up is None:
                axes.axvline(row["value"], color=REST, linewidth=0.8)
        axes.grid(True, axis="x")
        value_axis(axes, "" if up else unit)
        value_axis(axes, "", axis="x")
        axes.set_xlabel(across, loc="right")
        return exported(figure, name, title, found.words)
