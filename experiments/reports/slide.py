"""One slide of a comparison: the answer as a headline, one chart, three numbers with intervals, caveat, assumptions.

As SVG, PNG or PDF it is one picture; as PPTX its texts are text and its chart is PowerPoint's own, with its data.
"""

import io
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from kith.experiments.charts import theme
from kith.experiments.charts.axes import day_axis, from_zero, label_ends, short, value_axis
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.comparison.summary_sentence import comparison_answer
from kith.experiments.errors import RequestError
from kith.experiments.files import write_bytes
from kith.experiments.statistics.intervals import no_interval
from kith.experiments.words import wording
from kith.experiments.words.assumptions import differing, shown
from kith.experiments.words.levers import lever_title
from kith.extras import demand

WIDTH, HEIGHT = 13.333, 7.5
"Inches of a wide slide."
NUMBERS = ("active", "margin", "member_surplus", "churn_month_mean", "belonging")
"Outcomes on a slide, the first three that were compared."
MOST_POINTS = 60
MOST_ASSUMPTIONS = 14
ROW = 48
"Characters of a line beside the chart of a picture."
DAY_STEPS = (5, 10, 30, 60, 90, 180, 365)
"""Days between two marks of the presentation's chart."""


@dataclass(frozen=True)
class Slide:
    """What stands on it, in words, and the lines of its chart."""

    headline: str
    chart_title: str
    lines: pd.DataFrame
    "day by scenario: the median of active members"
    numbers: list[tuple[str, list[str]]]
    "outcome -> a line for each scenario"
    caveat: str
    assumptions: str
    command: str = ""
    "what repeats it, whole; an assumption names its last line"


