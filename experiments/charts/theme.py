"""The theme of all charts, and their export as SVG that is identical on every machine.

Colours are Okabe & Ito's (scenarios) and Tol's muted set (causes), both distinguishable with colour-blindness.
Text stays text (`svg.fonttype: none`), ids come from content, and no date or machine name
is written.
"""

import io
import json
import re
import textwrap
import threading
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Literal, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kith.experiments.escaping import for_svg, visible

SCENARIOS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#4D4D4D")

CAUSES = {
    "background": "#C3C8D0",
    "newcomer": "#88CCEE",
    "value": "#332288",
    "price": "#AA4499",
    "overload": "#999933",
    "belonging": "#117733",
    "hub": "#882255",
    "contagion": "#CC6677",
    "unfairness": "#DDCC77",
    "few_ties": "#44AA99",
    "shock": "#30343B",
    "ignored_voice": "#6699CC",
    "harassment": "#661100",
    "competitor": "#EE8866",
    "unwanted": "#AAAA00",
    "disputes": "#77AADD",
    "selling": "#BBCC33",
    "unsubscribed": "#D6D9DE",
}

CHANNELS = {
    "external": "#C3C8D0",
    "imitation": "#88CCEE",
    "paid": "#DDCC77",
    "hub": "#882255",
    "search": "#44AA99",
    "referral": "#117733",
    "return": "#332288",
    "campaign": "#CC6677",
    "given": "#661100",
}

LAYERS = {"dormant": "#ECEEF1", "audience": "#C6DBEF", "member": "#5A9FCF", "internal": "#0B4F80"}

GAIN, LOSS, TOTAL = "#0072B2", "#AEB6C0", "#30343B"
INK, QUIET, RULE, REST = "#1F2933", "#5F6B7A", "#E3E7EC", "#9AA5B1"

WIDTH = 8.0
"""Width of a full chart, inches."""

NARROW = 4.3
"""Width of a chart on a phone, inches: its text is as large there as elsewhere."""

_phone: ContextVar[bool] = ContextVar("phone", default=False)


class Figured(NamedTuple):
    """A chart as files want it: for screens and for print, with its title and the words of its description."""

    name: str
    title: str
    words: str
    svg: str
    pdf: bytes


_collecting: ContextVar[list[Figured] | None] = ContextVar("collecting", default=None)

_RC: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "kith",
    "text.parse_math": False,
    "font.family": ["DejaVu Sans"],
    "font.size": 9.0,
    "text.color": INK,
    "axes.edgecolor": REST,
    "axes.labelcolor": QUIET,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.unicode_minus": True,
    "grid.color": RULE,
    "grid.linewidth": 0.8,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.major.size": 3.0,
    "ytick.major.size": 0.0,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
}

_DRAWING = threading.RLock()

ROW_NAMES = 1.0
"""A left margin above this many inches is for the names of rows."""


