"""`kith compare A B --posterior BUNDLE`: what a change does, with luck and ignorance of the parameters apart."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from rich.text import Text

from kith.experiments.calibration.bundle import read_bundle
from kith.experiments.calibration.what_if import OUTCOMES, WhatIf, what_if
from kith.experiments.cli.progress import Waiting
from kith.experiments.cli.requests import announce_compilation, overrides, print_json
from kith.experiments.errors import RequestError
from kith.experiments.statistics.tables import nulled
from kith.experiments.words import wording
from kith.experiments.words.terminal import WIDTH, aligned, printer

if TYPE_CHECKING:
    from kith.experiments.comparison.arms import Arm

SEEDS = 2


def compare_at_draws(
    posterior: Path,
    scenarios: "list[str | Arm]",
    runs: int | None,
    outcomes: list[str] | None,
    days: int | None,
    settings: list[str] | None,
    workers: int | None,
    json: bool,
    others: Mapping[str, object],
) -> None:
    """Run the comparison and show it; `runs` is the number of draws."""
    given = next((name for name, value in others.items() if value), None)
    if given is not None:
        raise RequestError(
            f"{given} cannot be combined with --posterior; put it into a scenario file, or leave it out"
        )
    fit = read_bundle(posterior)
    announce_compilation()
    with Waiting("comparing", "runs") as waiting:
        result = what_if(
            fit,
            scenarios,
            24 if runs is None else runs,
            SEEDS,
            days,
            overrides(settings),
            tuple(outcomes or OUTCOMES),
            workers,
            waiting,
        )
    if json:
        plain = {"first": result.first, "second": result.second, "draws": result.draws, "seeds": result.seeds}
        print_json(plain | {"outcomes": [nulled(row) for row in result.table.to_dict("records")]})
        return
    _show(result)


def _show(result: WhatIf) -> None:
    out = printer()
    head = (
        "",
        result.first,
        result.second,
        "difference",
        "90 % interval",
        "of luck",
        "of parameters",
        "share",
    )
    lines: list[Text | list[Text]] = [[Text(words, style="dim") for words in head]]
    for row in result.table.to_dict("records"):
        cells = (
            wording.title(row["outcome"]),
            *(f"{row[name]:.4g}" for name in ("first", "second")),
            f"{row['difference']:+.3g}",
            f"{row['low']:+.3g} to {row['high']:+.3g}",
            *(f"± {row[name]:.3g}" for name in ("luck", "parameters")),
            "–"
            if row["share_parameters"] != row["share_parameters"]
            else f"{100 * row['share_parameters']:.0f} %",
        )
        lines.append([Text(cell) for cell in cells])
    out.print(aligned(lines, right=range(1, len(head))))
    words = (
        f"{result.draws} draws of the posterior with {result.seeds} seeds each, the same random draws in both scenarios. "
        "The share is that of the variance which the parameters leave open; the rest is luck."
    )
    out.print(Text(fill(words, WIDTH), style="dim"))
    for row in result.table.to_dict("records"):
        if row["rests_on"]:
            said = f"{wording.title(row['outcome'])}: the difference rests on the prior of {row['rests_on']}, which the log does not tell."
            out.print(Text(fill(said, WIDTH)))
