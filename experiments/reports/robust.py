"""The robustness of a comparison across parameter draws, as a page and as a chart.

Both are made from the plain object that `kith robust --json` prints, so a saved `robust.json` gives
the same page again.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from kith.experiments.analyses.robust import Robustness, as_object
from kith.experiments.bundles.bundle import bundle
from kith.experiments.bundles.inputs import Request
from kith.experiments.bundles.paper_tables import conclusion_cells
from kith.experiments.charts.axes import label_rows
from kith.experiments.charts.theme import INK, QUIET, REST, canvas, exported, themed
from kith.experiments.statistics.conclusions import (
    AGREE,
    ENOUGH,
    LUCK,
    NOT_ROBUST,
    ROBUST,
    SAME,
    UNDECIDED,
    decision,
)
from kith.experiments.statistics.luck_and_parameters import least_share
from kith.experiments.statistics.units import OF_ROW, with_units
from kith.experiments.words import wording
from kith.experiments.words.parameters_apart import parameters_apart, too_few

GOOD, FAIR, SHADE = "#009E73", "#E69F00", "#DDEFE6"
COLOURS = {ROBUST: GOOD, UNDECIDED: FAIR, NOT_ROBUST: REST, SAME: REST}

APART = (
    "Half of the 90 % intervals that luck alone and the parameters alone would give the difference of one pair, in its units, from "
    "a one-way analysis of variance (pairs of the same draw differ by luck, draws by their parameters as well), and the share of "
    "the variance that the parameters explain. If a conclusion is not robust because of *luck*, more pairs for each draw would make "
    "it robust, about as many as given. If it is because of the *parameters*, no number of pairs would: draws differ in truth, "
    f"and only knowledge of the parameters would help. One of the two is named if {wording.per_cent(AGREE)} of bootstrap resamples "
    "of the draws agree; where it says *luck or parameters*, more pairs would tell. *Few draws*: even if all agreed, it would not "
    "be robust."
)
ONE = (
    "With one pair for each draw, luck cannot be told from the parameters, and a difference too small to show in one pair of "
    "runs cannot be robust; two pairs or more tell them apart."
)
REGRET = (
    "The better scenario of a draw is chosen by its other pairs and judged by the pair that is left out, each in turn, so "
    "that luck is not counted as a loss. That errs to the other side: where luck is large, the regret is larger than this, and "
    "a value below zero means none that could be seen."
)
REGRET_OF_ONE = "With one pair for each draw it contains luck, and is too large."


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
        "pairs": wording.plural(result["pairs"], "pair"),
        "days": f"{result['days']:,}",
        "people": f"{result['people']:,}",
        "founders": f"{result['founders']:,}",
        "version": result["model_version"],
        "drawn": str(len(result["drawn"])),
        "enough": wording.per_cent(ENOUGH),
        "lost": _lost(result),
        "spreads": "\n".join(_spreads(result)),
        "table": "\n".join(_table(result)),
        "regret": REGRET if result["pairs"] > 1 else REGRET_OF_ONE,
        "regrets": "\n".join(_regrets(result)),
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
    lines = [
        "| conclusion | draws | 95 % interval | median difference | | because of |",
        "|---|--:|--:|--:|---|---|",
    ]
    for c in ordered(result):
        words = decision(c["verdict"], c["worlds_needed"])
        verdict = f"**{words}**" if c["verdict"] == ROBUST else words
        span = f"{wording.per_cent(c['low'])} to {wording.per_cent(c['high'])}"
        gap = amount(c["median_difference"], c["unit"], sign=True)
        cells = [c["sentence"], wording.per_cent(c["share"]), span, gap, verdict, because(c)]
        lines.append(f"| {' | '.join(cells)} |".replace("|  |", "| |"))
    return lines


def _spreads(result: Mapping[str, Any]) -> list[str]:
    """The part of the page that tells luck from the parameters; with one pair for each draw, that it cannot."""
    if result["pairs"] == 1:
        return [ONE]
    lines = [APART, "", "| difference of one pair | by luck | by parameters | share of the variance |"]
    lines.append("|---|--:|--:|--:|")
    least = least_share(result["worlds"], result["pairs"])
    for c in ordered(result):
        if c["verdict"] != SAME:
            of_parameters = parameters_apart(
                c["luck"], c["parameters"], c["share_parameters"], least, c["unit"]
            )
            cells = (wording.title(c["indicator"]), wording.plus_minus(c["luck"], c["unit"]), *of_parameters)
            lines.append(f"| {' | '.join(cells)} |")
    if any(c["share_parameters"] == 0.0 for c in ordered(result)):
        lines += ["", too_few(result["worlds"])]
    return lines


def because(c: Mapping[str, Any]) -> str:
    """Why a conclusion is not robust; if by luck, with the number of pairs that would make it so."""
    if c["because"] != LUCK:
        return str(c["because"])
    return f"{LUCK}; about {wording.runs(c['pairs_needed'])} pairs for each draw"


def amount(value: float | None, unit: str, sign: bool = False) -> str:
    """A difference with its unit, `–` where there is none; its own sign only if it is asked for or below zero."""
    if value is None:
        return wording.DASH
    shown = wording.signed(value, unit)
    name = "" if unit in ("members", "ties") else wording.unit_of(unit)
    return f"{shown if sign else shown.removeprefix('+')} {name}".strip()


def _regrets(result: Mapping[str, Any]) -> list[str]:
    first, second = result["scenarios"]
    lines = [f"| indicator | always {first} | always {second} |", "|---|--:|--:|"]
    for c in ordered(result):
        if c["verdict"] != SAME:
            lost = (amount(c[f"regret_{which}"], c["unit"]) for which in ("first", "second"))
            lines.append(f"| {wording.title(c['indicator'])} | {' | '.join(lost)} |")
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
    return f" {wording.plural(failed, 'run')} failed; their pairs are left out." if failed else ""


def write_robustness(robustness: Robustness, folder: Path, request: Request | None = None) -> None:
    """Write the bundle: `robust.md` with `robust.svg`, the conclusions, and a row per draw, pair and scenario."""
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
            "worlds",
            robustness.values,
            "a row per draw, pair and scenario: the seed, the parameters drawn, and indicators",
        )
        table = with_units(pd.DataFrame(result["conclusions"]), luck=OF_ROW, parameters=OF_ROW)
        inside.frame("conclusions", table, "a row per conclusion")
        inside.latex("conclusions", conclusion_cells(result), f"Conclusions in {robustness.worlds} draws")
