"""What many worlds say about two scenarios, as a page and as a picture.

Both are made of the plain object that `kith robust --json` prints, so a kept `robust.json` gives
the same page again.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

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
from kith.experiments.charts.axes import label_rows
from kith.experiments.charts.theme import INK, QUIET, REST, canvas, exported, themed
from kith.experiments.escaping import for_csv
from kith.experiments.files import whole_folder, write_text
from kith.experiments.reports.outputs import as_json
from kith.experiments.words import wording

GOOD, FAIR, SHADE = "#009E73", "#E69F00", "#DDEFE6"
COLOURS = {ROBUST: GOOD, UNDECIDED: FAIR, NOT_ROBUST: REST, SAME: REST}


def page(told: Mapping[str, Any]) -> str:
    """The page: the same text for the same worlds."""
    first, second = told["scenarios"]
    template = (Path(__file__).parent / "templates" / "robust.md").read_text("utf-8")
    parts = {
        "first": first,
        "second": second,
        "summary": summary(told),
        "command": told["command"],
        "worlds": str(told["worlds"]),
        "days": f"{told['days']:,}",
        "people": f"{told['people']:,}",
        "founders": f"{told['founders']:,}",
        "version": told["model_version"],
        "drawn": str(len(told["drawn"])),
        "enough": wording.per_cent(ENOUGH),
        "lost": _lost(told),
        "table": "\n".join(_table(told)),
        "parameters": ", ".join(f"`{name}`" for name in told["drawn"]),
    }
    for name, text in parts.items():
        template = template.replace(f"{{{{ {name} }}}}", text)
    return template


def summary(told: Mapping[str, Any]) -> str:
    """How many conclusions are robust, and which."""
    firm = [_words(c) for c in ordered(told) if c["verdict"] == ROBUST]
    judged = sum(c["verdict"] != SAME for c in told["conclusions"])
    second = told["scenarios"][1]
    if not firm:
        return f"None of {judged} conclusions is robust"
    return f"{len(firm)} of {judged} conclusions are robust: `{second}` has {'; '.join(firm)}"


def ordered(told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The conclusions, the firmest first."""
    return sorted(told["conclusions"], key=lambda c: -c["share"])


def picture(told: Mapping[str, Any]) -> str:
    """For each indicator the share of worlds in which the second scenario has more, with its interval, as SVG."""
    first, second = told["scenarios"]
    rows = [c for c in ordered(told) if c["verdict"] != SAME]
    title = f"In how many worlds has {second} more than {first}?"
    with themed():
        figure, (axes,) = canvas(
            title,
            f"share of {told['worlds']} worlds with its 95 % interval; robust where it lies in the shade",
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
    """Share of worlds in which the second has more, with the interval of the conclusion seen from there."""
    if c["more"] >= c["less"]:
        return c["share"], c["low"], c["high"]
    return 1 - c["share"], 1 - c["high"], 1 - c["low"]


def _table(told: Mapping[str, Any]) -> list[str]:
    lines = ["| conclusion | worlds | 95 % interval | median gap | |", "|---|--:|--:|--:|---|"]
    for c in ordered(told):
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


def _lost(told: Mapping[str, Any]) -> str:
    failed = len(told["failures"])
    return f" {wording.plural(failed, 'run')} failed; their worlds do not count." if failed else ""


def write_robustness(found: Robustness, folder: Path) -> None:
    """`robust.md` with `robust.svg`, `robust.json`, and `worlds.csv`, a row per world and scenario."""
    told = as_object(found)
    with whole_folder(folder) as inside:
        write_text(inside / "robust.json", as_json(told) + "\n")
        write_text(inside / "robust.md", page(told))
        write_text(inside / "robust.svg", picture(told) + "\n")
        (inside / "worlds.csv").write_text(for_csv(found.values), encoding="utf-8")
