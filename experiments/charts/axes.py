"""Parts shared by charts: axes with units, marks for events, labels of lines and rows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from kith.experiments.charts import theme
from kith.experiments.charts.theme import INK, QUIET
from kith.experiments.words import wording

type Marks = Sequence[tuple[int, str]]
"""Days and names of events."""


def day_axis(axes: Axes, last: int) -> None:
    """Days from 0 to the last, along the bottom."""
    axes.set_xlabel("day", loc="right")
    axes.set_xlim(0, max(last, 1))
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))


def value_axis(axes: Axes, unit: str, axis: str = "y") -> None:
    """Ticks formatted for the unit."""
    its = axes.yaxis if axis == "y" else axes.xaxis
    its.set_major_locator(MaxNLocator(5))
    if unit == "share":
        its.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    else:
        its.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}".replace("-", "−")))


def from_zero(axes: Axes) -> None:
    """Start at zero unless something is negative."""
    low = float(axes.dataLim.ymin)
    axes.set_ylim(axes.get_ylim()[0] if low < 0 else 0.0, max(axes.get_ylim()[1], 1e-9))


def mark_days(axes: Axes, marks: Marks) -> None:
    """A thin line for each shock and phase, named above the data, one below the other."""
    last = axes.get_xlim()[1]
    shown = [mark for mark in marks if mark[0] <= last]
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + (high - low) * 0.09 * min(4, len(shown)))
    for place, (day, words) in enumerate(shown):
        axes.axvline(day, color=QUIET, linewidth=0.8, linestyle=(0, (2, 2)))
        right = day < 0.7 * last
        axes.annotate(
            words,
            (day, 1),
            (4 if right else -4, -2 - 11 * (place % 4)),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="left" if right else "right",
            va="top",
            fontsize=8,
            color=QUIET,
            bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 1},
        )


def label_ends(
    axes: Axes,
    ends: Mapping[str, float],
    colours: Mapping[str, str],
    default: str = INK,
    swatch: bool = False,
) -> None:
    """Labels at the ends of lines, moved apart where they would overlap."""
    low, high = axes.get_ylim()
    places = theme.spread(list(ends.values()), (high - low) * 0.075, low, high)
    for label, place in zip(ends, places, strict=True):
        colour = colours.get(label, default)
        beside: dict[str, Any] = {
            "xycoords": ("axes fraction", "data"),
            "textcoords": "offset points",
            "va": "center",
            "annotation_clip": False,
        }
        if swatch:
            axes.annotate("■", (1, place), (6, 0), color=colour, fontsize=10, **beside)
        axes.annotate(
            short(label, end_length()),
            (1, place),
            (18 if swatch else 6, 0),
            color=INK if swatch else theme.readable(colour),
            fontweight="normal" if swatch else "bold",
            fontsize=8.5,
            **beside,
        )


def room_for(labels: Iterable[str]) -> float:
    """Inches that `label_ends` needs to the right of a drawing."""
    longest = max((len(short(label, end_length())) for label in labels), default=0)
    return max(0.6 if theme.narrow() else 1.35, 0.2 + 0.09 * longest)


def end_length() -> int:
    """The most characters of a label at the end of a line."""
    return 12 if theme.narrow() else 24


def scenario_key(axes: Axes, colours: Mapping[str, str]) -> None:
    """Names of the scenarios in their colours, above the drawing."""
    reached = 0.0
    for label, colour in colours.items():
        words = f"● {short(label, 10 if theme.narrow() else 16)}"
        axes.annotate(
            words,
            (0, 1),
            (reached, 4),
            xycoords="axes fraction",
            textcoords="offset points",
            color=theme.readable(colour),
            fontweight="bold",
            fontsize=8.5,
            annotation_clip=False,
        )
        reached += 6.2 * len(words) + 12


def label_rows(axes: Axes, labels: Sequence[str], most: int = 30, reach: float = 0.33) -> None:
    """Labels of the rows, the first on top, with vertical grid lines; on a phone above the rows, `reach` over their middles."""
    if theme.narrow():
        axes.set_yticks([])
        for place, label in enumerate(labels):
            axes.annotate(
                short(label, 42),
                (0, place - reach),
                xycoords=("axes fraction", "data"),
                va="bottom",
                ha="left",
                fontsize=8,
                color=INK,
                annotation_clip=False,
            )
    else:
        axes.set_yticks(range(len(labels)), [short(label, most) for label in labels], color=INK)
    axes.set_ylim(len(labels) - 0.45, -0.75 if theme.narrow() else -0.55)
    axes.grid(False, axis="y")
    axes.grid(True, axis="x")


def short(label: str, most: int = 30) -> str:
    """The label as people write it, in at most `most` characters: shortened in the middle, as labels often differ at the end."""
    label = wording.called(label)
    if len(label) <= most:
        return label
    head = (most - 1) // 2
    return f"{label[:head].rstrip()}…{label[head + 1 - most :].lstrip()}"


def unit_words(unit: str) -> str:
    """The unit of an axis in words."""
    return {"share": "per cent", "[0, 1]": "from 0 to 1"}.get(unit, wording.unit_of(unit))
