"""Charts of patterns: every seed of every quantity of a pattern, with the interval and the band."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from kith.experiments.charts.theme import INK, QUIET, SCENARIOS, canvas, exported, themed
from kith.experiments.credibility.patterns.findings import number
from kith.experiments.credibility.patterns.judge import MET, PatternFinding

BAND, DOTS, GOOD, BAD = "#DDEFE6", SCENARIOS[0], SCENARIOS[2], SCENARIOS[1]

HEAD, SLOT, PANEL = 0.55, 0.92, 0.42
"inches: title; a quantity with its words and its axis; the drawing alone"


def picture(findings: Sequence[PatternFinding]) -> str:
    """The findings of one pattern as SVG; a panel per quantity, each with its own scale."""
    pattern = findings[0].pattern
    title = f"{pattern.code} {pattern.name}"
    with themed():
        height = HEAD + SLOT * len(findings)
        figure, panels = canvas(
            title,
            "a dot is a seed; the bar is the value with its 90 % interval; the shaded area is the band",
            height=height,
            rows=(1.0,) * len(findings),
        )
        for place, axes in enumerate(panels):
            axes.set_position((0.03, 1 - (HEAD + SLOT * (place + 1) - 0.3) / height, 0.94, PANEL / height))
        for axes, finding in zip(panels, findings, strict=True):
            _panel(axes, finding)
        return exported(figure, pattern.code.lower(), title, _words(findings))


def _panel(axes: Any, finding: PatternFinding) -> None:
    known, (value, low, high) = finding.known, finding.estimate
    left, right = _range(finding)
    q = finding.quantity
    if q.judged:
        axes.axvspan(max(q.low, left), min(q.high, right), color=BAND, linewidth=0)
    jitter = (np.arange(len(known)) * 0.618034) % 1 * 0.5
    axes.scatter(known, jitter, s=11, color=DOTS, alpha=0.45, linewidths=0)
    colour = INK if not q.judged else GOOD if finding.verdict == MET else BAD
    if not math.isnan(value):
        axes.plot([low, high], [0.75, 0.75], color=colour, linewidth=2.2)
        axes.plot([value], [0.75], "o", color=colour, markersize=5)
    axes.set(xlim=(left, right), ylim=(-0.1, 1.0), yticks=[])
    axes.grid(False)
    axes.tick_params(labelsize=8)
    words = f"{q.name}   {number(value)}   {finding.verdict}"
    axes.text(0.0, 1.06, words, transform=axes.transAxes, fontsize=8.5, color=QUIET)


def _range(finding: PatternFinding) -> tuple[float, float]:
    """The range of everything drawn, with a margin."""
    ends = [*finding.known, *finding.estimate, finding.quantity.low, finding.quantity.high]
    finite = [x for x in ends if math.isfinite(x)] or [0.0]
    margin = 0.06 * (max(finite) - min(finite)) or 0.5
    return min(finite) - margin, max(finite) + margin


def _words(findings: Sequence[PatternFinding]) -> str:
    return "; ".join(
        f"{f.quantity.name}: {number(f.estimate[0])}, 90 % interval {number(f.estimate[1])} to "
        f"{number(f.estimate[2])}, band {f.quantity.band}, {f.verdict}"
        for f in findings
    )
