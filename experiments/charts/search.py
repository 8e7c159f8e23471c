"""Charts of searches as SVG text: points tried, finalists on new seeds, break-even curves; they compute no statistic."""

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from kith.experiments.analyses.break_even import Crossing
from kith.experiments.analyses.optimise import Optimum
from kith.experiments.charts.axes import label_rows, unit_words, value_axis
from kith.experiments.charts.theme import INK, QUIET, REST, Hover, canvas, exported, themed
from kith.experiments.statistics.intervals import no_interval
from kith.experiments.studies.searches import BreakEven
from kith.experiments.words import wording
from kith.experiments.words.levers import lever_axis
from kith.sim.results.definitions import describe

APART = 14
"""Minimum distance between two numbers, in pixels."""
TRIED, CHOSEN, BROKEN = "#9DB4C7", "#0072B2", "#D9DEE4"


def tried(optimum: Optimum, name: str = "tried") -> str:
    """Every point tried: over two objectives, or in the order of the search where there is one.

    Parameters
    ----------
    optimum : of `optimise`.
    name : prefix of ids.
    """
    goal = optimum.study.optimise
    assert goal is not None, optimum.study.name
    up, across = goal.objectives[0], (goal.objectives[1] if len(goal.objectives) > 1 else None)
    points = optimum.trials[optimum.trials[list(goal.objectives)].notna().all(axis=1)]
    title = "Points tried"
    with themed():
        figure, (axes,) = canvas(title, _key(optimum, up, across), height=3.8, right=0.4)
        _marks(axes, points, optimum, up, across)
        value_axis(axes, describe(up)[0])
        if across is None:
            axes.set_xlabel("order in the search", loc="right")
        else:
            value_axis(axes, describe(across)[0], axis="x")
            axes.set_xlabel(_named(across), loc="right")
            axes.grid(True, axis="x")
        return exported(figure, name, title, _tried_words(optimum, points, up))


def promises(optimum: Optimum, outcome: str, name: str = "promises") -> str:
    """The outcome of each finalist in the search and on new seeds; a row per finalist, the best on top.

    Parameters
    ----------
    optimum : of `optimise`.
    outcome : one of its objectives.
    name : prefix of ids.
    """
    finalists = optimum.finalists[optimum.finalists["outcome"] == outcome].to_dict("records")
    unit = describe(outcome)[0]
    title = f"{capital(wording.title(outcome))}: in the search and on new seeds"
    sentences = []
    with themed():
        figure, (axes,) = canvas(
            title,
            ", ".join(
                part
                for part in (
                    unit_words(unit),
                    f"hollow: in the search; filled: on new seeds; {_intervals(optimum.finalists)}",
                )
                if part
            ),
            height=1.15 + 0.27 * len(finalists),
            left=1.1,
            right=0.4,
        )
        for place, row in enumerate(finalists):
            axes.plot([row["promised_low"], row["promised_high"]], [place, place], color=REST, linewidth=0.8)
            axes.plot([row["low"], row["high"]], [place, place], color=CHOSEN, linewidth=2.0)
            axes.plot([row["fresh"]], [place], "o", color=CHOSEN, markersize=5.5)
            axes.plot(
                [row["promised"]], [place], "o", color=INK, markersize=5.5, markerfacecolor="none", zorder=4
            )
            sentences.append(
                f"point {row['point']}: {wording.number(row['promised'], unit)} in the search, "
                f"on new seeds {_span(row['fresh'], row['low'], row['high'], unit)}"
            )
        label_rows(axes, [f"point {row['point']}" for row in finalists])
        value_axis(axes, unit, axis="x")
        return exported(figure, name, title, "; ".join(sentences) + ".")


