"""Console output of `kith calibrate` and `kith forecast`."""

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from kith.experiments.calibration.calibrate import Calibration
from kith.experiments.calibration.forecast.ahead import Forecast, series_in
from kith.experiments.calibration.forecast.joins import WORDS
from kith.experiments.calibration.forecast.verdict import means
from kith.experiments.calibration.recovery import Recovery
from kith.experiments.calibration.words import (
    ledger,
    not_known,
    recovered_in_words,
    statistic_cells,
    summary,
)
from kith.experiments.statistics.tables import nulled
from kith.experiments.words.terminal import aligned, printer

if TYPE_CHECKING:
    import pandas as pd


def show_calibration(fit: Calibration) -> None:
    """What was fitted and met, what the log tells of each parameter, how forecasts of the past went."""
    out = printer()
    _paragraph(out, summary(fit))
    for note in fit.notes:
        _paragraph(out, f"Note: {note}.")
    _table(
        out,
        ("statistic", "real", "fitted", "90 % interval", "tolerance", "met"),
        [statistic_cells(row) for row in fit.table.to_dict("records")],
    )
    _table(out, ("parameter", "prior 90 %", "median", "90 % interval", "spread", ""), ledger(fit))
    _paragraph(out, not_known(fit))
    if fit.held is not None:
        _show_held(out, fit.held)
        for sentence in fit.verdict:
            _paragraph(out, sentence)


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
    _table(out, (*(("arm",) if forecast.arms else ()), f"{window} days from", *series), rows)
    _paragraph(
        out,
        f"Medians and 90 % bands of {forecast.runs} runs at draws of the posterior, anchored to the last three windows seen. "
        f"Joins are not predicted by the model but guessed: {WORDS}.",
    )
    for sentence in forecast.fit.verdict or ["This fit has no record: it was made with --holdout 0."]:
        _paragraph(out, sentence)
    for note in forecast.fit.notes:
        _paragraph(out, f"Note: {note}.")


def recovery_object(recovery: Recovery) -> dict[str, Any]:
    """The recovery as plain values for JSON."""
    return {
        "logs": recovery.logs,
        "coverage": recovery.pooled.value,
        "coverage_low": recovery.pooled.low,
        "coverage_high": recovery.pooled.high,
        "flat_ranks": recovery.flat,
        "error": recovery.ratio,
        "parameters": [nulled(row) for row in recovery.table.to_dict("records")],
    }


def show_recovery(recovery: Recovery) -> None:
    """Coverage and ranks by parameter, and pooled."""
    out = printer()
    rows = [
        (
            row["parameter"],
            f"{100 * row['coverage']:.0f} %",
            f"{row['mean_rank']:.2f}",
            f"{row['p']:.2f}",
            f"{row['error']:.2f}",
        )
        for row in recovery.table.to_dict("records")
    ]
    _table(out, ("parameter", "90 % interval holds", "mean rank", "p of flat ranks", "error / prior's"), rows)
    _paragraph(out, recovered_in_words(recovery))


def _show_held(out: Console, held: "pd.DataFrame") -> None:
    rows = [
        (
            row["target"],
            row["forecaster"],
            f"{row['mae']:.3g}",
            *(
                "–" if row[name] != row[name] else f"{row[name]:.{digits}g}"
                for name, digits in (("relative", 2), ("crps", 3))
            ),
            "–" if row["coverage"] != row["coverage"] else f"{100 * row['coverage']:.0f} %",
        )
        for row in means(held).to_dict("records")
    ]
    _table(out, ("held out", "forecaster", "error", "relative", "CRPS", "90 % band holds"), rows)


def _table(out: Console, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    lines: list[Text | list[Text]] = [[Text(words, style="dim") for words in head]]
    lines += [[Text(cell) for cell in row] for row in rows]
    out.print(aligned(lines, right=range(1, len(head))))
    out.print()


def _paragraph(out: Console, words: str) -> None:
    out.print(Text(fill(words, out.width)))