def slide_of(c: Comparison, command: str = "", headline: str = "") -> Slide:
    """The slide of a comparison; `headline` replaces the sentence that answers it."""
    active = c.series[c.series["column"] == "active"]
    lines = active.pivot(index="day", columns="scenario", values="median")[list(c.labels)]
    outcomes = [name for name in NUMBERS if name in c.outcomes][:3]
    intervals = (
        f"95 % intervals from {wording.plural(c.runs, 'paired run')} cover chance, not whether the assumptions are right."
        if c.judged
        else f"{no_interval().capitalize()}."
    )
    return Slide(
        headline or wording.naming(comparison_answer(c).partition(" In brackets:")[0], c.labels),
        "Active members over time, median over runs",
        pd.concat([lines.iloc[: -1 : max(1, len(lines) // MOST_POINTS)], lines.iloc[-1:]]),
        [(_titled(c, name), [_line(c, name, label) for label in c.labels]) for name in outcomes],
        f"A simulation, not a forecast. {intervals}",
        _assumptions(c, command),
        command,
    )


def slide_file(slide: Slide, kind: str) -> bytes:
    """The slide as a file of a kind: svg, png, pdf or pptx."""
    return WRITERS[kind](slide)


def check_slide(path: Path) -> str:
    """The kind of a slide's file by its name; `RequestError` if there is none, or nothing to write it with."""
    kind = path.suffix.lower().removeprefix(".")
    if kind not in WRITERS:
        raise RequestError(
            f"--slide {path}: end its name with {wording.listed([f'.{k}' for k in WRITERS], 'or')}"
        )
    if kind == "pptx":
        demand("slides")
    return kind


def write_slide(slide: Slide, path: Path) -> None:
    """Write the slide as its file's name says."""
    write_bytes(path, slide_file(slide, check_slide(path)))


def _titled(c: Comparison, outcome: str) -> str:
    unit = wording.unit_of(str(c.row(outcome, c.reference)["unit"]))
    unit = "" if unit in ("members", "") else f", {unit}"
    words = f"{wording.title(outcome)}{unit}"
    return words[0].upper() + words[1:]


def _line(c: Comparison, outcome: str, label: str) -> str:
    """A scenario's mean, and its difference from the reference with the interval."""
    row, (means, gaps) = c.row(outcome, label), c.precision(outcome)
    unit = row["unit"]
    words = f"{short(label, 30 if label == c.reference else 20)}: {wording.number(row['mean'], unit, means)}"
    if label == c.reference or row["difference_low"] != row["difference_low"]:
        return words
    span = wording.span(row["difference_low"], row["difference_high"], unit, gaps, sign=True)
    sure = "" if row["resolved"] else ", not resolved"
    return f"{words} ({wording.signed(row['difference'], unit, gaps)}; {span}{sure})"


def _assumptions(c: Comparison, command: str) -> str:
    """Size, length, and what differs from the defaults in each scenario, in small print."""
    market = next(iter(c.plans.values())).parameters.market
    parts = [f"{market.size:,} people, {c.days:,} days, model {c.model_version}"]
    for label, plan in c.plans.items():
        values = [
            f"{lever_title(s.name)} {shown(s.value)}"
            for s in differing(plan)
            if not s.name.startswith("market.")
        ]
        more = f" and {len(values) - MOST_ASSUMPTIONS} more" if len(values) > MOST_ASSUMPTIONS else ""
        if values:
            parts.append(f"{label}: {', '.join(values[:MOST_ASSUMPTIONS])}{more}")
    words = ". ".join(parts) + "."
    *files, single = command.strip().splitlines() or [""]
    first = " the scenario files that Compare saves and" if files else ""
    return f"{words} Repeat with{first}: {single}" if single else words


def _wrapped(slide: Slide) -> tuple[list[tuple[str, list[str]]], float, float]:
    """The numbers in lines that fit beside the chart, their distance, and the size of their type in points."""
    for size in (10.5, 8.5, 7.0):
        width = round(ROW * 10.5 / size)
        numbers = [
            (title, [line for row in rows for line in textwrap.wrap(row, width, subsequent_indent="    ")])
            for title, rows in slide.numbers
        ]
        step = min(0.036, 0.52 / sum(len(rows) + 2.2 for _, rows in numbers))
        if 72 * HEIGHT * step > 1.25 * size:
            break
    return numbers, step, size


def figure_of(slide: Slide) -> Any:
    """The slide as a figure of Matplotlib."""
    from matplotlib.figure import Figure

    with theme.themed():
        figure = Figure(figsize=(WIDTH, HEIGHT))
        ink: dict[str, Any] = {"va": "top", "ha": "left", "color": theme.INK}
        figure.text(0.04, 0.95, textwrap.fill(slide.headline, 66), fontsize=20, fontweight="bold", **ink)
        figure.text(0.04, 0.715, slide.chart_title, fontsize=13, **ink)
        axes = figure.add_axes((0.07, 0.24, 0.45, 0.43))
        colours = theme.colours(slide.lines.columns)
        for label, colour in colours.items():
            axes.plot(slide.lines.index, slide.lines[label], color=colour, linewidth=2.6)
        axes.tick_params(labelsize=12)
        day_axis(axes, int(slide.lines.index.max()))
        value_axis(axes, "members")
        from_zero(axes)
        label_ends(axes, {label: float(slide.lines[label].iloc[-1]) for label in colours}, colours)
        (numbers, step, size), top = _wrapped(slide), 0.72
        for title, rows in numbers:
            figure.text(0.66, top, title, fontsize=1.24 * size, fontweight="bold", **ink)
            for place, row in enumerate(rows):
                figure.text(0.66, top - step * (place + 1.2), row, fontsize=size, **ink)
            top -= step * (len(rows) + 2.2)
        figure.text(0.04, 0.15, textwrap.fill(slide.caveat, 150), fontsize=11, fontweight="bold", **ink)
        ink["color"] = theme.QUIET
        figure.text(0.04, 0.105, textwrap.fill(slide.assumptions, 215, max_lines=5), fontsize=7.5, **ink)
    return figure


def _picture(slide: Slide, kind: str) -> bytes:
    with theme.themed():
        figure, file = figure_of(slide), io.BytesIO()
        dates: dict[str, Any] = {
            "svg": {"Date": None, "Creator": None},
            "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
        }
        figure.savefig(file, format=kind, dpi=150, metadata=dates.get(kind, {"Software": None}))
    return file.getvalue()


def _presentation(slide: Slide) -> bytes:
    demand("slides")
    import pptx
    from pptx.dml.color import RGBColor
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Inches, Pt

    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    page = deck.slides.add_slide(deck.slide_layouts[5])  # a title alone
    place = page.shapes.title
    place.left, place.top, place.width, place.height = (Inches(x) for x in (0.5, 0.4, 12.3, 1.35))
    place.text_frame.text = slide.headline
    place.text_frame.word_wrap, place.text_frame.vertical_anchor = True, MSO_ANCHOR.TOP
    paragraph = place.text_frame.paragraphs[0]
    paragraph.alignment, paragraph.font.bold = PP_ALIGN.LEFT, True
    paragraph.font.size = Pt(24 if len(slide.headline) < 150 else 20)

    def say(
        lines: list[tuple[str, float, bool, str]], left: float, top: float, width: float, height: float
    ) -> None:
        frame = page.shapes.add_textbox(*(Inches(x) for x in (left, top, width, height))).text_frame
        frame.word_wrap = True
        for number, (words, size, bold, colour) in enumerate(lines):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.text = words
            paragraph.font.size, paragraph.font.bold = Pt(size), bold
            paragraph.font.color.rgb = RGBColor.from_string(colour.removeprefix("#"))

    say([(slide.chart_title, 14, False, theme.INK)], 0.5, 1.8, 7.3, 0.4)
    _native_chart(page, slide, (0.5, 2.2, 7.3, 3.6))
    colours = [theme.readable(colour) for colour in theme.colours(slide.lines.columns).values()]
    rows: list[tuple[str, float, bool, str]] = []
    size = 14 if sum(len(lines) for _, lines in slide.numbers) <= 9 else 12
    for title, lines in slide.numbers:
        rows.append((title, size + 2, True, theme.INK))
        rows += [(row, size, False, colour) for row, colour in zip(lines, colours, strict=True)]
        rows.append(("", 6, False, theme.INK))
    say(rows, 8.1, 1.8, 4.8, 4.0)
    say([(slide.caveat, 12, True, theme.INK)], 0.5, 6.0, 12.3, 0.4)
    small = textwrap.shorten(slide.assumptions, 1_100, placeholder=" …")
    say([(small, 9 if len(small) < 700 else 8, False, theme.QUIET)], 0.5, 6.4, 12.3, 0.9)
    if slide.command:
        page.notes_slide.notes_text_frame.text = f"To repeat this:\n{slide.command}"
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def _native_chart(page: Any, slide: Slide, at: tuple[float, float, float, float]) -> None:
    """The lines as a chart of PowerPoint's own, with its data."""
    from pptx.chart.data import XyChartData
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
    from pptx.util import Inches, Pt

    data = XyChartData()
    for label in slide.lines.columns:
        series = data.add_series(short(label, 40))
        for day, value in slide.lines[label].items():
            if not np.isnan(value):
                series.add_data_point(int(day), float(value))
    frame = page.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS, *(Inches(x) for x in at), data)
    chart = frame.chart
    chart.has_legend, chart.has_title = True, False
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.font.size = Pt(12)
    last = float(slide.lines.index.max() + 1)
    days, members = chart.category_axis, chart.value_axis
    days.minimum_scale, days.maximum_scale = 0.0, last
    days.major_unit = next((unit for unit in DAY_STEPS if last / unit <= 8), last)
    days.has_major_gridlines = False
    members.minimum_scale = 0.0
    for axis, words in ((days, "day"), (members, "members")):
        axis.has_title = True
        axis.axis_title.text_frame.text = words
        text = axis.axis_title.text_frame.paragraphs[0].font
        text.size, text.bold = Pt(12), False
        axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = "#,##0", False
        axis.format.line.color.rgb = RGBColor.from_string(theme.RULE.removeprefix("#"))
    members.major_gridlines.format.line.color.rgb = RGBColor.from_string(theme.RULE.removeprefix("#"))
    for line, colour in zip(chart.plots[0].series, theme.colours(slide.lines.columns).values(), strict=True):
        line.format.line.color.rgb = RGBColor.from_string(colour.removeprefix("#"))
        line.format.line.width = Pt(2.5)
        line.smooth = False


WRITERS: dict[str, Callable[[Slide], bytes]] = {
    "svg": lambda slide: _picture(slide, "svg"),
    "png": lambda slide: _picture(slide, "png"),
    "pdf": lambda slide: _picture(slide, "pdf"),
    "pptx": _presentation,
}
"""Kinds of files, and what makes them."""
