"""A fit in sentences and tables for people: how good it is, what the log tells, how its forecasts fared."""

from kith.dashboard.content.run_status import job_line
from kith.dashboard.fitting.stored_fits import FitRequest
from kith.dashboard.live.job_progress import STARTING, STOPPED, JobProgress
from kith.dashboard.widgets.parts import Markup, table
from kith.experiments.calibration.calibrate import GOOD, Calibration
from kith.experiments.calibration.forecast.ahead import Forecast
from kith.experiments.calibration.forecast.joins import WORDS
from kith.experiments.calibration.words import statistic_cells
from kith.experiments.escaping import for_html as escape
from kith.experiments.reports.fits.board import title_of
from kith.experiments.reports.fits.calibration import HELD, by_misfit, held_cells
from kith.experiments.words import wording
from kith.experiments.words.measures import title as statistic_title


def how_good(fit: Calibration) -> str:
    """The quality of a fit in one sentence, in which a poor one is called poor."""
    met, number = int(fit.table["met"].sum()), len(fit.table)
    quality = "A good fit" if fit.met >= GOOD else "A poor fit"
    words = (
        f"{quality}: {met} of {wording.plural(number, 'statistic')} of the log ({fit.met_per_cent} %) are within their "
        f"tolerance; {100 * GOOD:.0f} % or more is called good."
    )
    if fit.met < GOOD:
        words += " Take what follows as a rough picture: the model does not behave as your community did."
    return words


def what_it_tells(fit: Calibration) -> str:
    """How many parameters the log tells, in a sentence."""
    told = int(fit.parameters["identified"].sum())
    return (
        f"The log tells something about {told} of {wording.plural(len(fit.parameters), 'parameter')} that were fitted. "
        "Of the others, what is known after the fit is what was assumed before it: a what-if that depends on them rests on "
        "assumptions, not on your data."
    )


def parameters_table(fit: Calibration) -> str:
    """Each parameter with what was assumed and what was learnt; those that the log tells come first."""
    rows = sorted(fit.parameters.to_dict("records"), key=lambda row: (not row["identified"], row["sd_ratio"]))
    cells = [
        [
            Markup(
                f"{escape(title_of(str(row['parameter'])))}<br><small>{escape(str(row['parameter']))}</small>"
            ),
            "yes" if row["identified"] else Markup("<b>no</b>"),
            wording.three_digits(row["median"]) if row["identified"] else "–",
            f"{wording.three_digits(row['low'])} to {wording.three_digits(row['high'])}"
            if row["identified"]
            else "–",
            f"{wording.three_digits(row['prior_low'])} to {wording.three_digits(row['prior_high'])}",
        ]
        for row in rows
    ]
    return table(["", "told by the log", "found", "90 % interval", "assumed before (90 %)"], cells, (2, 3, 4))


def statistics_table(fit: Calibration) -> str:
    """Each statistic, real and fitted, the worst misfit first."""
    rows = [list(statistic_cells(row)) for row in by_misfit(fit)]
    for row in rows:
        row[0] = statistic_title(row[0]) or row[0]
    note = (
        "Parts of the time are equal, at most eight; values are means over their windows. In brackets: how many tolerances "
        "the model is above (+) or below (−) your log."
    )
    cells = table(["", "your log", "fitted", "90 % interval", "tolerance", "met"], rows, (1, 2, 3, 4))
    return f"{cells}<p class='kith-note'>{note}</p>"


def held_table(fit: Calibration) -> str:
    """The record of the forecasts and their rivals, means over the dates."""
    return table(list(HELD), held_cells(fit), (2, 3, 4, 5))


def joins_words(ahead: Forecast) -> str:
    """What the forecast assumes of those who join."""
    last = ahead.table.iloc[-1]
    window = ahead.days // len(ahead.table)
    return (
        f"Who joins is decided outside the log, so joins are a guess: {WORDS}, here {last['joins']:,.0f} "
        f"({last['joins_low']:,.0f} to {last['joins_high']:,.0f}) in the last {window} days. The band covers luck, parameters, "
        "the guess of joins and the model's usual error."
    )


def cost_words(request: FitRequest) -> str:
    """What a fit costs, before it is started."""
    words = (
        f"It takes about {request.runs:,} simulations of the {request.past.days:,} days of your log: on two processors a minute "
        "for a hundred members, 5 to 20 minutes for thousands, longer for tens of thousands and for logs of many years. The time left is shown once it runs, and you may close this tab."
    )
    if not request.holdout:
        words += (
            " The log is too short to judge forecasts of its own past, so the forecast will have no record."
        )
    return words


def progress_line(now: JobProgress) -> str:
    """Runs that are done, runs in all and the time left, for eyes and for screen readers."""
    if now.state == STARTING:
        return '<span class="run" role="status">starting</span>'
    if now.state == STOPPED:
        return f'<span role="status">stopped after {now.done:,} of {now.runs:,} runs</span>'
    return job_line(now)
