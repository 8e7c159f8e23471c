"""Fit and forecast on the My community page: the button, its progress, and what came of it."""

from collections.abc import Callable

import solara

from kith.dashboard.access.change_signal import use_change_signal
from kith.dashboard.access.classroom import is_host
from kith.dashboard.content.scenario_menu import scenario_menu
from kith.dashboard.content.uploaded_logs import StoredLog
from kith.dashboard.fitting.fit_job import FIT_RUNNER
from kith.dashboard.fitting.fit_results import FitResults
from kith.dashboard.fitting.fit_words import cost_words, progress_line
from kith.dashboard.fitting.lever_section import LeverSection
from kith.dashboard.fitting.stored_fits import (
    KNOWN,
    FitRequest,
    begun,
    carry_out,
    delete_fit,
    fit_request,
    fits_folder,
    stored_fit,
)
from kith.dashboard.live.job_progress import FAILED, JobProgress
from kith.dashboard.widgets.parts import Button, Dropdown, ErrorMessage, Html, Text
from kith.experiments.errors import RequestError

REFRESH = 1.0
"""Seconds between pictures of the progress."""

KEPT = (
    "A fit keeps numbers of the community on the machine that runs kith, {where}: joins per day, active members and actions per "
    "week or month, statistics, parameters, and the name of the log. No name of a member and no text is in it; where one member "
    "joined on a day, that day is. "
    "“Delete this fit” deletes all of it."
)


@solara.component
def FitSection(log_key: str, log: StoredLog, design: str, choose: Callable[[str], None]) -> None:
    """Whether the log can be fitted, and the fit."""
    label = log.table.report.source.rpartition("/")[2]

    def ask() -> FitRequest | str:
        try:
            return fit_request(log.table, label, design)
        except RequestError as error:
            return str(error)

    asked = solara.lab.use_task(ask, dependencies=[log_key, design], prefer_threaded=True)
    with solara.Div():
        Text("Fit and forecast", "h2")
        Text(
            "Find the parameters with which the model behaves as your community did, see how well that works, and look half a "
            "year ahead."
        )
        with solara.Div(classes=["kith-row"]):
            Dropdown("Scenario to fit", design, scenario_menu(design), choose, "design")
        if asked.pending or asked.value is None:
            Text("Looking whether the log has enough in it …", kind="kith-note")
        elif isinstance(asked.value, str):
            Html('<span role="status">This log cannot be fitted.</span>', "kith-status")
            ErrorMessage(
                asked.value[0].upper() + asked.value[1:] + ("" if asked.value.endswith(".") else ".")
            )
        else:
            Fitting(asked.value, label)


@solara.component
def Fitting(request: FitRequest, label: str) -> None:
    """The button that starts or stops the fit, its progress and its results."""
    use_change_signal(FIT_RUNNER.changes, lambda: REFRESH if _busy() else 0.1)
    trouble, set_trouble = solara.use_state("")
    deleted, set_deleted = solara.use_state(0)
    now = FIT_RUNNER.progress()
    mine = now if now is not None and now.key == request.key else None
    busy, host = mine is not None and mine.under_way, is_host()
    in_use = now is not None and now.under_way and now.key.startswith(request.key)
    stored = solara.use_memo(
        lambda: stored_fit(request.key), [request.key, mine and mine.state, mine and mine.begun, deleted]
    )

    def start_or_stop() -> None:
        set_trouble("")
        try:
            if busy:
                FIT_RUNNER.stop()
            else:
                FIT_RUNNER.start(request, label, carry_out, fits_folder() / request.key)
        except RequestError as error:
            set_trouble(str(error))

    def delete() -> None:
        delete_fit(request.key)
        FIT_RUNNER.forget(request.key)
        set_deleted(deleted + 1)

    kept = begun(request.key)
    with solara.Div():
        if stored is None and not busy:
            Text(cost_words(request), kind="kith-note")
        known = ", ".join(f"{name} = {value:g}" for name, value in KNOWN.get(request.design, {}).items())
        if known and stored is None:
            Text(f"Set, not fitted: {known}.", kind="kith-note")
        if stored is None or busy:
            verb = "Stop" if busy else "Go on with the fit" if kept else "Fit this log"
            with solara.Div(classes=["kith-row"]):
                Button(verb, start_or_stop, "fit", disabled=not host)
        if mine is not None and (busy or stored is None) and mine.state != FAILED:
            Html(progress_line(mine), "kith-status")
        if trouble or (mine is not None and mine.error):
            ErrorMessage(trouble or failure_words(mine))
        if not host:
            Text("Only the person who started kith can fit a log.", kind="kith-note")
        if stored is not None and not busy:
            FitResults(stored)
            LeverSection(stored, FIT_RUNNER)
        where = f"in {fits_folder() / request.key}" if host else "in a folder of its own"
        Text(KEPT.format(where=where), kind="kith-note")
        if (stored is not None or kept) and not busy:
            with solara.Div(classes=["kith-row"]):
                Button("Delete this fit", delete, "delete-fit", disabled=in_use or not host)


def failure_words(mine: JobProgress | None) -> str:
    """Why a fit came to nothing."""
    error = mine.error if mine is not None else ""
    return f"The fit came to nothing: {error}"


def _busy() -> bool:
    now = FIT_RUNNER.progress()
    return now is not None and now.under_way
