"""Charts of runs and comparisons as SVG text; they compute no statistic.

Every chart has a title, a unit, and a text alternative for screen readers.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kith.experiments.charts import theme
from kith.experiments.charts.axes import (
    Marks,
    day_axis,
    from_zero,
    label_ends,
    label_rows,
    mark_days,
    room_for,
    scenario_key,
    short,
    unit_words,
    value_axis,
)
from kith.experiments.charts.by_day import by_day
from kith.experiments.charts.theme import INK, QUIET, REST, canvas, exported, themed
from kith.experiments.words import wording


class Shadow(NamedTuple):
    """The line of a scenario before it was changed."""

    label: str
    "of the scenario as it is now"
    series: pd.DataFrame


def lines(
    series: pd.DataFrame,
    column: str,
    title: str,
    unit: str,
    colours: Mapping[str, str],
    marks: Marks = (),
    name: str = "lines",
    shadow: Shadow | None = None,
) -> str:
    """One line per scenario with its 90 % band.

    Parameters
    ----------
    series : `Comparison.series`: scenario, day, column, median, low, high.
    column : which column to draw.
    title : of the chart.
    unit : of that column; shares are drawn in per cent.
    colours : scenario -> colour, in the order of the legend.
    marks : shocks and phases.
    name : prefix of ids, unique within a page.
    shadow : what a scenario was before it was changed, drawn dashed.
    """
    data = series[series["column"] == column]
    ends: dict[str, float] = {}
    with themed():
        below = _band_words(data, unit)
        if shadow is not None:
            below += f"; dashed: {short(shadow.label, 20)} before your change"
        figure, (axes,) = canvas(title, below, height=3.3, right=room_for(colours))
        if shadow is not None:
            dashes: dict[str, Any] = {
                "color": colours[shadow.label],
                "linestyle": (0, (4, 2)),
                "linewidth": 1.3,
                "zorder": 3,
            }
            axes.plot(shadow.series["day"], shadow.series["median"], **dashes)
        for label, colour in colours.items():
            line = data[data["scenario"] == label].dropna(subset=["median"])
            if line.empty:
                continue
            axes.fill_between(line["day"], line["low"], line["high"], color=colour, alpha=0.16, linewidth=0)
            axes.plot(line["day"], line["median"], color=colour)
            ends[label] = float(line["median"].iloc[-1])
        day_axis(axes, int(series["day"].max()))
        value_axis(axes, unit)
        from_zero(axes)
        mark_days(axes, marks)
        label_ends(axes, ends, colours)
        sentences = [
            f"{label} ends at {wording.number(end, unit)} {wording.unit_of(unit)}".strip()
            for label, end in ends.items()
        ]
        return exported(figure, name, title, "; ".join(sentences) + ".", by_day(axes, data, colours, unit))


def one_line(
    days: Any,
    values: Any,
    title: str,
    unit: str,
    marks: Marks = (),
    name: str = "line",
    what: str = "one run",
) -> str:
    """One column over time, of `what`."""
    numbers = np.asarray(values, dtype=float)
    with themed():
        figure, (axes,) = canvas(title, f"{wording.unit_of(unit)}, {what}", height=3.0)
        axes.fill_between(days, 0, numbers, color=theme.SCENARIOS[0], alpha=0.10, linewidth=0)
        axes.plot(days, numbers, color=theme.SCENARIOS[0])
        day_axis(axes, int(np.max(days)))
        value_axis(axes, unit)
        from_zero(axes)
        mark_days(axes, marks)
        label_ends(axes, {wording.number(numbers[-1], unit): numbers[-1]}, {}, theme.SCENARIOS[0])
        start, end = (wording.number(numbers[i], unit) for i in (0, -1))
        return exported(figure, name, title, f"From {start} to {end} {wording.unit_of(unit)}.")


def stacked(
    counts: pd.DataFrame,
    palette: Mapping[str, str],
    names: Mapping[str, str],
    title: str,
    what: str,
    name: str = "stacked",
) -> str:
    """One bar per scenario, split by kind.

    Parameters
    ----------
    counts : kind by scenario, numbers of members.
    palette, names : kind -> colour, and kind -> words.
    title : of the chart.
    what : the quantity counted, for the subtitle.
    name : prefix of ids.
    """
    counts, palette, names = _large_and_other(counts, palette, names)
    kinds = [kind for kind in palette if kind in counts.index and counts.loc[kind].max() > 0]
    labels = list(counts.columns)
    columns = 2 if theme.narrow() else 4
    key_rows = -(-len(kinds) // columns)
    height = 1.25 + 0.42 * len(labels) + 0.2 * key_rows
    with themed():
        figure, (axes,) = canvas(
            title, what, height=height, left=1.75, right=0.8, bottom=0.5 + 0.2 * key_rows
        )
        reached = np.zeros(len(labels))
        for kind in kinds:
            widths = counts.loc[kind, labels].to_numpy(float)
            axes.barh(
                range(len(labels)),
                widths,
                left=reached,
                height=0.62,
                color=palette[kind],
                edgecolor="white",
                linewidth=0.8,
            )
            reached += widths
        _segment_labels(axes, counts, kinds, labels, palette, float(reached.max()))
        for place, total in enumerate(reached):
            axes.annotate(
                f"{total:,.0f}",
                (total, place),
                (5, 0),
                textcoords="offset points",
                va="center",
                color=INK,
                fontweight="bold",
                fontsize=8.5,
            )
        label_rows(axes, labels, 22)
        value_axis(axes, "members", axis="x")
        _kinds_key(figure, kinds, palette, names, columns)
        return exported(figure, name, title, _stack_words(counts, kinds, names))


SMALL = 0.02
"""A kind that is a smaller share of every bar is drawn with the others of its size."""


def _large_and_other(
    counts: pd.DataFrame, palette: Mapping[str, str], names: Mapping[str, str]
) -> tuple[pd.DataFrame, Mapping[str, str], Mapping[str, str]]:
    """The same with the kinds that are too small to be seen put together, where there are several."""
    shares = counts / counts.sum().where(counts.sum() > 0, 1.0)
    small = [kind for kind in counts.index if 0 < shares.loc[kind].max() < SMALL]
    if len(small) < 2:
        return counts, palette, names
    together = counts.drop(index=small)
    together.loc["other"] = counts.loc[small].sum()
    words = f"{len(small)} smaller ones"
    return together, {**palette, "other": theme.REST}, {**names, "other": words}


def area(
    frame: pd.DataFrame,
    palette: Mapping[str, str],
    names: Mapping[str, str],
    title: str,
    subtitle: str,
    marks: Marks = (),
    name: str = "area",
) -> str:
    """Layers of one run on top of each other over time.

    Parameters
    ----------
    frame : one column per kind, indexed by day.
    palette, names : kind -> colour, and kind -> words.
    title, subtitle : of the chart.
    marks : shocks and phases.
    name : prefix of ids.
    """
    kinds = [kind for kind in palette if kind in frame and frame[kind].max() > 0]
    with themed():
        figure, (axes,) = canvas(title, subtitle, height=3.3, right=1.6)
        stack = frame[kinds].to_numpy(float).T
        if kinds:
            axes.stackplot(
                frame.index, stack, colors=[palette[k] for k in kinds], edgecolor="white", linewidth=0.6
            )
        day_axis(axes, int(frame.index.max()))
        value_axis(axes, "members")
        from_zero(axes)
        mark_days(axes, marks)
        middles = np.cumsum(stack[:, -1]) - stack[:, -1] / 2 if kinds else np.array([])
        ends = {names[k]: float(m) for k, m in zip(kinds, middles, strict=True)}
        label_ends(axes, ends, {names[k]: palette[k] for k in kinds}, swatch=True)
        sentences = [f"{names[k]} {wording.number(frame[k].iloc[-1], 'members')}" for k in kinds]
        return exported(figure, name, title, "At the end: " + "; ".join(sentences) + ".")


def funnel(
    steps: pd.DataFrame, names: Mapping[str, str], colours: Mapping[str, str], name: str = "funnel"
) -> str:
    """The funnel of newcomers: for each step a bar per scenario.

    Parameters
    ----------
    steps : step by scenario, numbers of people.
    names : step -> words, in order.
    colours : scenario -> colour.
    name : prefix of ids.
    """
    title, labels = "Newcomer funnel", list(colours)
    height, step = 1.1 + len(names) * (0.16 + 0.17 * len(labels)), 0.8 / len(labels)
    widest = float(steps.to_numpy().max()) or 1.0
    with themed():
        figure, (axes,) = canvas(
            title,
            "people, mean over runs; in brackets the share of the previous step",
            height=height,
            left=1.75,
            right=1.1,
        )
        sentences = []
        for row, stage in enumerate(names):
            for place, label in enumerate(labels):
                count = float(steps.loc[stage, label])
                at = row + step * (place - (len(labels) - 1) / 2)
                axes.barh(at, count, height=step * 0.86, color=colours[label])
                before = float(steps.loc[list(names)[row - 1], label]) if row else 0.0
                share = f" ({wording.per_cent(count / before)})" if before else ""
                words = f"{count:,.0f}{share}" if count >= 10 or count.is_integer() else f"{count:.1f}{share}"
                axes.annotate(
                    words, (count, at), (4, 0), textcoords="offset points", va="center", fontsize=7.5
                )
                sentences.append(f"{names[stage]}, {label}: {words}")
        label_rows(axes, [names[stage] for stage in names], reach=0.41)
        axes.set_xlim(0, widest * 1.02)
        value_axis(axes, "people", axis="x")
        scenario_key(axes, colours)
        return exported(figure, name, title, "; ".join(sentences) + ".")


def waterfall(
    steps: Sequence[tuple[str, float]],
    title: str,
    total: str,
    name: str = "money",
    colour: str = theme.GAIN,
    what: str = "EUR over the run",
) -> str:
    """A waterfall from revenue through costs to the remainder.

    Parameters
    ----------
    steps : (words, amount in EUR), gains positive and costs negative, in order.
    title : of the chart.
    total : words for the last bar, the sum.
    name : prefix of ids.
    colour : of the gains: the colour of the scenario.
    what : unit, for the line below the title.
    """
    amounts = [amount for _, amount in steps]
    after = np.cumsum(amounts) if amounts else np.zeros(0)
    left = float(after[-1]) if len(after) else 0.0
    bars = [(words, amount, float(end) - amount) for (words, amount), end in zip(steps, after, strict=True)]
    bars.append((total, left, 0.0))
    with themed():
        figure, (axes,) = canvas(
            title,
            f"{what}; gains in colour, costs in grey",
            height=1.0 + 0.34 * len(bars),
            left=2.0,
            right=0.9,
        )
        for place, (_, amount, start) in enumerate(bars):
            last = place == len(bars) - 1
            shade = theme.TOTAL if last else colour if amount >= 0 else theme.LOSS
            axes.barh(place, amount, left=start, height=0.6, color=shade)
            axes.annotate(
                wording.number(amount, "EUR"),
                (max(start, start + amount), place),
                (5, 0),
                textcoords="offset points",
                va="center",
                fontsize=8.5,
                fontweight="bold" if last else "normal",
            )
        axes.axvline(0, color=REST, linewidth=0.8)
        label_rows(axes, [words for words, _, _ in bars])
        value_axis(axes, "EUR", axis="x")
        sentences = [f"{words} {wording.number(amount, 'EUR')} EUR" for words, amount, _ in bars]
        return exported(figure, name, title, "; ".join(sentences) + ".")


def _band_words(data: pd.DataFrame, unit: str) -> str:
    band = (
        "median over runs, with the band from 5 to 95 % of runs" if (data["high"] > data["low"]).any() else ""
    )
    return ", ".join(word for word in (unit_words(unit), band) if word)


def _segment_labels(
    axes: Axes,
    counts: pd.DataFrame,
    kinds: Sequence[str],
    labels: Sequence[str],
    palette: Mapping[str, str],
    widest: float,
) -> None:
    for place, label in enumerate(labels):
        column, reached = counts.loc[list(kinds), label], 0.0
        total = float(column.sum())
        for kind, count in column.items():
            if total and count / widest > 0.055:
                axes.text(
                    reached + count / 2,
                    place,
                    wording.per_cent(count / total),
                    ha="center",
                    va="center",
                    fontsize=7.5,
                    color=readable_on(palette[str(kind)]),
                    gid=f"inside-{place}-{kind}",
                )
            reached += float(count)


def readable_on(colour: str) -> str:
    """Ink or white, whichever has more contrast on this colour."""
    return max((INK, "#FFFFFF"), key=lambda ink: theme.contrast(ink, colour))


def _kinds_key(
    figure: Any, kinds: Sequence[str], palette: Mapping[str, str], names: Mapping[str, str], columns: int
) -> None:
    height, key_rows = figure.get_figheight(), -(-len(kinds) // columns)
    for place, kind in enumerate(kinds):
        x, y = (place % columns) / columns, (0.2 * (key_rows - place // columns) - 0.12) / height
        figure.text(x, y, "■", color=palette[kind], fontsize=10, va="center")
        figure.text(
            x + 0.16 / figure.get_figwidth(), y, names.get(kind, kind), color=QUIET, fontsize=8.5, va="center"
        )


def _stack_words(counts: pd.DataFrame, kinds: Sequence[str], names: Mapping[str, str]) -> str:
    sentences = []
    for label in counts.columns:
        parts = [f"{names.get(k, k)} {wording.number(round(counts.loc[k, label]), 'members')}" for k in kinds]
        sentences.append(f"{label}: {', '.join(parts)}")
    return "; ".join(sentences) + "."
