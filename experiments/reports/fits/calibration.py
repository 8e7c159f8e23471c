"""One offline HTML file for a fit, and one for a forecast."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from kith.experiments.calibration.calibrate import Calibration
from kith.experiments.calibration.forecast.ahead import Forecast, series_in
from kith.experiments.calibration.forecast.joins import WORDS
from kith.experiments.calibration.forecast.verdict import means
from kith.experiments.calibration.words import ledger, not_known, statistic_cells, summary
from kith.experiments.charts.forecast import forecast_chart
from kith.experiments.reports.comparison import page_template, versions
from kith.experiments.reports.widths import both, for_phone
from kith.experiments.words.wording import plural, three_digits
from kith.sim.engine import MODEL_VERSION

ROW = tuple[str, ...]


def calibration_page(fit: Calibration, command: str = "") -> str:
    """The report of a fit as one HTML page."""
    return page_template("calibration.html.j2").render(
        title=f"{fit.label}, fitted",
        question="What does this community's past say of the model, and what not?",
        answer=summary(fit),
        notes=[f"{note[0].upper()}{note[1:]}" for note in fit.notes],
        chart=Markup(""),
        tables=[
            (
                "Met and missed",
                ("statistic", "real", "fitted", "90 % interval", "tolerance", "met"),
                [statistic_cells(r) for r in by_misfit(fit)],
            ),
            (
                "What was learnt",
                ("parameter", "prior 90 %", "median", "90 % interval", "spread / prior's", ""),
                ledger(fit),
            ),
            *([] if fit.held is None else [("Forecasts of the past", HELD, held_cells(fit))]),
        ],
        unknown=not_known(fit),
        verdict=fit.verdict,
        command=command,
        versions=versions(MODEL_VERSION),
    )


def forecast_page(forecast: Forecast, command: str = "") -> str:
    """The report of a forecast as one HTML page."""
    fit = forecast.fit
    return page_template("calibration.html.j2").render(
        title=f"{fit.label}: {plural(forecast.days, 'day')} ahead",
        question="How does this community go on?",
        answer=(
            f"Medians and 90 % bands of {plural(forecast.runs, 'run')} at draws of the posterior, anchored to the last three "
            f"windows seen. Joins are guessed: {WORDS}."
        ),
        notes=[f"{note[0].upper()}{note[1:]}" for note in fit.notes],
        chart=both(forecast_chart(forecast), for_phone(lambda: forecast_chart(forecast))),
        tables=[("Ahead", ahead_heads(forecast), ahead_cells(forecast))],
        unknown=not_known(fit),
        verdict=fit.verdict or ["This fit has no record: it was made with --holdout 0."],
        command=command,
        versions=versions(MODEL_VERSION),
    )


HELD = ("target", "forecaster", "error", "of last value's", "CRPS", "90 % band holds")


def by_misfit(fit: Calibration) -> list[dict[str, object]]:
    """Rows of statistics, the worst misfit first."""
    order = np.argsort(-fit.table["misfit"].abs().to_numpy(float), kind="stable")
    return [fit.table.iloc[int(k)].to_dict() for k in order]


def held_cells(fit: Calibration) -> list[ROW]:
    """Rows of forecasts of the past, means over dates."""
    assert fit.held is not None
    return [
        (
            str(row["target"]),
            str(row["forecaster"]),
            three_digits(row["mae"]),
            three_digits(row["relative"]),
            three_digits(row["crps"]),
            "–" if row["coverage"] != row["coverage"] else f"{100 * row['coverage']:.0f} %",
        )
        for row in means(fit.held).to_dict("records")
    ]


def ahead_heads(forecast: Forecast) -> ROW:
    """The heads of the columns of `ahead_cells`."""
    series = ("active" if name == "actives" else name for name in series_in(forecast.table))
    return (*(("arm",) if forecast.arms else ()), "from", "to", *series)


def ahead_cells(forecast: Forecast) -> Sequence[ROW]:
    """Rows of windows ahead."""
    return [
        (
            *((row["arm"],) if forecast.arms else ()),
            row["from"],
            row["to"],
            *(
                f"{row[name]:,.0f} ({row[f'{name}_low']:,.0f} to {row[f'{name}_high']:,.0f})"
                for name in series_in(forecast.table)
            ),
        )
        for row in forecast.table.to_dict("records")
    ]