def curve(
    goal: BreakEven,
    crossing: Crossing,
    log: bool = False,
    name: str = "curve",
    across: str = "",
    band: str = "",
) -> str:
    """The outcome along the lever with its 95 % interval, the level, and the crossing.

    Parameters
    ----------
    goal, crossing : the break-even and its result.
    log : whether the lever has a logarithmic axis.
    name : prefix of ids.
    across, band : what the lever is called, and what the band shows; by default the lever's name, and the crossing's
        interval.
    """
    unit = describe(goal.outcome)[0]
    title = f"{capital(wording.title(goal.outcome))} along {across or lever_axis(goal.lever)}"
    frame = crossing.tried
    with themed():
        known = frame["low"].notna().any()
        band = (band or "band: interval of the crossing") if known else no_interval("runs")
        mean = "mean with 95 % interval" if known else "mean"
        drawn = band if not (known and math.isnan(crossing.value)) else ""
        what = "; ".join(part for part in (mean, "horizontal line: level", drawn) if part)
        figure, (axes,) = canvas(
            title, ", ".join(p for p in (unit_words(unit), what) if p), height=3.4, right=0.4
        )
        if log:
            axes.set_xscale("log")
            axes.xaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
            axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            axes.xaxis.set_minor_formatter(NullFormatter())
        ends = frame[goal.lever].iloc[[0, -1]].astype(float).tolist()
        if not math.isnan(crossing.value):
            low, high = (
                e if math.isnan(x) else x for x, e in zip((crossing.low, crossing.high), ends, strict=True)
            )
            if known:
                axes.axvspan(low, high, color=CHOSEN, alpha=0.12, linewidth=0)
            axes.axvline(crossing.value, color=CHOSEN, linewidth=1.2)
        axes.axhline(goal.level, color=REST, linewidth=1)
        axes.errorbar(
            frame[goal.lever],
            frame["mean"],
            yerr=[frame["mean"] - frame["low"], frame["high"] - frame["mean"]],
            fmt="o-",
            color=INK,
            markersize=4,
            linewidth=1.2,
            elinewidth=0.9,
        )
        value_axis(axes, unit)
        axes.set_xlabel(across or lever_axis(goal.lever), loc="right")
        sentences = [
            f"{row[goal.lever]:.3g}: {_span(row['mean'], row['low'], row['high'], unit)}"
            for row in frame.to_dict("records")
        ]
        read = Hover(axes, "x", [float(x) for x in frame[goal.lever]], sentences)
        return exported(figure, name, title, "; ".join(sentences) + ".", read)


def _span(mean: float, low: float, high: float, unit: str) -> str:
    """The interval, or the mean where there is none."""
    if math.isnan(low):
        return f"{wording.number(mean, unit)}, no interval"
    return wording.span(low, high, unit)


def _intervals(finalists: pd.DataFrame) -> str:
    return "with 95 % intervals" if finalists["low"].notna().any() else no_interval("runs")


def _marks(axes: Axes, points: pd.DataFrame, optimum: Optimum, up: str, across: str | None) -> None:
    finalists = set(optimum.finalists["point"])
    chosen = points["point"].isin(finalists)
    for group, style, colour, size in (
        (points[~points["within"]], "x", REST, 4.0),
        (points[points["within"] & ~chosen], "o", TRIED, 4.5),
        (points[chosen], "o", CHOSEN, 6.5),
    ):
        places = group["point"] if across is None else group[across]
        axes.plot(places, group[up], style, color=colour, markersize=size, alpha=0.85, markeredgewidth=0.8)
    _numbers(axes, points[chosen], up, across)


def _numbers(axes: Axes, points: pd.DataFrame, up: str, across: str | None) -> None:
    """The number of each point next to it, unless another number is too close."""
    written: list[tuple[float, float]] = []
    for row in points.sort_values(up).to_dict("records"):
        place = (float(row["point"] if across is None else row[across]), float(row[up]))
        pixel = axes.transData.transform(place)
        if any(abs(pixel[0] - x) < APART and abs(pixel[1] - y) < APART for x, y in written):
            continue
        written.append((float(pixel[0]), float(pixel[1])))
        axes.annotate(
            str(row["point"]),
            place,
            (-4, 4),
            textcoords="offset points",
            ha="right",
            fontsize=8,
            color=QUIET,
        )


def _key(optimum: Optimum, up: str, across: str | None) -> str:
    which = "finalists" if across is None else "finalists (Pareto front)"
    broken = "; crosses: break a limit" if not optimum.trials["within"].all() else ""
    what = f"y axis: {_named(up)}; dots: means over {wording.plural(optimum.study.runs, 'run')}"
    return f"{what}; dark: {which}{broken}"


def _tried_words(optimum: Optimum, points: pd.DataFrame, up: str) -> str:
    unit = describe(up)[0]
    low, high = (wording.number(float(x), unit) for x in (points[up].min(), points[up].max()))
    finalists = list(dict.fromkeys(optimum.finalists["point"]))
    listed = (
        f"finalist{'' if len(finalists) == 1 else 's'}: {wording.listed(f'point {n}' for n in finalists)}"
    )
    return f"{wording.plural(len(points), 'point')}; {wording.title(up)} from {low} to {high}; {listed}."


def _named(outcome: str) -> str:
    """The outcome with its unit."""
    unit = unit_words(describe(outcome)[0])
    return wording.title(outcome) + (f", {unit}" if unit and unit not in ("members", "people") else "")


def capital(words: str) -> str:
    """The words with a capital letter at the start."""
    return words[:1].upper() + words[1:]
