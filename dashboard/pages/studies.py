"""Studies: choose one, start it, follow it, stop and resume it, and read its results."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import solara

from kith.dashboard.access.change_signal import use_change_signal
from kith.dashboard.access.classroom import is_host
from kith.dashboard.content.run_status import job_line
from kith.dashboard.content.study_results import (
    StudyResults,
    about,
)
from kith.dashboard.content.study_words import asked, cut_short, finding
from kith.dashboard.live.job_progress import PLANNING, RUNNING, STOPPED, STOPPING, JobProgress
from kith.dashboard.live.study_catalogue import (
    StoredResults,
    known_studies,
    size_of,
    stored_results,
    study_at_size,
    study_status,
    unreadable,
)
from kith.dashboard.live.study_job import STUDY_RUNNER
from kith.dashboard.state.address_parts import number
from kith.dashboard.state.navigation import use_navigation
from kith.dashboard.state.page_state import changed
from kith.dashboard.state.study_state import SIZES, StudyChange, StudyState
from kith.dashboard.widgets.parts import (
    Button,
    CopyLink,
    Dropdown,
    ErrorMessage,
    Html,
    Text,
    TextInput,
)
from kith.experiments.errors import RequestError
from kith.experiments.escaping import for_html as escape
from kith.experiments.studies.execute import StudyStatus
from kith.experiments.studies.planned_runs import digest
from kith.experiments.studies.study import Study
from kith.experiments.words import wording
from kith.scenarios.errors import ScenarioError

REFRESH = 2.0
"""Seconds between pictures while a study is running."""


@solara.component
def Page() -> None:
    """The list, or one study."""
    where = use_navigation()
    query = where.drawn
    trouble, set_trouble = solara.use_state("")

    def read() -> tuple[StudyState, Study | None, str]:
        state, errors = StudyState.read(query)
        study = None
        try:
            study = study_at_size(state.study, state.size, state.runs, state.days) if state.study else None
        except (RequestError, ScenarioError) as error:
            errors.messages.append(str(error))
        return state, study, str(errors)

    state, study, wrong = solara.use_memo(read, [query])

    def go(change: StudyChange) -> None:
        set_trouble("")
        where.change("/studies", lambda newest: change(StudyState.usable(newest)).path())

    with solara.Div(classes=["kith-page", "wide"]), solara.Div(classes=["kith-main"]):
        if wrong or trouble:
            ErrorMessage(wrong or trouble)
        if study is None:
            StudyList(go)
        else:
            StudyView(state, study, go, set_trouble)


@solara.component
def StudyList(go: Callable[[StudyChange], None]) -> None:
    """All studies."""
    Text("Studies", "h1")
    Text(
        "A study asks how outcomes depend on parameters: many runs over a grid of values, or over values drawn from plausible "
        "ranges. Choose one, try a small version in seconds, then run the full study: it continues when you close this tab, "
        "and can be stopped and resumed."
    )
    with solara.Div(classes=["kith-cards"]):
        for name, study in known_studies().items():
            with solara.Div(classes=["kith-card"]):
                Text(study.title or name, "h2")
                Text(study.question)
                Text(
                    f"{study.design.kind.replace('_', ' ').capitalize()} · {wording.listed(study.tags)}",
                    kind="kith-note",
                )
                Button("Open", partial(go, changed(study=name)), f"open-{name}")
    errors = "".join(f"<li>{escape(name)}: {escape(why)}</li>" for name, why in unreadable().items())
    if errors:
        Html(f"<h2>Files that cannot be read</h2><ul>{errors}</ul>")
    Text(
        "Your own studies: write a file as described in docs/how-to/studies.md and start kith dashboard --studies FOLDER. "
        "Results that kith study run has stored in out/studies appear here too.",
        kind="kith-note",
    )


@solara.component
def StudyView(
    state: StudyState, study: Study, go: Callable[[StudyChange], None], report_error: Callable[[str], None]
) -> None:
    """A study: its question, its controls, its progress and its results."""
    changes = use_change_signal(STUDY_RUNNER.changes, lambda: REFRESH if _running() else 0.1)
    mine = progress_of(study)

    def read() -> tuple[StudyStatus | None, StoredResults | None, str]:
        try:
            status = study_status(study)
            has_results = status is not None and status.stored > status.failed
            return status, stored_results(study, status) if has_results and status else None, ""
        except (RequestError, ScenarioError, OSError) as error:
            return None, None, str(error)

    planning = mine is not None and mine.state == PLANNING
    stamp = (digest(study), mine and mine.state, changes if mine is not None and mine.under_way else 0)
    latest = use_latest(read, stamp, digest(study))
    with solara.Div(classes=["kith-row", "kith-noprint"]):
        Button("All studies", lambda: go(lambda _: StudyState()), "all")
    Text(study.title or study.name, "h1")
    r = latest[1] if latest else None
    Text(
        finding(r.study, r.points, r.ranking, r.status) if r is not None else study.question, kind="kith-lead"
    )
    if r is not None:
        Text(study.question)
    points, _ = solara.use_memo(lambda: size_of(study), [digest(study)])
    Text(asked(study, points), kind="kith-note")
    StudyForm(state, study, mine, latest[0] if latest else None, go, report_error)
    if latest is None:
        Text("Reading stored results …" if not planning else "Planning …", kind="kith-note")
    elif latest[2]:
        ErrorMessage(latest[2])
    elif latest[1] is None:
        Html(about(study))
    else:
        StudyResults(state, latest[1], go)


def use_latest(read: Callable[[], Any], stamp: object, subject: object) -> Any:
    """The latest result of `read` for a subject, None before; a thread reads again whenever the stamp changes."""
    latest, set_latest = solara.use_state((None, None))

    def begin() -> Callable[[], None]:
        closed = threading.Event()

        def work() -> None:
            value = read()
            if not closed.is_set():
                set_latest((subject, value))

        threading.Thread(target=work, daemon=True).start()
        return closed.set

    solara.use_effect(begin, [stamp])
    return latest[1] if latest[0] == subject else None


@solara.component
def StudyForm(
    state: StudyState,
    study: Study,
    mine: JobProgress | None,
    status: StudyStatus | None,
    go: Callable[[StudyChange], None],
    report_error: Callable[[str], None],
) -> None:
    """The size of the study, and the button that starts, stops or resumes it."""
    host = is_host()
    busy = mine is not None and mine.under_way
    is_full = state.size == "whole"
    base = known_studies().get(state.study, study)
    points, runs = solara.use_memo(lambda: size_of(study), [digest(study)])

    def put(name: str, text: str) -> None:
        try:
            value = number({name: text.strip()}, name, 0, 1, 10_000 if name == "runs" else 3_650)
        except ScenarioError as error:
            report_error(str(error))
            return
        go(changed(**{name: 0 if value == getattr(base, name) else value}))

    def start_or_stop() -> None:
        try:
            if busy:
                STUDY_RUNNER.stop()
            else:
                STUDY_RUNNER.start(study)
        except RequestError as error:
            report_error(str(error))

    with solara.Div(classes=["kith-row"]):
        Dropdown("Size", state.size, SIZES, lambda size: go(changed(size=size, runs=0, days=0)), "size")
        if is_full:
            TextInput(
                label="Runs per point",
                value=study.runs,
                low=1,
                high=10_000,
                name="runs",
                event_put=partial(put, "runs"),
            )
            if study.days:
                TextInput(
                    label="Days",
                    value=study.days,
                    low=1,
                    high=3_650,
                    name="days",
                    event_put=partial(put, "days"),
                )
        complete = status is not None and status.missing == 0
        begun = status is not None and status.stored > 0
        label = "Stop" if busy else "Complete" if complete else "Resume" if begun else "Start"
        stopping = mine is not None and mine.state == STOPPING
        Button(
            "Stopping …" if stopping else label,
            start_or_stop,
            "start",
            disabled=stopping or (complete and not busy) or not host,
        )
        CopyLink()
    size = f"{wording.plural(points, 'point')}, {wording.plural(runs, 'run')}"
    Html(progress_line(mine, status, size), "kith-status")
    if mine is not None and mine.error:
        ErrorMessage(mine.error)
    if not is_full:
        Text(
            f"A small version of the study, over {study.days} days: it shows what to expect, not what is true.",
            kind="kith-note",
        )
    short = solara.use_memo(lambda: cut_short(study), [digest(study)])
    with solara.Div():
        if short:
            Text(short, kind="kith-note")
    if not host:
        Text("Only the person who started kith can start studies.", kind="kith-note")


def progress_of(study: Study) -> JobProgress | None:
    """The progress of this study, if it is the one that was started last."""
    now = STUDY_RUNNER.progress()
    return now if now is not None and now.key == digest(study) else None


def progress_line(mine: JobProgress | None, status: StudyStatus | None, size: str) -> str:
    """Runs that are stored, runs in all and the time left, for eyes and for screen readers."""
    if mine is not None and mine.state == PLANNING:
        return f'<span class="run" role="status">planning</span><span>{escape(size)}</span>'
    if mine is not None and mine.under_way:
        return job_line(mine)
    if status is None or not status.stored:
        return f'<span role="status">{escape(size)}; nothing is stored yet</span>'
    failed = f", {status.failed:,} of them failed" if status.failed else ""
    stopped = "stopped; " if mine is not None and mine.state == STOPPED else ""
    return f'<span role="status">{stopped}{status.stored:,} of {status.total:,} runs stored{failed}</span>'


def _running() -> bool:
    now = STUDY_RUNNER.progress()
    return now is not None and now.state == RUNNING
