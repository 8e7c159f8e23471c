"""Charts of a measured log as SVG text: growth, survival by cohort, return after silence, who contributes, replies."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from kith.experiments.charts import theme
from kith.experiments.charts.axes import from_zero, label_ends, label_rows, room_for, value_axis
from kith.experiments.charts.theme import canvas, exported, themed
from kith.experiments.evidence.measure import Measurement
from kith.experiments.words import wording

type Line = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


def charts_of(measurement: Measurement, prefix: str = "") -> list[str]:
    """Those charts for which the log has numbers."""
    drawn = [
        growth_chart(measurement, f"{prefix}growth"),
        survival_chart(measurement, f"{prefix}survival"),
        return_chart(measurement, f"{prefix}returns"),
        contributors_chart(measurement, f"{prefix}contributors"),
        replies_chart(measurement, f"{prefix}replies"),
    ]
    return [chart for chart in drawn if chart]


def growth_chart(measurement: Measurement, name: str = "growth") -> str:
    """Active members and joins of each complete 30 days."""
    frame = measurement.growth
    if len(frame) < 2:
        return ""
    day = frame["day"].to_numpy(float)
    lines = {label: (day, frame[label].to_numpy(float)) for label in ("active", "joins")}
    return _lines(
        lines, "Growth", "members who act, and who act for the first time, per 30 days", "day", "", name
    )


def survival_chart(measurement: Measurement, name: str = "survival") -> str:
    """Kaplan–Meier survival by week of age, of all and of each cohort."""
    lines = {
        str(cohort): (curve["week"].to_numpy(float), curve["survival"].to_numpy(float))
        for cohort, curve in measurement.survival.groupby("cohort", sort=False)
        if len(curve) > 1
    }
    if not lines:
        return ""
    what = (
        "share whose last action is still to come, by weeks since the first (Kaplan–Meier; "
        f"{measurement.inactivity} days without an action are an exit)"
    )
    short = {label.removesuffix(" of the log"): line for label, line in lines.items()}
    return _lines(short, "From the first to the last action", what, "week", "share", name)


def return_chart(measurement: Measurement, name: str = "returns") -> str:
    """The hazard of a return by time away."""
    frame = measurement.returns
    if len(frame) < 2:
        return ""
    away = frame["days_away"].to_numpy(float)
    line = {"hazard": (away, frame["hazard"].to_numpy(float))}
    what = "returns per 30 days among members who have been silent for that many days"
    return _lines(line, "Return after silence", what, "days away", "share", name)


def contributors_chart(measurement: Measurement, name: str = "contributors") -> str:
    """Shares of actions by the most active members (90-9-1)."""
    parts = {"most active 1 %": "top1", "next 9 %": "next9", "other 90 %": "rest90"}
    return _bars(measurement, parts, "Who contributes", "share of all actions", name)


def replies_chart(measurement: Measurement, name: str = "replies") -> str:
    """Who stays of those whose first action was answered within a day, and of the others."""
    parts = {"answered within a day": "stay_answered", "not answered": "stay_unanswered"}
    what = "share still acting 30 days after the first action; a naive comparison, part of it selection"
    return _bars(measurement, parts, "First replies", what, name)


def _lines(lines: dict[str, Line], title: str, what: str, across: str, unit: str, name: str) -> str:
    colours = theme.colours(lines)
    with themed():
        figure, (axes,) = canvas(title, what, height=3.2, right=room_for(lines))
        ends = {}
        for label, (x, y) in lines.items():
            axes.plot(x, y, color=colours[label])
            ends[label] = float(y[-1])
        axes.set_xlabel(across, loc="right")
        axes.set_xlim(0, max(1.0, *(float(x[-1]) for x, _ in lines.values())))
        axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
        value_axis(axes, unit)
        from_zero(axes)
        label_ends(axes, ends, colours)
        words = [f"{label} ends at {wording.number(end, unit)}" for label, end in ends.items()]
        return exported(figure, name, title, "; ".join(words) + ".")


def _bars(measurement: Measurement, parts: dict[str, str], title: str, what: str, name: str) -> str:
    rows = {row["name"]: row for row in measurement.table.to_dict("records")}
    if any(rows[statistic]["reason"] for statistic in parts.values()):
        return ""
    values = [rows[statistic]["value"] for statistic in parts.values()]
    with themed():
        figure, (axes,) = canvas(title, what, height=1.2 + 0.32 * len(parts), left=1.7, right=0.6)
        axes.barh(range(len(parts)), values, height=0.6, color=theme.SCENARIOS[0])
        _whiskers(axes, [(rows[s]["low"], rows[s]["high"]) for s in parts.values()], values)
        label_rows(axes, list(parts))
        value_axis(axes, "share", axis="x")
        words = [
            f"{label} {wording.number(value, 'share')}" for label, value in zip(parts, values, strict=True)
        ]
        return exported(figure, name, title, "; ".join(words) + ".")


def _whiskers(axes: Axes, ends: Sequence[tuple[float, float]], values: Sequence[float]) -> None:
    known = [place for place, (low, _) in enumerate(ends) if low == low]
    if known:
        low, high = (np.array([ends[place][side] for place in known]) for side in (0, 1))
        middle = np.array([values[place] for place in known])
        sides = np.clip(np.vstack([middle - low, high - middle]), 0, None)
        axes.errorbar(middle, known, xerr=sides, fmt="none", ecolor=theme.INK, elinewidth=0.9)
