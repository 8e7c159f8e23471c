"""One offline HTML file for those who decide: what is known, what is not, and what to measure next."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from kith.experiments.calibration.calibrate import GOOD, Calibration
from kith.experiments.calibration.forecast.ahead import Forecast
from kith.experiments.calibration.forecast.difference import Difference
from kith.experiments.calibration.forecast.joins import WORDS
from kith.experiments.calibration.forecast.next_measures import PLAIN, next_measures
from kith.experiments.calibration.words import other_notes, record_of
from kith.experiments.charts.forecast import forecast_chart
from kith.experiments.reports.comparison import page_template, versions
from kith.experiments.reports.widths import both, for_phone
from kith.experiments.words.levers import TITLES
from kith.experiments.words.wording import three_digits
from kith.sim.engine import MODEL_VERSION

COMPUTED = (
    "Variance that would go: the squared correlation of the answer with the parameter over draws of the posterior, corrected "
    "for chance (adjusted R²), which is what knowing the parameter would take away as far as the answer follows it along a "
    "line. For the forecast the answer is the number of active members in its last window, luck included; for a change it is "
    "the difference, averaged over seeds, and the value is multiplied by the share of its variance that is the parameters'. "
    "Parameters that the log already tells are not listed."
)


def board_page(
    ahead: Forecast, changes: Mapping[str, Difference], answers: Sequence[str] = (), command: str = ""
) -> str:
    """The report as one HTML page.

    Parameters
    ----------
    ahead : the forecast of a fit.
    changes : name -> what the change makes.
    answers : the same in sentences.
    command : repeats the fit.
    """
    fit = ahead.fit
    last = ahead.table.iloc[-1]
    quality = "a good fit" if fit.met >= GOOD else "a poor fit"
    head, rows = next_cells(ranking(ahead, changes))
    return page_template("board.html.j2").render(
        title=f"{fit.label}: what is known, and what to measure next",
        question="How does our community go on, and how much of that do we know?",
        answer=(
            f"About {last['actives']:,.0f} active members in the {past_window(fit)} days up to {last['to']} (90 % band "
            f"{last['actives_low']:,.0f} to {last['actives_high']:,.0f}), from {quality}: {int(fit.table['met'].sum())} of "
            f"{len(fit.table)} statistics within tolerance."
        ),
        notes=other_notes(fit.notes),
        chart=both(forecast_chart(ahead), for_phone(lambda: forecast_chart(ahead))),
        joins=f"Who joins is decided outside the log, so joins are a guess: {WORDS}.",
        verdict=record_of(fit),
        answers=list(answers),
        known=known_cells(fit),
        unknown=unknown_cells(fit),
        next_head=head,
        next=rows,
        computed=COMPUTED,
        command=command,
        versions=versions(MODEL_VERSION),
    )


def past_window(fit: Calibration) -> int:
    """Days of a window."""
    return fit.past.window if fit.past is not None else 0


def title_of(name: str) -> str:
    """A parameter in words."""
    return PLAIN.get(name) or TITLES.get(name) or name.partition(".")[2].replace("_", " ")


def known_cells(fit: Calibration) -> list[tuple[str, ...]]:
    """Parameters that the log tells, the best known first."""
    rows = fit.parameters[fit.parameters["identified"]].sort_values("sd_ratio")
    return [
        (
            title_of(row["parameter"]),
            three_digits(row["median"]),
            f"{three_digits(row['low'])} to {three_digits(row['high'])}",
        )
        for row in rows.to_dict("records")
    ]


def unknown_cells(fit: Calibration) -> list[tuple[str, ...]]:
    """Parameters that the log does not tell."""
    rows = fit.parameters[~fit.parameters["identified"]]
    return [
        (
            title_of(row["parameter"]),
            f"{three_digits(row['prior_low'])} to {three_digits(row['prior_high'])}",
            fit.priors[row["parameter"]].why,
        )
        for row in rows.to_dict("records")
    ]


def ranking(ahead: Forecast, changes: Mapping[str, Difference]) -> pd.DataFrame:
    """A row per parameter that the log does not tell, a column per answer with the share of variance that would go."""
    columns: dict[str, pd.DataFrame] = {}
    if ahead.drawn is not None:
        paths = ahead.paths if not ahead.arms else ahead.paths[ahead.paths["arm"] == ahead.arms[0]]
        last = paths[paths["window"] == paths["window"].max()].sort_values("run")["actives"].to_numpy(float)
        columns["the forecast"] = next_measures(ahead.fit, ahead.fit.draws[ahead.drawn], last)
    columns |= {name: change.next for name, change in changes.items()}
    if not columns:
        return pd.DataFrame()
    first = next(iter(columns.values())).set_index("parameter")
    table = first[~first["identified"].astype(bool)][["how"]].copy()
    for name, ranked in columns.items():
        table[name] = ranked.set_index("parameter")["reduction"].reindex(table.index)
    most = table[list(columns)].max(axis=1)
    order = np.argsort(-most.to_numpy(float), kind="stable")
    table = table.iloc[order]
    return table[most.iloc[order] > 0.0].reset_index()


def next_cells(ranked: pd.DataFrame) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Heads and rows of what to measure next, the most useful first."""
    answers = [name for name in ranked.columns if name not in ("parameter", "how")]
    head = ("parameter", *(f"variance that would go: {name}" for name in answers), "how to learn it")
    rows = [
        (
            title_of(row["parameter"]),
            *(f"{100 * row[name]:.0f} %" for name in answers),
            row["how"],
        )
        for row in ranked.to_dict("records")
    ]
    return head, rows
