"""Console output of `kith calibrate` and `kith forecast`."""

from collections.abc import Iterable, Sequence
from textwrap import fill
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from kith.experiments.calibration.calibrate import Calibration
from kith.experiments.calibration.forecast.ahead import Forecast, series_in
from kith.experiments.calibration.forecast.joins import WORDS
from kith.experiments.calibration.words import (
    ledger,
    not_known,
    statistic_cells,
    summary,
)
from kith.experiments.reports.fits.calibration import held_cells
from kith.experiments.words.terminal import aligned, printer

if TYPE_CHECKING:
    pass


def show_calibration(fit: Calibration) -> None:
    """What was fitted and met, what the log tells of each parameter, how forecasts of the past went."""
    out = printer()
    print_paragraph(out, summary(fit))
    for note in fit.notes:
        print_paragraph(out, f"Note: {note}.")
    print_table(
        out,
        ("statistic", "real", "fitted", "90 % interval", "tolerance", "met"),
        [statistic_cells(row) for row in fit.table.to_dict("records")],
    )
    print_table(out, ("parameter", "prior 90 %", "median", "90 % interval", "spread", ""), ledger(fit))
    print_paragraph(out, not_known(fit))
    if fit.held is not None:
        out.print()
        print_table(
            out, ("held out", "forecaster", "error", "relative", "CRPS", "90 % band holds"), held_cells(fit)
        )
        for sentence in fit.verdict:
            print_paragraph(out, sentence)


def show_forecast(forecast: Forecast) -> None:
    """A row per window, and the record."""
    out = printer()
    rows = [
        (
            *((row["arm"],) if forecast.arms else ()),
            row["from"],
            *(
                f"{row[name]:,.0f} ({row[f'{name}_low']:,.0f}–{row[f'{name}_high']:,.0f})"
                for name in series_in(forecast.table)
            ),
        )
        for row in forecast.table.to_dict("records")
    ]
    window = 0 if forecast.fit.past is None else forecast.fit.past.window
    series = ("active" if name == "actives" else name for name in series_in(forecast.table))
    print_table(out, (*(("arm",) if forecast.arms else ()), f"{window} days from", *series), rows)
    print_paragraph(
        out,
        f"Medians and 90 % bands of {forecast.runs} runs at draws of the posterior, anchored to the last three windows seen. "
        f"Joins are not predicted by the model but guessed: {WORDS}.",
    )
    for sentence in forecast.fit.verdict or ["This fit has no record: it was made with --holdout 0."]:
        print_paragraph(out, sentence)
    for note in forecast.fit.notes:
        print_paragraph(out, f"Note: {note}.")


def print_table(out: Console, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table with a dim head; all columns but the first to the right."""
    lines: list[Text | list[Text]] = [[Text(words, style="dim") for words in head]]
    lines += [[Text(cell) for cell in row] for row in rows]
    out.print(aligned(lines, right=range(1, len(head))))
    out.print()


def print_paragraph(out: Console, words: str) -> None:
    """Words, filled to the width of the terminal."""
    out.print(Text(fill(words, out.width)))