def colours(labels: Iterable[str]) -> dict[str, str]:
    """A colour for each scenario, by its place; the same on every chart of a comparison."""
    return {label: SCENARIOS[place % len(SCENARIOS)] for place, label in enumerate(labels)}


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, from 0, black, to 1, white (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(colour: str, other: str) -> float:
    """Contrast of two colours, from 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((luminance(colour), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@cache
def readable(colour: str) -> str:
    """The colour, darkened until text in it has a contrast of 4.5 on white (WCAG AA)."""
    shade = colour
    for percent in range(100, 0, -2):
        parts = [int(colour[i : i + 2], 16) * percent // 100 for i in (1, 3, 5)]
        shade = "#" + "".join(f"{part:02X}" for part in parts)
        if contrast(shade, "#FFFFFF") >= 4.5:
            break
    return shade


@contextmanager
def themed() -> Iterator[None]:
    """The theme for the charts drawn inside; one thread at a time, since matplotlib is not thread-safe."""
    with _DRAWING, mpl.rc_context(rc=_RC):
        yield


@contextmanager
def drawn_for(phone: bool) -> Iterator[None]:
    """Draw the charts inside for a phone, or for wide windows and paper."""
    token = _phone.set(phone)
    try:
        yield
    finally:
        _phone.reset(token)


@contextmanager
def collected() -> Iterator[list[Figured]]:
    """The list of all charts drawn inside for wide windows and paper, which grows as they are drawn."""
    figures: list[Figured] = []
    token = _collecting.set(figures)
    try:
        yield figures
    finally:
        _collecting.reset(token)


def narrow() -> bool:
    """Whether charts are drawn for a phone."""
    return _phone.get()


def canvas(
    title: str,
    subtitle: str,
    height: float = 3.2,
    left: float = 0.65,
    right: float = 1.35,
    bottom: float = 0.45,
    rows: tuple[float, ...] = (1.0,),
    width: float = WIDTH,
) -> tuple[Figure, list[Axes]]:
    """A figure with its title above; margins in inches, panels one above the other.

    `rows` are the relative heights of the panels, from the top. On a phone, titles are broken, and a wide left margin,
    which is for the names of rows, goes: `label_rows` writes them above the rows.
    """
    top = 0.6
    if narrow():
        width = min(width, NARROW)
        if left > ROW_NAMES:
            left, height = 0.08, 1.3 * height
        title, subtitle = textwrap.fill(title, 38), textwrap.fill(subtitle, 54)
        more = 0.19 * title.count("\n") + 0.16 * subtitle.count("\n")
        top, height = top + more, height + more
    below = 0.27 + 0.19 * title.count("\n")
    figure = Figure(figsize=(width, height))
    figure.text(0.0, 1 - 0.04 / height, title, va="top", ha="left", fontsize=11.5, fontweight="bold")
    figure.text(0.0, 1 - below / height, subtitle, va="top", ha="left", fontsize=9, color=QUIET)
    grid = figure.add_gridspec(
        len(rows),
        1,
        height_ratios=rows,
        left=left / width,
        right=1 - right / width,
        bottom=bottom / height,
        top=1 - top / height,
        hspace=0.28,
    )
    return figure, [figure.add_subplot(grid[place]) for place in range(len(rows))]


class Hover(NamedTuple):
    """What pointing at a chart reads: words at places along one of its axes."""

    axes: Axes
    along: Literal["x", "y"]
    places: Sequence[float]
    words: Sequence[str]

    def attribute(self, figure: Figure) -> str:
        """Places in the units of the picture with their words, as an attribute of its element."""
        x, y = self.axes.get_xlim()[0], self.axes.get_ylim()[0]
        points = [(place, y) if self.along == "x" else (x, place) for place in self.places]
        pixels: Any = self.axes.transData.transform(points) * 72 / figure.dpi if points else []
        height = 72 * figure.get_figheight()
        at = [round(float(px if self.along == "x" else height - py), 1) for px, py in pixels]
        packed = json.dumps({"along": self.along, "at": at, "words": list(self.words)}, ensure_ascii=False)
        return f' data-hover="{for_svg(packed).replace(chr(34), "&quot;")}"'


def exported(figure: Figure, name: str, title: str, words: str, hover: Hover | None = None) -> str:
    """The figure as one SVG element with a title and a description for screen readers.

    Parameters
    ----------
    figure : the drawing.
    name : unique in its document; ids start with it.
    title, words : the title and the description.
    hover : what pointing at it reads, on a page that does.
    """
    buffer = io.StringIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure.savefig(
            buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    body = visible(buffer.getvalue())
    body = re.sub(r"\A.*?(?=<svg )", "", body, flags=re.DOTALL)
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r'\bid="', f'id="{name}-', body)
    body = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{name}-", body)
    svg = _described(body, name, title, words).strip()
    figures = _collecting.get()
    if figures is not None and not narrow():
        figures.append(Figured(name, title, words, svg, _printed(figure, title)))
    return svg if hover is None else svg.replace("<svg ", f"<svg{hover.attribute(figure)} ", 1)


def _printed(figure: Figure, title: str) -> bytes:
    """The figure as PDF, without a date or a machine in it."""
    buffer = io.BytesIO()
    nobody = dict.fromkeys(("CreationDate", "Creator", "Producer"))
    with warnings.catch_warnings(), mpl.rc_context({"pdf.fonttype": 42}):
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure.savefig(buffer, format="pdf", metadata={**nobody, "Title": visible(title)})
    return buffer.getvalue()


def spread(positions: list[float], gap: float, low: float, high: float) -> list[float]:
    """Positions close to the given ones, at least `gap` apart and within [low, high]."""
    order = sorted(range(len(positions)), key=lambda i: positions[i])
    places = [min(max(positions[i], low), high) for i in order]
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + gap)
    over = max(0.0, places[-1] - high) if places else 0.0
    for i in range(len(places) - 1, -1, -1):
        ceiling = high if i == len(places) - 1 else places[i + 1] - gap
        places[i] = min(places[i], ceiling) if over else places[i]
    back = dict(zip(order, places, strict=True))
    return [back[i] for i in range(len(positions))]


def _described(body: str, name: str, title: str, words: str) -> str:
    label = f'role="img" aria-labelledby="{name}-t {name}-d" class="chart"'
    texts = f'<title id="{name}-t">{for_svg(title)}</title>\n <desc id="{name}-d">{for_svg(words)}</desc>\n '
    head, _, rest = body.partition(">")
    head = re.sub(r'\s(width|height)="[^"]*"', "", head).replace("<svg ", f"<svg {label} ", 1)
    return f"{head}>\n {texts}{rest.lstrip()}"
