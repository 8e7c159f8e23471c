"""What if one lever is moved from the log's end on: on the page, below the forecast."""

import solara

from kith.dashboard.access.change_signal import use_change_signal
from kith.dashboard.access.classroom import is_host
from kith.dashboard.fitting.fit_job import FitRunner
from kith.dashboard.fitting.fit_words import progress_line
from kith.dashboard.fitting.lever_words import answer_in_words, answer_table
from kith.dashboard.fitting.lever_work import (
    LeverRequest,
    answers_of,
    carry_out_lever,
    lever_request,
    levers_of,
)
from kith.dashboard.fitting.stored_fits import StoredFit, fits_folder
from kith.dashboard.live.job_progress import RUNNING, STARTING, STOPPED
from kith.dashboard.widgets.parts import Button, Dropdown, ErrorMessage, Html, Text, TextInput
from kith.experiments.errors import RequestError
from kith.experiments.reports.fits.board import title_of


@solara.component
def LeverSection(stored: StoredFit, runner: FitRunner) -> None:
    """A menu of levers, a value, and what the change makes."""
    use_change_signal(runner.changes, lambda: 0.5)
    levers = solara.use_memo(lambda: levers_of(stored.fit), [stored.key, id(stored.fit)])
    lever, set_lever = solara.use_state(next(iter(levers), ""))
    text, set_text = solara.use_state("")
    trouble, set_trouble = solara.use_state("")
    now = runner.progress()
    mine = now if now is not None and now.key.startswith(f"{stored.key}/") else None
    busy, host = mine is not None and mine.under_way, is_host()
    answers = solara.use_memo(
        lambda: answers_of(stored.key), [stored.key, mine and (mine.key, mine.state), id(stored.fit)]
    )
    if lever not in levers:
        return
    low, high, present = levers[lever]

    def choose(name: str) -> None:
        set_lever(name)
        set_text("")
        set_trouble("")

    def start_or_stop() -> None:
        set_trouble("")
        try:
            if busy:
                runner.stop()
                return
            request: LeverRequest = lever_request(stored, lever, text)
            runner.start(request, "A what-if", carry_out_lever, fits_folder() / stored.key)
        except RequestError as error:
            set_trouble(str(error))

    with solara.Div():
        Text("What if you change something when the log ends?", "h3")
        Text(
            "Choose a lever and its new value. The fitted community goes on twice, as it is and with the change, with the same "
            "luck and the same newcomers, under 16 sets of parameters that the log allows. 64 simulations: usually a minute or "
            "two."
        )
        with solara.Div(classes=["kith-row"]):
            Dropdown("Lever", lever, {name: title_of(name) for name in levers}, choose, "lever")
            TextInput(
                label=f"New value ({low:g} to {high:g}, now {present:g})",
                value=text,
                low=low,
                high=high,
                name="lever-value",
                event_put=lambda typed: set_text(str(typed)[:20]),
            )
            Button("Stop" if busy else "What would it do?", start_or_stop, "lever-go", disabled=not host)
        if mine is not None and mine.state in (STARTING, RUNNING, STOPPED):
            Html(progress_line(mine), "kith-status")
        if trouble or (mine is not None and mine.error):
            ErrorMessage(trouble or (mine.error if mine is not None else ""))
        for answer in answers[:5]:
            Text(answer_in_words(answer), kind="kith-lead")
            Html(answer_table(answer), "kith-measures")
        if answers:
            Text(
                "What a lever does beyond the fitted parameters, such as what a reward is worth to a member, is in no log: it "
                "comes from the scenario.",
                kind="kith-note",
            )
