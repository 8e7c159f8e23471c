"""What a fit gives: how good it is, what the log tells, the forecast with its record, and files to take along."""

import io
import zipfile

import solara

from kith.dashboard.fitting.fit_words import (
    held_table,
    how_good,
    joins_words,
    parameters_table,
    statistics_table,
    what_it_tells,
)
from kith.dashboard.fitting.lever_words import answer_in_words
from kith.dashboard.fitting.lever_work import answers_of
from kith.dashboard.fitting.stored_fits import BUNDLE, FIT, StoredFit, command_of, fits_folder
from kith.dashboard.state import screen
from kith.dashboard.widgets.parts import Chart, DownloadButton, Html, Text
from kith.experiments.calibration.words import other_notes, record_of
from kith.experiments.charts.forecast import forecast_chart
from kith.experiments.escaping import for_html as escape
from kith.experiments.reports.fits.board import board_page, title_of
from kith.experiments.reports.fits.calibration import calibration_page
from kith.experiments.words import wording


@solara.component
def FitResults(stored: StoredFit) -> None:
    """All of it, the answer first."""
    fit, ahead = stored.fit, stored.ahead
    chart = solara.use_memo(
        lambda: screen.drawn_here(lambda: forecast_chart(ahead, f"ahead-{stored.key}")),
        [stored.key, id(fit), screen.narrow.value],
    )
    with solara.Div():
        Text(how_good(fit), kind="kith-lead")
        notes = "".join(f"<li>{escape(sentence_of(note))}</li>" for note in other_notes(fit.notes))
        if notes:
            Html(f"<ul>{notes}</ul>")
        Html(
            f'<details class="kith-section"><summary>Each statistic, real and fitted</summary>{statistics_table(fit)}</details>'
        )
        Text(f"The next {wording.plural(ahead.days, 'day')}", "h3")
        Chart(chart, "kith-forecast", ahead.table)
        Text(joins_words(ahead))
        Text("How such forecasts fared on time that the fit had not seen", "h3")
        Html("<ul>" + "".join(f"<li>{escape(line)}</li>" for line in record_of(fit)) + "</ul>")
        if fit.held is not None:
            Text(
                "CRPS is the mean distance between a forecast's distribution and what happened; smaller is better.",
                kind="kith-note",
            )
            Html(f'<details class="kith-section"><summary>All rivals</summary>{held_table(fit)}</details>')
        Text("What the log tells of the parameters", "h3")
        Text(what_it_tells(fit))
        Html(parameters_table(fit), "kith-measures")
        with solara.Div(classes=["kith-row"]):
            DownloadButton("Bundle (zip)", "kith-fit.zip", lambda: zipped(stored.key), "application/zip")
            DownloadButton(
                "Report for a board (HTML)", "kith-board.html", lambda: board_of(stored), "text/html"
            )
            DownloadButton(
                "Report (HTML)", "kith-fit.html", lambda: calibration_page(fit, command_of(fit)), "text/html"
            )


def sentence_of(note: str) -> str:
    """A note as a sentence of the page, on which nothing is given to an option."""
    said = note.partition("; give more --")[0]
    return f"{said[0].upper()}{said[1:]}."


def board_of(stored: StoredFit) -> str:
    """The report for a board, with the changes that were worked out so far."""
    answers = answers_of(stored.key)
    changes = {f"{title_of(answer.lever)} = {answer.value:g}": answer.found for answer in answers}
    words = [answer_in_words(answer) for answer in answers]
    return board_page(stored.ahead, changes, words, command_of(stored.fit))


def zipped(key: str) -> bytes:
    """The bundle of a fit as a zip."""
    folder = fits_folder() / key / BUNDLE / FIT
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, f"kith-fit/{path.name}")
    return packed.getvalue()
