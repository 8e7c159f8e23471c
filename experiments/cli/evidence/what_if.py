"""`kith compare A B --posterior BUNDLE`: what a change does, with luck and ignorance of the parameters apart."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

from rich.text import Text

from kith.experiments.calibration.bundle import read_bundle
from kith.experiments.calibration.what_if import OUTCOMES, WhatIf, what_if
from kith.experiments.cli.evidence.printed_calibration import print_table
from kith.experiments.cli.progress import Waiting
from kith.experiments.cli.requests import announce_compilation, overrides, print_json
from kith.experiments.errors import RequestError
from kith.experiments.statistics.tables import nulled
from kith.experiments.words import wording
from kith.experiments.words.parameters_apart import parameters_apart, too_few
from kith.experiments.words.terminal import printer

if TYPE_CHECKING:
    from kith.experiments.comparison.arms import Arm

SEEDS = 2
LONGEST = 12
"letters of a scenario's label in the head of a table"


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
        plain: dict[str, Any] = {
            "first": result.first,
            "second": result.second,
            "draws": result.draws,
            "seeds": result.seeds,
        }
        plain["notes"] = list(result.notes)
        print_json(plain | {"outcomes": [nulled(row) for row in result.table.to_dict("records")]})
        return
    show(result)


def show(result: WhatIf) -> None:
    """Both scenarios with the difference on average, then what makes it vary, in two tables that fit 80 columns."""
    out = printer()
    rows = result.table.to_dict("records")
    heads = [result.first, result.second]
    if max(map(len, heads)) > LONGEST:
        out.print(Text(fill(f"A: {result.first}   B: {result.second}", out.width)))
        heads = ["A", "B"]
    print_table(out, ("", *heads, "difference", "90 % interval"), map(_on_average, rows))
    print_table(out, ("one pair of runs", "90 % interval", "luck", "parameters", "share"), map(_apart, rows))
    words = (
        f"{result.draws} draws of the posterior with {result.seeds} seeds each, the same random draws in both scenarios. "
        "The first interval is that of the difference on average over luck, the second that of a single pair of runs, which "
        "is what one future may bring. ± is what luck and what the parameters would give a pair on their own; the share is the "
        "parameters' of its variance, the rest is luck."
    )
    if any(row["share_parameters"] == 0.0 for row in rows):
        words += f" {too_few(result.draws)}"
    for said in (words, *(f"Note: {note}." for note in result.notes)):
        out.print(Text(fill(said, out.width), style="dim"))
    for row in rows:
        if row["rests_on"]:
            said = f"{wording.title(row['outcome'])}: the difference rests on the prior of {row['rests_on']}, which the log does not tell."
            out.print(Text(fill(said, out.width)))


def _on_average(row: Mapping[str, Any]) -> tuple[str, ...]:
    unit, half = row["unit"], (row["high"] - row["low"]) / 2.0
    return (
        wording.title(row["outcome"]),
        *(wording.number(row[name], unit, half) for name in ("first", "second")),
        wording.signed(row["difference"], unit, half),
        wording.span(row["low"], row["high"], unit, sign=True),
    )


def _apart(row: Mapping[str, Any]) -> tuple[str, ...]:
    unit, halves = row["unit"], (row["luck"], row["parameters"])
    return (
        wording.title(row["outcome"]),
        wording.span(row["low_run"], row["high_run"], unit, sign=True),
        wording.plus_minus(row["luck"], unit),
        *parameters_apart(*halves, row["share_parameters"], row["least_share"], unit),
    )
