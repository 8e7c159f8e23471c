"""Charts of paired differences from the reference, and of the spread of runs; they compute no statistic."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from kith.experiments.charts.axes import label_rows, scenario_key, short, unit_words, value_axis
from kith.experiments.charts.theme import INK, QUIET, REST, Hover, canvas, exported, themed
from kith.experiments.statistics.intervals import no_interval
from kith.experiments.statistics.tables import typical_half_width
from kith.experiments.words import wording

EDGES = (1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0)
"""Per cent of the reference at which the axis may end; what is beyond is an arrow, and its size is written beside it."""


def forest(table: pd.DataFrame, colours: Mapping[str, str], name: str = "forest") -> str:
    """Paired differences from the reference with 95 % intervals, in per cent of the reference mean.

    Parameters
    ----------
    table : `Comparison.table`.
    colours : scenario -> colour; the first scenario is the reference.
    name : prefix of ids.
    """
    reference, *others = colours
    rows = _forest_rows(table, reference)
    limit = _limit(rows)
    outcomes = list(dict.fromkeys(row["outcome"] for row in rows))
    step = 0.8 / max(1, len(others))
    height = 1.15 + len(outcomes) * (0.14 + 0.2 * len(others))
    with themed():
        figure, (axes,) = canvas(
            f"Differences from {reference}",
            f"paired differences in % of the mean of {short(reference, 20)}, 95 % intervals; hollow: includes zero",
            height=height,
            left=2.0,
            right=1.9,
        )
        for row in rows:
            place = outcomes.index(row["outcome"]) + step * (
                others.index(row["scenario"]) - (len(others) - 1) / 2
            )
            _forest_mark(axes, row, place, limit, colours[row["scenario"]])
        _forest_axes(axes, outcomes, *_sides(rows, limit))
        scenario_key(axes, {label: colours[label] for label in others})
        read = Hover(
            axes,
            "y",
            [
                outcomes.index(row["outcome"])
                + step * (others.index(row["scenario"]) - (len(others) - 1) / 2)
                for row in rows
            ],
            [_row_words(row) for row in rows],
        )
        return exported(figure, name, f"Differences from {reference}", _forest_words(rows), read)


def distribution(
    values: pd.DataFrame, table: pd.DataFrame, outcome: str, colours: Mapping[str, str], name: str = "runs"
) -> str:
    """Every run of every scenario as a dot, with the mean and its 95 % interval.

    Parameters
    ----------
    values : `Comparison.values`, one row per run.
    table : `Comparison.table`, for means and intervals.
    outcome : an indicator in both.
    colours : scenario -> colour.
    name : prefix of ids.
    """
    rows = table[table["outcome"] == outcome].set_index("scenario")
    unit = str(rows["unit"].iloc[0])
    title = f"{wording.title(outcome).capitalize()}: every run"
    some = rows["low"].notna().any()
    what = (
        "the bar is the mean with its 95 % interval"
        if some
        else f"the larger dot is the mean; {no_interval('runs')}"
    )
    with themed():
        figure, (axes,) = canvas(
            title,
            f"{unit_words(unit)}; a dot is a run, {what}",
            height=1.1 + 0.5 * len(colours),
            left=1.75,
            right=0.3,
        )
        for place, (label, colour) in enumerate(colours.items()):
            runs = values.loc[values["scenario"] == label, outcome].dropna().to_numpy(float)
            jitter = ((np.arange(len(runs)) * 0.618034) % 1 - 0.5) * 0.34
            axes.scatter(runs, place + 0.16 + jitter * 0.6, s=13, color=colour, alpha=0.45, linewidths=0)
            row = rows.loc[label]
            axes.plot([row["low"], row["high"]], [place - 0.22] * 2, color=colour, linewidth=2.2)
            axes.plot([row["mean"]], [place - 0.22], "o", color=colour, markersize=5)
        label_rows(axes, list(colours), 22)
        value_axis(axes, unit, axis="x")
        sentences = [
            f"{label}: mean {wording.number(rows.loc[label, 'mean'], unit)}, {_interval_words(rows.loc[label], unit)}"
            for label in colours
        ]
        return exported(figure, name, title, "; ".join(sentences) + ".")


def _interval_words(row: pd.Series, unit: str) -> str:
    if np.isnan(row["low"]):
        return "no interval"
    return f"95 % interval {wording.span(row['low'], row['high'], unit)}"


def _forest_rows(table: pd.DataFrame, reference: str) -> list[dict[str, Any]]:
    base = table[table["scenario"] == reference].set_index("outcome")["mean"]
    half = {
        outcome: typical_half_width(rows_of["difference_low"], rows_of["difference_high"])
        for outcome, rows_of in table.groupby("outcome")
    }
    rows = []
    for row in table[table["scenario"] != reference].to_dict("records"):
        scale = 100 / abs(base[row["outcome"]]) if base[row["outcome"]] else np.nan
        if np.isnan(row["difference"]) or np.isnan(scale):
            continue
        ends = (row["difference_low"], row["difference_high"])
        if np.isnan(ends[0]):  # a mark alone: too few pairs for an interval, or all agree
            ends = (row["difference"], row["difference"])
        rows.append(
            {str(k): v for k, v in row.items()}
            | {
                "at": row["difference"] * scale,
                "from": ends[0] * scale,
                "to": ends[1] * scale,
                "half": half[row["outcome"]],
            }
        )
    return rows


def _limit(rows: Sequence[Mapping[str, Any]]) -> float:
    """The smallest limit of the axis that shows all intervals, or the last."""
    reach = max((max(abs(row["from"]), abs(row["to"])) for row in rows), default=1.0)
    return next((edge for edge in EDGES if reach <= edge), EDGES[-1])


def _sides(rows: Sequence[Mapping[str, Any]], limit: float) -> tuple[float, float]:
    """Both ends of the axis; a side with smaller values gets less room."""
    least = 0.12 * limit
    low = max((-row["from"] for row in rows), default=0.0)
    high = max((row["to"] for row in rows), default=0.0)
    return -1.06 * min(limit, max(least, low)), 1.06 * min(limit, max(least, high))


def _forest_mark(axes: Axes, row: Mapping[str, Any], place: float, limit: float, colour: str) -> None:
    edge = limit * 1.02
    start, end = (float(np.clip(row[side], -edge, edge)) for side in ("from", "to"))
    axes.plot([start, end], [place, place], color=colour, linewidth=1.8, solid_capstyle="butt")
    if abs(row["at"]) > limit:
        axes.plot(
            [np.sign(row["at"]) * edge], [place], ">" if row["at"] > 0 else "<", color=colour, markersize=6
        )
    else:
        axes.plot(
            [row["at"]],
            [place],
            "o",
            color=colour,
            markersize=5.5,
            markeredgewidth=1.4,
            markerfacecolor=colour if row["resolved"] else "white",
        )
    text = f"{wording.signed(row['difference'], row['unit'], row['half'])} {wording.unit_of(row['unit'])}"
    axes.annotate(
        text.strip(),
        (1, place),
        (8, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
        fontsize=8,
        color=INK if row["resolved"] else QUIET,
        annotation_clip=False,
    )


def _forest_axes(axes: Axes, outcomes: Sequence[str], low: float, high: float) -> None:
    label_rows(axes, [wording.title(outcome) for outcome in outcomes])
    axes.axvline(0, color=REST, linewidth=1)
    axes.set_xlim(low, high)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda v, _: f"{v:+,.10g} %".replace("-", "−").replace("+0 %", "0 %"))
    )


def _row_words(row: Mapping[str, Any]) -> str:
    """An outcome of a scenario with the interval of its difference."""
    ends = (row["difference_low"], row["difference_high"])
    interval = wording.span(*ends, row["unit"], sign=True)
    if np.isnan(ends[0]):
        interval = f"{wording.signed(row['difference'], row['unit'])}, no interval"
    elif not row["resolved"]:
        interval += ", not resolved"
    return f"{wording.title(row['outcome'])}, {row['scenario']}: {interval}"


def _forest_words(rows: Sequence[Mapping[str, Any]]) -> str:
    return "95 % intervals of the difference. " + "; ".join(map(_row_words, rows)) + "."
