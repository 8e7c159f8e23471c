"""The robustness of a comparison across parameter draws, as a page and as a chart.

Both are made from the plain object that `kith robust --json` prints, so a saved `robust.json` gives
the same page again.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from kith.experiments.analyses.robust import (
    ENOUGH,
    NOT_ROBUST,
    ROBUST,
    SAME,
    UNDECIDED,
    Robustness,
    as_object,
    decision,
)
from kith.experiments.bundles.bundle import bundle
from kith.experiments.bundles.inputs import Request
from kith.experiments.bundles.paper_tables import conclusion_cells
from kith.experiments.charts.axes import label_rows
from kith.experiments.charts.theme import INK, QUIET, REST, canvas, exported, themed
from kith.experiments.words import wording

GOOD, FAIR, SHADE = "#009E73", "#E69F00", "#DDEFE6"
COLOURS = {ROBUST: GOOD, UNDECIDED: FAIR, NOT_ROBUST: REST, SAME: REST}


def page(result: Mapping[str, Any]) -> str:
    """The page; the same draws give the same text."""
    first, second = result["scenarios"]
    template = (Path(__file__).parent / "templates" / "robust.md").read_text("utf-8")
    parts = {
        "first": first,
        "second": second,
        "summary": summary(result),
        "command": result["command"],
        "worlds": str(result["worlds"]),
        "days": f"{result['days']:,}",
        "people": f"{result['people']:,}",
        "founders": f"{result['founders']:,}",
        "version": result["model_version"],
        "drawn": str(len(result["drawn"])),
        "enough": wording.per_cent(ENOUGH),
        "lost": _lost(result),
        "table": "\n".join(_table(result)),
        "parameters": ", ".join(f"`{name}`" for name in result["drawn"]),
    }
    for name, text in parts.items():
        template = template.replace(f"{{{{ {name} }}}}", text)
    return template


def summary(result: Mapping[str, Any]) -> str:
    """The number of robust conclusions, and which they are."""
    firm = [_words(c) for c in ordered(result) if c["verdict"] == ROBUST]
    judged = sum(c["verdict"] != SAME for c in result["conclusions"])
    second = result["scenarios"][1]
    if not firm:
        return f"None of {wording.plural(judged, 'conclusion')} is robust"
    return f"{len(firm)} of {judged} conclusions are robust: `{second}` has {'; '.join(firm)}"


def ordered(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The conclusions, the most robust first."""
    return sorted(result["conclusions"], key=lambda c: -c["share"])


def picture(result: Mapping[str, Any]) -> str:
    """A chart, for each indicator, of the share of draws in which it is higher in the second scenario, as SVG."""
    first, second = result["scenarios"]
    rows = [c for c in ordered(result) if c["verdict"] != SAME]
    title = f"How often is {second} higher than {first}?"
    with themed():
        figure, (axes,) = canvas(
            title,
            f"share of {result['worlds']} parameter draws, with 95 % interval; robust if the interval is in the shaded area",
            height=1.1 + 0.26 * max(1, len(rows)),
            left=2.1,
            right=1.5,
        )
        for low, high in ((0.0, 1 - ENOUGH), (ENOUGH, 1.0)):
            axes.axvspan(low, high, color=SHADE, linewidth=0)
        axes.axvline(0.5, color=REST, linewidth=1)
        for place, c in enumerate(rows):
            share, low, high = more(c)
            axes.plot([low, high], [place, place], color=COLOURS[c["verdict"]], linewidth=2)
            axes.plot([share], [place], "o", color=COLOURS[c["verdict"]], markersize=5.5)
            axes.annotate(
                f"{wording.per_cent(share)}  {c['verdict']}",
                (1, place),
                (8, 0),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                va="center",
                fontsize=8,
                color=INK if c["verdict"] == ROBUST else QUIET,
                annotation_clip=False,
            )
        label_rows(axes, [wording.title(c["indicator"]) for c in rows])
        axes.set_xlim(-0.02, 1.02)
        axes.set_xticks(np.linspace(0, 1, 6), [wording.per_cent(x) for x in np.linspace(0, 1, 6)])
        return exported(figure, "robust", title, "; ".join(_row_words(c) for c in rows) + ".")


def more(c: Mapping[str, Any]) -> tuple[float, float, float]:
    """Share of draws in which the second scenario is higher, with its interval."""
    if c["more"] >= c["less"]:
        return c["share"], c["low"], c["high"]
    return 1 - c["share"], 1 - c["high"], 1 - c["low"]


def _table(result: Mapping[str, Any]) -> list[str]:
    lines = ["| conclusion | draws | 95 % interval | median difference | |", "|---|--:|--:|--:|---|"]
    for c in ordered(result):
        words = decision(c["verdict"], c["worlds_needed"])
        verdict = f"**{words}**" if c["verdict"] == ROBUST else words
        unit = "" if c["unit"] in ("members", "ties") else wording.unit_of(c["unit"])
        gap = f"{wording.signed(c['median_difference'], c['unit'])} {unit}".strip()
        span = f"{wording.per_cent(c['low'])} to {wording.per_cent(c['high'])}"
        lines.append(f"| {c['sentence']} | {wording.per_cent(c['share'])} | {span} | {gap} | {verdict} |")
    return lines


def _words(c: Mapping[str, Any]) -> str:
    sign = "more" if c["more"] >= c["less"] else "less"
    return f"{sign} {wording.title(c['indicator'])} ({wording.per_cent(c['share'])})"


def _row_words(c: Mapping[str, Any]) -> str:
    share, low, high = more(c)
    name = wording.title(c["indicator"])
    return f"{name}: {wording.per_cent(share)}, {wording.per_cent(low)} to {wording.per_cent(high)}, {c['verdict']}"


def _lost(result: Mapping[str, Any]) -> str:
    failed = len(result["failures"])
    return f" {wording.plural(failed, 'run')} failed; their draws are left out." if failed else ""


def write_robustness(robustness: Robustness, folder: Path, request: Request | None = None) -> None:
    """Write the bundle: `robust.md` with `robust.svg`, the conclusions, and a row per draw and scenario."""
    result = as_object(robustness)
    with bundle(
        folder,
        f"Robustness: {robustness.first} and {robustness.second}",
        request,
        command=robustness.command,
        description=summary(result),
        plans=robustness.plans,
    ) as inside:
        inside.values("robust.json", result, "the conclusions as one object")
        inside.text("robust.md", page(result), "the page")
        inside.text("robust.svg", picture(result) + "\n", "how often each indicator is higher")
        inside.frame(
            "worlds", robustness.values, "a row per draw and scenario: the parameters drawn, and indicators"
        )
        inside.frame("conclusions", pd.DataFrame(result["conclusions"]), "a row per conclusion")
        inside.latex("conclusions", conclusion_cells(result), f"Conclusions in {robustness.worlds} draws")
