"""What a company and its members gain and pay in each design: all of them side by side, on one scale."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from kith.experiments.charts import theme
from kith.experiments.charts.axes import label_rows, short, value_axis
from kith.experiments.charts.theme import INK, canvas, exported, themed
from kith.experiments.words import wording

COMPANY, MEMBERS = "the company", "its members"
GAINS = ("#0072B2", "#56B4E9", "#009E73", "#44AA99", "#117733", "#88CCEE", "#332288")
COSTS = ("#AEB6C0", "#CC6677", "#DDCC77", "#AA4499", "#999933", "#EE8866", "#77AADD", "#882255", "#661100")
SMALL = 0.03
"""A part that is less than this of what its side gains or pays in every design is drawn with the others of its kind."""


class Side(NamedTuple):
    """One side of a design: gains positive, payments negative, in EUR."""

    scenario: str
    who: str
    parts: Mapping[str, float]

    @property
    def net(self) -> float:
        """What is left."""
        return float(sum(self.parts.values()))


def gains(sides: Sequence[Side], what: str, name: str = "gains") -> str:
    """A bar for each side of each design: gains to the right, payments to the left, and what is left as a mark.

    Parameters
    ----------
    sides : in the order of the rows.
    what : the unit, for the line below the title.
    name : prefix of ids.
    """
    title = "Who gains what: the company beside its members"
    drawn = [side._replace(parts=_with_small_together(side, sides)) for side in sides]
    colours = _colours(drawn)
    columns = 1 if theme.narrow() else 3
    key_rows = -(-len(colours) // columns)
    height = 1.25 + 0.42 * len(sides) + 0.2 * key_rows
    with themed():
        figure, (axes,) = canvas(
            title,
            f"{what}; gains to the right, payments to the left, ◆ what is left; one scale for all",
            height=height,
            left=2.6,
            right=0.9,
            bottom=0.5 + 0.2 * key_rows,
        )
        for place, side in enumerate(drawn):
            ends = {1.0: 0.0, -1.0: 0.0}
            for part, amount in side.parts.items():
                sign = float(np.sign(amount))
                axes.barh(
                    place,
                    amount,
                    left=ends[sign],
                    height=0.6,
                    color=colours[part],
                    edgecolor="white",
                    linewidth=0.5,
                )
                ends[sign] += amount
            axes.plot([side.net], [place], "D", color=INK, markersize=5, markeredgecolor="white")
            axes.annotate(
                f"◆ {wording.number(side.net, 'EUR')}",
                (max(ends[1.0], side.net), place),
                (7, 0),
                textcoords="offset points",
                va="center",
                fontsize=8.5,
                fontweight="bold",
            )
        axes.axvline(0, color=INK, linewidth=0.8)
        label_rows(axes, [f"{short(side.scenario, 18)}: {side.who}" for side in sides], 34)
        value_axis(axes, "EUR", axis="x")
        whole = figure.get_figheight()
        for place, (part, colour) in enumerate(colours.items()):
            x, y = (place % columns) / columns, (0.2 * (key_rows - place // columns) - 0.12) / whole
            figure.text(x, y, "■", color=colour, fontsize=10, va="center")
            figure.text(
                x + 0.16 / figure.get_figwidth(), y, part, color=theme.QUIET, fontsize=8.5, va="center"
            )
        sentences = [
            f"{side.scenario}, {side.who}: {wording.number(side.net, 'EUR')} EUR left" for side in sides
        ]
        read = theme.Hover(
            axes, "y", [float(place) for place in range(len(drawn))], [_parts(side) for side in drawn]
        )
        return exported(figure, name, title, "; ".join(sentences) + ".", read)


def _parts(side: Side) -> str:
    """Every gain and payment of a side."""
    parts = ", ".join(f"{part} {wording.signed(amount, 'EUR')}" for part, amount in side.parts.items())
    return f"{side.scenario}, {side.who}: {parts}; left {wording.number(side.net, 'EUR')} EUR"


def _with_small_together(side: Side, sides: Sequence[Side]) -> dict[str, float]:
    """The parts of a side; what is small on it in every design is put together, gains and payments apart."""
    others = [other for other in sides if other.who == side.who]
    parts: dict[str, float] = {}
    for part, amount in side.parts.items():
        if amount:
            large = any(_share(other, part) >= SMALL for other in others)
            word = part if large else "other gains" if amount > 0 else "other payments"
            parts[word] = parts.get(word, 0.0) + amount
    return parts


def _share(side: Side, part: str) -> float:
    """A part of all that its side gains, or of all that it pays."""
    amount = side.parts.get(part, 0.0)
    whole = sum(abs(other) for other in side.parts.values() if other * amount > 0)
    return abs(amount) / whole if whole else 0.0


def _colours(sides: Sequence[Side]) -> dict[str, str]:
    """A colour for each part: gains first, then payments, in the order in which they appear."""
    gained = list(dict.fromkeys(part for side in sides for part, amount in side.parts.items() if amount > 0))
    paid = list(dict.fromkeys(part for side in sides for part, amount in side.parts.items() if amount < 0))
    paid = [part for part in paid if part not in gained]
    return {part: GAINS[i % len(GAINS)] for i, part in enumerate(gained)} | {
        part: COSTS[i % len(COSTS)] for i, part in enumerate(paid)
    }
