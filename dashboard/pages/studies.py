"""Studies: choose one, start it, follow it, stop it, go on, and read what it has found."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import solara

from kith.dashboard.access.classroom import is_host
from kith.dashboard.access.listening import use_bell
from kith.dashboard.content.study_results import (
    Found,
    about,
)
from kith.dashboard.live.study_catalogue import (
    Reading,
    reading,
    shelf,
    sized,
    state,
    unreadable,
    wanted,
)
from kith.dashboard.live.study_job import CONDUCTOR, PLANNING, RUNNING, STOPPED, STOPPING, StudyProgress
from kith.dashboard.state.address_parts import number
from kith.dashboard.state.navigation import use_navigation
from kith.dashboard.state.study_state import (
    SIZES,
    Change,
    StudyState,
    read_study_state,
    study_state_or_first,
    to,
)
from kith.dashboard.widgets.parts import (
    Choice,
    CopyLink,
    Field,
    Html,
    Press,
    Trouble,
    Words,
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

    def see() -> tuple[StudyState, Study | None, str]:
        sight, found = read_study_state(query)
        study = None
        try:
            study = sized(sight.study, sight.size, sight.runs, sight.days) if sight.study else None
        except (RequestError, ScenarioError) as error:
            found.said.append(str(error))
        return sight, study, str(found)

    sight, study, wrong = solara.use_memo(see, [query])

    def go(change: Change) -> None:
        set_trouble("")
        where.change("/studies", lambda newest: change(study_state_or_first(newest)).path())

    with solara.Div(classes=["kith-page", "wide"]), solara.Div(classes=["kith-main"]):
        if wrong or trouble:
            Trouble(wrong or trouble)
        if study is None:
            Menu(go)
        else:
            One(sight, study, go, set_trouble)


@solara.component
def Menu(go: Callable[[Change], None]) -> None:
    """All studies."""
    Words("Studies", "h1")
    Words(
        "A study asks how outcomes depend on parameters: many runs over a grid of values, or over values drawn from plausible "
        "ranges. Choose one, try a small version in seconds, then run the full study: it continues when you close this tab, "
        "and can be stopped and resumed."
    )
    with solara.Div(classes=["kith-cards"]):
        for name, study in shelf().items():
            with solara.Div(classes=["kith-card"]):
                Words(study.title or name, "h2")
                Words(study.question)
                Words(
                    f"{study.design.kind.replace('_', ' ')} · {wording.listed(study.tags)}", kind="kith-note"
                )
                Press("Open", partial(go, to(study=name)), f"open-{name}")
    bad = "".join(f"<li>{escape(name)}: {escape(why)}</li>" for name, why in unreadable().items())
    if bad:
        Html(f"<h2>Files that cannot be read</h2><ul>{bad}</ul>")
    Words(
        "Your own studies: write a file as described in docs/studies.md and start kith dashboard --studies FOLDER. "
        "Results that kith study run has stored in out/studies appear here too.",
        kind="kith-note",
    )


@solara.component
def One(sight: StudyState, study: Study, go: Callable[[Change], None], say: Callable[[str], None]) -> None:
    """A study: its question, its form, how far it is, what it has found."""
    beat = use_bell(CONDUCTOR.bell, lambda: REFRESH if _running() else 0.1)
    mine = mine_of(study)

    def look() -> tuple[StudyStatus | None, Reading | None, str]:
        try:
            found = state(study)
            some = found is not None and found.stored > found.failed
            return found, reading(study, found) if some and found else None, ""
        except (RequestError, ScenarioError, OSError) as error:
            return None, None, str(error)

    planning = mine is not None and mine.state == PLANNING
    stamp = (digest(study), mine and mine.state, beat if mine is not None and mine.under_way else 0)
    known = use_last(look, stamp, digest(study))
    with solara.Div(classes=["kith-row", "kith-noprint"]):
        Press("All studies", lambda: go(lambda _: StudyState()), "all")
    Words(study.title or study.name, "h1")
    Words(study.question, kind="kith-lead")
    Form(sight, study, mine, known[0] if known else None, go, say)
    if known is None:
        Words("Reading stored results …" if not planning else "Planning …", kind="kith-note")
    elif known[2]:
        Trouble(known[2])
    elif known[1] is None:
        Html(about(study))
    else:
        Found(sight, known[1], go)


def use_last(look: Callable[[], Any], stamp: object, what: object) -> Any:
    """What `look` found last of `what`, None before; a thread looks again whenever the stamp is another."""
    found, set_found = solara.use_state((None, None))

    def begin() -> Callable[[], None]:
        gone = threading.Event()

        def work() -> None:
            value = look()
            if not gone.is_set():
                set_found((what, value))

        threading.Thread(target=work, daemon=True).start()
        return gone.set

    solara.use_effect(begin, [stamp])
    return found[1] if found[0] == what else None


@solara.component
def Form(
    sight: StudyState,
    study: Study,
    mine: StudyProgress | None,
    found: StudyStatus | None,
    go: Callable[[Change], None],
    say: Callable[[str], None],
) -> None:
    """How large, and Start, Stop or Go on."""
    host = is_host()
    busy = mine is not None and mine.under_way
    whole = sight.size == "whole"
    base = shelf().get(sight.study, study)
    points, runs = solara.use_memo(lambda: wanted(study), [digest(study)])

    def put(name: str, text: str) -> None:
        try:
            value = number({name: text.strip()}, name, 0, 1, 10_000 if name == "runs" else 3_650)
        except ScenarioError as error:
            say(str(error))
            return
        go(to(**{name: 0 if value == getattr(base, name) else value}))

    def press() -> None:
        try:
            if busy:
                CONDUCTOR.stop()
            else:
                CONDUCTOR.start(study)
        except RequestError as error:
            say(str(error))

    with solara.Div(classes=["kith-row"]):
        Choice("Size", sight.size, SIZES, lambda size: go(to(size=size, runs=0, days=0)), "size")
        if whole:
            Field(
                label="Runs per point",
                value=study.runs,
                low=1,
                high=10_000,
                name="runs",
                event_put=partial(put, "runs"),
            )
            if study.days:
                Field(
                    label="Days",
                    value=study.days,
                    low=1,
                    high=3_650,
                    name="days",
                    event_put=partial(put, "days"),
                )
        done = found is not None and found.missing == 0
        some = found is not None and found.stored > 0
        word = "Stop" if busy else "Complete" if done else "Resume" if some else "Start"
        waits = mine is not None and mine.state == STOPPING
        Press(
            "Stopping …" if waits else word, press, "start", disabled=waits or (done and not busy) or not host
        )
        CopyLink()
    said = f"{wording.plural(points, 'point')}, {wording.plural(runs, 'run')}"
    Html(how_far(mine, found, said), "kith-status")
    if mine is not None and mine.error:
        Trouble(mine.error)
    if not whole:
        Words(
            f"A small version of the study, over {study.days or 365:,} days: it shows what to expect, not what is true.",
            kind="kith-note",
        )
    if not host:
        Words("Only the person who started kith can start studies.", kind="kith-note")


def mine_of(study: Study) -> StudyProgress | None:
    """How this study is doing, if it is the one that was started last."""
    now = CONDUCTOR.now()
    return now if now is not None and now.key == digest(study) else None


def how_far(mine: StudyProgress | None, found: StudyStatus | None, size: str) -> str:
    """Stored, wanted, pace, for eyes and for screen readers."""
    if mine is not None and mine.state == PLANNING:
        return f'<span class="run" role="status">planning</span><span>{escape(size)}</span>'
    if mine is not None and mine.under_way:
        share = 100 * mine.stored / max(1, mine.wanted)
        bar = f'<span class="kith-progress" aria-hidden="true"><i style="width:{share:.0f}%"></i></span>'
        left = mine.seconds_left
        time_left = "" if left is None else f", about {_span(left)} left"
        return (
            f'<span class="run" role="status">{mine.state}</span>{bar}'
            f"<span>{mine.stored:,} of {mine.wanted:,} runs{time_left}</span>"
        )
    if found is None or not found.stored:
        return f'<span role="status">{escape(size)}; nothing is stored yet</span>'
    failed = f", {found.failed:,} of them failed" if found.failed else ""
    stopped = "stopped; " if mine is not None and mine.state == STOPPED else ""
    return f'<span role="status">{stopped}{found.stored:,} of {found.wanted:,} runs stored{failed}</span>'


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3600:.1f} h"


def _running() -> bool:
    now = CONDUCTOR.now()
    return now is not None and now.state == RUNNING
